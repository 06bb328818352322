"""People who couldn't be read: nobody who may be one of them is linked anew or created.

Source: design, Who is who (One record never stops the rest).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError

from connections.api.shapes import is_stand_in
from connections.bug_report import bug_report
from sync.core.reasons import Reason
from sync.core.records import skipping
from sync.core.records.employee import Employee, Side
from sync.core.records.presence import Seen
from sync.core.records.skipping import Skipped, those_who_are_like, those_who_may_be, too_many_skipped
from sync.models import EmployeeLink
from sync.models.links import StaysOut
from sync.reading.failures import CannotRead
from sync.reading.one_person import logger

Fact = tuple[str, str]
T = TypeVar("T")


@dataclass
class Unread:
    """The people who couldn't be read. ``all``: those who are shown as passed over.

    ``found``: these and those who are left out, because all of them are evidence; ``free``: those without a link that
    says who they are.
    """

    all: list[Skipped] = field(default_factory=list)
    found: list[Skipped] = field(default_factory=list)
    free: list[Skipped] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        passed: Iterable[Skipped],
        links: Iterable[EmployeeLink],
        left_out: StaysOut,
        read: Mapping[str, Mapping[str, Employee]],
        asked: Mapping[str, Mapping[str, str]],
    ) -> "Unread":
        """``read``: who was read, by side and id; ``asked``: the results of asking singly."""
        out = left_out.people
        holding = [link for link in links if link.state in EmployeeLink.HOLDING]
        taken = {key for link in holding for key in ((Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id))}
        found = list(passed)
        for side in Side:
            here = [id_ for id_, what in asked.get(side.value, {}).items() if what == Seen.HERE]
            asked_for = [read[side.value][id_] for id_ in here if id_ in read[side.value]]
            found = _with_their_rows(found, side, asked_for) if asked_for else found
        counted = [one for one in found if _key(one) not in out]
        return cls(counted, found, [one for one in found if _key(one) not in taken])

    def without(self, side: Side, people: Iterable[Employee]) -> dict[str, Employee]:
        """The people of a side who could be read, by id."""
        over = {one.id for one in self.found if one.side is side}
        return {person.id: person for person in people if person.id not in over}

    def check(self, read: Mapping[str, Mapping[str, Employee]]) -> None:
        """Raise ``CannotRead`` if so many people of a side can't be read that the whole side has trouble."""
        for side in Side:
            here = [one for one in self.all if one.side is side]
            people = len(read[side.value].keys() | {one.id for one in here})
            if here and len(here) == people:
                raise CannotRead(_nobody(side, here))
            if too_many_skipped(len(here), people):
                raise CannotRead(Reason(f"many_passed_{side.value}", {"passed": len(here), "people": people}))

    def known(self, side: Side) -> list[Employee]:
        """What is known of the unreadable people of a side."""
        return [one.known for one in self.found if one.side is side and one.known]

    def held(self, huma: Collection[Employee], visma: Collection[Employee]) -> set[Fact]:
        """(side, id) of people who aren't linked anew now: the unreadable ones, and people who are like one of them."""
        found = {_key(one) for one in self.found}
        for side, people in ((Side.HUMA, huma), (Side.VISMA, visma)):
            across = [one for one in self.free if one.side is not side]
            found |= {(side.value, id_) for id_ in those_who_are_like(across, people)} if across else set()
        return found

    def may_be(self, people: Collection[Employee], side: Side) -> set[str]:
        """The ids of people of a side who may be an unreadable person of the other side."""
        across = [one for one in self.free if one.side is not side]
        return those_who_may_be(across, people) if across else set()

    def add(self, side: Side, id_: str, error: Exception) -> None:
        """Add a person for whom our own code failed."""
        self.all.append(skipped_for_a_bug(side, id_, error))


def skipped_for_a_bug(side: Side, id_: str, error: Exception) -> Skipped:
    """A person for whom our own code failed. The log gets an error, without the exception's own text."""
    logger.error("Somebody is passed over, for a bug: %s", bug_report(error))
    return Skipped(side, id_, skipping.BUG)


def each_alone(people: Iterable[T], work: Callable[[T], Any], broken: Callable[[T, Exception], None]) -> None:
    """Call ``work`` for each one; if it fails for one, ``broken`` is called, and the others go on."""
    for one in people:
        try:
            work(one)
        except (OperationalError, InterfaceError, CannotRead):
            raise
        except Exception as error:
            broken(one, error)


def _key(one: Skipped) -> Fact:
    return one.side.value, one.id


def _with_their_rows(passed: list[Skipped], side: Side, asked_for: list[Employee]) -> list[Skipped]:
    """Assign rows of a list without a usable id to people who weren't in the list and were found when asked for singly.

    Names and email tell whose row it is; if they don't, it may be any of these people's.
    """
    rows = [one for one in passed if one.side is side and is_stand_in(one.id)]
    found = [one for one in passed if one not in rows]
    left = {person.id: person for person in asked_for}
    unclear = []
    for row in rows:
        whose = next((person for person in left.values() if row.known and _is_same(row.known, person)), None)
        if whose is None:
            unclear.append(row)
        else:
            found.append(Skipped(side, whose.id, row.reason, row.prop, left.pop(whose.id)))
    if unclear and left:
        one = unclear[0]
        found += [Skipped(side, id_, one.reason, one.prop, person) for id_, person in left.items()]
        unclear = unclear[len(left) :]
    return [*found, *unclear]


def _is_same(known: Employee, other: Employee) -> bool:
    names = [known.canonical(name) == other.canonical(name) for name in ("given_name", "family_name", "email")]
    return any(known.canonical(name) for name in ("family_name", "email")) and all(names)


def _nobody(side: Side, passed: list[Skipped]) -> Reason:
    """The reason if nobody of a side can be read: the one that most of them have."""
    reason = Counter(one.reason for one in passed).most_common(1)[0][0]
    codes = {skipping.FORBIDDEN: f"credentials_{side.value}", skipping.BUG: "bug"}
    return Reason(codes.get(reason, f"contract_{side.value}"))
