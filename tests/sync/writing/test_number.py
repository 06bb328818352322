"""A new Employment ID in Visma: read again after every write, whatever the job said of it."""

from typing import Any

import pytest
from django.utils import translation

from sync.models import Conflict
from sync.wizard import confirm, review
from sync.wizard.review import ReviewFilter
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import news

EMPLOYEE = "/v2/employees/[0-9a-f-]+$"
KEPT = "failed number_kept"


def renumbered(company: Company, **more: Any) -> Person:
    """Somebody whose number (and what else is said) was changed in Huma."""
    person = company.add()
    company.open()  # agreed once
    company.huma(person, employmentId="H77", **more)
    return person


@pytest.mark.parametrize("fault", ["", "lost", "cut", "lost+job-slow:0.5", "job-warns:phones"])
@pytest.mark.parametrize(("mode", "outcome"), [("done", "done"), ("refused", KEPT), ("kept", KEPT)])
def test_only_a_number_that_is_there_is_done(company: Company, mode: str, outcome: str, fault: str) -> None:
    person = renumbered(company)
    company.sandbox.visma.number_changes = mode
    if fault:
        company.sandbox.faults.script("visma", "PUT", EMPLOYEE, fault)
    before, settled = company.sandbox.state(), company.link(person).baseline["employment_id"]
    run = company.sync("huma", person)
    assert outcomes(run) == {"employment_id": outcome}
    assert news(before, company.sandbox.state()) == ({"visma": {"number": "H77"}} if outcome == "done" else {})
    assert (company.link(person).baseline["employment_id"] == settled) is (outcome != "done")
    assert company.open(person) == (set() if outcome == "done" else {"employment_id"})


@pytest.mark.parametrize("mode", ["refused", "kept"])
def test_what_goes_out_with_it_is_written(company: Company, mode: str) -> None:
    person = renumbered(company, phone="+4722334455", familyName="Nyhjem")
    company.sandbox.visma.number_changes = mode
    run = company.sync("huma", person)
    assert outcomes(run) == {"employment_id": KEPT, "phone": "done", "family_name": "done"}


def test_a_job_that_failed_and_changed_it_all_the_same_is_done(company: Company) -> None:
    person = renumbered(company)
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, "job-fails")
    etag = company.sandbox.visma.employees[person.employee_id].etag

    def behind_its_back() -> None:
        one = company.sandbox.visma.employees[person.employee_id]
        one.body["number"], one.etag = "H77", etag

    company.sandbox.faults.before("visma", "GET", "/jobs/", behind_its_back)
    run = company.sync("huma", person)
    assert outcomes(run) == {"employment_id": "done"}


def test_a_number_kept_in_silence_whose_jobs_are_lost_too_ends(company: Company) -> None:
    person = renumbered(company)
    company.sandbox.visma.number_changes = "kept"
    company.sandbox.faults.script("visma", "GET", "/v2/employees/jobs/", "404", times=float("inf"))
    run = company.sync("huma", person)
    assert outcomes(run) == {"employment_id": KEPT}


@pytest.mark.parametrize("mode", ["refused", "kept"])
def test_a_draft_gets_its_number(company: Company, mode: str) -> None:
    person = company.add("draft")
    company.clerk(person, number="T1")
    company.sandbox.visma.number_changes = mode
    run = company.sync("huma", person, "employment_id")
    assert outcomes(run) == {"employment_id": "done"}


def swap(company: Company, *people: Person) -> list[str]:
    """Each gets the next one's number in Huma; gives the numbers as they were."""
    numbers = [company.in_visma(one)["number"] for one in people]
    for person, number in zip(people, [*numbers[1:], numbers[0]], strict=True):
        company.huma(person, employmentId=number)
    return numbers


@pytest.mark.parametrize("count", [2, 3])
def test_numbers_that_have_changed_places_are_put_right_by_using_vismas(company: Company, count: int) -> None:
    people = [company.add() for _ in range(count)]
    company.open()
    numbers = swap(company, *people)
    run = company.read()
    rows = Conflict.objects.filter(run=run, field="employment_id")
    assert {(one.blocked_to_visma, one.blocked_to_huma, one.suggestion) for one in rows} == {
        ("number_swapped", "", "visma")
    }
    others = {row.link.name: (row.values or {})["blocked"]["visma"]["name"] for row in rows.select_related("link")}
    assert sorted(others.values()) == sorted(others)
    assert all(name != other for name, other in others.items())
    review.decide_bulk(run, company.user, ReviewFilter(), "suggested")
    with translation.override("en"):
        looked_at = dict(confirm.build(run).look_twice)
    assert len(looked_at["Employee numbers that change"]) == count
    company.apply(run)
    assert outcomes(run) == {"employment_id": "done"}
    assert [company.sandbox.huma.users[one.user_id].values["employmentId"] for one in people] == numbers
    assert not company.open()
