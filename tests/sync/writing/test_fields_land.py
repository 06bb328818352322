"""Each field, in each direction: exactly that field changes in the whole state of both sides."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sync.writing.conftest import Company, outcomes
from tests.sync.writing.states import ABSENT, news

RESIGNED, RESIGNED_VISMA = "employee_resigned", "arbeidstakerHarSagtOppSelv"
DAY = "2099-06-30"
IBAN, BIC = "DE89370400440532013000", "COBADEFFXXX"
HOME = {"line1": "Nyveien 7", "line2": "H0201", "line3": "", "postalCode": "2999", "city": "NYBY", "country": "NO"}

Edit = Callable[[Company, Any], None]


def huma(**values: Any) -> Edit:
    return lambda company, person: company.huma(person, **values)


def huma_dates(**values: Any) -> Edit:
    return lambda company, person: company.sandbox.huma.edit_position(person.user_id, **values)


def clerk(**values: Any) -> Edit:
    return lambda company, person: company.clerk(person, **values)


def clerk_dates(**values: Any) -> Edit:
    return lambda company, person: company.sandbox.visma.edit_position(person.employee_id, **values)


TO_VISMA: dict[str, tuple[str, Edit, dict[str, Any]]] = {
    "phone": ("phone", huma(phone="22 33 44 55"), {"phones[1].number": "+4722334455"}),
    "no phone": ("phone", huma(phone=None), {"phones[1].type": ABSENT, "phones[1].number": ABSENT}),
    "email": ("email", huma(email="ny@fjordheim.example"), {"emails[1].address": "ny@fjordheim.example"}),
    "number": ("employment_id", huma(employmentId="H77"), {"number": "H77"}),
    "first workday": (
        "first_workday",
        huma_dates(firstDayOfWork="2020-02-03"),
        {"positions[0].activeStart": "2020-02-03"},
    ),
    "last workday": (
        "last_workday",
        huma_dates(lastDayOfWork=DAY, endReason=RESIGNED),
        {
            "positions[0].activeEnd": DAY,
            "positions[0].positionEndReason": ABSENT,
            "positions[0].positionEndReason[0]": RESIGNED_VISMA,
        },
    ),
    "last workday, default reason": (
        "last_workday",
        huma_dates(lastDayOfWork=DAY, endReason="other"),
        {
            "positions[0].activeEnd": DAY,
            "positions[0].positionEndReason": ABSENT,
            "positions[0].positionEndReason[0]": RESIGNED_VISMA,
        },
    ),
    "account": (
        "bank_account",
        huma(bankAccount={"type": "national", "number": "5580.73.02158", "country": "NO"}),
        {"salaryPaymentMethod.localBankAccount": "55807302158"},
    ),
    "iban": (
        "bank_account",
        huma(bankAccount={"type": "international", "iban": IBAN, "bic": BIC}),
        {
            "salaryPaymentMethod.internationalBankAccount": True,
            "salaryPaymentMethod.localBankAccount": ABSENT,
            "salaryPaymentMethod.internationalIban": IBAN,
            "salaryPaymentMethod.internationalBankSwift": "COBADEFF",
            "salaryPaymentMethod.internationalBankCountry": "DE",
            "salaryPaymentMethod.internationalRemittanceCountry": "DE",
        },
    ),
    "cash": (
        "bank_account",
        huma(bankAccount=None),
        {"salaryPaymentMethod.paymentType": "cash", "salaryPaymentMethod.localBankAccount": ABSENT},
    ),
    "address": (
        "address",
        huma(homeAddress=HOME),
        {"address.streetName": "Nyveien 7", "address.zipCode": "2999", "address.cityName": "NYBY"},
    ),
    "no address": (
        "address",
        huma(homeAddress=None),
        {"address.streetName": ABSENT, "address.zipCode": ABSENT, "address.cityName": ABSENT},
    ),
}

TO_HUMA: dict[str, tuple[str, Edit, dict[str, Any]]] = {
    "number": ("employment_id", clerk(number="V77"), {"employmentId": "V77"}),
    "first workday": (
        "first_workday",
        clerk_dates(activeStart="2020-02-03"),
        {"positions[0].firstDayOfWork": "2020-02-03"},
    ),
    "last workday": (
        "last_workday",
        clerk_dates(activeEnd=DAY, positionEndReason=[RESIGNED_VISMA]),
        {"positions[0].lastDayOfWork": DAY, "positions[0].endReason": RESIGNED},
    ),
    "phone": ("phone", lambda company, person: company.phone(person, "22 33 44 55"), {"phone": "+4722334455"}),
    "email": ("email", lambda company, person: company.email(person, "Ny@x.example"), {"email": "Ny@x.example"}),
    "given name": (
        "given_name",
        lambda company, person: company.clerk(
            person, personNames=[{**company.in_visma(person)["personNames"][0], "firstName": "Nytt"}]
        ),
        {"givenName": "Nytt"},
    ),
    "account": (
        "bank_account",
        clerk(
            salaryPaymentMethod={
                "paymentType": "bank",
                "internationalBankAccount": False,
                "localBankAccount": "55807302158",
            }
        ),
        {"bankAccount.number": "55807302158"},
    ),
    "iban": (
        "bank_account",
        clerk(
            salaryPaymentMethod={
                "paymentType": "bank",
                "internationalBankAccount": True,
                "internationalIban": IBAN,
                "internationalBankSwift": BIC,
                "internationalBankCountry": "DE",
                "internationalRemittanceCountry": "DE",
            }
        ),
        {
            "bankAccount.type": "international",
            "bankAccount.code": "INTERNATIONAL",
            "bankAccount.iban": IBAN,
            "bankAccount.bic": "COBADEFF",
            "bankAccount.number": ABSENT,
            "bankAccount.country": ABSENT,
        },
    ),
    "cash": (
        "bank_account",
        clerk(salaryPaymentMethod={"paymentType": "cash", "internationalBankAccount": False}),
        {f"bankAccount.{key}": ABSENT for key in ("type", "number", "country", "code")},
    ),
    "address": (
        "address",
        clerk(address={"streetName": "Nyveien 7", "zipCode": "2999", "cityName": "NYBY", "countryCode": "NO"}),
        {"homeAddress.line1": "Nyveien 7", "homeAddress.postalCode": "2999", "homeAddress.city": "NYBY"},
    ),
}


def land(company: Company, field: str, edit: Edit, choice: str, expected: dict[str, Any]) -> None:
    """Edit, sync that one field, and assert that nothing else changes on either side."""
    company.add()
    person = company.add()  # the fourth one's first email and phone are private
    edit(company, person)
    before = company.sandbox.state()
    run = company.read()
    company.decide(run, choice, person, field)
    company.apply(run)
    assert outcomes(run) == {field: "done"}
    target = "visma" if choice == "huma" else "huma"
    assert news(before, company.sandbox.state()) == {target: expected}
    assert field not in company.open(person)


@pytest.mark.parametrize("case", TO_VISMA)
def test_to_visma_only_that_field_changes(company: Company, case: str) -> None:
    field, edit, expected = TO_VISMA[case]
    land(company, field, edit, "huma", expected)


@pytest.mark.parametrize("case", TO_HUMA)
def test_to_huma_only_that_field_changes(company: Company, case: str) -> None:
    field, edit, expected = TO_HUMA[case]
    land(company, field, edit, "visma", expected)
