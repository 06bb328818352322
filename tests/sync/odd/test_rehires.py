"""The look for rehires in real time: an odd record or an error in it stops only the person concerned."""

import pytest

from sync.automation import switching
from sync.models import PassedPerson, SyncRun
from tests.connections.companies import heard
from tests.sync import bell
from tests.sync.hearing import NEW, phone, states, tell
from tests.sync.odd.changing import never_ending

pytestmark = pytest.mark.django_db(transaction=True)
INF = float("inf")
LIST = "/employees$"


@pytest.fixture
def ended(twelve, settings):
    """Automatic updates are on, and the employment of Berit has ended in Visma; they and Carl have new phones."""
    settings.READ_PATIENCE_SECONDS = 0.5
    found, anna, (berit, carl, *_rest) = twelve
    switching.turn_on(heard(found.connection), found.user)
    found.connection.refresh_from_db()
    found.sandbox.visma.end(berit.employee_id, "2020-01-31")
    for person in (berit, carl):
        found.huma(person, phone=NEW)
    return found, anna, berit, carl


def hear_of(found, *people):
    tell(found, *people)
    for _ in range(20):
        bell.a_minute()
        if "waiting" not in states() and "taken" not in states():
            break
    assert states() == ["done"]


def passed():
    return list(PassedPerson.objects.filter(over_at=None).values_list("side", "vendor_id", "reason"))


def among_all(found, anna, **odd):
    """One of everybody is odd."""

    def change(page):
        return {**page, "data": [{**row, **odd} if row["id"] == anna.employee_id else row for row in page["data"]]}

    found.sandbox.faults.rewrite("visma", "GET", LIST, change, times=10**9)


@pytest.mark.parametrize("odd", [{"number": 17}, {"id": 5}, {"personNames": "Anna"}, {"_embedded": {"positions": 1}}])
def test_an_odd_one_among_all_costs_nobody_anything(ended, odd):
    found, anna, berit, carl = ended
    among_all(found, anna, **odd)
    hear_of(found, berit, carl)
    assert (phone(found, carl), phone(found, berit)) == (NEW, NEW)
    assert passed() == []


def test_a_list_that_never_ends_costs_the_ended_one_alone(ended, monkeypatch):
    monkeypatch.setattr("connections.api.visma.client.PAGE_SIZE", 5)
    found, _anna, berit, carl = ended
    seen = never_ending(found)
    hear_of(found, berit, carl)
    assert len(seen) < 50
    assert (phone(found, carl), phone(found, berit) == NEW) == (NEW, False)
    assert passed() == [("visma", berit.employee_id, "passed_rehire")]


@pytest.mark.parametrize("fault", ["500", "not-json"])
def test_a_list_about_which_visma_keeps_silent_costs_the_ended_one_alone(ended, fault):
    found, _anna, berit, carl = ended
    found.sandbox.faults.script("visma", "GET", LIST, fault, INF)
    hear_of(found, berit, carl)
    assert (phone(found, carl), phone(found, berit) == NEW) == (NEW, False)
    assert passed() == [("visma", berit.employee_id, "passed_rehire")]


def test_a_list_that_is_none_costs_the_ended_one_alone(ended):
    found, _anna, berit, carl = ended
    found.sandbox.faults.rewrite("visma", "GET", LIST, lambda page: {**page, "data": "nobody"}, times=10**9)
    hear_of(found, berit, carl)
    assert (phone(found, carl), phone(found, berit) == NEW) == (NEW, False)
    assert passed() == [("visma", berit.employee_id, "passed_rehire")]
    assert not SyncRun.objects.filter(state="failed").exists()


def test_once_the_look_works_again_the_ended_one_is_written_as_ever(ended):
    found, _anna, berit, carl = ended
    found.sandbox.faults.rewrite("visma", "GET", LIST, lambda page: {**page, "data": "nobody"}, times=1)
    hear_of(found, berit, carl)
    assert passed() == [("visma", berit.employee_id, "passed_rehire")]
    tell(found, berit, number=2)
    bell.until_quiet()
    assert passed() == []
    assert phone(found, berit) == NEW
