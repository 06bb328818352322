"""Answers that get lost, before or after the effect: looked for, and never sent again blindly."""

from typing import Any

import pytest

from sync import runner
from sync.models import EmployeeLink
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import changes, news

NUMBER = "+4722334455"
EMPLOYEE = "/v2/employees/[0-9a-f-]+$"


def to_visma(company: Company) -> Person:
    """Somebody whose phone is to be written to Visma."""
    person = company.add()
    company.huma(person, phone=NUMBER)
    return person


def last_phone(company: Company, person: Person) -> str:
    return str(company.in_visma(person)["phones"][-1]["number"])


@pytest.mark.parametrize("kind", ["lost", "cut", "lost+job-slow:0.5", "cut+job-slow:0.5"])
def test_a_put_whose_answer_is_lost_is_not_sent_twice(company: Company, kind: str) -> None:
    person = to_visma(company)
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, kind)
    before = company.sandbox.state()
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "done"}
    assert news(before, company.sandbox.state()) == {"visma": {"phones[0].number": NUMBER}}
    assert len(company.sandbox.journal.writes()) == 1
    assert not company.open(person)


def test_a_put_of_a_position_whose_answer_is_lost_waits_for_its_job(company: Company) -> None:
    person = company.add()
    company.sandbox.huma.edit_position(person.user_id, firstDayOfWork="2020-02-03")
    company.sandbox.faults.script("visma", "PUT", "/positions/", "lost+job-slow:0.5")
    run = company.sync("huma", person)
    assert outcomes(run) == {"first_workday": "done"}
    assert len(company.sandbox.journal.writes()) == 1


@pytest.mark.parametrize("kind", ["reset", "500", "502", "503", "not-json", "lost+job-fails"])
def test_a_put_that_had_no_effect_is_sent_again(company: Company, kind: str) -> None:
    person = to_visma(company)
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, kind)
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "failed broken_contract" if kind == "not-json" else "done"}
    assert (last_phone(company, person) == NUMBER) is (kind != "not-json")


def test_a_clerk_who_edits_while_an_answer_is_lost_wins(company: Company) -> None:
    person = to_visma(company)
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, "reset")
    company.sandbox.faults.before("visma", "GET", EMPLOYEE, lambda: None)
    company.sandbox.faults.before("visma", "GET", EMPLOYEE, lambda: company.phone(person, "+4733445566"))
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "moved moved"}
    assert last_phone(company, person) == "+4733445566"
    assert company.open(person) == {"phone"}


def test_a_look_that_fails_sends_nothing(company: Company, quick: Any) -> None:
    """Also if only the token can't be had."""
    quick.CREATE_SETTLE_SECONDS = 0.2
    company.add("only_huma")
    run = company.read()
    company.create(run, "visma")
    company.confirm(run)
    faults = company.sandbox.faults
    faults.script("visma", "POST", "withPosition", "lost+job-slow:1")
    faults.before("visma", "GET", "/employees$", company.sandbox.expire_tokens)
    faults.script("visma", "POST", "/connect/token", "500", times=3)
    before = company.sandbox.state()
    company.ended(runner.drive(run))
    assert outcomes(run) == {"create": "done"}
    assert len(company.sandbox.state()["visma"]) == len(before["visma"]) + 1
    assert len(company.sandbox.journal.of("visma", "POST", "withPosition")) == 1


@pytest.mark.parametrize("kind", ["lost", "cut", "lost+job-slow:1", "reset", "503", "429:1", "not-json"])
def test_a_creation_in_visma_happens_once(company: Company, kind: str) -> None:
    person = company.add("only_huma")
    company.sandbox.faults.script("visma", "POST", "withPosition", kind)
    before = company.sandbox.state()
    run = company.read()
    company.create(run, "visma")
    company.apply(run)
    expected = "failed broken_contract" if kind == "not-json" else "done"
    assert outcomes(run) == {"create": expected}
    assert len(company.sandbox.state()["visma"]) == len(before["visma"]) + (expected == "done")
    assert EmployeeLink.objects.filter(huma_id=person.user_id).exists() is (expected == "done")
    assert not company.open(person)


@pytest.mark.parametrize("kind", ["lost", "cut", "reset", "503", "429:1", "not-json"])
def test_a_creation_in_huma_happens_once(company: Company, kind: str) -> None:
    person = company.add("only_visma")
    company.sandbox.faults.script("huma", "POST", "/users$", kind)
    before = company.sandbox.state()
    run = company.read()
    company.create(run, "huma")
    company.apply(run)
    assert set(outcomes(run).values()) == {"done"}
    assert len(company.sandbox.state()["huma"]) == len(before["huma"]) + 1
    assert EmployeeLink.objects.get(visma_id=person.employee_id).linked_by == "created"
    assert not company.open(person)


@pytest.mark.parametrize("kind", ["reset", "503"])
def test_somebody_who_was_there_is_not_taken_for_ours(company: Company, kind: str) -> None:
    """The first POST had no effect, and the email is another person's, who keeps what they have."""
    person = company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    email = company.in_visma(person)["emails"][-1]["address"]
    company.sandbox.huma.add_user({"givenName": "Helt", "familyName": "Annerledes", "email": email})
    company.sandbox.faults.script("huma", "POST", "/users$", kind)
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run)["create"] == "failed create_email_taken"
    assert not changes(before, company.sandbox.state())


@pytest.mark.parametrize("kind", ["lost", "cut", "reset", "500", "429:1", "not-json"])
def test_a_patch_lands_whatever_happens_to_its_answer(company: Company, kind: str) -> None:
    person = company.add()
    company.phone(person, NUMBER)
    company.sandbox.faults.script("huma", "PATCH", "/users/", kind)
    before = company.sandbox.state()
    run = company.sync("visma", person)
    assert outcomes(run) == {"phone": "done"}
    assert news(before, company.sandbox.state()) == {"huma": {"phone": NUMBER}}
    lost = kind in ("lost", "cut")
    assert len(company.sandbox.journal.writes()) == (1 if lost else 2)


def test_an_email_that_waits_for_the_person_is_not_sent_again_where_the_answer_is_lost(company: Company) -> None:
    company.sandbox.huma.email_needs_confirmation = True
    person = company.add()
    company.email(person, "ny.adresse@example.com")
    company.sandbox.faults.script("huma", "PATCH", "/users/", "lost")
    run = company.sync("visma", person, "email")
    assert outcomes(run) == {"email": "nothing waits_for_person"}
    assert len(company.sandbox.journal.of("huma", "PATCH")) == 1
    assert not company.open(person)
