"""Whatever isn't a valid value of its place never reads as an empty one, nor as another value.

Whole documents are broken at each place in each way, and read. Either they can't be understood, or a field isn't
readable, or it says what it said; anything else must be a valid value of that place (``is_valid``).
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connections.api.decoding import WrongShape
from sync.core.records.employee import Employee, Side
from sync.core.records.read import huma_employee
from tests.sync.core.breaking import MISSING, Path, at, broken, is_valid, paths, renamed
from tests.sync.core.documents import (
    ACCOUNT,
    SWEDISH_BIC,
    SWEDISH_IBAN,
    TODAY,
    Doc,
    day,
    employee_in,
    huma_doc,
    huma_place,
    place_in,
    read_huma,
    read_visma,
    summaries_in,
    user_in,
    visma_doc,
    visma_place,
    wrap,
)

HOME = {"line1": "Storgata 1", "line2": "B", "line3": "", "postalCode": "0150", "city": "Oslo", "country": "NO"}
NATIONAL = {"code": "x", "type": "national", "number": ACCOUNT, "country": "NO"}
INTERNATIONAL = {"code": "x", "type": "international", "iban": SWEDISH_IBAN, "bic": SWEDISH_BIC}
PLACE = {"percentage": 80, "contractType": "Permanent", "contractStartDate": "2020-01-01", "contractEndDate": day(40)}
SAID: Doc = {"phone": wrap("+4722334455"), "employmentId": wrap("17"), "homeAddress": wrap(HOME)}
SAID["currentPositions"] = [{"id": "hp1", "status": "CURRENT", **PLACE}]
ENDS = {"lastDayOfWork": wrap(day(30)), "endReason": wrap("employee_resigned"), "firstDayOfWork": wrap("2020-02-03")}
HUMA: list[tuple[Doc, Doc]] = [
    (huma_doc(**SAID, bankAccount=wrap(NATIONAL)), huma_place(**ENDS)),
    (
        huma_doc(**SAID, bankAccount=wrap(INTERNATIONAL), email=wrap("a@x.no", requestedValue="b@x.no")),
        huma_place(contractEndDate=wrap(day(40)), percentage=wrap(80)),
    ),
    (
        huma_doc(status={"active": False}, currentPositions=[]),
        huma_place(lastDayOfWork=wrap(day(-9)), contractEndDate=wrap(day(-9))),
    ),
]
BUSINESS = {
    "emails": [{"type": "private", "address": "me@x.no"}, {"type": "Business", "address": "kari@example.com"}],
    "phones": [{"type": "business", "number": "+4722334455"}],
}
LIVES = {"streetName": "Storgata 1", "zipCode": "0150", "cityName": "Oslo", "countryCode": "NO"}
BANK = {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": ACCOUNT}
IBAN = {
    "paymentType": "bank",
    "internationalBankAccount": True,
    "internationalIban": SWEDISH_IBAN,
    "internationalBankSwift": SWEDISH_BIC,
}
TWO_NAMES = [
    {"firstName": "Kari", "lastName": "Lie", "activeStart": "2020-01-01", "activeEnd": day(-1)},
    {"firstName": "Kari", "lastName": "Nordmann", "activeStart": day(0)},
]
VISMA: list[tuple[Doc, Doc]] = [
    (
        visma_doc(**BUSINESS, number="17", address=LIVES, salaryPaymentMethod=BANK),
        visma_place(activeEnd=day(30), positionEndReason=["arbeidstakerHarSagtOppSelv"]),
    ),
    (visma_doc(**BUSINESS, address=LIVES, salaryPaymentMethod=IBAN, personNames=TWO_NAMES), visma_place()),
    (visma_doc(**BUSINESS, isDraft=True, address=LIVES, salaryPaymentMethod=BANK), visma_place()),
]
BASES = {"huma": HUMA, "visma": VISMA}


def read_from_huma(doc: Doc, place: Doc) -> Employee:
    """The Huma user with one position, whose summary is a valid one if the document hasn't it."""
    user = user_in(doc)
    summaries = user.get("currentPositions") or summaries_in([{"id": "hp1", "status": "CURRENT", **PLACE}])
    return huma_employee(user, summaries, place_in(place), TODAY)


READ: dict[str, Callable[..., Employee]] = {"huma": read_from_huma, "visma": read_visma}


def said(employee: Employee) -> dict[str, Any]:
    """The values that were read and can be written or emptied."""
    fields: dict[str, Any] = {name: value.canonical for name, value in employee.values.items() if value.readable}
    if employee.side is Side.HUMA:  # it decides which position is selected
        fields["positions"] = [(p.period, p.start, p.end, p.percentage, p.contract_type) for p in employee.positions]
    return {**fields, "active": employee.active, "is_person": employee.is_person, "draft": employee.draft}


def is_right(side: str, path: Path, old: Any, new: Any, is_draft: bool) -> bool:
    """As ``is_valid``, also for current positions: an incomplete one says nothing."""
    if path[0] == "currentPositions" and side == "huma":
        if new is None or new is MISSING:
            return path[-1] != "id" and not isinstance(path[-1], int)
        if path[-1] == "percentage":
            return isinstance(new, int | float) and not isinstance(new, bool)
    return is_valid(side, path, old, new, is_draft)


def assert_never_empty(side: str, before: Employee, documents: tuple[Doc, Doc], why: Any) -> bool:
    """Assert that broken documents can't be read, or say only what they said before; returns whether they were read."""
    try:
        after = READ[side](*documents)
    except WrongShape:
        return False
    known = said(before)
    assert {name: value for name, value in said(after).items() if known.get(name) != value} == {}, why
    return True


NO_VALUES: list[Any] = [
    *(None, MISSING, {}, [], [{}], [None], "", "x", 5, 0, 1.5, True, False),
    *({"x": 1}, {"error": "internal"}, {"Value": "+4722334455"}, {"0": {"value": "x"}}, {"value": {}}, {"type": {}}),
    *({"editable": None}, {"editable": "yes"}, {"value": "x", "editable": 1}, {"type": "national"}, {"x": []}),
]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("inside", [0, 1], ids=["person", "position"])
@pytest.mark.parametrize("side", ["huma", "visma"])
def test_no_invalid_value_reads_as_another_one(side: str, inside: int, which: int) -> None:
    documents = BASES[side][which]
    before, is_draft = READ[side](*documents), documents[0].get("isDraft") is True
    for path in paths(documents[inside]):
        old = at(documents[inside], path)
        for new in (*NO_VALUES, [old], {"value": old}):
            if is_right(side, path, old, new, is_draft) or _is_wrapper(side, path, new):
                continue
            pair = list(documents)
            pair[inside] = broken(documents[inside], path, new)
            assert_never_empty(side, before, (pair[0], pair[1]), (path, new))
        if isinstance(path[-1], str):
            pair = list(documents)
            pair[inside] = renamed(documents[inside], path)
            assert_never_empty(side, before, (pair[0], pair[1]), (path, "renamed"))


def _is_wrapper(side: str, path: Path, new: Any) -> bool:
    """Whether the new value in place of one of Huma's wrappers is a valid wrapper."""
    return side == "huma" and len(path) == 1 and isinstance(new, dict) and "value" in new and "editable" not in new


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["x", "Value", "Type", "0", "number", "paymentType"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(["huma", "visma"]), st.integers(0, 2), st.integers(0, 1), st.data(), JSON)
def test_nor_does_any_json(side: str, which: int, inside: int, data: st.DataObject, new: Any) -> None:
    documents = BASES[side][which]
    before, is_draft = READ[side](*documents), documents[0].get("isDraft") is True
    path = data.draw(st.sampled_from(list(paths(documents[inside]))))
    old = at(documents[inside], path)
    pair = list(documents)
    pair[inside] = broken(documents[inside], path, new)
    if not is_right(side, path, old, new, is_draft):
        assert_never_empty(side, before, (pair[0], pair[1]), (path, new))


ANY_OBJECT: list[Doc] = [{}, {"error": "x"}, {"0": {}}, {"editable": None}]
NO_BOOLEANS: list[Any] = ["yes", 1, []]
HUMA_ODD: list[tuple[Doc, str]] = [
    *(({"phone": odd}, "phone") for odd in ANY_OBJECT),
    *(({"phone": {"editable": odd}}, "phone.editable") for odd in NO_BOOLEANS),
    ({"phone": {"value": "1", "editable": "yes"}}, "phone.editable"),
    ({"phone": {"Value": "1"}}, "phone.value"),
    ({"phone": {"Value": "1", "editable": True}}, "phone.value"),
    *(
        ({name: {}}, name)
        for name in ("givenName", "familyName", "email", "employmentId", "bankAccount", "homeAddress")
    ),
    *(
        ({"bankAccount": wrap(odd)}, "bankAccount.value.type")
        for odd in ({}, {"x": 1}, {"number": ACCOUNT, "country": "NO"})
    ),
    ({"bankAccount": wrap({"type": "national"})}, "bankAccount.value.number"),
    ({"bankAccount": wrap({"type": "international", "bic": SWEDISH_BIC})}, "bankAccount.value.number"),
    *(
        ({"homeAddress": wrap({**HOME, key: None})}, f"homeAddress.value.{key}")
        for key in ("line1", "postalCode", "city")
    ),
    ({"homeAddress": wrap({})}, "homeAddress.value.line1"),
    ({"status": {}}, "status.active"),
    ({"type": "somebody"}, "type"),
]


@pytest.mark.parametrize(("changes", "prop"), HUMA_ODD, ids=str)
def test_in_huma_it_is_named(changes: Doc, prop: str) -> None:
    with pytest.raises(WrongShape) as caught:
        read_huma(huma_doc(**changes), huma_place())
    assert caught.value.prop == prop


@pytest.mark.parametrize(
    "name", ["firstDayOfWork", "lastDayOfWork", "contractStartDate", "contractEndDate", "endReason"]
)
@pytest.mark.parametrize("odd", [{}, {"error": "internal"}, {"Value": "2030-01-01"}, {"editable": None}], ids=str)
def test_in_a_position_it_is_named(name: str, odd: Doc) -> None:
    with pytest.raises(WrongShape, match=name):
        read_huma(huma_doc(), huma_place(**{**ENDS, "contractEndDate": wrap(day(40)), name: odd}))


VISMA_ODD: list[tuple[Doc, str]] = [
    *(({"salaryPaymentMethod": odd}, "salaryPaymentMethod") for odd in ({}, {"x": 1})),
    ({"salaryPaymentMethod": {"paymentType": "bank"}}, "salaryPaymentMethod.localBankAccount"),
    *(({"address": odd}, "address") for odd in ({}, {"x": 1})),
    *(({name: [{}]}, f"{name}[0]") for name in ("phones", "emails", "personNames")),
    ({"Phones": [], "phones": ...}, "phones"),
]


@pytest.mark.parametrize(("changes", "prop"), VISMA_ODD, ids=str)
def test_in_visma_it_is_named(changes: Doc, prop: str) -> None:
    with pytest.raises(WrongShape) as caught:
        read_visma(visma_doc(**changes), visma_place())
    assert caught.value.prop == prop


@pytest.mark.parametrize("what", ["salaryPaymentMethod", "address"])
def test_a_draft_may_lack_anything(what: str) -> None:
    doc = visma_doc(isDraft=True, **{what: {}})
    name = "address" if what == "address" else "bank_account"
    assert read_visma(doc, visma_place()).canonical(name) is None
    bank = visma_doc(isDraft=True, salaryPaymentMethod={"paymentType": "bank"})
    assert read_visma(bank, visma_place()).canonical("bank_account") is None


@pytest.mark.parametrize(
    ("doc", "name"),
    [
        (visma_doc(phones=[{"type": "business"}]), "phone"),
        (visma_doc(emails=[{"address": "a@x.no"}]), "email"),
        (visma_doc(personNames=[{"firstName": "Kari"}]), "family_name"),
        (visma_doc(salaryPaymentMethod={"internationalBankAccount": False}), "bank_account"),
    ],
)
def test_what_is_there_in_part_is_not_readable_rather_than_empty(doc: Doc, name: str) -> None:
    assert not read_visma(doc, visma_place()).values[name].readable


def test_whole_documents_have_their_shape() -> None:
    for doc, place in HUMA:
        assert (user_in(doc), place_in(place)) == (doc, place)
    for doc, place in VISMA:
        assert employee_in(doc, [place]) == {**doc, "_embedded": {"positions": [place]}}
