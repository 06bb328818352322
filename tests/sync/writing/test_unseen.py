"""Neither invisible characters nor placeholders are written to a side."""

import json
from typing import Any

import pytest

from connections.sandbox.clock import today
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import news

SIGNS = "\u200b\u202e\u00ad\ufeff\x00\ud800\u2060"
IN_JSON = ("u200b", "u202e", "u00ad", "ufeff", "u0000", "ud800", "u2060")
HOME = {"line1": "Nyveien\r\n7", "line2": "", "line3": "", "postalCode": "5003", "city": "Bergen", "country": "NO"}
IBAN, BIC = "XK051212012345678906", "NCBVXKPR"


def dirty(text: str) -> str:
    """The text with what nobody sees within and around it."""
    return f"{SIGNS}{text[:2]}{SIGNS}{text[2:]}{SIGNS}"


def written(company: Company) -> str:
    """All bodies that were sent to either side."""
    return json.dumps([entry.body for entry in company.sandbox.journal.writes()])


def assert_seen(company: Company) -> None:
    sent = written(company)
    assert not [sign for sign in IN_JSON if f"\\{sign}" in sent]


def test_huma_s_texts_go_to_visma_without_it(company: Company) -> None:
    person = company.add()
    assert not company.open(person)
    company.huma(
        person,
        givenName=dirty("Kari"),
        familyName=dirty("Nordmann"),
        email=dirty("kari.n@x.example"),
        phone=dirty("22334455"),
        employmentId=dirty("H77"),
        homeAddress={key: dirty(text) if text else "" for key, text in HOME.items()},
        bankAccount={"type": "national", "number": dirty("55807302158"), "country": "NO"},
    )
    run = company.sync("huma", person)
    assert set(outcomes(run).values()) == {"done"}
    assert_seen(company)
    document = company.in_visma(person)
    assert document["number"] == "H77"
    assert document["address"]["streetName"] == "Nyveien 7"
    assert document["salaryPaymentMethod"]["localBankAccount"] == "55807302158"
    assert {"type": "business", "address": "kari.n@x.example"} in document["emails"]
    assert company.link(person).name == "Kari Nordmann"
    assert not company.open(person)


def test_visma_s_texts_go_to_huma_without_it(company: Company) -> None:
    person = company.add()
    assert not company.open(person)
    names = company.in_visma(person)["personNames"]
    company.clerk(
        person,
        personNames=[{**names[0], "firstName": dirty("Kari"), "lastName": dirty("Nordmann")}],
        number=dirty("V77"),
        address={"streetName": "Nyveien\n7", "zipCode": dirty("5003"), "cityName": dirty("Os"), "countryCode": "NO"},
    )
    company.email(person, dirty("kari.n@x.example"))
    company.phone(person, dirty("22334455"))
    run = company.sync("visma", person)
    assert set(outcomes(run).values()) == {"done"}
    assert_seen(company)
    values = company.sandbox.huma.users[person.user_id].values
    assert (values["givenName"], values["email"], values["employmentId"]) == ("Kari", "kari.n@x.example", "V77")
    assert values["homeAddress"]["line1"] == "Nyveien 7"
    assert not company.open(person)


@pytest.mark.parametrize("side", ["visma", "huma"])
def test_who_is_created_is_created_without_it(company: Company, side: str) -> None:
    if side == "visma":
        person = company.add("only_huma")
        company.huma(person, givenName=dirty("Kari"), email=dirty("kari.n@x.example"), homeAddress=HOME)
    else:
        person = company.add("only_visma")
        names = company.in_visma(person)["personNames"]
        company.clerk(person, personNames=[{**names[0], "firstName": dirty("Kari")}])
        company.email(person, dirty("kari.n@x.example"))
    run = company.read()
    company.create(run, side)
    company.apply(run)
    assert set(outcomes(run).values()) == {"done"}
    assert_seen(company)
    assert "kari.n@x.example" in written(company)
    assert not company.open()


def test_people_who_differ_only_in_it_agree(company: Company) -> None:
    person = company.add()
    values = company.sandbox.huma.users[person.user_id].values
    company.huma(person, givenName=dirty(values["givenName"]), phone=dirty(values["phone"]))
    assert not company.open(person)


PLACEHOLDERS: dict[str, Any] = {
    "phone": {"phone": "00000000"},
    "email": {"email": "ukjent@ukjent.invalid"},
    "bank_account": {"bankAccount": {"type": "national", "number": "00000000000", "country": "NO"}},
}


@pytest.mark.parametrize("field", PLACEHOLDERS)
def test_a_placeholder_is_written_nowhere_and_visma_s_value_replaces_it(company: Company, field: str) -> None:
    person = company.add()
    company.huma(person, **PLACEHOLDERS[field])
    run = company.read()
    (one,) = run.conflicts.filter(link=company.link(person))
    assert (one.field, one.kind, one.blocked_to_visma) == (field, "huma_empty", "placeholder_huma")
    company.decide(run, "visma", person)
    before = company.sandbox.state()
    assert outcomes(company.apply(run)) == {field: "done"}
    assert news(before, company.sandbox.state()).keys() == {"huma"}
    assert not company.open(person)


def test_a_last_workday_that_means_none_is_written_nowhere(company: Company) -> None:
    person = company.add()
    company.sandbox.visma.edit_position(person.employee_id, activeEnd="9999-12-31", positionEndReason=["x"])
    assert not company.open(person)
    company.sandbox.huma.edit_position(person.user_id, lastDayOfWork=today().isoformat())
    run = company.read()
    (one,) = run.conflicts.filter(link=company.link(person))
    assert one.suggestion == "huma"
    assert one.empties_huma


def test_an_account_in_kosovo_is_written_as_it_is(company: Company) -> None:
    person = company.add()
    company.huma(person, bankAccount={"type": "international", "iban": IBAN, "bic": BIC})
    assert outcomes(company.sync("huma", person)) == {"bank_account": "done"}
    method = company.in_visma(person)["salaryPaymentMethod"]
    assert (method["internationalIban"], method["internationalBankSwift"]) == (IBAN, BIC)
    assert not company.open(person)


def test_a_creation_leaves_placeholders_out(company: Company) -> None:
    person: Person = company.add("only_huma")
    company.huma(person, **PLACEHOLDERS["phone"], **PLACEHOLDERS["bank_account"])
    run = company.read()
    company.create(run, "visma")
    company.apply(run)
    assert outcomes(run) == {"create": "done"}
    sent = written(company)
    assert "phones" not in sent
    assert "salaryPaymentMethod" not in sent
