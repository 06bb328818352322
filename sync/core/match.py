"""Who is who. Source: design, Who is who (matching)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sync.core.employee import Employee
from sync.core.record import record

FIELDS = ("given_name", "family_name", "email", "phone", "bank_account", "first_workday")
THINGS = (*FIELDS, "birth")
"""What may agree beside a key. The Employment ID is a key only: two of them don't vouch for each other."""

Evidence = dict[str, str | tuple[str | None, ...]]

SERIES_LIMIT = 0.1
"""More than this share of contradicting equal numbers, and numbers link nobody."""


@record
class Linked:
    """Two people who are one, and by which key: existing, external, number or email."""

    huma: str
    visma: str
    by: str


@record
class Possible:
    """Two people who may be one; ``agrees`` names what agrees, ``why`` is a code of ``reasons``."""

    huma: str
    visma: str
    agrees: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Matching:
    """The outcome for one run. ``series_broken``: the employee numbers don't look like the same series."""

    linked: tuple[Linked, ...]
    possible: tuple[Possible, ...]
    series_broken: bool


def evidence(employee: Employee) -> Evidence:
    """The things that may agree, in a comparable form; what is empty isn't there."""
    found: Evidence = {}
    for name in FIELDS:
        value = employee.values.get(name)
        if value is not None and value.readable and value.canonical is not None:
            found[name] = value.canonical
    for name in ("given_name", "family_name"):
        if name in found:
            found[name] = str(found[name]).casefold()
    if employee.birth:
        found["birth"] = employee.birth
    if employee.number:
        found["number"] = employee.number.casefold()
    return found


class _Matcher:
    def __init__(self, huma: Iterable[Employee], visma: Iterable[Employee], different: Iterable[tuple[str, str]]):
        self.huma = {e.id: e for e in huma if e.is_person}
        self.visma = {e.id: e for e in visma}
        self.different = set(different)
        self.seen = {id_: evidence(e) for id_, e in (*self.huma.items(), *self.visma.items())}
        self.linked: dict[str, Linked] = {}
        self.taken: set[str] = set()
        self.possible: dict[tuple[str, str], Possible] = {}

    def link(self, huma: str, visma: str, by: str) -> None:
        if huma not in self.linked and visma not in self.taken:
            self.linked[huma] = Linked(huma, visma, by)
            self.taken.add(visma)

    def free(self, huma: str, visma: str) -> bool:
        return huma not in self.linked and visma not in self.taken and (huma, visma) not in self.different

    def agrees(self, huma: str, visma: str) -> tuple[str, ...]:
        one, other = self.seen[huma], self.seen[visma]
        return tuple(sorted(k for k in one.keys() & other.keys() if one[k] == other[k]))

    def vouched(self, huma: str, visma: str, key: str) -> bool:
        """Whether one more thing than ``key`` agrees."""
        one, other = self.seen[huma], self.seen[visma]
        return any(one[thing] == other.get(thing) for thing in THINGS if thing != key and thing in one)

    def doubt(self, huma: str, visma: str, why: str) -> None:
        if self.free(huma, visma) and (huma, visma) not in self.possible:
            self.possible[huma, visma] = Possible(huma, visma, self.agrees(huma, visma), why)

    def groups(self, key: str) -> list[tuple[list[str], list[str]]]:
        """The people of both sides who share a value of ``key``, only where both have some."""
        visma = self.index(self.visma, key)
        return [(ids, visma[value]) for value, ids in self.index(self.huma, key).items() if value in visma]

    def index(self, people: Iterable[str], key: str) -> dict[Any, list[str]]:
        """By each value of ``key``, who has it."""
        found: dict[Any, list[str]] = {}
        for id_ in people:
            value = self.seen[id_].get(key)
            if value is not None:
                found.setdefault(value, []).append(id_)
        return found

    def by_external(self) -> None:
        named: dict[str, list[str]] = defaultdict(list)
        for id_, employee in self.visma.items():
            if employee.huma_id in self.huma:
                named[employee.huma_id].append(id_)
        for huma, vismas in named.items():
            for visma in vismas:
                if len(vismas) == 1 and self.free(huma, visma):
                    self.link(huma, visma, "external")
                else:
                    self.doubt(huma, visma, "key_not_unique")

    def series_broken(self) -> bool:
        """Whether the equal numbers contradict each other too often.

        They do where nothing else agrees between two who aren't linked, or where a person called the two different.
        """
        pairs = [(h[0], v[0]) for h, v in self.groups("number") if len(h) == len(v) == 1]
        contradicting = sum(not (self.are_one(*pair) or self.may_be_one(*pair)) for pair in pairs)
        return contradicting > SERIES_LIMIT * len(pairs)

    def are_one(self, huma: str, visma: str) -> bool:
        return huma in self.linked and self.linked[huma].visma == visma

    def may_be_one(self, huma: str, visma: str) -> bool:
        return self.free(huma, visma) and self.vouched(huma, visma, "number")

    def by_key(self, key: str, series_broken: bool = False) -> None:
        for humas, vismas in self.groups(key):
            unique = len(humas) == len(vismas) == 1
            for huma in humas:
                for visma in vismas:
                    if not self.free(huma, visma):
                        continue
                    if not unique:
                        self.doubt(huma, visma, f"{key}_not_unique")
                    elif series_broken:
                        self.doubt(huma, visma, "number_series")
                    elif self.vouched(huma, visma, key):
                        self.link(huma, visma, key)
                    else:
                        self.doubt(huma, visma, f"{key}_only")

    def by_two_things(self) -> None:
        free_huma = [(id_, self.seen[id_]) for id_ in self.huma if id_ not in self.linked]
        free_visma = [(id_, self.seen[id_]) for id_ in self.visma if id_ not in self.taken]
        for one, other in combinations(THINGS, 2):
            index: dict[tuple[Any, Any], list[str]] = defaultdict(list)
            for visma, seen in free_visma:
                if one in seen and other in seen:
                    index[seen[one], seen[other]].append(visma)
            for huma, seen in free_huma:
                if one in seen and other in seen:
                    for visma in index.get((seen[one], seen[other]), ()):
                        self.doubt(huma, visma, "two_agree")


def match(
    huma: Iterable[Employee],
    visma: Iterable[Employee],
    existing: Iterable[tuple[str, str]] = (),
    different: Iterable[tuple[str, str]] = (),
) -> Matching:
    """Who is who, given the links that exist and the pairs that a person called different.

    Never links one person twice; an existing link beats every key, and *different* beats all but that.
    """
    matcher = _Matcher(huma, visma, different)
    for huma_id, visma_id in existing:
        # Who is gone from a side leaves the other half free for whoever took her place there: a new account, a rehire.
        if huma_id in matcher.huma and visma_id in matcher.visma:
            matcher.link(huma_id, visma_id, "existing")
    matcher.by_external()
    broken = matcher.series_broken()
    matcher.by_key("number", series_broken=broken)
    matcher.by_key("email")
    matcher.by_two_things()
    return Matching(
        linked=tuple(matcher.linked.values()),
        possible=tuple(
            p for p in matcher.possible.values() if p.huma not in matcher.linked and p.visma not in matcher.taken
        ),
        series_broken=broken,
    )
