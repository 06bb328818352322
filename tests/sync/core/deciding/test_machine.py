"""Edits on either side, choices and failures in any order: the sync always converges, and writes only decisions."""

from copy import deepcopy
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sync.core.records.employee import Side
from tests.sync.core.documents import Doc
from tests.sync.core.strategies import huma_docs, huma_places, visma_docs, visma_places
from tests.sync.core.world import World

PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "huma": (
        huma_docs,
        ("givenName", "familyName", "email", "phone", "homeAddress", "employmentId", "bankAccount"),
    ),
    "visma": (visma_docs, ("personNames", "emails", "phones", "address", "number", "salaryPaymentMethod", "isDraft")),
    "huma_position": (huma_places, ("contractEndDate", "firstDayOfWork", "lastDayOfWork", "endReason")),
    "visma_position": (visma_places, ("activeStart", "activeEnd", "positionEndReason")),
}
people = st.fixed_dictionaries({key: docs for key, (docs, _props) in PARTS.items()})
FATES = ["answered", "answered", "lost before", "lost after"]


class Sync(RuleBasedStateMachine):
    """Two linked people."""

    @initialize(first=people, second=people)
    def start(self, first: dict[str, Doc], second: dict[str, Doc]) -> None:
        self.world = World([deepcopy(first), deepcopy(second)])

    @rule(data=st.data())
    def somebody_edits(self, data: st.DataObject) -> None:
        who, key = data.draw(st.integers(0, 1)), data.draw(st.sampled_from(list(PARTS)))
        docs, props = PARTS[key]
        prop, donor = data.draw(st.sampled_from(props)), data.draw(docs)
        document = self.world.people[who].docs[key]
        if prop in donor:
            document[prop] = donor[prop]
        else:
            document.pop(prop, None)

    @rule()
    def both_sides_are_read(self) -> None:
        before = deepcopy([person.docs for person in self.world.people])
        self.world.review()
        assert [person.docs for person in self.world.people] == before

    @rule(data=st.data())
    def somebody_decides(self, data: st.DataObject) -> None:
        for person, difference in self.world.differences():
            possible = [target.other.value for target in difference.to]
            choice = data.draw(st.sampled_from([None, "leave", *possible]))
            if choice:
                self.world.decisions[person.number, difference.field] = choice

    @rule(edits=st.integers(0, 3), data=st.data())
    def the_run_is_applied(self, edits: int, data: st.DataObject) -> None:
        if not self.world.decisions:
            self.both_sides_are_read()
            self.somebody_decides(data)
        for _edit in range(edits):
            self.somebody_edits(data)
        decided, before = dict(self.world.decisions), self.world.said()
        planned = {(p.number, change.side, change.field) for p, _d, change in self.world.plan()}
        assert {(number, name) for number, _side, name in planned} <= set(decided)
        baselines = [dict(person.baseline) for person in self.world.people]
        self.world.apply(lambda: data.draw(st.sampled_from(FATES)))
        after = self.world.said()
        assert {key for key in after if after[key] != before[key]} <= planned
        for person, baseline in zip(self.world.people, baselines, strict=True):
            renewed = {name for name in person.baseline if person.baseline[name] != baseline.get(name)}
            assert renewed <= {name for number, name in decided if number == person.number}

    @rule()
    def a_run_without_decisions_writes_nothing(self) -> None:
        self.world.review()
        before = deepcopy([person.docs for person in self.world.people])
        assert self.world.plan() == []
        assert self.world.apply(lambda: "answered") == {}
        assert [person.docs for person in self.world.people] == before

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for _round in range(4):
            self.world.review()
            for person, difference in self.world.differences():
                if difference.to:
                    fallback = next(iter(difference.to)).other.value
                    self.world.decisions[person.number, difference.field] = difference.suggestion or fallback
            if not self.world.plan():
                break
            outcomes = self.world.apply(lambda: "answered")
            assert set(outcomes) <= {"done", "nothing", "failed"}, outcomes
        self.world.review()
        assert all(set(difference.forbidden) == set(Side) for _person, difference in self.world.differences())
        assert self.world.plan() == []


TestSync = Sync.TestCase
TestSync.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, derandomize=True, database=None, print_blob=False
)
