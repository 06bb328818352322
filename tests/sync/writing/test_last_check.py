"""Changes that an older version planned aren't sent if they have placeholders or invisible characters."""

import json
from typing import Any

import pytest

from sync import runner
from sync.models import Change, Conflict, EmployeeLink, SyncRun
from tests.sync.driving import sync
from tests.sync.writing.conftest import Company, outcomes


def sent(company: Company) -> str:
    return json.dumps([entry.body for entry in company.sandbox.journal.writes()], ensure_ascii=False)


@pytest.mark.parametrize(
    ("honest", "odd", "planned"),
    [
        ({"phone": "+4722334455"}, {"phone": "12345678"}, "+4712345678"),
        ({"phone": "+4722334455"}, {"phone": "\u200b"}, "\u200b"),
        ({"email": "kaia@firma.no"}, {"email": "kaia@intern"}, "kaia@intern"),
        ({"email": "kaia@firma.no"}, {"email": "kaia@@firma.no"}, "kaia@@firma.no"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_is_no_value_fails_and_says_why(company: Company, honest: Any, odd: Any, planned: str) -> None:
    person, change = planned_before(company, honest, odd, planned)
    before = company.in_visma(person)
    company.apply(change.run)
    (outcome,) = outcomes(change.run).values()
    assert outcome in ("failed placeholder_huma", "failed bad_email")
    assert company.in_visma(person) == before


@pytest.mark.django_db(transaction=True)
def test_a_name_is_sent_without_what_nobody_sees(company: Company) -> None:
    person, change = planned_before(company, {"givenName": "Kaia"}, {"givenName": "Kaia\u200b"}, "Kaia\u200b")
    company.apply(change.run)
    assert "\u200b" not in sent(company)
    assert company.in_visma(person)["personNames"][-1]["firstName"] == "Kaia"
    assert not company.open(person)


def planned_before(company: Company, honest: Any, odd: Any, planned: str) -> tuple[Any, Conflict]:
    """Somebody, and the difference that a person decided about before the update, when ``odd`` was a value."""
    person = company.add()
    assert not company.open(person)
    company.huma(person, **honest)
    run = company.read()
    company.decide(run, "huma", person)
    change = Conflict.objects.get(run=run)
    company.huma(person, **odd)
    change.values = {**(change.values or {}), "to_visma": planned}
    change.save(update_fields=["values"])
    return person, change


@pytest.mark.parametrize(
    "account",
    [
        {"number": "55807302158", "country": "NOR"},
        {"number": "55807302158", "country": ""},
        {"number": "55807302158"},
        {"number": "-", "country": "NO"},
        {"number": "ukjent", "country": "NO"},
        {"number": "n/a", "country": "SE"},
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_is_no_account_of_another_country_is_not_cash(company: Company, account: dict[str, str]) -> None:
    person = company.add()
    assert not company.open(person)
    before = company.in_visma(person)["salaryPaymentMethod"]
    company.huma(person, bankAccount={"type": "national", **account})
    sync(company.connection, "--conflicts", "huma", "--allow-clearing", "--confirm-large")
    assert company.in_visma(person)["salaryPaymentMethod"] == before
    (one,) = Conflict.objects.filter(run__connection=company.connection, field="bank_account")
    assert one.blocked_to_visma in ("unknown_account_country", "bad_account")
    assert one.suggestion == ""


@pytest.mark.django_db(transaction=True)
def test_somebody_to_be_added_gets_what_is_a_value_only(company: Company) -> None:
    company.add("only_huma")
    run = company.read()
    company.create(run, "visma")
    company.confirm(run)
    planned_values(run, phone="12345678", given_name="Kaia\u200b")
    company.ended(runner.drive(run))
    assert outcomes(run) == {"create": "done"}
    link = EmployeeLink.objects.get(linked_by="created")
    new = company.sandbox.visma.employees[link.visma_id].body
    assert new["personNames"][0]["firstName"] == "Kaia"
    assert "12345678" not in sent(company)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_added_to_huma_with_what_is_no_address(company: Company) -> None:
    company.add("only_visma")
    run = company.read()
    company.create(run, "huma")
    company.confirm(run)
    planned_values(run, email="kaia@@firma.no")
    before = len(company.sandbox.huma.users)
    company.ended(runner.drive(run))
    assert outcomes(run)["create"] == "failed bad_email"
    assert len(company.sandbox.huma.users) == before


def planned_values(run: SyncRun, **odd: str) -> None:
    """What an older version planned for somebody who is to be added."""
    change = Change.objects.get(run=run, action="create")
    after: dict[str, Any] = change.after or {}
    change.after = {**after, "values": {**after["values"], **odd}}
    change.save(update_fields=["after"])
