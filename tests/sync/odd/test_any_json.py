"""Any JSON in a few people's documents doesn't stop the others; nothing of a skipped person is written.

Several people are odd at once, fewer than would be the side's trouble, each in another place and way.
"""

import copy
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.automation import switching
from sync.models import EmployeeLink, HumaEvent, PassedPerson
from tests.connections.companies import heard
from tests.sync import bell, scheduling
from tests.sync.core.breaking import MISSING, Path, at, broken, is_valid, paths, renamed
from tests.sync.driving import changed, sync
from tests.sync.hearing import tell
from tests.sync.odd.changing import where
from tests.sync.writing.conftest import Company, Person

pytestmark = pytest.mark.django_db(transaction=True)

ODD, OTHERS = 4, 4
FULL = [("huma", "document"), ("huma", "row"), ("huma", "position"), ("visma", "row")]
LIVE = [("huma", "document"), ("huma", "position"), ("visma", "document"), ("visma", "positions")]
JSON = st.recursive(
    st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=6)
    | st.sampled_from(["\ud83d", "A\u0000", "1990-00-00", "31.12.1990", "", "x" * 70_000]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
WAYS = ["json", "missing", "null", "nothing", "in a list", "renamed"]
EACH = st.lists(st.tuples(st.sampled_from(WAYS), st.integers(0, 10_000), JSON), min_size=ODD, max_size=ODD)
modest = settings(
    max_examples=8, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


class Odd:
    """A company in which some people's documents get odd values, and the others don't."""

    def __init__(self, found: Company, people: list[Person]) -> None:
        self.found, self.odd, self.others = found, people[:ODD], people[ODD:]
        self.count = 0
        self.broken: dict[str, Path] = {}

    def put(self, places: list[tuple[str, str]], drawn: list[tuple[str, int, Any]]) -> None:
        """Put an odd value into each odd person's documents, each at another place; the places change each time."""
        self.broken = {}
        for index, (person, (way, pick, json)) in enumerate(zip(self.odd, drawn, strict=True)):
            side, place = places[(index + self.count) % len(places)]
            change = partial(self._break, person=person, side=side, way=way, pick=pick, json=json)
            self.found.sandbox.oddities.put(side, where(side, person), place, change)

    def _break(self, body: Any, person: Person, side: str, way: str, pick: int, json: Any) -> Any:
        found = [path for path in paths(body) if way != "renamed" or isinstance(path[-1], str)]
        path = found[pick % len(found)] if found else ()
        if not path:
            return body
        old = at(body, path)
        new = {"json": json, "missing": MISSING, "null": None, "nothing": {}, "in a list": [old]}.get(way)
        self.broken[person.employee_id] = path
        if way == "renamed":
            return renamed(body, path)
        return body if is_valid(side, path, old, new, is_draft=False) else broken(body, path, new)

    def new_phones(self) -> dict[str, str]:
        """Everybody gets another phone in Huma."""
        self.count += 1
        numbers = {}
        for index, person in enumerate((*self.odd, *self.others)):
            numbers[person.employee_id] = f"+4798{self.count:03}{index:03}"
            self.found.huma(person, phone=numbers[person.employee_id])
        return numbers

    def check(self, before: Any, numbers: dict[str, str], why: Any) -> None:
        """Assert that each other person's phone was written, an odd person's at most, and a skipped person's not.

        A property that we don't use is written back with the rest of the document, as it was read.
        """
        self.found.sandbox.wait_for_jobs()
        after = self.found.sandbox.state()
        over = set(PassedPerson.objects.filter(over_at=None).values_list("side", "vendor_id"))
        expected = copy.deepcopy(before)
        for person in self.others:
            set_phone(expected["visma"][person.employee_id], numbers[person.employee_id])
        for person in self.odd:
            id_ = person.employee_id
            if {("huma", person.user_id), ("visma", id_)} & over or not changed(
                {"visma": {id_: expected["visma"][id_]}, "huma": {}}, {"visma": {id_: after["visma"][id_]}, "huma": {}}
            ):
                continue
            set_phone(expected["visma"][id_], numbers[id_])
            for state in (expected, after):
                state["visma"][id_].pop((self.broken.get(id_) or ("",))[0], None)
        assert changed(expected, after) == {}, why
        assert not EmployeeLink.objects.exclude(state="linked").exists(), why

    def clear(self) -> None:
        """Make all documents normal again, and synchronize everybody."""
        self.found.sandbox.oddities.clear()
        assert sync(self.found.connection, "--conflicts", "huma")[0] == 0
        self.found.sandbox.wait_for_jobs()


def set_phone(document: Any, number: str) -> None:
    (business,) = [one for one in document["phones"] if one["type"] == "business"]
    business["number"] = number


@pytest.fixture
def odd(settings: Any, hr: User) -> Any:
    with scheduling.company(settings, hr) as found:
        people = scheduling.people(found, ODD + OTHERS)
        scheduling.first_run(found)
        switching.turn_on(heard(found.connection), found.user)
        found.connection.refresh_from_db()
        yield Odd(found, people)


def test_in_a_full_run(odd: Odd) -> None:
    @modest
    @given(EACH)
    def check(drawn: list[tuple[str, int, Any]]) -> None:
        numbers = odd.new_phones()
        before = odd.found.sandbox.state()
        odd.put(FULL, drawn)
        code, report = sync(odd.found.connection, "--conflicts", "huma", "--create-in-huma", "--create-in-visma")
        assert code == (1 if report["passed_over"] else 0), (odd.broken, drawn, report)
        assert report["created"] == {"huma": 0, "visma": 0}
        odd.check(before, numbers, (odd.broken, drawn))
        odd.clear()

    check()


def test_in_real_time(odd: Odd) -> None:
    @modest
    @given(EACH)
    def check(drawn: list[tuple[str, int, Any]]) -> None:
        numbers = odd.new_phones()
        before = odd.found.sandbox.state()
        odd.put(LIVE, drawn)
        tell(odd.found, *odd.odd, *odd.others, number=odd.count)
        bell.until_quiet()
        assert set(HumaEvent.objects.values_list("state", flat=True)) == {"done"}, (odd.broken, drawn)
        odd.check(before, numbers, (odd.broken, drawn))
        odd.clear()

    check()
