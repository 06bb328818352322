"""Confirm: exactly what was shown is written, once, and nothing if something changed meanwhile."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.utils import timezone

from connections.models import AuditEntry
from sync import runner
from sync.models import Change, Conflict, EmployeeLink, LeftOut, SyncRun, Write
from sync.planning.planning import NumberNeeded
from sync.runs import lifecycle
from sync.runs.lifecycle import NotAllowed
from sync.wizard import confirm, creation, review
from sync.wizard.confirm import PlanChanged, TooOld
from sync.wizard.review import ReviewFilter
from tests.sync.driving import apply, changed, connection, decide, difference, read, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def sandbox(settings):
    with running(settings, 50) as found:
        yield found


@pytest.fixture
def run(sandbox, hr):
    return read(connection(sandbox, hr), hr)


@pytest.fixture
def decided(sandbox, run, hr):
    """Two people with a decision each: what is written is known."""
    for way, field in (("phone_differs", "phone"), ("address_differs", "address")):
        decide(run, hr, sandbox.people[way][0].user_id, field, "huma")
    return run


def nothing_runs(run):
    run.refresh_from_db()
    assert run.state in ("review", "create", "confirm")
    assert not Change.objects.exists()
    assert not Write.objects.exists()


def test_what_is_shown_is_what_is_stored_and_written(sandbox, decided, hr):
    shown = confirm.build(decided)
    lines = [(p.key, line.label) for _side, people in shown.sides for p in people for line in p.lines]
    assert (shown.changes, shown.people, len(lines)) == (2, 2, 2)
    before = sandbox.state()
    run = apply(decided, hr)
    assert Change.objects.filter(run=run, state="done").count() == 2
    employees = {sandbox.people[way][0].employee_id for way in ("phone_differs", "address_differs")}
    assert {tuple(path.split("/")[1:3]) for path in changed(before, sandbox.state())} == {
        ("visma", id) for id in employees
    }
    assert {one.path.rsplit("/", 1)[-1] for one in sandbox.journal.writes()} == employees


def test_a_plan_that_changed_is_shown_again_and_nothing_runs(sandbox, decided, hr, superuser):
    shown = confirm.build(decided)
    decide(decided, superuser, sandbox.people["account_differs"][0].user_id, "bank_account", "huma")
    with pytest.raises(PlanChanged):
        confirm.confirm(decided, hr, shown.fingerprint)
    nothing_runs(decided)
    assert confirm.build(decided).fingerprint != shown.fingerprint


@pytest.mark.parametrize("act", ["undo", "other side", "somebody to create", "other groups", "left out"])
def test_whatever_changes_the_plan_changes_its_fingerprint(sandbox, decided, hr, act):
    creation.choose_all(decided, hr, "huma", True)
    shown = confirm.build(decided)
    user = sandbox.people["phone_differs"][0].user_id
    if act == "undo":
        review.decide(decided, hr, [difference(decided, user, "phone").pk], "")
    elif act == "other side":
        decide(decided, hr, user, "phone", "visma")
    elif act == "somebody to create":
        creation.choose_all(decided, hr, "visma", True)
    elif act == "other groups":
        creation.set_options(decided, hr, ["g"], True)
    else:
        LeftOut.objects.create(
            connection=decided.connection, link=EmployeeLink.objects.get(huma_id=user), field="phone", by="hr"
        )
    with pytest.raises(PlanChanged):
        confirm.confirm(decided, hr, shown.fingerprint, str(shown.people))
    nothing_runs(decided)


def test_many_people_need_their_number_typed(run, hr):
    review.decide_bulk(run, hr, ReviewFilter(show="all"), "huma")
    shown = confirm.build(run)
    assert shown.needs_number == shown.people > shown.threshold
    for typed in ("", "yes", str(shown.people - 1), f"{shown.people}0"):
        with pytest.raises(NumberNeeded) as needed:
            confirm.confirm(run, hr, shown.fingerprint, typed)
        assert needed.value.people == shown.people
    nothing_runs(run)
    confirm.confirm(run, hr, shown.fingerprint, f" {shown.people} ")
    assert SyncRun.objects.get(pk=run.pk).state == "applying"


def test_what_was_read_yesterday_is_read_again_first(decided, hr):
    shown = confirm.build(decided)
    SyncRun.objects.filter(pk=decided.pk).update(read_at=timezone.now() - timedelta(hours=24, minutes=1))
    decided.refresh_from_db()
    assert confirm.build(decided).stale
    with pytest.raises(TooOld):
        confirm.confirm(decided, hr, shown.fingerprint)
    nothing_runs(decided)
    again = runner.drive(lifecycle.read_again(decided, hr))
    shown = confirm.build(again)
    assert shown.changes == 2
    assert not shown.stale


def test_only_the_ticked_people_are_written(sandbox, decided, hr):
    person = sandbox.people["phone_differs"][0]
    key = f"link:{EmployeeLink.objects.get(huma_id=person.user_id).pk}"
    before = sandbox.state()
    run = apply(decided, hr, only=[key])
    assert {path.split("/")[2] for path in changed(before, sandbox.state())} == {person.employee_id}
    other = sandbox.people["address_differs"][0]
    again = difference(read(run.connection, hr), other.user_id, "address")
    assert (again.standing, again.decision) == ("asks", "")


def test_a_plan_limited_to_some_is_not_the_whole_plan(sandbox, decided, hr):
    link = EmployeeLink.objects.get(huma_id=sandbox.people["phone_differs"][0].user_id)
    limited = confirm.build(decided, [f"link:{link.pk}"])
    with pytest.raises(PlanChanged):
        confirm.confirm(decided, hr, limited.fingerprint)
    with pytest.raises(PlanChanged):
        confirm.confirm(decided, hr, confirm.build(decided).fingerprint, only=[f"link:{link.pk}"])
    nothing_runs(decided)


def test_a_double_click_writes_once(sandbox, decided, hr):
    shown = confirm.build(decided)
    together, errors = Barrier(4), []

    def click() -> None:
        try:
            mine = SyncRun.objects.get(pk=decided.pk)
            together.wait()
            confirm.confirm(mine, hr, shown.fingerprint)
        except Exception as error:
            errors.append(error)
        finally:
            database.close()

    clicks = [Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert errors == []
    assert Change.objects.count() == 2
    assert AuditEntry.objects.filter(action="run.confirmed").count() == 1
    runner.drive(SyncRun.objects.get(pk=decided.pk))
    confirm.confirm(decided, hr, shown.fingerprint)
    assert Change.objects.count() == 2
    assert len(sandbox.journal.writes()) == 2


def test_while_another_run_of_the_connection_writes_it_waits(decided, hr):
    other = SyncRun.objects.create(connection=decided.connection, trigger="command", state="applying")
    shown = confirm.build(decided)
    with pytest.raises(NotAllowed) as refused:
        confirm.confirm(decided, hr, shown.fingerprint)
    assert refused.value.code == "applying"
    nothing_runs(decided)
    SyncRun.objects.filter(pk=other.pk).update(state="finished")
    confirm.confirm(decided, hr, shown.fingerprint)
    assert SyncRun.objects.get(pk=decided.pk).state == "applying"


def test_another_connection_writes_at_the_same_time(sandbox, decided, hr):
    somebody = User.objects.create_user("somebody", is_staff=True)
    other = connection(sandbox, somebody, tenant_id="another-company")
    SyncRun.objects.create(connection=other, state="applying")
    assert apply(decided, hr).state == "finished"


def test_leaving_and_never_need_no_write(sandbox, run, hr):
    left, never = (Conflict.objects.filter(run=run, standing="asks")[i] for i in (0, 1))
    review.decide(run, hr, [left.pk], "leave")
    review.decide(run, hr, [never.pk], "never")
    shown = confirm.build(run)
    assert shown.empty
    assert (shown.left, shown.never) == (1, 1)
    before = sandbox.state()
    assert apply(run, hr).state == "finished"
    assert sandbox.state() == before
    link = EmployeeLink.objects.get(pk=left.link_id)
    assert link.baseline[left.field] == [left.huma_fingerprint, left.visma_fingerprint]
