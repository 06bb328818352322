"""The seeded company disagrees in every way, mostly matches, and is the same every time."""

import time
from typing import Any

import phonenumbers
import pytest
from schwifty import IBAN
from stdnum.no import kontonr

from connections.sandbox import Sandbox
from connections.sandbox.seed.accounts import WAYS as ACCOUNTS
from connections.sandbox.seed.cases import WAYS
from tests.connections.sandbox.callers import VismaCaller


def numbers(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    return {one.body["number"]: one.body for one in sandbox.visma.employees.values()}


def test_the_same_seed_makes_the_same_company() -> None:
    assert Sandbox(60, seed=3).state() == Sandbox(60, seed=3).state()
    assert Sandbox(60, seed=3).state() != Sandbox(60, seed=4).state()


def test_fifty_people_disagree_in_every_way_there_is() -> None:
    people = Sandbox(50).people
    assert people.keys() >= {way.__name__ for way in (*WAYS, *ACCOUNTS)}
    assert people.keys() >= {
        *("only_huma", "only_huma_without_number", "only_huma_consultant", "service_user", "only_visma"),
        *("only_visma_former", "only_visma_without_email", "one_email_for_two", "possible_match", "same_number"),
        "number_of_another",
    }


@pytest.mark.parametrize("employees", [50, 500])
def test_most_people_match_by_number_or_email_and_few_numbers_contradict(employees: int) -> None:
    sandbox = Sandbox(employees)
    by_number = numbers(sandbox)
    emails = {entry["address"].casefold() for one in by_number.values() for entry in one["emails"]}
    matched = contradicting = equal = 0
    for user in sandbox.huma.users.values():
        other = by_number.get(user.values.get("employmentId", ""))
        if other:
            equal += 1
            contradicting += other["dateOfBirth"] != user.values["birthDate"]
        same = other is not None and other["dateOfBirth"] == user.values["birthDate"]
        matched += same or user.values["email"].casefold() in emails
    assert matched >= len(sandbox.huma.users) * 2 / 3
    assert contradicting < equal * 0.1


def test_every_account_has_right_check_digits_unless_it_is_meant_to_be_wrong() -> None:
    sandbox = Sandbox(300)
    wrong = {one.user_id for one in sandbox.people["account_wrong_digits"]}
    for user in sandbox.huma.users.values():
        account = user.values.get("bankAccount", {})
        if account.get("country") == "NO":
            assert kontonr.is_valid(account["number"].replace(".", "")) == (user.id not in wrong)
        elif account.get("type") == "international":
            assert IBAN(account["iban"]).is_valid


def test_every_phone_but_one_kind_can_be_parsed() -> None:
    sandbox = Sandbox(300)
    unparsable = {one.user_id for one in sandbox.people["phone_unparsable"]}
    for user in sandbox.huma.users.values():
        if user.type == "user" and user.id not in unparsable:
            assert phonenumbers.is_valid_number(phonenumbers.parse(user.values["phone"], "NO"))


def test_employee_numbers_and_emails_are_unique_on_their_side() -> None:
    sandbox = Sandbox(2000)
    assert len(numbers(sandbox)) == len(sandbox.visma.employees)
    emails = [user.values["email"].casefold() for user in sandbox.huma.users.values()]
    assert len(set(emails)) == len(emails)


def test_every_seeded_document_can_be_written_back_as_it_is() -> None:
    with Sandbox(50, job_seconds=(0, 0)) as sandbox:
        visma, before = VismaCaller(sandbox), sandbox.state()
        for id, employee in sandbox.visma.employees.items():
            assert visma.put(f"/employees/{id}")["status"] == "Succeeded"
            for position in list(employee.positions):
                assert visma.put(f"/employees/{id}/positions/{position}")["status"] == "Succeeded"
        assert sandbox.state() == before
        visma.close()


def test_documents_carry_what_nobody_has_heard_of() -> None:
    sandbox = Sandbox(5)
    for one in sandbox.visma.employees.values():
        assert one.body.keys() >= {"personIds", "relatives", "taxInformation", "unions", "notes", "statisticalCodes"}


def test_a_small_or_empty_company_is_one_too() -> None:
    assert Sandbox(0).state() == {"huma": {}, "visma": {}}
    assert len(Sandbox(1).people["equal"]) == 1


def test_somebody_can_be_added_later() -> None:
    sandbox = Sandbox(10)
    new = sandbox.add_person("only_huma")
    assert new.employee_id is None
    assert new in sandbox.people["only_huma"]
    both = sandbox.add_person()
    user, employee = sandbox.huma.users[str(both.user_id)], sandbox.visma.employees[str(both.employee_id)]
    assert user.values["employmentId"] == employee.body["number"]


def test_ten_thousand_are_made_quickly() -> None:
    began = time.monotonic()
    sandbox = Sandbox(10_000)
    assert time.monotonic() - began < 30
    assert len(sandbox.huma.users) > 9_000
    names = [(one.values["givenName"], one.values["familyName"]) for one in sandbox.huma.users.values()]
    assert len(set(names)) > len(names) * 0.9
