"""An object that isn't a valid value was once taken for an emptied field, and written automatically."""

import copy
from typing import Any

import pytest
from django.contrib.auth.models import User

from sync.automation import switching
from sync.models import HumaEvent, PassedPerson
from tests.connections.companies import heard
from tests.sync import bell, scheduling
from tests.sync.driving import changed, sync
from tests.sync.hearing import tell
from tests.sync.odd.changing import Change, at, where
from tests.sync.writing.conftest import Company, Person

pytestmark = pytest.mark.django_db(transaction=True)
E = {"editable": True}
MOST = 4
"""So many are odd at once: no more than a side may have."""


def without_lines(document: Any) -> Any:
    """A home address that lacks what the contract demands."""
    changed = copy.deepcopy(document)
    for key in ("line1", "postalCode"):
        del changed["homeAddress"]["value"][key]
    return changed


IN_HUMA: list[tuple[str, str, Change]] = [
    ("huma", "document", at(("phone",), {})),
    ("huma", "document", at(("phone",), {"error": "internal"})),
    ("huma", "document", at(("phone",), {"Value": "+4798765432"})),
    ("huma", "document", at(("phone",), {"0": {"value": "x"}})),
    ("huma", "position", at(("lastDayOfWork",), {})),
    ("huma", "position", at(("firstDayOfWork",), {})),
    ("huma", "position", at(("firstDayOfWork",), {"error": "internal"})),
    ("huma", "document", without_lines),
    ("huma", "document", at(("bankAccount",), {})),
    ("huma", "document", at(("bankAccount",), {"value": {}, **E})),
    ("huma", "document", at(("bankAccount",), {"value": {"x": 1}, **E})),
    ("huma", "document", at(("bankAccount",), {"value": {"type": "national"}, **E})),
]
IN_VISMA: list[tuple[str, str, Change]] = [
    ("visma", "row", at(("salaryPaymentMethod",), {"x": 1})),
    ("visma", "row", at(("salaryPaymentMethod",), {"paymentType": "bank"})),
    ("visma", "row", at(("address",), {"x": 1})),
    ("visma", "row", at(("phones",), [{}])),
]


@pytest.fixture
def company(settings: Any, hr: User) -> Any:
    """People with a first day of work of their own and a last one, about whom both sides agree."""
    with scheduling.company(settings, hr) as found:
        people = scheduling.people(found, MOST + 2)
        for person in people:
            days = {"firstDayOfWork": "2020-02-03", "lastDayOfWork": "2099-06-30", "endReason": "employee_resigned"}
            found.sandbox.huma.edit_position(person.user_id, found.huma_position(person), **days)
        sync(found.connection, "--conflicts", "huma", "--confirm-large")
        yield found, people


def put(found: Company, people: list[Person], odd: list[tuple[str, str, Change]]) -> None:
    """Each of the first ones is odd in another way."""
    found.sandbox.oddities.clear()
    for person, (side, place, change) in zip(people, odd, strict=False):
        found.sandbox.oddities.put(side, where(side, person), place, change)


def parts(odd: list[tuple[str, str, Change]]) -> list[list[tuple[str, str, Change]]]:
    return [odd[begin : begin + MOST] for begin in range(0, len(odd), MOST)]


@pytest.mark.parametrize("wins", ["huma", "visma"])
def test_in_a_full_run_it_empties_nothing(company: tuple[Company, list[Person]], wins: str) -> None:
    found, people = company
    before = found.sandbox.state()
    for odd in parts(IN_HUMA if wins == "huma" else IN_VISMA):
        put(found, people, odd)
        code, report = sync(found.connection, "--conflicts", wins, "--allow-clearing", "--confirm-large")
        found.sandbox.wait_for_jobs()
        assert (code, len(report["passed_over"])) == (1, len(odd)), report
        assert changed(before, found.sandbox.state()) == {}
        assert set(PassedPerson.objects.filter(over_at=None).values_list("reason", flat=True)) == {"passed_shape"}


def test_in_real_time_it_empties_nothing(company: tuple[Company, list[Person]]) -> None:
    found, people = company
    switching.turn_on(heard(found.connection), found.user)
    before = found.sandbox.state()
    for number, odd in enumerate(parts(IN_HUMA)):
        put(found, people, odd)
        tell(found, *people, number=number)
        bell.until_quiet()
        found.sandbox.wait_for_jobs()
        assert set(HumaEvent.objects.values_list("state", flat=True)) == {"done"}
        assert changed(before, found.sandbox.state()) == {}
        assert PassedPerson.objects.filter(over_at=None, reason="passed_shape").count() == len(odd)
