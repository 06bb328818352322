"""Creating somebody whose email exists already: linked if it is the same person, asked about if it may be."""

import pytest

from sync import runner
from sync.models import Change, EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun
from sync.wizard import creation
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import changes


def email_of(company: Company, person: Person) -> str:
    """The business email that somebody has in Visma."""
    return str(company.in_visma(person)["emails"][-1]["address"])


def test_an_email_that_exists_meanwhile_links_the_same_person_and_overwrites_nothing(company: Company) -> None:
    person = company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    name = company.in_visma(person)["personNames"][-1]
    values = {
        "givenName": name["firstName"],
        "familyName": name["lastName"],
        "email": email_of(company, person).upper(),
    }
    other = company.sandbox.huma.add_user(values)
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run)["create"] == "nothing email_exists"
    assert {state for field, state in outcomes(run).items() if field != "create"} == {"moved moved"}
    assert not changes(before, company.sandbox.state())
    link = EmployeeLink.objects.get(visma_id=person.employee_id)
    assert (link.huma_id, link.linked_by, link.baseline) == (other, "email", {})
    assert "phone" in company.open()


CODES = ["user:email-already-exists", "email_already_in_use", "EMAIL-NOT-UNIQUE", "invalid:email"]


@pytest.mark.parametrize("code", CODES)
def test_a_strangers_email_is_asked_about_whatever_the_refusal_is_called(company: Company, code: str) -> None:
    company.sandbox.huma.email_taken_code = code
    person = company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    values = {"givenName": "Helt", "familyName": "Annerledes", "email": email_of(company, person)}
    stranger = company.sandbox.huma.add_user(values)
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run)["create"] == "failed create_email_taken"
    assert {state for field, state in outcomes(run).items() if field != "create"} <= {"failed creation_failed"}
    assert not changes(before, company.sandbox.state())
    assert not EmployeeLink.objects.filter(visma_id=person.employee_id).exists()
    asked = PossibleMatch.objects.get(run=run)
    assert (asked.huma.vendor_id, asked.visma.vendor_id, asked.decision) == (stranger, person.employee_id, "")
    again = company.read()
    assert EmployeeSnapshot.objects.get(run=again, vendor_id=person.employee_id).create_blocked == "create_open_match"


def test_an_email_of_somebody_linked_to_another_fails(company: Company) -> None:
    first, person = company.add(), company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    company.huma(first, email=company.in_visma(person)["emails"][-1]["address"])
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run)["create"] == "failed email_exists_linked"
    assert not changes(before, company.sandbox.state())
    assert not EmployeeLink.objects.filter(visma_id=person.employee_id).exists()


def test_two_who_were_called_different_are_not_linked_by_an_email(company: Company) -> None:
    person = company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    email = company.in_visma(person)["emails"][-1]["address"]
    other = company.sandbox.huma.add_user({"givenName": "En", "familyName": "Annen", "email": email})
    EmployeeLink.objects.create(
        connection=company.connection, huma_id=other, visma_id=person.employee_id, state="different", linked_by="person"
    )
    company.apply(run)
    assert outcomes(run)["create"] == "failed create_email_taken"
    assert EmployeeLink.objects.get(huma_id=other).state == "different"


@pytest.mark.parametrize("target", ["visma", "huma"])
def test_nobody_is_created_whom_another_run_created_meanwhile(company: Company, target: str) -> None:
    company.add("only_huma" if target == "visma" else "only_visma")
    first = company.read()
    company.create(first, target)
    second = SyncRun.objects.create(connection=company.connection, trigger="command", started_by="command")
    runner.drive(second)
    company.create(second, target)
    company.apply(second)
    before = company.sandbox.state()
    company.apply(first)
    assert Change.objects.get(run=first, action="create").reason == "found_existing"
    assert not changes(before, company.sandbox.state())


def test_an_address_of_a_program_is_nobodys_and_is_not_tried_again(company: Company) -> None:
    person = company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    values = {"givenName": "Lønn", "familyName": "Robot", "email": email_of(company, person).upper()}
    company.sandbox.huma.add_user(values, type="service_user")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run)["create"] == "failed create_email_taken"
    assert not changes(before, company.sandbox.state())
    assert not PossibleMatch.objects.filter(run=run).exists()
    again = company.read()
    assert EmployeeSnapshot.objects.get(run=again, vendor_id=person.employee_id).create_blocked == "create_email_taken"
    assert not PossibleMatch.objects.filter(run=again).exists()


def test_an_address_of_a_program_stays_taken_whatever_is_decided_about_others(company: Company) -> None:
    person, other = company.add("only_visma"), company.add("only_visma")
    values = {"givenName": "Lønn", "familyName": "Robot", "email": email_of(company, person)}
    company.sandbox.huma.add_user(values, type="service_user")
    company.email(other, email_of(company, person))
    run = company.read()
    people = EmployeeSnapshot.objects.filter(run=run, side="visma")
    creation.never_add(run, company.user, people.get(vendor_id=other.employee_id).pk)
    assert people.get(vendor_id=person.employee_id).create_blocked == "create_email_taken"
    assert values["email"] not in str(SyncRun.objects.get(pk=run.pk).progress)
