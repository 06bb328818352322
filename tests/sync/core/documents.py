"""Whole documents of both vendors as in the contracts, also with properties that humavisma doesn't know.

The clients check them before the core reads them, as in the product, and refuse odd ones.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import settings

from connections.api.huma import documents as huma_documents
from connections.api.responses import Answer, encode
from connections.api.visma import documents as visma_documents
from sync.core.deciding.compare import Comparison, compare
from sync.core.fields import FIELDS, Field, Pair
from sync.core.records.employee import Employee, Side, Value
from sync.core.records.read import huma_employee, visma_employee
from sync.core.records.same_employment import make_pair
from sync.core.values.fingerprint import Fingerprinter

Doc = dict[str, Any]
TODAY = date(2026, 3, 10)
PRINT = Fingerprinter(b"a key of the connection's own")

modest = settings(max_examples=60, deadline=None, derandomize=True, database=None)
"""Few examples, always the same ones."""

ACCOUNT, OTHER_ACCOUNT, NORWEGIAN_IBAN = "86011117947", "12345678903", "NO9386011117947"
SWEDISH_IBAN, SWEDISH_BIC = "SE4550000000058398257466", "NDEASESS"


def day(days: int) -> str:
    """The ISO date some days from today."""
    return (TODAY + timedelta(days=days)).isoformat()


def wrap(value: Any = None, **more: Any) -> Doc:
    """Huma's wrapper; an unset value is left out."""
    return {**({} if value is None else {"value": value}), "editable": True, **more}


HUMA_WRAPPED = ("givenName", "familyName", "email", "phone", "homeAddress", "employmentId", "bankAccount", "birthDate")


def huma_doc(id_: Any = "h1", **changes: Any) -> Doc:
    """``UserDetails``. A change is a whole wrapper, or ``...`` to leave the property out."""
    doc: Doc = {"id": id_, "type": "user", "status": {"active": True}, "subordinatesCount": 0}
    doc |= {name: wrap() for name in HUMA_WRAPPED}
    doc |= {"givenName": wrap("Kari"), "familyName": wrap("Nordmann"), "email": wrap("kari@example.com")}
    doc |= {"funfacts": wrap("Juggles"), "somethingNew": {"value": [1, {"deep": None}]}}
    return {key: value for key, value in {**doc, **changes}.items() if value is not ...}


def huma_place(id_: Any = "hp1", **changes: Any) -> Doc:
    """``Position``, current since 2020 unless told otherwise."""
    names = ("contractStartDate", "contractEndDate", "firstDayOfWork", "lastDayOfWork", "endReason", "percentage")
    doc: Doc = {"id": id_, "status": "CURRENT", "note": wrap("a note"), **{name: wrap() for name in names}}
    doc["contractStartDate"] = wrap("2020-01-01")
    return {key: value for key, value in {**doc, **changes}.items() if value is not ...}


def summary(position: Doc) -> Doc:
    """``PositionSummary`` of a ``Position``."""
    flat = {
        key: position[key]["value"]
        for key in ("contractStartDate", "contractEndDate", "percentage", "contractType")
        if isinstance(position.get(key), dict) and "value" in position[key]
    }
    return {"id": position["id"], "status": position.get("status"), **flat}


def visma_doc(id_: Any = "v1", **changes: Any) -> Doc:
    """An employee in Visma, agreeing with ``huma_doc``."""
    doc: Doc = {
        "id": id_,
        "tenantId": "t1",
        "isDraft": False,
        "personNames": [{"firstName": "Kari", "lastName": "Nordmann", "activeStart": "2020-01-01"}],
        "emails": [
            {"type": "private", "address": "me@example.org"},
            {"type": "business", "address": "kari@example.com"},
        ],
        "phones": [{"type": "private", "number": "+4740000000"}],
        "address": {"countryCode": "NO", "municipality": "0301"},
        "salaryPaymentMethod": {"paymentType": "cash", "internationalBankAccount": False, "unheardOf": None},
        "unions": [{"name": "A union"}],
        "somethingNew": {"deep": [None, 1, {"x": "y"}]},
    }
    return {key: value for key, value in {**doc, **changes}.items() if value is not ...}


def visma_place(id_: Any = "vp1", **changes: Any) -> Doc:
    """A position in Visma, agreeing with ``huma_place``."""
    doc: Doc = {
        "id": id_,
        "activeStart": "2020-01-01",
        "positionEndReason": [],
        "typeOfPosition": "ordinary",
        "partTimeFactors": [{"activeStart": "2020-01-01", "factor": 100.0}],
        "somethingNew": {"deep": [None]},
    }
    return {key: value for key, value in {**doc, **changes}.items() if value is not ...}


def _answer(body: Any) -> Answer:
    return Answer(200, {}, encode(body))


def _asked(doc: Doc) -> str:
    return str(doc.get("id"))


def user_in(doc: Doc) -> Doc:
    """The user as Huma's client returns them. Raises ``WrongShape``, as do the functions below."""
    return huma_documents.user(_asked(doc))(_answer(doc))


def place_in(position: Doc) -> Doc:
    """The position as Huma's client returns it."""
    return huma_documents.position(_asked(position))(_answer(position))


def summaries_in(summaries: list[Doc]) -> list[Doc]:
    """Summaries of positions as Huma's client returns them."""
    return huma_documents.page(50, huma_documents.POSITION_SUMMARY)(_answer({"items": summaries})).items


def employee_in(doc: Doc, positions: Sequence[Doc] = ()) -> Doc:
    """The employee as Visma's client returns them in a list, with embedded positions."""
    row = {**doc, "_embedded": {"positions": list(positions)}}
    page = visma_documents.people(visma_documents.employee, None, is_all=False)(_answer({"data": [row]}))
    (found,) = page.items
    if wrong := page.odd.get(found["id"]):
        raise wrong
    return found


def read_huma(
    doc: Doc | None = None, *positions: Doc, today: date = TODAY, fields: Sequence[Field] = FIELDS
) -> Employee:
    """The Huma user; the first position is the one whose details are read."""
    summaries = [summary(position) for position in positions]
    return huma_employee(
        user_in(doc if doc is not None else huma_doc()),
        summaries_in(summaries),
        place_in(positions[0]) if positions else None,
        today,
        fields,
    )


def read_visma(
    doc: Doc | None = None,
    *positions: Doc,
    today: date = TODAY,
    paired: str = "",
    fields: Sequence[Field] = FIELDS,
) -> Employee:
    """The Visma employee with their positions."""
    found = employee_in(doc if doc is not None else visma_doc(), positions)
    return visma_employee(found, found["_embedded"]["positions"], today, paired, fields)


def pair(huma: Employee, visma: Employee, known: tuple[str, str] | None = None, **more: Any) -> Pair:
    """The same person on both sides."""
    return make_pair(Pair(huma=huma, visma=visma, today=TODAY, **more), known)


def both(
    huma: Doc | None = None,
    visma: Doc | None = None,
    huma_position: Doc | None = None,
    visma_position: Doc | None = None,
    **more: Any,
) -> Pair:
    """The same person, each side with one position."""
    return pair(
        read_huma(huma, huma_position or huma_place()), read_visma(visma, visma_position or visma_place()), **more
    )


def compared(two: Pair, baseline: dict[str, Any] | None = None, **more: Any) -> Comparison:
    """Compares with the tests' key."""
    return compare(two, PRINT, baseline or {}, **more)


def valued(side: Side, id_: str, **values: Any) -> Employee:
    """An employee with the canonical values given; everything else is empty. The first position is the selected one."""
    from sync.core.fields import names

    known = {name: values.pop(name) for name in ("birth", "huma_id", "visma_ids") if name in values}
    positions = values.pop("positions", ())
    return Employee(
        side=side,
        id=id_,
        positions=positions,
        selected=positions[0].id if positions else "",
        **known,
        values={name: Value(values.get(name), values.get(name)) for name in names()},
    )
