"""From a vendor's documents to an ``Employee``. Nothing but the supported fields leaves these functions."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from sync.core.employee import Employee, Period, Position, Side, Value
from sync.core.fields import FIELDS
from sync.core.placeholders import birth, bounded
from sync.core.positions import select
from sync.core.shape import Doc, WrongShape, as_bool, as_day, as_dict, as_dicts, as_text, spelt, wrapper
from sync.core.text import clean, visible
from sync.core.timeline import period_of, pick
from sync.core.writers import goes_to_visma, locks, writers

EXTERNAL_KEY = "huma"
"""The key of Visma's ``externalIds`` that holds the Huma user's id. Source: design, Who is who."""

NOT_EMPLOYEES = frozenset({"Consultant", "Freelance", "ThirdParty"})
"""Contract types of people who aren't employees. Source: design, A run (Create)."""

LONGEST_ID = 64
"""Characters of an id that is kept."""

KINDS = frozenset({"organization", "user", "location", "team", "subordinates", "company", "service_user"})
"""What a user's ``type`` may be. Source: huma-openapi.yaml, UserDetails."""

_WRAPPED = frozenset({"givenName", "familyName", "email", "phone", "employmentId", "bankAccount", "homeAddress"})
_IN_USER = _WRAPPED | {"id", "type", "status", "currentPositions", "companies", "locations", "teams"}
_IN_SUMMARY = frozenset({"id", "status", "contractStartDate", "contractEndDate", "percentage", "contractType"})
_IN_POSITION = frozenset({"id", "contractStartDate", "contractEndDate", "firstDayOfWork", "lastDayOfWork", "endReason"})
_IN_EMPLOYEE = frozenset(
    {"id", "isDraft", "number", "personNames", "emails", "phones", "address", "salaryPaymentMethod", "_embedded"}
)
_IN_PERIOD = frozenset({"activeStart", "activeEnd"})
_IN_PLACE = frozenset({"id", "activeStart", "activeEnd", "positionEndReason"})
"""The properties that count, by the document: none of them is missing where it is spelt in other capitals."""

_HUMA_PERIODS = {"CURRENT": Period.CURRENT, "ENDED": Period.FORMER, "UPCOMING": Period.UPCOMING}


def huma_position_summary(summary: Doc, today: date) -> Position:
    """A position out of ``currentPositions`` or the list of positions (contract dates). Source: huma.md, Reading."""
    spelt(summary, _IN_SUMMARY)
    start = bounded(as_day(summary.get("contractStartDate"), "contractStartDate"))
    end = bounded(as_day(summary.get("contractEndDate"), "contractEndDate"))
    return Position(
        id=_id(summary, "position.id"),
        start=start,
        end=end,
        period=_HUMA_PERIODS.get(as_text(summary.get("status"), "status") or "") or period_of(start, end, today),
        percentage=_number(summary.get("percentage"), "percentage"),
        contract_type=as_text(summary.get("contractType"), "contractType") or "",
    )


def huma_selected(summaries: Iterable[Doc], paired: str, today: date) -> str:
    """The id of the position whose details have to be read, "" without any."""
    chosen = select([huma_position_summary(summary, today) for summary in summaries], paired)
    return chosen.id if chosen else ""


def huma_employee(
    details: Doc, summaries: list[Doc], position: Doc | None, today: date, fields: Sequence[Any] = FIELDS
) -> Employee:
    """One Huma user. ``summaries`` are her positions as far as read, ``position`` the selected one's details."""
    spelt(details, _IN_USER)
    positions = [huma_position_summary(summary, today) for summary in summaries]
    if position is not None:
        spelt(position, _IN_POSITION)
    values = {field.name: field.read_huma(details, position) for field in fields}
    selected = _id(position, "position.id") if position else ""
    if position is not None:
        positions = [_with_days(p, values) if p.id == selected else p for p in positions]
    return Employee(
        side=Side.HUMA,
        id=_id(details, "id"),
        name=f"{_wrapped_text(details, 'givenName')} {_wrapped_text(details, 'familyName')}".strip(),
        active=_is_active(details),
        is_person=_kind(details) == "user",
        positions=tuple(positions),
        selected=selected,
        values=values,
        birth=_birth(_inside(details.get("birthDate")), today),
        visma_ids=connected_ids(details),
        writers=writers(details, position),
        locks=locks(details, position, fields),
    )


def _is_active(details: Doc) -> bool:
    """Where it isn't told they are; a status tells it. Source: huma-openapi.yaml, AccountStatus."""
    status = as_dict(details.get("status"), "status")
    active = True if status is None else as_bool(status.get("active"), "status.active")
    if active is None:
        raise WrongShape("status.active")
    return active


def _kind(details: Doc) -> str:
    kind = as_text(details.get("type"), "type") or "user"
    if kind not in KINDS:
        raise WrongShape("type")
    return kind


def visma_employee(
    doc: Doc, positions: list[Doc], today: date, paired: str = "", fields: Iterable[Any] = FIELDS
) -> Employee:
    """One Visma employee with all of her positions."""
    spelt(doc, _IN_EMPLOYEE)
    read = [visma_position(position, today) for position in positions]
    chosen = select(read, paired)
    selected = next((doc for doc, one in zip(positions, read, strict=True) if one is chosen), None)
    names = as_dicts(doc.get("personNames"), "personNames")
    for entry in names:
        spelt(entry, _IN_PERIOD, "personNames")
    if not isinstance(doc.get("externalIds") or [], list):
        raise WrongShape("externalIds")
    index = pick(names, today)
    name = {} if index is None else names[index]
    return Employee(
        side=Side.VISMA,
        id=_id(doc, "id"),
        name=f"{clean(name.get('firstName'))} {clean(name.get('lastName'))}".strip(),
        draft=as_bool(doc.get("isDraft"), "isDraft") is True,
        positions=tuple(read),
        selected=chosen.id if chosen else "",
        values={field.name: field.read_visma(doc, selected, today) for field in fields},
        huma_id=external_id(doc),
        birth=_birth(doc.get("dateOfBirth"), today),
    )


def visma_position(position: Doc, today: date) -> Position:
    """One of Visma's positions (arbeidsforhold)."""
    spelt(position, _IN_PLACE)
    start = bounded(as_day(position.get("activeStart"), "activeStart"))
    end = bounded(as_day(position.get("activeEnd"), "activeEnd"))
    return Position(
        id=_id(position, "position.id"),
        start=start,
        end=end,
        period=period_of(start, end, today),
        percentage=_part_time(position, today),
    )


def external_id(doc: Doc) -> str:
    """The Huma user that the document names among its ``externalIds``, or ""; what isn't an entry says nothing."""
    entries = doc.get("externalIds")
    for entry in entries if isinstance(entries, list) else ():
        key, value = (entry.get("key"), entry.get("value")) if isinstance(entry, dict) else (None, None)
        if isinstance(key, str) and key.lower() == EXTERNAL_KEY:
            return clean(value) if isinstance(value, str) else ""
    return ""


def connected_ids(details: Doc) -> tuple[str, ...]:
    """The Visma employees that Huma's other integrations name for the user [A: ``externalId`` is Visma's id].

    Source: huma.md, Reading (``connectedIntegrations``) and assumption H9. One goes to Visma where its name or type
    says so.
    """
    integrations = details.get("connectedIntegrations")
    found: list[str] = []
    for name, one in integrations.items() if isinstance(integrations, dict) else ():
        if isinstance(one, dict) and goes_to_visma(name, one.get("type")):
            other = one.get("externalId")
            found.append(clean(other) if isinstance(other, str) else "")
    return tuple(dict.fromkeys(filter(None, found)))


def _part_time(position: Doc, today: date) -> float:
    """[A] the percentage is the first number of the current entry of ``partTimeFactors``; its name isn't public."""
    factors = position.get("partTimeFactors")
    entries = [entry for entry in factors if isinstance(entry, dict)] if isinstance(factors, list) else []
    index = pick(entries, today)
    numbers = (
        []
        if index is None
        else [v for v in entries[index].values() if isinstance(v, int | float | Decimal) and not isinstance(v, bool)]
    )
    return _number(numbers[0], "partTimeFactors") if numbers else 0.0


def _birth(value: Any, today: date) -> str:
    """The ISO date of birth, "" for none: it only helps to match, so what isn't a date is left out."""
    try:
        return birth(as_day(clean(as_text(value, "birth")), "birth"), today.isoformat())
    except WrongShape:
        return ""


def _inside(wrapped: Any) -> Any:
    return wrapped.get("value") if isinstance(wrapped, dict) else None


def _with_days(position: Position, values: dict[str, Value]) -> Position:
    first, last = values.get("first_workday"), values.get("last_workday")
    return Position(
        position.id,
        position.start,
        position.end,
        position.period,
        position.percentage,
        bounded(first.own) if first else None,
        bounded((last.own or {}).get("date")) if last else None,
        position.contract_type,
    )


def _id(doc: Doc, prop: str) -> str:
    value = doc.get("id")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or visible(value) != value:
        # an id is kept and goes out again as it came
        raise WrongShape(prop)
    return value


def _number(value: Any, prop: str) -> float:
    if value is None:
        return 0.0
    try:
        if isinstance(value, int | float | Decimal) and isfinite(float(value)):
            return float(value)
    except OverflowError:  # an integer of hundreds of digits
        pass
    raise WrongShape(prop)


def _wrapped_text(details: Doc, key: str) -> str:
    return clean(as_text((wrapper(details, key) or {}).get("value"), key))
