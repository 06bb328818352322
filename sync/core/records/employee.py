"""One side's data of one employee, in a form that both sides share."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from sys import intern
from types import MappingProxyType
from typing import Any

from sync.core.immutable import record
from sync.core.records.writers import Integration

Canonical = str | tuple[str | None, ...] | None
"""A field's value in one form for both sides; ``None`` is the empty value."""

SAME: Canonical = ()
"""Used as ``Value.former`` if the first version of the app had the same canonical form of the value."""

Own = Any
"""A field's value in one side's own form: JSON-able text or a dict of text; ``None`` is empty."""


class Side(StrEnum):
    """One of the two systems."""

    HUMA = "huma"
    VISMA = "visma"

    @property
    def other(self) -> "Side":
        """The other system."""
        return Side.VISMA if self is Side.HUMA else Side.HUMA


class Period(StrEnum):
    """Where a position, or a person by their selected position, is in time."""

    CURRENT = "current"
    UPCOMING = "upcoming"
    FORMER = "former"
    NONE = "none"


@record
class Value:
    """One field of one employee on one side.

    ``readable``: False if the key may not see it, or there is nothing to read it from; such a field isn't compared.
    ``editable``: False if the side says that the key may not write it.
    ``waiting``: the canonical form of a value that waits for the person's confirmation (an email in Huma).
    ``problem``: the code of ``reasons`` why this value can't be sent to the other side; or ``placeholders.UNBOUNDED``;
    or "".
    ``unseen``: whether the side's text has invisible characters; they aren't in ``own``.
    ``former``: the canonical form in the first version of the app, or ``SAME`` if that is ``canonical``.
    """

    own: Own = None
    canonical: Canonical = None
    readable: bool = True
    editable: bool = True
    waiting: Canonical = None
    problem: str = ""
    unseen: bool = field(default=False, compare=False)
    former: Canonical = field(default=SAME, compare=False)


UNREADABLE = Value(readable=False)
NO_LOCKS: Mapping[str, str] = MappingProxyType({})
"""No integration has locked a field of the person; true for nearly everybody."""


@record
class Position:
    """One position. Dates are ISO texts; ``None`` is open. On Huma's side ``start``/``end`` are the contract's."""

    id: str
    start: str | None = None
    end: str | None = None
    period: Period = Period.CURRENT
    percentage: float = 0.0
    first_day: str | None = None
    last_day: str | None = None
    contract_type: str = ""

    @property
    def begins(self) -> str | None:
        """The first day that counts for payroll."""
        return self.first_day or self.start

    @property
    def ends(self) -> str | None:
        """The last day that counts for payroll."""
        return self.last_day or self.end


@record
class Employee:
    """An EmployeeSnapshot: what one side said about one employee in one run.

    ``values`` has an entry for each field of the registry. ``birth`` is a date of birth or a fingerprint of it, used
    for matching only. ``huma_id`` is the Huma user that Visma's ``externalIds`` names, or "". ``visma_ids`` are the
    employees that Huma's own Visma integration has stored for a user.
    ``vanished`` is the id of the paired position if the side says that it doesn't exist any more (404); ``positions``
    has all others then. ``integrations`` are the other integrations that Huma names for a user, and ``locks`` says by
    field which one has locked it (``core.writers``).
    """

    side: Side
    id: str
    name: str = ""
    active: bool = True
    draft: bool = False
    is_person: bool = True
    positions: tuple[Position, ...] = ()
    selected: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    huma_id: str = ""
    birth: str = ""
    visma_ids: tuple[str, ...] = ()
    vanished: str = ""
    integrations: tuple[Integration, ...] = ()
    locks: Mapping[str, str] = field(default_factory=lambda: NO_LOCKS)

    @property
    def number(self) -> str:
        """The Employment ID, or ""."""
        canonical = self.canonical("employment_id")
        return canonical if isinstance(canonical, str) else ""

    @property
    def position(self) -> Position | None:
        """The selected position."""
        for position in self.positions:
            if position.id == self.selected:
                return position
        return None

    @property
    def standing(self) -> Period:
        """Current, upcoming or former by the selected position; ``NONE`` if there is none."""
        return self.position.period if self.position else Period.NONE

    @property
    def ended(self) -> bool:
        """Whether the side regards the person as gone: a former employee, or a deactivated user."""
        return self.standing is Period.FORMER or not self.active

    @property
    def current_positions(self) -> tuple[Position, ...]:
        """All positions that are current."""
        return tuple(p for p in self.positions if p.period is Period.CURRENT)

    @property
    def has_several_positions(self) -> bool:
        """Whether more than one position is current: then no choice for many decides dates."""
        return len(self.current_positions) > 1

    @property
    def hidden(self) -> tuple[str, ...]:
        """The names of the fields that aren't shown to us, or that there is nothing to read from."""
        return tuple(name for name, value in self.values.items() if not value.readable)

    def canonical(self, name: str) -> Canonical:
        """The canonical value of a field, ``None`` if it is empty or not readable."""
        value = self.values.get(name)
        return value.canonical if value and value.readable else None


def to_json(employee: Employee) -> dict[str, Any]:
    """The employee as JSON-able data, for an encrypted column."""
    return {
        "side": employee.side.value,
        "id": employee.id,
        "name": employee.name,
        "active": employee.active,
        "draft": employee.draft,
        "is_person": employee.is_person,
        "selected": employee.selected,
        "huma_id": employee.huma_id,
        "birth": employee.birth,
        "visma_ids": employee.visma_ids,
        "vanished": employee.vanished,
        "integrations": [[one.name, one.kind, one.to_visma, one.fields] for one in employee.integrations],
        "locks": dict(employee.locks),
        "positions": [
            [p.id, p.start, p.end, p.period.value, p.percentage, p.first_day, p.last_day, p.contract_type]
            for p in employee.positions
        ],
        "values": {
            name: [v.own, v.canonical, v.readable, v.editable, v.waiting, v.problem, v.unseen, v.former]
            for name, v in employee.values.items()
        },
    }


def from_json(data: dict[str, Any]) -> Employee:
    """The employee that ``to_json`` wrote. Values that many people share are in memory only once."""
    return Employee(
        side=Side(data["side"]),
        id=data["id"],
        name=data["name"],
        active=data["active"],
        draft=data["draft"],
        is_person=data["is_person"],
        selected=data["selected"],
        huma_id=data["huma_id"],
        birth=data["birth"],
        visma_ids=tuple(data.get("visma_ids", ())),  # data of an older version lack it
        vanished=data.get("vanished", ""),
        integrations=_integrations(data),
        locks=data.get("locks") or NO_LOCKS,
        positions=tuple(_position(*position) for position in data["positions"]),
        values={intern(name): _value(*value) for name, value in data["values"].items()},
    )


def _integrations(data: dict[str, Any]) -> tuple[Integration, ...]:
    """The other integrations; data of an older version have only the names of those that write to Visma."""
    if "integrations" not in data:
        return tuple(Integration(name, "", True) for name in data.get("writers", ()))
    return tuple(
        Integration(name, kind, to_visma, tuple((field, sure) for field, sure in fields))
        for name, kind, to_visma, fields in data["integrations"]
    )


def _position(id_: str, start: str | None, end: str | None, period: str, percentage: float, *rest: Any) -> Position:
    first, last, contract = (_shared(text) for text in rest)
    return Position(id_, _shared(start), _shared(end), Period(period), percentage, first, last, contract)


def _value(
    own: Own,
    canonical: Any,
    readable: bool,
    editable: bool,
    waiting: Any,
    problem: str,
    unseen: bool = False,  # data of an older version lack it, and the parameters after it
    former: Any = SAME,
) -> Value:
    own = {intern(key): _shared(part) for key, part in own.items()} if isinstance(own, dict) else _shared(own)
    same = own if canonical == own else _canonical(canonical)
    return Value(own, same, readable, editable, _canonical(waiting), problem, unseen, _canonical(former))


def _canonical(data: Any) -> Canonical:
    return tuple([_shared(part) for part in data]) if isinstance(data, list) else data


def _shared(text: Any) -> Any:
    return intern(text) if isinstance(text, str) else text
