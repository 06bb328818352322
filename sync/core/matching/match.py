"""Who is who: who is linked by which key, and who may be the same person. Source: design, Who is who.

Time and memory grow with the number of people, whatever their data look like: people aren't paired by a value, a name
or a key that very many of them share.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.core.fields.number import who_has
from sync.core.immutable import record
from sync.core.matching.evidence import (
    WEAK_SHARED,
    Evidence,
    Weighing,
    contradicts,
    is_plain,
    is_worth_asking,
    links_by_itself,
)
from sync.core.matching.people_index import CROWD, PeopleIndex, index
from sync.core.matching.person_names import Likeness
from sync.core.records.employee import Employee, Side

SERIES_SHARE, SERIES_LEAST = 0.1, 3
"""If more than this share of equal numbers, and at least this many, belong to different people, no number links."""
BEST = 3
"""How many possible matches of one person are shown."""
MOST_WITH = {"email": WEAK_SHARED}
"""The most people of one side who may have the same key; one that more have is ignored, such as a shared mailbox."""

Id = str
Couple = tuple[Id, Id]
"""A Huma user and a Visma employee, by their ids."""


@record
class Linked:
    """Two linked records and the key: existing, external, connected, number, email or name_birth."""

    huma: Id
    visma: Id
    by: str


@record
class Possible:
    """Two records that may be one person; ``why`` is a code of ``reasons``.

    ``at_once``: whether it may be answered together with all others that have the same evidence.
    """

    huma: Id
    visma: Id
    why: str
    evidence: Evidence
    at_once: bool = False


@dataclass(frozen=True)
class Matching:
    """The outcome for one run; possible matches come the strongest first.

    ``series_broken``: the employee numbers don't look like the same series. ``unsettled``: (side, id) of everybody with
    a possible match, also if it isn't among the ones that are shown.
    """

    linked: tuple[Linked, ...]
    possible: tuple[Possible, ...]
    series_broken: bool
    unsettled: frozenset[tuple[str, Id]] = frozenset()


def match(
    huma: Iterable[Employee],
    visma: Iterable[Employee],
    existing: Iterable[Couple] = (),
    different: Iterable[Couple] = (),
    weighing: Weighing | None = None,
    held: Iterable[tuple[str, Id]] = (),
) -> Matching:
    """Who is who, given the links that exist and the pairs that a person called different.

    Never links one person twice. An existing link counts before every key, and *different* before all but that.
    ``weighing``: the evidence of the same people, if the caller has made it already. ``held``: (side, id) of people who
    count as evidence but are linked with nobody, because the record they are linked with is missing in this run.
    """
    matcher = _Matcher(weighing or weighing_of(huma, visma), different, held)
    for couple in existing:
        # If one of the two is gone, the other is free for the record that replaced it: a new account, a rehire.
        if couple[0] in matcher.huma and couple[1] in matcher.visma:
            matcher.link(couple, "existing")
    matcher.by_key("external")
    matcher.by_key("connected")
    broken = matcher.series_broken()
    matcher.by_key("number", trusted=not broken)
    matcher.by_key("email")
    matcher.by_name_and_birth()
    matcher.by_evidence()
    return Matching(tuple(matcher.linked.values()), matcher.best(), broken, matcher.unsettled())


def weighing_of(huma: Iterable[Employee], visma: Iterable[Employee]) -> Weighing:
    """The evidence of everybody, without the programs among Huma's users."""
    return Weighing((employee for employee in huma if employee.is_person), visma)


class _Matcher:
    def __init__(self, weighing: Weighing, different: Iterable[Couple], held: Iterable[tuple[str, Id]]) -> None:
        self.weighing = weighing
        self.huma, self.visma = weighing.huma, weighing.visma
        self.different = set(different)
        self.held = set(held)
        self.linked: dict[Id, Linked] = {}
        self.taken: set[Id] = set()
        self.possible: dict[Couple, Possible] = {}
        self.alike = PeopleIndex(weighing)
        self.numbers = who_has((clues.number, id_) for id_, clues in self.huma.items())

    def link(self, couple: Couple, by: str) -> None:
        huma, visma = couple
        if huma not in self.linked and visma not in self.taken:
            self.linked[huma] = Linked(huma, visma, by)
            self.taken.add(visma)

    def free(self, couple: Couple) -> bool:
        if couple[0] in self.linked or couple[1] in self.taken or couple in self.different:
            return False
        return ("huma", couple[0]) not in self.held and ("visma", couple[1]) not in self.held

    def doubt(self, couple: Couple, why: str, evidence: Evidence | None = None) -> None:
        if self.free(couple) and couple not in self.possible:
            self.possible[couple] = Possible(*couple, why, evidence or self.weighing.weigh(*couple))

    # Keys ------------------------------------------------------------------------------------------------------

    def by_key(self, key: str, trusted: bool = True) -> None:
        """Link two people if nobody else has the key and the evidence allows it; ask about the others."""
        for humas, vismas in self.groups(key):
            if max(len(humas), len(vismas)) > MOST_WITH.get(key, CROWD):
                continue
            unique = len(humas) == len(vismas) == 1
            for couple in ((huma, visma) for huma in humas for visma in vismas):
                if not self.free(couple):
                    continue
                evidence = self.weighing.weigh(*couple)
                if not unique:
                    self.doubt(couple, f"{key}_not_unique", evidence)
                elif not trusted:
                    self.doubt(couple, "number_series", evidence)
                elif links_by_itself(evidence, key):
                    if self._is_somebody_else(couple, key):
                        self.doubt(couple, f"{key}_other", evidence)
                    else:
                        self.link(couple, key)
                else:
                    self.doubt(couple, _why_not(evidence, key), evidence)

    def _is_somebody_else(self, couple: Couple, key: str) -> bool:
        """Whether one of the two agrees better with somebody else who isn't linked.

        So twins, sisters or people with the same name aren't linked wrongly if their numbers were confused. Nobody else
        has a strong thing: with two of them and the name, nobody can agree better.
        """
        evidence = self.weighing.weigh(*couple)
        same = evidence.name is Likeness.SAME
        if key not in ("number", "email") or (same and len(evidence.strong) >= 2):
            return False
        huma, visma = couple
        others = [(huma, id_) for id_ in self.alike.by_anything(huma)]
        others += [(id_, visma) for id_ in self.alike.by_anything(visma, Side.VISMA)]
        enough = len(evidence.strong) + (2 if same else 0)
        return any(self._has_the_name(other, enough) for other in others if other != couple and self.free(other))

    def _has_the_name(self, couple: Couple, strong: int) -> bool:
        """Whether two people have the same name and at least ``strong`` strong things in common."""
        evidence = self.weighing.weigh(*couple)
        return evidence.name is Likeness.SAME and not evidence.birth_differs and len(evidence.strong) >= strong

    def groups(self, key: str) -> list[tuple[Sequence[Id], Sequence[Id]]]:
        """The people of both sides who share a value of the key, for values that both sides have."""
        huma, visma = self._keyed(key)
        return [(ids, visma[value]) for value, ids in huma.items() if value in visma]

    def _keyed(self, key: str) -> tuple[Mapping[Any, Sequence[Id]], Mapping[Any, Sequence[Id]]]:
        if key == "external":
            named = index((c.employee.huma_id, id_) for id_, c in self.visma.items() if c.employee.huma_id)
            return index((id_, id_) for id_ in self.huma if id_ in named), named
        if key == "connected":
            said = index((other, id_) for id_, clues in self.huma.items() for other in clues.employee.visma_ids)
            return said, index((id_, id_) for id_ in self.visma if id_ in said)
        if key == "email":
            return self.weighing.who[Side.HUMA]["email"], self.weighing.who[Side.VISMA]["email"]
        return self.numbers, self.weighing.numbers

    def series_broken(self) -> bool:
        """Whether too many equal numbers, among those that one person on each side has, belong to different people."""
        couples = [(humas[0], vismas[0]) for humas, vismas in self.groups("number") if len(humas) == len(vismas) == 1]
        against = sum(self._contradicts(couple) for couple in couples)
        return against >= SERIES_LEAST and against > SERIES_SHARE * len(couples)

    def _contradicts(self, couple: Couple) -> bool:
        if couple in self.different:
            return True
        linked = self.linked.get(couple[0])
        if linked and linked.visma == couple[1]:
            return False
        return contradicts(self.weighing.weigh(*couple))

    # Without an equal key --------------------------------------------------------------------------------------

    def by_name_and_birth(self) -> None:
        """Link those with the same name and date of birth, where each is the other's only candidate."""
        couples = [couple for couple in self._same_names_and_births() if self.free(couple)]
        humas, vismas = (index((couple[side], couple) for couple in couples) for side in (0, 1))
        for couple in couples:
            if len(humas[couple[0]]) == len(vismas[couple[1]]) == 1:
                self.link(couple, "name_birth")
            else:
                self.doubt(couple, "name_birth_not_unique")

    def _same_names_and_births(self) -> Iterator[Couple]:
        for huma in self.huma:
            if huma not in self.linked:
                yield from ((huma, visma) for visma in self.alike.by_name_and_birth(Side.VISMA, huma))

    def by_evidence(self) -> None:
        """Ask about people who share enough although they have no equal key."""
        couples = ((huma, visma) for huma in self.huma for visma in self._not_linked(huma))
        for couple in couples:
            if couple in self.possible or not self.free(couple):
                continue
            evidence = self.weighing.weigh(*couple)
            why = is_worth_asking(evidence)
            if (
                not why
                and not evidence.birth_differs
                and evidence.name is Likeness.SAME
                and self.alike.only_they_have_the_name(*couple)
            ):
                why = "name_alone"
            if why:
                self.doubt(couple, why, evidence)

    def _not_linked(self, huma: Id) -> Iterable[Id]:
        return () if huma in self.linked else self.alike.by_anything(huma)

    # What is shown ---------------------------------------------------------------------------------------------

    def unsettled(self) -> frozenset[tuple[str, Id]]:
        """(side, id) of everybody with a possible match."""
        couples = [couple for couple in self.possible if self.free(couple)]
        return frozenset(pair for huma, visma in couples for pair in (("huma", huma), ("visma", visma)))

    def best(self) -> tuple[Possible, ...]:
        """The best possible matches of each person, the strongest first."""
        there = [one for couple, one in self.possible.items() if self.free(couple)]
        there.sort(key=lambda one: (one.huma, one.visma))
        there.sort(key=lambda one: one.evidence.rank, reverse=True)
        in_all = _count(there)
        shown: dict[Id, int] = defaultdict(int)
        found = []
        for one in there:
            if shown[f"h{one.huma}"] < BEST and shown[f"v{one.visma}"] < BEST:
                shown[f"h{one.huma}"] += 1
                shown[f"v{one.visma}"] += 1
                only = in_all[f"h{one.huma}"] == in_all[f"v{one.visma}"] == 1
                at_once = only and is_plain(one.evidence)
                found.append(Possible(one.huma, one.visma, one.why, one.evidence, at_once))
        return tuple(found)


def _why_not(evidence: Evidence, key: str) -> str:
    """Why an equal key that nobody else has isn't enough, as a code of ``reasons``."""
    if evidence.against:
        return f"{key}_against"
    strong, weak = evidence.besides(key)
    return f"{key}_weak" if strong or weak or evidence.name > 0 else f"{key}_only"


def _count(possible: Iterable[Possible]) -> Mapping[Id, int]:
    counted: dict[Id, int] = defaultdict(int)
    for one in possible:
        counted[f"h{one.huma}"] += 1
        counted[f"v{one.visma}"] += 1
    return counted
