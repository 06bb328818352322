"""Turns a vendor's documents into an ``Employee``, which has no values but those of the supported fields."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sync.core.fields import FIELDS
from sync.core.records.document import Doc, shown, value_in
from sync.core.records.employee import Employee, Period, Position, Side, Value
from sync.core.records.positions import select
from sync.core.records.timeline import period_of, pick
from sync.core.records.writers import goes_to_visma, locks, naming, writers
from sync.core.values.placeholders import birth, bounded
from sync.core.values.text import clean

EXTERNAL_KEY = "huma"
"""The key of Visma's ``externalIds`` that holds the Huma user's id. Source: design, Who is who."""

NOT_EMPLOYEES = frozenset({"Consultant", "Freelance", "ThirdParty"})
"""Contract types of people who aren't employees. Source: design, A run (Create)."""

_NUMBER = int | float | Decimal
_HUMA_PERIODS = {"CURRENT": Period.CURRENT, "ENDED": Period.FORMER, "UPCOMING": Period.UPCOMING}


def huma_position_summary(summary: Doc, today: date) -> Position:
    """A position from ``currentPositions`` or the list of positions (contract dates). Source: huma.md, Reading."""
    start, end = bounded(summary.get("contractStartDate")), bounded(summary.get("contractEndDate"))
    status = summary.get("status")
    return Position(
        id=summary["id"],
        start=start,
        end=end,
        period=_HUMA_PERIODS[status] if status else period_of(start, end, today),
        percentage=float(summary.get("percentage") or 0),
        contract_type=shown(summary.get("contractType")) or "",
    )


def huma_selected(summaries: Iterable[Doc], paired: str, today: date) -> str:
    """The id of the position whose details must be read, or ""."""
    chosen = select([huma_position_summary(summary, today) for summary in summaries], paired)
    return chosen.id if chosen else ""


def huma_employee(
    details: Doc, summaries: list[Doc], position: Doc | None, today: date, fields: Sequence[Any] = FIELDS
) -> Employee:
    """One Huma user. ``summaries``: the positions that were read; ``position``: the details of the selected one."""
    positions = [huma_position_summary(summary, today) for summary in summaries]
    values = {field.name: field.read_huma(details, position) for field in fields}
    selected = position["id"] if position else ""
    with_integrations = naming(details, position)
    born = details.get("birthDate")  # unchecked, since it only helps to match
    if position is not None:
        positions = [_with_days(p, values) if p.id == selected else p for p in positions]
    return Employee(
        side=Side.HUMA,
        id=details["id"],
        name=_full_name(value_in(details.get("givenName")), value_in(details.get("familyName"))),
        active=_is_active(details),
        is_person=(details.get("type") or "user") == "user",
        positions=tuple(positions),
        selected=selected,
        values=values,
        birth=_birth(born.get("value") if isinstance(born, dict) else None, today),
        visma_ids=connected_ids(details),
        writers=writers(details, with_integrations),
        locks=locks(with_integrations, fields),
    )


def _is_active(details: Doc) -> bool:
    """Whether the user is active, which is so without a status. Source: huma-openapi.yaml, AccountStatus."""
    status = details.get("status")
    return status is None or bool(status["active"])


def visma_employee(
    doc: Doc, positions: list[Doc], today: date, paired: str = "", fields: Iterable[Any] = FIELDS
) -> Employee:
    """One Visma employee with all of their positions."""
    read = [visma_position(position, today) for position in positions]
    chosen = select(read, paired)
    selected = next((doc for doc, one in zip(positions, read, strict=True) if one is chosen), None)
    names = doc.get("personNames") or ()
    index = pick(names, today)
    name = {} if index is None else names[index]
    return Employee(
        side=Side.VISMA,
        id=doc["id"],
        name=_full_name(name.get("firstName"), name.get("lastName")),
        draft=doc.get("isDraft") is True,
        positions=tuple(read),
        selected=chosen.id if chosen else "",
        values={field.name: field.read_visma(doc, selected, today) for field in fields},
        huma_id=external_id(doc),
        birth=_birth(doc.get("dateOfBirth"), today),
    )


def visma_position(position: Doc, today: date) -> Position:
    """One of Visma's positions (arbeidsforhold)."""
    start, end = bounded(position.get("activeStart")), bounded(position.get("activeEnd"))
    return Position(
        id=position["id"],
        start=start,
        end=end,
        period=period_of(start, end, today),
        percentage=_part_time(position, today),
    )


def external_id(doc: Doc) -> str:
    """The Huma user that the document names in ``externalIds``, or "". Entries of another shape are ignored."""
    entries = doc.get("externalIds")
    for entry in entries if isinstance(entries, list) else ():
        key, value = (entry.get("key"), entry.get("value")) if isinstance(entry, dict) else (None, None)
        if isinstance(key, str) and key.lower() == EXTERNAL_KEY:
            return clean(value) if isinstance(value, str) else ""
    return ""


def connected_ids(details: Doc) -> tuple[str, ...]:
    """The Visma employees that Huma's other integrations name for the user [A: ``externalId`` is Visma's id].

    Only integrations with Visma count, by their name or type. Source: huma.md, Reading (``connectedIntegrations``) and
    assumption H9.
    """
    integrations = details.get("connectedIntegrations")
    found: list[str] = []
    for name, one in integrations.items() if isinstance(integrations, dict) else ():
        if isinstance(one, dict) and goes_to_visma(name, one.get("type")):
            other = one.get("externalId")
            found.append(clean(other) if isinstance(other, str) else "")
    return tuple(dict.fromkeys(filter(None, found)))


def _part_time(position: Doc, today: date) -> float:
    """The percentage [A]: the first number in the current entry of ``partTimeFactors``, whose name isn't public."""
    factors = position.get("partTimeFactors") or ()
    index = pick(factors, today)
    inside = () if index is None else factors[index].values()
    numbers = (one for one in inside if isinstance(one, _NUMBER) and not isinstance(one, bool))
    return float(next(numbers, 0))


def _birth(said: Any, today: date) -> str:
    """The ISO date of birth, or "". It only helps to match, so a value that isn't a date is ignored."""
    try:
        day = datetime.fromisoformat(clean(said)).date() if isinstance(said, str) else None
    except ValueError:
        return ""
    return birth(day.isoformat(), today.isoformat()) if day else ""


def _full_name(given: str | None, family: str | None) -> str:
    return f"{clean(given)} {clean(family)}".strip()


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
