"""Whatever JSON stands anywhere in one person's documents: everybody else is written, and nothing of theirs."""

import copy
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.models import EmployeeLink, HumaEvent, PassedPerson
from sync.services import switching
from tests.connections.companies import heard
from tests.sync import bell, scheduling
from tests.sync.driving import changed, sync
from tests.sync.execute.conftest import Company, Person
from tests.sync.hearing import tell
from tests.sync.odd.changing import at, where

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = 4
PLACES = [("huma", "document"), ("huma", "row"), ("huma", "position"), ("visma", "row"), ("visma", "document")]
JSON = st.recursive(
    st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=6)
    | st.sampled_from(["\ud83d", "A\u0000", "1990-00-00", "31.12.1990", "", "x" * 70_000]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
modest = settings(
    max_examples=5, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


def paths(document: Any, begin: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where a value could be put in place of another one."""
    found = [begin]
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in inside:
        found += paths(value, (*begin, key))
    return found


class Odd:
    """The company, with one person at whom a value is put somewhere."""

    def __init__(self, found: Company, anna: Person, others: list[Person]) -> None:
        self.found, self.anna, self.others = found, anna, others
        self.count = 0

    def documents(self, side: str, place: str) -> Any:
        """What that place says of the odd one as long as nothing is odd."""
        seen: list[Any] = []

        def look(body: Any) -> Any:
            seen.append(copy.deepcopy(body))
            return body

        self.found.sandbox.oddities.put(side, where(side, self.anna), place, look)
        sync(self.found.connection)
        if place == "document" and side == "visma":
            tell(self.found, self.anna)
            bell.until_quiet()
        self.found.sandbox.oddities.clear()
        return seen[0]

    def new_phones(self) -> dict[str, str]:
        """Everybody gets another phone in Huma."""
        self.count += 1
        numbers = {}
        for index, person in enumerate((self.anna, *self.others)):
            numbers[person.employee_id] = f"+4798{self.count:03}{index:03}"
            self.found.huma(person, phone=numbers[person.employee_id])
        return numbers

    def check(self, before: Any, numbers: dict[str, str], path: tuple[str | int, ...]) -> bool:
        """The others are written, and of the odd one nothing but the phone may be; gives whether it was.

        A property that we don't use goes back with the rest of the document, as it was read.
        """
        self.found.sandbox.wait_for_jobs()
        after = self.found.sandbox.state()
        expected = copy.deepcopy(before)
        for id_ in (person.employee_id for person in self.others):
            set_phone(expected["visma"][id_], numbers[id_])
        differ = changed(expected, after)
        if differ:
            for state in (expected, after):
                document = state["visma"][self.anna.employee_id]
                set_phone(document, numbers[self.anna.employee_id])
                document.pop(path[0] if path else "", None)
            assert changed(expected, after) == {}
        assert not EmployeeLink.objects.exclude(state="linked").exists()
        return bool(differ)


def set_phone(document: Any, number: str) -> None:
    (business,) = [one for one in document["phones"] if one["type"] == "business"]
    business["number"] = number


@pytest.fixture
def odd(settings: Any, hr: User) -> Any:
    with scheduling.company(settings, hr) as found:
        anna, *others = scheduling.people(found, 1 + OTHERS)
        scheduling.first_run(found)
        switching.turn_on(heard(found.connection), found.user)
        found.connection.refresh_from_db()
        yield Odd(found, anna, others)


@pytest.mark.parametrize(("side", "place"), PLACES[:-1])
def test_in_a_full_run(odd: Odd, side: str, place: str) -> None:
    places = paths(odd.documents(side, place))

    @modest
    @given(st.sampled_from(places), JSON)
    def check(path: tuple[str | int, ...], value: Any) -> None:
        numbers = odd.new_phones()
        before = odd.found.sandbox.state()
        odd.found.sandbox.oddities.put(side, where(side, odd.anna), place, at(path, value))
        code, report = sync(odd.found.connection, "--conflicts", "huma", "--create-in-huma", "--create-in-visma")
        assert code == (1 if report["passed_over"] else 0), (path, value, report)
        assert report["created"] == {"huma": 0, "visma": 0}
        written = odd.check(before, numbers, path)
        assert not (written and report["passed_over"]), (path, value)
        odd.found.sandbox.oddities.clear()
        assert sync(odd.found.connection, "--conflicts", "huma")[0] == 0

    check()


@pytest.mark.parametrize(("side", "place"), [PLACES[0], PLACES[2], PLACES[4]])
def test_in_real_time(odd: Odd, side: str, place: str) -> None:
    places = paths(odd.documents(side, place))

    @modest
    @given(st.sampled_from(places), JSON)
    def check(path: tuple[str | int, ...], value: Any) -> None:
        numbers = odd.new_phones()
        before = odd.found.sandbox.state()
        odd.found.sandbox.oddities.put(side, where(side, odd.anna), place, at(path, value))
        tell(odd.found, odd.anna, *odd.others, number=odd.count)
        bell.until_quiet()
        assert set(HumaEvent.objects.values_list("state", flat=True)) == {"done"}, (path, value)
        written = odd.check(before, numbers, path)
        assert not (written and PassedPerson.objects.filter(over_at=None).exists()), (path, value)
        odd.found.sandbox.oddities.clear()
        sync(odd.found.connection, "--conflicts", "huma")

    check()
