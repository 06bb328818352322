"""Effects of a connection's settings and its access on reading: limits, switched-off fields, expiring tokens."""

import json
from threading import Barrier, Thread

import pytest
from django.db import connection as database

from sync.models import Change, Conflict, EmployeeSnapshot, SyncRun
from sync.runs import lifecycle
from sync.wizard import creation, review
from tests.sync.driving import apply, changed, connection, read, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox(settings):
    with running(settings, 50) as found:
        yield found


def seen(run, side):
    return set(EmployeeSnapshot.objects.filter(run=run, side=side, complete=True).values_list("vendor_id", flat=True))


@pytest.mark.parametrize("kind", ["company", "location", "team"])
def test_a_limit_to_some_groups_reads_only_their_people(sandbox, hr, kind):
    group = next(id for id, one in sandbox.huma.groups.items() if one["type"] == kind)
    plural = {"company": "huma_companies", "location": "huma_locations", "team": "huma_teams"}[kind]
    run = read(connection(sandbox, hr, **{plural: [group]}), hr)
    assert run.state == "review"
    people = {id for id, user in sandbox.huma.users.items() if group in user.groups and user.type == "user"}
    assert seen(run, "huma") == people
    assert 0 < len(people) < len(sandbox.huma.users)


def test_a_field_that_is_switched_off_is_not_read_compared_or_written(sandbox, hr):
    off = ["bank_account", "address", "phone"]
    run = read(connection(sandbox, hr, fields_off=off), hr)
    assert not Conflict.objects.filter(field__in=off).exists()
    secrets = {u.values.get("phone") for u in sandbox.huma.users.values()}
    secrets |= {(u.values.get("bankAccount") or {}).get("number") for u in sandbox.huma.users.values()}
    secrets |= {(u.values.get("homeAddress") or {}).get("line1") for u in sandbox.huma.users.values()}
    secrets -= {None}
    for payload in EmployeeSnapshot.objects.filter(run=run).values_list("payload", flat=True):
        assert not [secret for secret in secrets if secret in json.dumps(payload, ensure_ascii=False)]
    review.decide_bulk(run, hr, review.ReviewFilter(), "huma")
    creation.choose_all(run, hr, "visma", True)
    before = sandbox.state()["visma"]
    apply(run, hr)
    assert Change.objects.filter(state="done").exists()
    after = sandbox.state()["visma"]
    documents = ("phones", "salaryPaymentMethod", "address")
    for id in before:
        assert not set(documents) & {path.split("/")[1] for path in changed(before[id], after[id])}
    assert after.keys() - before.keys()
    for id in after.keys() - before.keys():
        assert not set(documents) & {name for name, value in after[id].items() if value}


def test_tokens_that_expire_while_reading_are_renewed(settings, hr):
    with running(settings, 60, token_seconds=1) as sandbox:
        sandbox.faults.before("huma", "GET", "/positions/", sandbox.expire_tokens)
        sandbox.faults.before("visma", "GET", "/employees", sandbox.expire_tokens)
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        assert len(seen(run, "visma")) == len(sandbox.visma.employees)


def test_swapped_or_missing_access_is_named(sandbox, hr):
    wrong = {
        "credentials_huma": {"huma_client_secret": "11111111-2222-4333-8444-555555555555"},
        "credentials_visma": {"tenant_id": "11111111-2222-4333-8444-555555555555"},
    }
    for failure, access in wrong.items():
        run = read(connection(sandbox, hr, **access), hr)
        assert (run.state, run.failure) == ("failed", failure)
        run.connection.delete()


def test_refused_application_credentials_are_a_fact_of_the_installation(settings, sandbox, hr):
    settings.VISMA_CLIENT_SECRET = "another"
    run = read(connection(sandbox, hr), hr)
    assert (run.state, run.failure) == ("failed", "application_refused")


def test_without_the_scope_to_read_nothing_is_read(sandbox, hr):
    sandbox.visma.scopes.clear()
    run = read(connection(sandbox, hr), hr)
    assert (run.state, run.failure) == ("failed", "credentials_visma")
    assert not EmployeeSnapshot.objects.exclude(payload=None).exists()


def test_programs_are_not_people(sandbox, hr):
    run = read(connection(sandbox, hr), hr)
    program = sandbox.people["service_user"][0].user_id
    assert program in sandbox.huma.users
    assert program not in seen(run, "huma")
    assert not [one for one in sandbox.journal.of("huma") if program in one.path]


def test_clicks_at_the_same_time_start_one_run(sandbox, hr):
    made, together, found = connection(sandbox, hr), Barrier(5), []

    def click() -> None:
        try:
            together.wait()
            found.append(lifecycle.start(made, hr).pk)
        finally:
            database.close()

    clicks = [Thread(target=click) for _ in range(5)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(found) == 5
    assert len(set(found)) == 1 == SyncRun.objects.count()


def test_a_vendor_full_of_random_faults_is_read_all_the_same(settings, hr):
    with running(settings, 50, faults=0.1) as sandbox:
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        assert len(seen(run, "huma")) == sum(u.type == "user" for u in sandbox.huma.users.values())
        assert len(seen(run, "visma")) == len(sandbox.visma.employees)
