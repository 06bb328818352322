"""In each foreseen way in which Visma may answer otherwise, a whole run ends where an undisturbed one ends."""

from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User

from connections.doctor.check import check
from connections.models import Connection
from connections.vendors.clients import clients_for, forget_clients
from sync import runner
from sync.models import Change, SyncRun
from tests.connections.doctor.test_check import TOLD_BY_GET
from tests.sync import driving, scheduling
from tests.sync.writing import whole
from tests.sync.writing.conftest import NUMBER, Company, outcomes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_day"), pytest.mark.no_moment]


@pytest.mark.parametrize("mode", sorted(TOLD_BY_GET))
def test_a_whole_run_with_lost_answers_ends_as_an_undisturbed_one(
    settings: Any, quick: Any, hr: User, mode: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("connections.api.visma.client.PAGE_SIZE", 10)
    expected = whole.undisturbed(settings, hr)
    with whole.sandbox(modes=[mode]) as company:
        driving.point_at(settings, company)
        connection = driving.connection(company, hr)
        check(connection)
        company.faults.script("visma", "PUT", "/employees/", "lost", times=3)
        company.faults.script("visma", "POST", "/withPosition", "lost")
        run = runner.drive(whole.decided(connection, hr))
        company.wait_for_jobs()
        assert run.state == SyncRun.State.FINISHED
        assert not run.changes.exclude(state="done").exclude(reason="waits_for_person").exists()
        assert whole.differences(expected, whole.plain(company.state())) == []
        check(connection)
        variants = TOLD_BY_GET[mode][2]
        assert connection.variants.items() >= variants.items()
        forget_clients(connection)


def _company_in(settings: Any, hr: User, mode: str) -> AbstractContextManager[Company]:
    return scheduling.company(settings, hr, "equal", "equal", "equal", modes=[mode])


def test_without_etags_what_the_clerk_does_before_the_write_stays(settings: Any, hr: User) -> None:
    with _company_in(settings, hr, "no-etag") as company:
        person = company.add()
        check(company.connection)
        company.huma(person, phone=NUMBER)
        run = company.read()
        company.decide(run, "huma", person, "phone")
        company.confirm(run)
        path = f"/employees/{person.employee_id}$"
        # The clerk saves between our two looks: the first is answered, and before the second it is another document.
        seen = iter((None, lambda: company.clerk(person, notes=[{"text": "kept"}])))

        def meanwhile() -> None:
            act = next(seen, None)
            if act is not None:
                act()

        company.sandbox.faults.before("visma", "GET", path, meanwhile, times=2)
        since = len(company.sandbox.journal)
        done = company.ended(runner.drive(run))
        assert outcomes(done) == {"phone": "done"}
        after = company.in_visma(person)
        assert after["notes"] == [{"text": "kept"}]
        assert NUMBER in str(after["phones"])
        puts = [one for one in company.sandbox.journal[since:] if one.method == "PUT"]
        assert [(one.headers or {}).get("If-Match") for one in puts] == [None], "what was read first isn't written"


def test_until_the_doctor_has_seen_it_a_document_without_an_etag_is_not_written(settings: Any, hr: User) -> None:
    with _company_in(settings, hr, "no-etag") as company:
        person = company.add()
        company.huma(person, phone=NUMBER)
        run = company.read()
        company.decide(run, "huma", person, "phone")
        before = company.sandbox.visma.state()
        runner.drive(company.confirm(run))
        assert Change.objects.get(run=run).state == "failed"
        assert company.sandbox.visma.state() == before


def test_a_word_of_their_own_is_written_as_they_write_it(settings: Any, hr: User) -> None:
    """Visma says Work for business, a person has only a private phone, and another's position ends."""
    with _company_in(settings, hr, "types-work") as company:
        person: Any = company.add("first_workday")
        check(company.connection)
        company.huma(person, phone=NUMBER)
        assert outcomes(company.sync("huma", person, "phone")) == {"phone": "done"}
        phones = company.in_visma(person)["phones"]
        assert {"type": "business", "number": NUMBER} in phones, "the stand-in heard its own word"
        sent = [one for one in company.sandbox.journal.writes("visma") if "/employees/" in one.path]
        assert {"type": "work", "number": NUMBER} in sent[-1].body["phones"]


def test_a_changed_variant_is_used_by_the_next_request(settings: Any, hr: User) -> None:
    with driving.running(settings, 4) as sandbox:
        connection = driving.connection(sandbox, hr)
        assert clients_for(connection).visma.variants.page_size == 100
        Connection.objects.filter(pk=connection.pk).update(variants={"page_size": 25, "nonsense": 1})
        connection.refresh_from_db()
        assert clients_for(connection).visma.variants.page_size == 25
        forget_clients(connection)
