"""Writing into documents changes what was asked for, and nothing else: whole documents are compared."""

from copy import deepcopy
from typing import Any

import pytest

from sync.core.fields import FIELDS, field
from tests.sync.core.documents import (
    ACCOUNT,
    SWEDISH_BIC,
    SWEDISH_IBAN,
    TODAY,
    Doc,
    day,
    huma_doc,
    huma_place,
    visma_doc,
    visma_place,
    wrap,
)


def written(name: str, doc: Doc, after: Any) -> Doc:
    changed = deepcopy(doc)
    field(name).write_visma(changed, after, TODAY)
    return changed


PRIVATE = {"type": "private", "number": "+4740000000", "note": None}


@pytest.mark.parametrize(
    ("phones", "after", "left"),
    [
        ([PRIVATE], "+4722334455", [PRIVATE, {"type": "business", "number": "+4722334455"}]),
        ([], "+4722334455", [{"type": "business", "number": "+4722334455"}]),
        (
            [{"type": "Private", "number": "1"}],
            "+4722334455",
            [{"type": "Private", "number": "1"}, {"type": "Business", "number": "+4722334455"}],
        ),
        (
            [{"type": "PRIVATE", "number": "1"}],
            "+4722334455",
            [{"type": "PRIVATE", "number": "1"}, {"type": "BUSINESS", "number": "+4722334455"}],
        ),
        (
            [PRIVATE, {"type": "BuSiness", "number": "1", "verified": True}],
            "+4722334455",
            [PRIVATE, {"type": "BuSiness", "number": "+4722334455", "verified": True}],
        ),
        (
            [{"type": "business", "number": "1"}, {"type": "business", "number": "2"}],
            "+4722334455",
            [{"type": "business", "number": "+4722334455"}, {"type": "business", "number": "2"}],
        ),
        ([PRIVATE, {"type": "business", "number": "1"}], None, [PRIVATE]),
        ([PRIVATE], None, [PRIVATE]),
        ([{"number": "no type"}], None, [{"number": "no type"}]),
    ],
)
def test_only_the_business_phone_is_written(phones: list[Doc], after: str | None, left: list[Doc]) -> None:
    doc = visma_doc(phones=phones, emails=[])
    assert written("phone", doc, after) == visma_doc(phones=left, emails=[])


@pytest.mark.parametrize("phones", [..., None, []])
def test_the_documents_own_spelling_is_looked_up_in_the_other_list_too(phones: Any) -> None:
    emails = [{"type": "Business", "address": "kari@example.com"}]
    after = written("phone", visma_doc(phones=phones, emails=emails), "+4722334455")
    assert after == visma_doc(phones=[{"type": "Business", "number": "+4722334455"}], emails=emails)


@pytest.mark.parametrize("phones", [..., None, []])
def test_emptying_what_is_empty_changes_nothing(phones: Any) -> None:
    doc = visma_doc(phones=phones, address=..., salaryPaymentMethod=...)
    assert written("phone", doc, None) == doc
    assert written("address", doc, None) == doc


def test_only_the_business_email_is_written() -> None:
    doc = visma_doc()
    expected = deepcopy(doc)
    expected["emails"][1]["address"] = "New@x.no"
    assert written("email", doc, "New@x.no") == expected


UNKNOWN = {"unheardOf": None, "more": {"deep": [1]}}
INTERNATIONAL = {
    "paymentType": "bank",
    "internationalBankAccount": True,
    "internationalIban": SWEDISH_IBAN,
    "internationalBankSwift": SWEDISH_BIC,
    "internationalBankCountry": "SE",
    "internationalRemittanceCountry": "SE",
}
LOCAL = {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": ACCOUNT}
CASH = {"paymentType": "cash", "internationalBankAccount": False}


@pytest.mark.parametrize("before", [CASH, LOCAL, INTERNATIONAL, {}], ids=["cash", "local", "international", "none"])
@pytest.mark.parametrize(
    ("after", "left"),
    [(None, CASH), (LOCAL, LOCAL), (INTERNATIONAL, INTERNATIONAL)],
    ids=["to cash", "to local", "to international"],
)
def test_the_other_kinds_properties_go_and_unknown_ones_stay(before: Doc, after: Doc | None, left: Doc) -> None:
    doc = visma_doc(salaryPaymentMethod={**UNKNOWN, **before})
    assert written("bank_account", doc, after) == visma_doc(salaryPaymentMethod={**UNKNOWN, **left})


def test_an_account_for_somebody_without_any_way_of_payment() -> None:
    for missing in (..., None):
        doc = visma_doc(salaryPaymentMethod=missing)
        assert written("bank_account", doc, LOCAL) == visma_doc(salaryPaymentMethod=LOCAL)


def test_without_a_bic_none_is_written() -> None:
    after = written(
        "bank_account", visma_doc(salaryPaymentMethod=CASH), {**INTERNATIONAL, "internationalBankSwift": None}
    )
    without = {key: value for key, value in INTERNATIONAL.items() if key != "internationalBankSwift"}
    assert after["salaryPaymentMethod"] == without


STREET = {"streetName": "Storgata 1", "zipCode": "0150", "cityName": "Oslo", "countryCode": "NO"}


def test_an_address_keeps_what_is_not_ours() -> None:
    doc = visma_doc(address={**STREET, "municipality": "0301", "x": None})
    moved = {**STREET, "streetName": "Lillegata 2"}
    assert written("address", doc, moved) == visma_doc(address={**moved, "municipality": "0301", "x": None})
    emptied = {"countryCode": "NO", "municipality": "0301", "x": None}
    assert written("address", doc, None) == visma_doc(address=emptied)


@pytest.mark.parametrize(
    ("before", "after", "body"),
    [
        (
            {"line1": "A", "line2": "B", "line3": "C", "postalCode": "1", "city": "X", "country": "NO"},
            {"line1": "D", "postalCode": "2", "city": "Y", "country": "SE"},
            {"line1": "D", "line2": "B", "line3": "C", "postalCode": "2", "city": "Y", "country": "SE"},
        ),
        (
            None,
            {"line1": "D", "postalCode": "2", "city": "Y", "country": "SE"},
            {"line1": "D", "line2": "", "line3": "", "postalCode": "2", "city": "Y", "country": "SE"},
        ),
        ({"line1": "A", "line2": None, "postalCode": "1", "city": "X", "country": "NO"}, None, None),
        (
            {"line1": "A", "line2": "B", "line3": "", "postalCode": "1", "city": "X", "country": "NO"},
            None,
            {"line1": "", "line2": "B", "line3": "", "postalCode": "", "city": "", "country": "NO"},
        ),
    ],
)
def test_humas_further_lines_go_back_as_they_are(before: Doc | None, after: Doc | None, body: Doc | None) -> None:
    doc = huma_doc(homeAddress=wrap(before))
    assert field("address").write_huma(doc, after) == {"homeAddress": body}


@pytest.mark.parametrize(
    ("position", "after", "changed"),
    [
        (visma_place(), {"date": day(5), "reason": "x"}, {"activeEnd": day(5), "positionEndReason": ["x"]}),
        (
            visma_place(activeEnd=day(9), positionEndReason=["y"]),
            {"date": day(5), "reason": "x", "reason_from": "huma"},
            {"activeEnd": day(5), "positionEndReason": ["x"]},
        ),
        (visma_place(activeEnd=day(9), positionEndReason=["y"]), None, {"activeEnd": ..., "positionEndReason": []}),
    ],
)
def test_the_end_and_its_reason_come_and_go_together(position: Doc, after: Any, changed: Doc) -> None:
    expected = {key: value for key, value in {**position, **changed}.items() if value is not ...}
    assert written("last_workday", position, after) == expected


def test_the_start_is_the_start() -> None:
    assert written("first_workday", visma_place(), "2021-02-03") == visma_place(activeStart="2021-02-03")


def test_the_number_is_the_number() -> None:
    assert written("employment_id", visma_doc(number="1"), "2") == visma_doc(number="2")


@pytest.mark.parametrize(
    ("name", "after", "body"),
    [
        ("given_name", "Else", {"givenName": "Else"}),
        ("family_name", "Hansen", {"familyName": "Hansen"}),
        ("email", "a@x.no", {"email": "a@x.no"}),
        ("phone", "+4722334455", {"phone": "+4722334455"}),
        ("phone", None, {"phone": None}),
        ("employment_id", "17", {"employmentId": "17"}),
        ("employment_id", None, {"employmentId": None}),
        ("bank_account", None, {"bankAccount": None}),
        ("first_workday", "2021-02-03", {"firstDayOfWork": "2021-02-03"}),
        ("last_workday", None, {"lastDayOfWork": None}),
        ("last_workday", {"date": "2026-06-30", "reason": None}, {"lastDayOfWork": "2026-06-30"}),
    ],
)
def test_huma_gets_only_what_changes(name: str, after: Any, body: Doc) -> None:
    spec = field(name)
    doc = huma_place() if spec.on_position else huma_doc()
    before = deepcopy(doc)
    assert spec.write_huma(doc, after) == body
    assert doc == before


@pytest.mark.parametrize("spec", FIELDS, ids=lambda spec: spec.name)
def test_a_vendors_error_about_a_property_finds_its_field(spec: Any) -> None:
    others = {path for other in FIELDS if other is not spec for path in other.json_paths}
    shared = {"personNames"} if spec.name in ("given_name", "family_name") else set()
    assert spec.json_paths
    assert set(spec.json_paths) & others <= shared
