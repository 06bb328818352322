"""What speaks for and against two records being the same person. Source: design, Who is who (Evidence, Keys).

The weights are the few tables and tests of this module; the help's page *Who is who* prints them.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from sync.core.fields import field
from sync.core.fields.number import same_number, who_has
from sync.core.immutable import record
from sync.core.matching.person_names import Likeness, PersonName, likeness, person_name
from sync.core.records.employee import Employee, Period, Side
from sync.core.records.positions import overlap

FIELDS = ("bank_account", "email", "phone", "first_workday")
CLUES = tuple((name, field(name).clue) for name in FIELDS)
THINGS = ("birth", *FIELDS)
"""The things that may agree. The Employment ID isn't one of them: it is only a key."""
WEAK_AT_MOST = frozenset({"first_workday"})
"""Things that never count as strong: many people start on the same day."""
STRONG_SHARED, WEAK_SHARED = 1, 3
"""A value that at most the first number of people on each side have is strong; up to the second number it is weak."""
PERSONAL = frozenset({"birth", "bank_account"})
"""Things that count for more than employments that don't overlap."""


@record
class Clues:
    """The data of one employee that may be compared, without what is empty or not readable."""

    things: Mapping[str, Hashable]
    name: PersonName
    number: str
    employee: Employee


def clues_of(employee: Employee) -> Clues:
    """The data of an employee that may be compared."""
    things: dict[str, Hashable] = {}
    for name, clue in CLUES:
        canonical = employee.canonical(name)
        if canonical is not None and (value := clue(canonical)) is not None:
            things[name] = value
    if employee.birth:
        things["birth"] = employee.birth
    given, family = (str(employee.canonical(field) or "") for field in ("given_name", "family_name"))
    return Clues(things, person_name(given, family), same_number(employee.number), employee)


@record
class Evidence:
    """The evidence about two records being the same person. ``differs``: things that both have and that differ.

    ``strong`` and ``weak`` are names of ``THINGS``. ``keys``: which keys are equal. ``apart``: the employments don't
    overlap and Visma's has ended. ``births``: both dates of birth are known.
    """

    strong: tuple[str, ...]
    weak: tuple[str, ...]
    name: Likeness
    keys: tuple[str, ...]
    differs: tuple[str, ...]
    apart: bool
    births: bool

    @property
    def birth_differs(self) -> bool:
        """Whether both dates of birth are known and differ."""
        return "birth" in self.differs

    @property
    def against(self) -> tuple[str, ...]:
        """What speaks against it, the strongest first: birth, names, employments."""
        said = {"birth": self.birth_differs, "names": self.name is Likeness.OTHER, "employments": self.apart}
        return tuple(code for code, holds in said.items() if holds)

    @property
    def agrees(self) -> tuple[str, ...]:
        """What agrees, as codes: keys, things, and same_name or half_name."""
        name = {Likeness.SAME: ("same_name",), Likeness.HALF: ("half_name",)}.get(self.name, ())
        things = (*self.strong, *self.weak)
        return (*(key for key in self.keys if key not in things), *name, *things)

    @property
    def rank(self) -> tuple[int, bool, int, int]:
        """For sorting, greater is better: strong things, then an equal key, then the name, then weak things."""
        return len(self.strong), bool(self.keys), max(self.name, 0), len(self.weak)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing agrees, not even half of the name, although something is known on both sides."""
        known = self.differs or self.name is not Likeness.UNKNOWN
        return bool(known) and not (self.strong or self.weak or self.name > 0)

    def besides(self, key: str) -> tuple[int, int]:
        """How many strong and how many weak things agree, without the key itself."""
        return sum(thing != key for thing in self.strong), sum(thing != key for thing in self.weak)


def links_by_itself(evidence: Evidence, key: str) -> bool:
    """Whether an equal key that nobody else has is enough to link the two people. Source: design, Who is who (Keys).

    ``key``: external, connected, number or email.
    """
    strong, weak = evidence.besides(key)
    if evidence.birth_differs:
        return False
    if key in ("external", "connected"):
        return evidence.name is not Likeness.OTHER
    enough = strong >= 1 or evidence.name is Likeness.SAME or (evidence.name is Likeness.HALF and weak >= 1)
    if evidence.name is Likeness.OTHER:
        enough = strong >= 1 and strong + weak >= 2
    if evidence.apart:
        personal = any(thing in PERSONAL for thing in evidence.strong)
        enough = enough and (personal or strong >= 2)
    return enough


def contradicts(evidence: Evidence) -> bool:
    """Whether the two people with this equal number are different people, so that the numbers aren't one series.

    Employments don't count here.
    """
    return evidence.birth_differs or evidence.name is Likeness.OTHER or evidence.is_nothing


def is_worth_asking(evidence: Evidence) -> str:
    """Why to ask about two people without an equal key, as a code of ``reasons``; "" if there is nothing to ask.

    Whether the same name alone is enough depends on who else has it, which isn't known here.
    """
    strong, weak = len(evidence.strong), len(evidence.weak)
    if strong >= 2:
        return "two_strong"
    if evidence.birth_differs:
        return ""
    if evidence.name is Likeness.SAME and strong + weak:
        return "name_and_thing"
    return "half_and_strong" if evidence.name is Likeness.HALF and strong else ""


def is_plain(evidence: Evidence) -> bool:
    """Whether it may be answered together with others of its kind: it is strong, and nothing speaks against it."""
    strong = len(evidence.strong)
    return not evidence.against and (strong >= 2 or (strong >= 1 and evidence.name is Likeness.SAME))


class Weighing:
    """Weighs pairs among everybody who was read, including former employees, drafts and linked people."""

    def __init__(self, huma: Iterable[Employee], visma: Iterable[Employee]) -> None:
        self.huma = {employee.id: clues_of(employee) for employee in huma}
        self.visma = {employee.id: clues_of(employee) for employee in visma}
        self.numbers = who_has((clues.number, id_) for id_, clues in self.visma.items())
        """The employees in Visma by Employment ID."""
        self.who = {Side.HUMA: _who_share(self.huma), Side.VISMA: _who_share(self.visma)}
        self._huma_has, self._visma_has = self.who[Side.HUMA], self.who[Side.VISMA]
        self._weighed: dict[tuple[str, str], Evidence] = {}

    def weigh(self, huma: str, visma: str, aside: Collection[str] = ()) -> Evidence:
        """The evidence about two people. ``aside``: employees in Visma who aren't counted as sharing a value.

        They are other records of the same person, whose values would look shared otherwise.
        """
        if aside:
            return self._weigh(huma, visma, aside)
        known = self._weighed.get((huma, visma))
        if known is None:
            known = self._weighed[huma, visma] = self._weigh(huma, visma, ())
        return known

    def _weigh(self, huma: str, visma: str, aside: Collection[str]) -> Evidence:
        one, other = self.huma[huma], self.visma[visma]
        strong, weak, differs = [], [], []
        for thing, value in one.things.items():
            theirs = other.things.get(thing)
            if theirs is None:
                continue
            if theirs != value:
                differs.append(thing)
            elif (shared := self._shared(thing, value, aside)) <= STRONG_SHARED and thing not in WEAK_AT_MOST:
                strong.append(thing)
            elif shared <= WEAK_SHARED:
                weak.append(thing)
        keys = tuple(key for key in _equal_keys(one, other) if key != "email" or "email" in (*strong, *weak))
        if one.number and other.number and one.number != other.number:
            differs.append("number")
        found = likeness(one.name, other.name)
        births = "birth" in one.things and "birth" in other.things
        return Evidence(tuple(strong), tuple(weak), found, keys, tuple(differs), _apart(one, other), births)

    def _shared(self, thing: str, value: Hashable, aside: Collection[str]) -> int:
        huma, visma = self._huma_has[thing].get(value, ()), self._visma_has[thing].get(value, ())
        return max(len(huma), sum(id_ not in aside for id_ in visma) if aside else len(visma))


def _equal_keys(one: Clues, other: Clues) -> tuple[str, ...]:
    equal = {
        "external": other.employee.huma_id == one.employee.id,
        "connected": other.employee.id in one.employee.visma_ids,
        "number": bool(one.number) and one.number == other.number,
        "email": "email" in one.things and one.things["email"] == other.things.get("email"),
    }
    return tuple(key for key, holds in equal.items() if holds)


def _who_share(people: Mapping[str, Clues]) -> dict[str, dict[Hashable, Sequence[str]]]:
    found: dict[str, dict[Hashable, Sequence[str]]] = {thing: {} for thing in THINGS}
    several: dict[tuple[str, Hashable], list[str]] = {}
    for id_, clues in people.items():
        for thing, value in clues.things.items():
            first = found[thing].setdefault(value, (id_,))  # nearly always only one
            if first[0] != id_:
                several.setdefault((thing, value), [first[0]]).append(id_)
    for (thing, value), ids in several.items():
        found[thing][value] = ids
    return found


def _apart(one: Clues, other: Clues) -> bool:
    """Whether the employments don't overlap, as after a rehire or with a reused number; False if they aren't known."""
    ours, theirs = one.employee.position, other.employee.position
    if ours is None or theirs is None or theirs.period is not Period.FORMER:
        return False
    return not overlap(ours, theirs)
