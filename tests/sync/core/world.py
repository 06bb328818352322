"""Two vendors in memory and a sync between them, made only of the core, for the state machine."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sync.core.deciding.compare import Comparison, Difference
from sync.core.deciding.plan import Planned, field_change, last_look, plan_fingerprint
from sync.core.fields import FIELDS, Pair
from sync.core.fields import field as spec_of
from sync.core.fields.number import same_number
from sync.core.records.employee import Employee, Side
from tests.sync.core.documents import PRINT, TODAY, Doc, compared, pair, read_huma, read_visma

DEFAULT = "arbeidstakerHarSagtOppSelv"


@dataclass
class Person:
    """One linked person: the raw documents of both sides, and what the link has stored."""

    number: int
    docs: dict[str, Doc]
    baseline: dict[str, tuple[str, str]] = field(default_factory=dict)
    positions: tuple[str, str] | None = None

    def read(self, side: Side) -> Employee:
        """The employee as one side has them now."""
        if side is Side.HUMA:
            return read_huma(self.docs["huma"], self.docs["huma_position"])
        return read_visma(self.docs["visma"], self.docs["visma_position"])

    def says(self, side: Side, name: str) -> str:
        """The fingerprint of one side's present value of a field."""
        value = self.read(side).values[name]
        return PRINT(name, spec_of(name).version, value.canonical) if value.readable else "not readable"

    def document(self, side: Side, name: str) -> str:
        """The key of the document that holds a field."""
        return f"{side.value}_position" if spec_of(name).on_position else side.value


class World:
    """A few people, the latest comparison of each, and what was decided about it."""

    def __init__(self, people: list[dict[str, Doc]]) -> None:
        self.people = [Person(number, docs) for number, docs in enumerate(people)]
        self.comparisons: list[Comparison] = []
        self.decisions: dict[tuple[int, str], str] = {}

    def review(self) -> None:
        """Read everybody, settle what agrees, and forget decisions about an earlier read."""
        numbers = {same_number(person.read(Side.VISMA).number): str(person.number) for person in self.people}
        self.comparisons, self.decisions = [], {}
        for person in self.people:
            two = self.pair(person, numbers)
            comparison = compared(two, person.baseline, known_positions=person.positions)
            person.baseline.update(comparison.agreed)
            person.positions = comparison.positions or person.positions
            self.comparisons.append(comparison)

    def pair(self, person: Person, numbers: dict[str, str]) -> Pair:
        """Both sides of one person."""
        two = pair(person.read(Side.HUMA), person.read(Side.VISMA), default_end_reason=DEFAULT)
        others = {number: "another" for number, owner in numbers.items() if number and owner != str(person.number)}
        return Pair(two.huma, two.visma, TODAY, default_end_reason=DEFAULT, numbers=others)

    def differences(self) -> list[tuple[Person, Difference]]:
        """All differences of the latest read."""
        return [(p, d) for p, c in zip(self.people, self.comparisons, strict=False) for d in c.differences]

    def plan(self) -> list[tuple[Person, Difference, Planned]]:
        """The Changes that follow from the decisions."""
        found = []
        for person, difference in self.differences():
            choice = self.decisions.get((person.number, difference.field))
            if choice in (None, "leave"):
                continue
            target = Side(choice).other
            assert target in difference.to, "a forbidden direction was chosen"
            seen = difference.visma if target is Side.VISMA else difference.huma
            change = field_change(
                person=f"link:{person.number}",
                spec=spec_of(difference.field),
                target=target,
                before=seen.own,
                after=difference.to[target],
                prints=difference.prints,
                fingerprint=PRINT,
                today=TODAY,
            )
            found.append((person, difference, change))
        return found

    def apply(self, fate: Callable[[], str]) -> dict[str, int]:
        """Write the plan. ``fate`` says of each request whether it is lost before, lost after, or answered."""
        outcomes: dict[str, int] = {}
        for person, difference in self.differences():
            if self.decisions.get((person.number, difference.field)) == "leave":
                person.baseline[difference.field] = difference.prints
        plan = self.plan()
        assert plan_fingerprint(c for _p, _d, c in plan) == plan_fingerprint(c for _p, _d, c in reversed(plan))
        for person, _difference, change in plan:
            outcome = self.write(person, change, fate())
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if outcome in ("done", "nothing"):
                pair_now = (change.source, change.becomes)
                person.baseline[change.field] = pair_now if change.side is Side.VISMA else pair_now[::-1]
        self.comparisons, self.decisions = [], {}
        return outcomes

    def write(self, person: Person, change: Planned, fate: str) -> str:
        """Write one Change: look, write, look again. Only a value that the admin has seen is overwritten."""
        spec, side = spec_of(change.field), change.side
        value = person.read(side).values[change.field]
        if not value.readable or not value.editable:
            return "failed"
        what = last_look(change.field, value.canonical, change.pin, change.becomes, PRINT)
        if what != "write":
            return what
        if fate == "lost before" or self.refuses(person, change):
            return "failed"
        key, before = person.document(side, change.field), deepcopy(person.docs)
        document = deepcopy(person.docs[key])
        if side is Side.HUMA:
            for prop, new in spec.write_huma(document, change.after).items():
                document[prop] = {**document.get(prop, {"editable": True}), "value": new}
        else:
            spec.write_visma(document, change.after, TODAY)
        person.docs[key] = document
        self.only_this_changed(person, before, change)
        return "unknown" if fate == "lost after" else "done"

    def refuses(self, person: Person, change: Planned) -> bool:
        """Whether Visma would refuse the Change, because the number is somebody else's."""
        others = [other.read(Side.VISMA).number for other in self.people if other is not person]
        return change.side is Side.VISMA and change.field == "employment_id" and change.after in others

    def only_this_changed(self, person: Person, before: dict[str, Doc], change: Planned) -> None:
        """Assert that all other fields and unknown properties are unchanged on both sides."""
        earlier = Person(person.number, before)
        for side in Side:
            then, now = earlier.read(side).values, person.read(side).values
            for spec in FIELDS:
                if (spec.name, side) != (change.field, change.side):
                    assert then[spec.name] == now[spec.name], (spec.name, side, change.field)
        for key, doc in before.items():
            assert person.docs[key].get("somethingNew") == doc.get("somethingNew")
            assert person.docs[key].get("unions") == doc.get("unions")

    def said(self) -> dict[tuple[int, Side, str], Any]:
        """All values of everybody on both sides."""
        return {
            (p.number, side, spec.name): p.says(side, spec.name)
            for p in self.people
            for side in Side
            for spec in FIELDS
        }
