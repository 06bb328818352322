"""Finds people who share a name, a date of birth or a rare value, without comparing everybody with everybody.

A value or a name that very many people have is ignored, so that time and memory grow with the number of people only.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from sync.core.matching.evidence import THINGS, WEAK_SHARED, Clues, Weighing
from sync.core.matching.person_names import Likeness, likeness
from sync.core.records.employee import Side

CROWD = 30
"""A value, name or key that more people of one side have is ignored."""

Id = str
Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


def index(pairs: Iterable[tuple[Key, Found]]) -> dict[Key, list[Found]]:
    """Everything that belongs to each key, in order."""
    found: dict[Key, list[Found]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return found


class PeopleIndex:
    """Looks people up by what they share, among everybody who was read."""

    def __init__(self, weighing: Weighing) -> None:
        self.weighing = weighing
        self.people = {Side.HUMA: weighing.huma, Side.VISMA: weighing.visma}

    @cached_property
    def names(self) -> dict[Side, dict[Hashable, list[Id]]]:
        """The people by side and by two words of their name. Made only when it is needed."""
        return {side: index(_named(people)) for side, people in self.people.items()}

    @cached_property
    def born(self) -> dict[Side, dict[Hashable, list[Id]]]:
        """The people by side, and by date of birth and two words of their name."""
        return {side: index(_named_and_born(people)) for side, people in self.people.items()}

    def by_name(self, side: Side, other: Id) -> list[Id]:
        """The people on ``side`` with the same name as ``other`` on the other side, unless very many have that name."""
        mine = self.people[side.other][other]
        return self._same_name(side, mine, [self.names[side].get(both, ()) for both in mine.name.couples])

    def by_name_and_birth(self, side: Side, other: Id) -> list[Id]:
        """The people on ``side`` with the same name and date of birth as ``other`` on the other side."""
        return self.with_name_and_birth(side, self.people[side.other][other])

    def with_name_and_birth(self, side: Side, mine: Clues) -> list[Id]:
        """The people on ``side`` with the same name and date of birth as ``mine``, who may be of either side."""
        birth = mine.things.get("birth")
        known = [self.born[side].get((birth, both), ()) for both in mine.name.couples] if birth else []
        return self._same_name(side, mine, known)

    def by_anything(self, one: Id, side: Side = Side.HUMA) -> Iterable[Id]:
        """The people on the other side who share a rare value or the name with ``one``, who is on ``side``."""
        found: dict[Id, None] = {}
        clues, who = self.people[side][one], self.weighing.who
        for thing in THINGS:
            value = clues.things.get(thing)
            here, there = who[side][thing].get(value, ()), who[side.other][thing].get(value, ())
            if max(len(here), len(there)) <= WEAK_SHARED:
                found.update(dict.fromkeys(there))
        found.update(dict.fromkeys(self.by_name(side.other, one)))
        return found

    def only_they_have_the_name(self, huma: Id, visma: Id) -> bool:
        """Whether nobody else on either side has the name of the two."""
        couples = {*self.people[Side.HUMA][huma].name.couples, *self.people[Side.VISMA][visma].name.couples}
        if any(len(self.names[side].get(both, ())) > CROWD for both in couples for side in Side):
            return False
        return self.by_name(Side.VISMA, huma) == [visma] and self.by_name(Side.HUMA, visma) == [huma]

    def _same_name(self, side: Side, mine: Clues, known: Iterable[Sequence[Id]]) -> list[Id]:
        found = dict.fromkeys(id_ for ids in known if len(ids) <= CROWD for id_ in ids)
        people = self.people[side]
        return [id_ for id_ in found if likeness(mine.name, people[id_].name) is Likeness.SAME]


def _named(people: Mapping[Id, Clues]) -> Iterator[tuple[Hashable, Id]]:
    return ((both, id_) for id_, clues in people.items() for both in clues.name.couples)


def _named_and_born(people: Mapping[Id, Clues]) -> Iterator[tuple[Hashable, Id]]:
    for id_, clues in people.items():
        if birth := clues.things.get("birth"):
            yield from (((birth, both), id_) for both in clues.name.couples)
