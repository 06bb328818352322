"""Somebody edits while we write: their edit wins, and fields that they don't touch are written anyway."""

import re
from typing import Any

import pytest

from sync.models import Change, Conflict
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import news

NUMBER = "+4722334455"


def employee(person: Person) -> str:
    return f"/v2/employees/{re.escape(person.employee_id)}$"


def test_what_moved_in_visma_since_it_was_shown_is_not_overwritten(company: Company) -> None:
    person = company.add()
    company.huma(person, phone=NUMBER, employmentId="H77")
    run = company.read()
    company.decide(run, "huma", person)
    company.phone(person, "+4733445566")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"phone": "moved moved", "employment_id": "done"}
    assert news(before, company.sandbox.state()) == {"visma": {"number": "H77"}}
    assert Conflict.objects.get(run=run, field="phone").outcome == "moved"
    assert company.open(person) == {"phone"}


def test_what_moved_in_huma_since_it_was_shown_is_not_overwritten(company: Company) -> None:
    person = company.add()
    company.huma(person, phone=NUMBER, employmentId="H77")
    run = company.read()
    company.decide(run, "visma", person)
    company.huma(person, phone="+4733445566")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"phone": "moved moved", "employment_id": "done"}
    assert news(before, company.sandbox.state())["huma"].keys() == {"employmentId"}
    assert company.open(person) == {"phone"}


def test_what_is_right_already_is_settled_without_a_request(company: Company) -> None:
    person, other = company.add(), company.add()
    company.huma(person, phone=NUMBER)
    company.huma(other, phone=NUMBER)
    run = company.read()
    company.decide(run, "huma", person)
    company.decide(run, "visma", other)
    company.phone(person, "22 33 44 55")
    company.huma(other, phone=company.in_visma(other)["phones"][-1]["number"])
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"phone": "nothing"}
    assert news(before, company.sandbox.state()) == {}
    assert not company.sandbox.journal.writes()
    assert not company.open()


def test_an_edit_of_another_field_between_get_and_put_is_merged(company: Company) -> None:
    person = company.add()
    company.huma(person, phone=NUMBER)
    company.sandbox.faults.before(
        "visma", "PUT", employee(person), lambda: company.clerk(person, notes=[{"text": "ny"}], payslipInEnglish=None)
    )
    company.sync("huma", person)
    puts = company.sandbox.journal.writes("visma")
    assert [one.status for one in puts] == [412, 202]
    found = company.in_visma(person)
    assert found["notes"] == [{"text": "ny"}]
    assert "payslipInEnglish" not in found
    assert found["phones"][-1]["number"] == NUMBER


def test_an_edit_of_the_same_field_between_get_and_put_wins(company: Company) -> None:
    person = company.add()
    company.huma(person, phone=NUMBER, employmentId="H77")
    company.sandbox.faults.before("visma", "PUT", employee(person), lambda: company.phone(person, "+4733445566"))
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "moved moved", "employment_id": "done"}
    assert company.in_visma(person)["phones"][-1]["number"] == "+4733445566"
    assert company.in_visma(person)["number"] == "H77"
    assert company.open(person) == {"phone"}


def test_an_edit_between_put_and_job_is_merged(company: Company) -> None:
    """The vendor leaves such a document alone; the job fails without naming a field."""
    person = company.add()
    company.huma(person, phone=NUMBER, employmentId="H77")
    path = employee(person)
    company.sandbox.faults.script("visma", "PUT", path, "job-slow:0.3", times=1)
    company.sandbox.faults.before(
        "visma", "GET", "/employees/jobs/", lambda: company.clerk(person, notes=[{"text": "ny"}]), times=1
    )
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "done", "employment_id": "done"}
    assert company.in_visma(person)["notes"] == [{"text": "ny"}]
    assert [one.status for one in company.sandbox.journal.writes("visma")] == [202, 202]


def test_a_clerk_who_never_stops_editing_ends_as_failed(company: Company, quick: Any) -> None:
    quick.UNAVAILABLE_MINUTES = 1.5 / 60
    person = company.add()
    company.huma(person, phone=NUMBER)
    company.sandbox.faults.before(
        "visma", "PUT", employee(person), lambda: company.clerk(person, notes=[{"text": "ny"}]), times=1000
    )
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "failed unavailable"}
    assert len(company.sandbox.journal.writes("visma")) < 12  # the pauses grow
    assert company.open(person) == {"phone"}


def test_an_employee_who_was_deleted_fails_and_holds_nobody_up(company: Company) -> None:
    person, other = company.add(), company.add()
    for one in (person, other):
        company.huma(one, phone=NUMBER)
    run = company.read()
    company.decide(run, "huma", person)
    company.decide(run, "huma", other)
    company.sandbox.visma.delete(person.employee_id)
    company.apply(run)
    states = dict(Change.objects.filter(run=run).values_list("link__visma_id", "state"))
    assert states == {person.employee_id: "failed", other.employee_id: "done"}
    assert Change.objects.get(run=run, state="failed").reason == "gone"


@pytest.mark.parametrize("when", ["before", "put", "lost", "job"])
def test_an_employee_who_vanishes_at_any_moment_is_gone(company: Company, when: str) -> None:
    person = company.add()
    company.huma(person, phone=NUMBER)
    run = company.read()
    company.decide(run, "huma", person)
    faults, path = company.sandbox.faults, employee(person)

    def vanish() -> None:
        company.sandbox.visma.delete(person.employee_id)

    if when == "before":
        vanish()
    elif when == "put":
        faults.before("visma", "PUT", path, vanish)
    else:
        faults.script("visma", "PUT", path, "lost+job-slow:0.4" if when == "lost" else "job-slow:0.4")
        faults.before("visma", "GET", path if when == "lost" else "/jobs/", lambda: None)
        faults.before("visma", "GET", path if when == "lost" else "/jobs/", vanish)
    company.apply(run)
    assert outcomes(run) == {"phone": "failed gone"}


def test_a_deleted_huma_user_fails(company: Company) -> None:
    person = company.add()
    company.huma(person, phone=NUMBER)
    run = company.read()
    company.decide(run, "visma", person)
    company.sandbox.huma.delete(person.user_id)
    company.apply(run)
    assert outcomes(run) == {"phone": "failed gone"}


@pytest.mark.parametrize("way", ["hide", "lock_fields"])
def test_what_huma_hides_or_locks_meanwhile_is_not_written(company: Company, way: str) -> None:
    person = company.add()
    company.clerk(person, number="V77")
    company.phone(person, NUMBER)
    run = company.read()
    company.decide(run, "visma", person)
    getattr(company.sandbox.huma, way)(person.user_id, "employmentId")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"phone": "done", "employment_id": "failed not_editable"}
    assert news(before, company.sandbox.state()) == {"huma": {"phone": NUMBER}}
