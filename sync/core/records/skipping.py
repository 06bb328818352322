"""People who are passed over because they can't be read, or because of an error in our own code.

The readable part of their record still counts as evidence, so that nobody is created who may be one of them.
Source: design, Who is who (One record never stops the rest).
"""

from collections.abc import Collection

from sync.core.deciding.create import keys
from sync.core.fields.number import same_number
from sync.core.immutable import record
from sync.core.matching.evidence import clues_of
from sync.core.matching.person_names import Likeness, likeness
from sync.core.records.employee import Employee, Side

SHARE, PEOPLE = 0.10, 5
"""If more than this share of a side's people, and at least this many, are passed over, the side has a problem."""

SHAPE, FORBIDDEN, REFUSED = "passed_shape", "passed_forbidden", "passed_refused"
SILENT, GROUPS, BUG, CHANGE = "passed_silent", "passed_groups", "passed_bug", "passed_change"
REHIRE = "passed_rehire"
"""Why somebody is passed over, as codes of ``reasons``."""


@record
class Skipped:
    """Somebody on one side who is passed over. ``prop``: the property that can't be understood, or "".

    ``known``: the readable part of their record; ``None`` if nothing is.
    """

    side: Side
    id: str
    reason: str
    prop: str = ""
    known: Employee | None = None

    @property
    def name(self) -> str:
        """The person's name, "" if it isn't known."""
        return self.known.name if self.known else ""

    @property
    def number(self) -> str:
        """The person's Employment ID, "" if there is none or it isn't known."""
        return self.known.number if self.known else ""


def too_many_skipped(passed: int, people: int) -> bool:
    """Whether so many of a side's people are passed over that the side itself has a problem."""
    return passed >= PEOPLE and passed > SHARE * people


def is_like(one: Employee, other: Employee) -> bool:
    """Whether an id, a key or the same name says that two records on different sides are one person."""
    if one.side is Side.VISMA:
        one, other = other, one
    if other.huma_id == one.id or other.id in one.visma_ids:
        return True
    return not {*keys(one)}.isdisjoint(keys(other)) or _names(one, other) is Likeness.SAME


def may_be(passed: Skipped, person: Employee) -> bool:
    """Whether ``person``, on the other side, may be the one who is passed over.

    If neither name, number nor email is known, anybody may be.
    """
    known = passed.known
    if known is None:
        return True
    if is_like(known, person):
        return True
    likeness_ = _names(known, person)
    number = _differ(same_number(known.number), same_number(person.number))
    if likeness_ is Likeness.UNKNOWN:
        return not (number or _differ(known.canonical("email"), person.canonical("email")))
    return likeness_ is Likeness.HALF and not number


def _differ(one: object, other: object) -> bool:
    return bool(one and other and one != other)


def _names(one: Employee, other: Employee) -> Likeness:
    return likeness(clues_of(one).name, clues_of(other).name)


def those_who_may_be(passed: Collection[Skipped], people: Collection[Employee]) -> set[str]:
    """The ids of the people of one side who may be somebody who is passed over on the other."""
    return {person.id for person in people if any(may_be(one, person) for one in passed)}


def those_who_are_like(passed: Collection[Skipped], people: Collection[Employee]) -> set[str]:
    """The ids of the people of one side who are like somebody who is passed over on the other (``is_like``)."""
    known = [one.known for one in passed if one.known]
    return {person.id for person in people if any(is_like(one, person) for one in known)}
