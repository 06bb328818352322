"""What an undo would put back, and what it can't, before anything is confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass

from sync.planning.undoable import Judged
from sync.wording.display import Display, display
from sync.wording.sentences import field_label
from sync.wording.undo import why_not_undone


@dataclass(frozen=True)
class Line:
    """One Change: the value now, and the one that comes back. ``why``: why it can't come back, "" if it can.

    A creation has no field. ``pk`` is the Change's.
    """

    pk: int
    label: str
    side: str
    creates: bool
    before: Display
    after: Display
    why: str


@dataclass(frozen=True)
class Person:
    """All lines of one person."""

    name: str
    number: str
    lines: list[Line]


@dataclass(frozen=True)
class Preview:
    """The content of the page: what can be put back, and what can't."""

    people: list[Person]
    stays: list[Person]

    @property
    def changes(self) -> int:
        """How many changes can be put back."""
        return sum(len(person.lines) for person in self.people)

    @property
    def kept(self) -> int:
        """How many can't."""
        return sum(len(person.lines) for person in self.stays)


def preview(judged: Iterable[Judged]) -> Preview:
    """The preview of these judged Changes, by person in their order."""
    rows = list(judged)
    return Preview(
        _people(one for one in rows if one.reason is None), _people(one for one in rows if one.reason is not None)
    )


def _people(judged: Iterable[Judged]) -> list[Person]:
    found: dict[tuple[int | None, str, str], Person] = {}
    for one in judged:
        change = one.change
        key = change.link_id, change.name, change.number
        found.setdefault(key, Person(change.name, change.number, [])).lines.append(_line(one))
    return list(found.values())


def _line(one: Judged) -> Line:
    change = one.change
    has_values = bool(change.field) and not change.run.values_blanked_at
    return Line(
        pk=change.pk,
        label=field_label(change.field) if change.field else "",
        side=change.side,
        creates=not change.field,
        before=display(change.field, change.side, change.after) if has_values else Display(),
        after=display(change.field, change.side, change.before) if has_values else Display(),
        why=why_not_undone(one.reason) if one.reason else "",
    )
