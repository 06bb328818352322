"""Creations in Visma whose job is gone, never ends, or names nobody; and people who were linked meanwhile."""

from typing import Any

import pytest

from sync import runner
from sync.models import EmployeeLink, SyncRun
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import changes

POST = "withPosition"


def to_be_created(company: Company) -> tuple[Person, SyncRun]:
    """Somebody of Huma, and the run that is about to create them in Visma."""
    person = company.add("only_huma")
    run = company.read()
    company.create(run, "visma")
    return person, company.confirm(run)


def test_who_was_linked_meanwhile_is_not_created(company: Company) -> None:
    person, run = to_be_created(company)
    EmployeeLink.objects.create(connection=company.connection, huma_id=person.user_id, visma_id="somebody")
    before = company.sandbox.state()
    company.ended(runner.drive(run))
    assert outcomes(run) == {"create": "nothing found_existing"}
    assert not changes(before, company.sandbox.state())


def nobody(job: dict[str, Any]) -> dict[str, Any]:
    return {**job, "artifactId": None}


@pytest.mark.parametrize("what", ["is gone", "names nobody"])
def test_a_creation_whose_job_tells_nothing_is_looked_for_and_linked(company: Company, what: str) -> None:
    person, run = to_be_created(company)
    if what == "is gone":
        company.sandbox.faults.script("visma", "GET", "/jobs/", "404")
    else:
        company.sandbox.faults.rewrite("visma", "GET", "/jobs/[^/]+$", nobody, times=99)
    company.ended(runner.drive(run))
    assert outcomes(run) == {"create": "done"}
    assert len(company.sandbox.journal.of("visma", "POST", POST)) == 1
    assert EmployeeLink.objects.get(huma_id=person.user_id).linked_by == "created"


@pytest.mark.parametrize("kind", ["job-slow:5", "lost+job-slow:5"])
def test_a_creation_that_takes_too_long_is_not_certain_and_is_linked_by_the_next_run(
    company: Company, quick: Any, kind: str
) -> None:
    person, run = to_be_created(company)
    quick.JOB_WAIT_TOTAL_SECONDS = 0.8
    company.sandbox.faults.script("visma", "POST", POST, kind)
    company.ended(runner.drive(run))
    assert outcomes(run) == {"create": "unknown unknown_outcome"}
    assert len(company.sandbox.journal.of("visma", "POST", POST)) == 1
    company.read()
    assert EmployeeLink.objects.get(huma_id=person.user_id).linked_by == "external"
