"""Each direction that isn't possible, with the exact reason, and similar ones that are possible."""

from typing import Any

import pytest

from sync.core.deciding.automatic_limits import EMPTIED_BY_ITSELF
from sync.core.deciding.compare import forbidden
from sync.core.fields import FIELDS, field
from sync.core.reasons import SENTENCES
from sync.core.records.employee import Side
from tests.sync.core.documents import (
    SWEDISH_BIC,
    SWEDISH_IBAN,
    Doc,
    both,
    day,
    huma_doc,
    huma_place,
    pair,
    read_huma,
    read_visma,
    visma_doc,
    visma_place,
    wrap,
)

HUMA, VISMA = Side.HUMA, Side.VISMA
LONG = "1234567890123"


def bank(**value: Any) -> Doc:
    return wrap({"code": "x", **value})


def business(kind: str, key: str, *texts: str) -> Doc:
    return {kind: [{"type": "business", key: text} for text in texts]}


def method(**more: Any) -> Doc:
    return {"salaryPaymentMethod": {"paymentType": "bank", "internationalBankAccount": False, **more}}


def address(country: str | None) -> Doc:
    return wrap({"line1": "Storgata 1", "postalCode": "0150", "city": "Oslo", "country": country})


LOCKED = {"editable": False}
WORLDWIDE = {"internationalBankAccount": True, "internationalIban": SWEDISH_IBAN}

CASES: list[tuple[str, Side, Doc, Doc, str]] = [
    ("given_name", VISMA, {"givenName": wrap()}, {}, "would_be_empty"),
    ("given_name", VISMA, {"givenName": wrap("  ")}, {}, "would_be_empty"),
    ("given_name", HUMA, {}, {"personNames": []}, "would_be_empty"),
    ("family_name", VISMA, {"familyName": wrap()}, {}, "would_be_empty"),
    ("family_name", HUMA, {}, {"personNames": []}, "would_be_empty"),
    ("given_name", HUMA, {"givenName": {"value": "A", **LOCKED}}, {}, "not_editable"),
    ("given_name", VISMA, {"givenName": {"value": "A", **LOCKED}}, {}, ""),
    ("email", VISMA, {"email": wrap()}, {}, "would_be_empty"),
    ("email", HUMA, {}, {"emails": []}, "would_be_empty"),
    ("email", HUMA, {}, business("emails", "address", "not an address"), "bad_email"),
    ("email", VISMA, {"email": wrap("a@b")}, {}, "placeholder_huma"),
    ("email", VISMA, {"email": {"value": "a@b", **LOCKED}}, {}, "placeholder_huma"),
    ("email", HUMA, {}, business("emails", "address", "a@b"), "placeholder_visma"),
    ("phone", VISMA, {"phone": wrap("00000000")}, business("phones", "number", "1", "2"), "placeholder_huma"),
    ("phone", HUMA, {}, business("phones", "number", "00000000", "2"), "placeholder_visma"),
    ("email", HUMA, {"email": {"value": "a@x.no", **LOCKED}}, {}, "not_editable"),
    ("phone", VISMA, {"phone": wrap("call me")}, {}, "bad_phone"),
    ("phone", HUMA, {}, business("phones", "number", "call me"), ""),
    ("phone", VISMA, {"phone": wrap()}, business("phones", "number", "22334455"), ""),
    ("phone", VISMA, {"phone": wrap()}, business("phones", "number", "1", "2"), "several_business"),
    ("phone", VISMA, {"phone": wrap("22334455")}, business("phones", "number", "1", "2"), ""),
    ("phone", HUMA, {"phone": wrap("22334455")}, {}, ""),
    ("employment_id", VISMA, {"employmentId": wrap()}, {"number": "1"}, "number_empty"),
    ("employment_id", HUMA, {"employmentId": wrap("1")}, {}, ""),
    ("employment_id", VISMA, {"employmentId": wrap(LONG)}, {"number": "1"}, "number_too_long"),
    ("employment_id", VISMA, {"employmentId": wrap(f" {LONG[:12]} ")}, {"number": "1"}, ""),
    ("employment_id", VISMA, {"employmentId": wrap("7")}, {"number": "1"}, "number_taken"),
    ("employment_id", VISMA, {"employmentId": wrap("8")}, {"number": "1"}, ""),
    ("employment_id", HUMA, {"employmentId": {"value": "9", **LOCKED}}, {"number": "1"}, "not_editable"),
    (
        "bank_account",
        VISMA,
        {"bankAccount": bank(type="national", number="86011117948", country="NO")},
        {},
        "bad_check_digits",
    ),
    ("bank_account", VISMA, {"bankAccount": bank(type="national", number="6011794", country="NO")}, {}, "bad_account"),
    (
        "bank_account",
        VISMA,
        {"bankAccount": bank(type="national", number="1", country="SE")},
        method(localBankAccount=""),
        "",
    ),
    ("bank_account", VISMA, {"bankAccount": bank(type="international", iban=SWEDISH_IBAN, bic="")}, {}, ""),
    ("bank_account", VISMA, {"bankAccount": bank(type="wallet", iban=SWEDISH_IBAN)}, {}, "unknown_account_type"),
    ("bank_account", VISMA, {}, {"salaryPaymentMethod": {"paymentType": "cheque"}}, ""),
    ("bank_account", HUMA, {"bankAccount": bank(type="wallet", iban=SWEDISH_IBAN)}, {}, ""),
    ("bank_account", HUMA, {}, {"salaryPaymentMethod": {"paymentType": "cheque"}}, "unknown_payment_type"),
    (
        "bank_account",
        VISMA,
        {"bankAccount": bank(type="international", iban="SE4650000000058398257466", bic=SWEDISH_BIC)},
        {},
        "bad_check_digits",
    ),
    ("bank_account", HUMA, {}, method(localBankAccount="86011117948"), "bad_check_digits"),
    ("bank_account", HUMA, {}, method(**WORLDWIDE), "no_bic"),
    ("bank_account", HUMA, {}, method(**WORLDWIDE, internationalBankSwift=SWEDISH_BIC), ""),
    ("bank_account", HUMA, {"bankAccount": LOCKED}, method(localBankAccount="86011117947"), "not_editable"),
    ("bank_account", HUMA, {"bankAccount": bank(type="national", number="86011117947", country="NO")}, {}, ""),
    ("address", VISMA, {"homeAddress": address("Norway")}, {}, "bad_country"),
    ("address", VISMA, {"homeAddress": address("")}, {}, "bad_country"),
    ("address", VISMA, {"homeAddress": address("no")}, {}, ""),
    ("address", HUMA, {}, {"address": {"streetName": "A", "countryCode": "NOR"}}, "bad_country"),
    ("address", HUMA, {}, {"address": {"streetName": "A"}}, "bad_country"),
    ("address", HUMA, {"homeAddress": {"value": None, **LOCKED}}, {"address": {"streetName": "A"}}, "not_editable"),
    ("address", VISMA, {"homeAddress": wrap()}, {"address": {"streetName": "A", "countryCode": "NO"}}, ""),
]


@pytest.mark.parametrize(("name", "target", "huma", "visma", "code"), CASES)
def test_a_direction_is_forbidden_for_one_reason(name: str, target: Side, huma: Doc, visma: Doc, code: str) -> None:
    two = both(huma_doc(**huma), visma_doc(**visma), numbers={"7": "somebody else", "8": "v1", "1": "v1"})
    reason = forbidden(field(name), target, two)
    assert (reason.code if reason else "") == code


END = wrap(day(20))
DATE_CASES: list[tuple[str, Side, Doc, Doc, str, str]] = [
    ("first_workday", VISMA, {"contractStartDate": wrap()}, {}, "", "would_be_empty"),
    ("first_workday", HUMA, {}, {"activeStart": None}, "", "would_be_empty"),
    ("first_workday", HUMA, {"firstDayOfWork": LOCKED}, {"activeStart": "2021-01-01"}, "", "not_editable"),
    ("first_workday", VISMA, {"firstDayOfWork": {"value": "2021-01-01", **LOCKED}}, {}, "", ""),
    ("last_workday", VISMA, {"lastDayOfWork": END}, {}, "", "no_end_reason"),
    ("last_workday", VISMA, {"lastDayOfWork": END, "endReason": wrap("other")}, {}, "", "no_end_reason"),
    ("last_workday", VISMA, {"lastDayOfWork": END}, {}, "arbeidstakerHarSagtOppSelv", ""),
    (
        "last_workday",
        VISMA,
        {"lastDayOfWork": END, "endReason": wrap("employee_retired")},
        {"activeEnd": day(9), "positionEndReason": ["arbeidstakerHarSagtOppSelv"]},
        "arbeidstakerHarSagtOppSelv",
        "unknown_end_reason",
    ),
    ("last_workday", HUMA, {}, {"activeEnd": day(9), "positionEndReason": ["new"]}, "", "unknown_end_reason_visma"),
    ("last_workday", VISMA, {"endReason": wrap("employee_retired")}, {"activeEnd": day(9)}, "", ""),
    ("last_workday", VISMA, {"lastDayOfWork": END, "endReason": wrap("employee_resigned")}, {}, "", ""),
    ("last_workday", VISMA, {"lastDayOfWork": END}, {"activeEnd": day(9), "positionEndReason": ["x"]}, "", ""),
    ("last_workday", VISMA, {}, {"activeEnd": day(9), "positionEndReason": ["x"]}, "", ""),
    ("last_workday", HUMA, {"lastDayOfWork": END}, {}, "", ""),
    ("last_workday", HUMA, {"lastDayOfWork": END, "contractEndDate": wrap(day(30))}, {}, "", "contract_ends"),
    ("last_workday", HUMA, {"contractEndDate": wrap(day(30))}, {}, "", "contract_ends"),
    ("last_workday", HUMA, {"lastDayOfWork": LOCKED}, {"activeEnd": day(9)}, "", "not_editable"),
]


@pytest.mark.parametrize(("name", "target", "huma", "visma", "default", "code"), DATE_CASES)
def test_a_date_is_forbidden_for_one_reason(
    name: str, target: Side, huma: Doc, visma: Doc, default: str, code: str
) -> None:
    two = both(huma_position=huma_place(**huma), visma_position=visma_place(**visma), default_end_reason=default)
    reason = forbidden(field(name), target, two)
    assert (reason.code if reason else "") == code


@pytest.mark.parametrize("target", Side)
@pytest.mark.parametrize("name", ["first_workday", "last_workday"])
@pytest.mark.parametrize(
    ("in_huma", "in_visma", "code"),
    [
        (False, True, "no_position_huma"),
        (True, False, "no_position_visma"),
        (False, False, "no_position_huma"),
    ],
)
def test_dates_need_a_position_on_both_sides(target: Side, name: str, in_huma: bool, in_visma: bool, code: str) -> None:
    huma = read_huma(huma_doc(), *([huma_place()] if in_huma else []))
    visma = read_visma(visma_doc(), *([visma_place()] if in_visma else []))
    reason = forbidden(field(name), target, pair(huma, visma))
    assert reason is not None
    assert reason.code == code


def test_another_employment_is_a_better_reason_than_a_locked_field() -> None:
    huma = read_huma(huma_doc(), huma_place(contractStartDate=wrap(day(-10)), firstDayOfWork=LOCKED))
    visma = read_visma(visma_doc(), visma_place(activeEnd="2024-05-31"))
    reason = forbidden(field("first_workday"), HUMA, pair(huma, visma))
    assert reason is not None
    assert reason.code == "no_pair"


def test_a_number_that_is_too_long_says_how_long() -> None:
    reason = forbidden(field("employment_id"), VISMA, both(huma_doc(employmentId=wrap(LONG))))
    assert reason is not None
    assert dict(reason.params) == {"length": 13}


@pytest.mark.parametrize("spec", FIELDS, ids=lambda spec: spec.name)
def test_every_field_explains_itself(spec: Any) -> None:
    assert spec.label
    assert spec.rule.endswith(".")
    assert spec.version >= 1
    assert not spec.look_twice or spec.look_twice in SENTENCES


def test_only_phone_and_last_workday_are_ever_emptied_by_themselves() -> None:
    assert set(EMPTIED_BY_ITSELF) == {"phone", "last_workday"}
    assert all(Side.VISMA in field(name).clearable for name in EMPTIED_BY_ITSELF)


def test_what_can_be_emptied_where() -> None:
    clearable = {spec.name: set(spec.clearable) for spec in FIELDS if spec.clearable}
    assert clearable == {
        "phone": {HUMA, VISMA},
        "last_workday": {HUMA, VISMA},
        "employment_id": {HUMA},
        "bank_account": {HUMA, VISMA},
        "address": {HUMA, VISMA},
    }
