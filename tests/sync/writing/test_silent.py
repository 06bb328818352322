"""Jobs and vendors that stop answering: waited for, looked for, and in the end reported as uncertain."""

from typing import Any

import pytest

from connections.sandbox.visma.api import VismaApi
from sync import runner
from sync.models import Change, SyncRun, Write
from tests.sync.driving import until
from tests.sync.writing.conftest import Company, Person, outcomes

NUMBER = "+4722334455"
EMPLOYEE = "/v2/employees/[0-9a-f-]+$"


def to_visma(company: Company) -> Person:
    """Somebody whose phone is to be written to Visma."""
    person = company.add()
    company.huma(person, phone=NUMBER)
    return person


def test_answers_that_are_always_lost_without_effect_end_as_failed(company: Company, quick: Any) -> None:
    quick.UNAVAILABLE_MINUTES = 2 / 60
    person = to_visma(company)
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, "503", times=100)
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "failed unavailable"}
    assert 3 <= len(company.sandbox.journal.writes()) <= 10, "the pauses between them grow"
    assert company.open(person) == {"phone"}


def test_a_job_at_another_host_is_never_asked_and_the_document_tells(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = to_visma(company)
    accepted = VismaApi._accepted

    def elsewhere(self: VismaApi, call: Any, job: Any) -> Any:
        answer = accepted(self, call, job)
        answer.headers["Location"] = f"http://127.0.0.2:9/v2/employees/jobs/{job.id}"
        return answer

    monkeypatch.setattr(VismaApi, "_accepted", elsewhere)
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "done"}
    assert len(company.sandbox.journal.writes()) == 1


@pytest.mark.parametrize("job", ["slow:0.1", "job-slow:0.5"])
def test_a_job_that_is_not_known_is_settled_by_the_document(company: Company, job: str) -> None:
    person = to_visma(company)
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, job)
    company.sandbox.faults.script("visma", "GET", "/jobs/", "404", times=9)
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "done"}
    assert len(company.sandbox.journal.writes()) == 1
    assert not company.open(person)


def test_a_job_that_never_ends_is_unknown(company: Company, quick: Any) -> None:
    quick.JOB_WAIT_TOTAL_SECONDS = 0.3
    person = to_visma(company)
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, "job-slow:2")
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "unknown unknown_outcome"}
    assert len(company.sandbox.journal.writes()) == 1


def test_a_write_that_was_sent_before_the_process_died_is_looked_for(company: Company) -> None:
    """The database says "sending"; the process that continues finds the value and sends nothing."""
    person = to_visma(company)
    run = company.read()
    company.decide(run, "huma", person)
    company.confirm(run)
    Write.objects.filter(run=run).update(state="sending", sent_at=run.confirmed_at, tries=1)
    company.phone(person, NUMBER)
    company.ended(runner.drive(run))
    assert outcomes(run) == {"phone": "done"}
    assert not company.sandbox.journal.writes()


def test_a_vendor_that_is_gone_for_a_while_is_waited_for(company: Company) -> None:
    person = to_visma(company)
    company.phone(company.add(), NUMBER)
    run = company.read()
    company.decide(run, "huma", person)
    company.confirm(run)
    sandbox = company.sandbox
    with sandbox.away():
        for _ in range(3):
            assert runner.advance(run.pk, seconds=0.3) is not None
    until(run, lambda run: run.state != SyncRun.State.APPLYING, seconds=1)
    company.ended(run)
    assert outcomes(run) == {"phone": "done"}


def test_a_vendor_that_stays_away_ends_as_failed_where_nothing_was_sent(company: Company, quick: Any) -> None:
    quick.UNAVAILABLE_MINUTES = 1 / 60
    person, other = to_visma(company), to_visma(company)
    run = company.read()
    company.decide(run, "huma", person)
    company.decide(run, "huma", other)
    company.confirm(run)
    sent = Write.objects.filter(run=run, link__visma_id=other.employee_id)
    sent.update(state="sending", sent_at=run.confirmed_at, tries=1)
    with company.sandbox.away():
        runner.drive(run)
    states = dict(Change.objects.filter(run=run).values_list("link__visma_id", "reason"))
    assert states == {person.employee_id: "unavailable", other.employee_id: "unknown_outcome"}
    assert Change.objects.get(run=run, reason="unknown_outcome").state == "unknown"
