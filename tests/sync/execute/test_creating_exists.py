"""Creating somebody who turns out to be there: found, linked, and nothing of her overwritten."""

import pytest

from sync.models import Change, EmployeeLink, SyncRun
from sync.services import work
from tests.sync.execute.conftest import Company, outcomes
from tests.sync.execute.states import changes


def test_an_email_that_exists_meanwhile_links_and_overwrites_nothing(company: Company) -> None:
    person = company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    email = company.in_visma(person)["emails"][-1]["address"]
    values = {"givenName": "Helt", "familyName": "Annerledes", "email": email.upper()}
    other = company.sandbox.huma.add_user(values)
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run)["create"] == "nothing email_exists"
    assert {state for field, state in outcomes(run).items() if field != "create"} == {"moved moved"}
    assert not changes(before, company.sandbox.state())
    link = EmployeeLink.objects.get(visma_id=person.employee_id)
    assert (link.huma_id, link.linked_by, link.baseline) == (other, "email", {})
    assert {"given_name", "family_name", "phone"} <= company.open()


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
    work.drive(second)
    company.create(second, target)
    company.apply(second)
    before = company.sandbox.state()
    company.apply(first)
    assert Change.objects.get(run=first, action="create").reason == "found_existing"
    assert not changes(before, company.sandbox.state())
