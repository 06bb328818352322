"""Visma doesn't answer about one person of its list: after a while a full run passes over only them."""

import pytest

from sync.models import EmployeeLink, PassedPerson, SyncRun
from tests.sync.driving import sync
from tests.sync.hearing import NEW
from tests.sync.odd.changing import assert_written, new_phones

pytestmark = pytest.mark.django_db(transaction=True)
INF = float("inf")
DECIDE = ("--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--allow-clearing", "--confirm-large")


@pytest.fixture(autouse=True)
def impatient(settings):
    settings.READ_PATIENCE_SECONDS = 0.5


def without_positions(row):
    """Visma doesn't embed the positions: they are asked for."""
    return {key: value for key, value in row.items() if key != "_embedded"}


def without_the_paired_one(row):
    """The paired position isn't among the others: it is asked for."""
    return {**row, "_embedded": {"positions": []}}


WAYS = {
    "positions": (without_positions, "/employees/{}/positions$"),
    "position": (without_the_paired_one, "/employees/{}/positions/[^/]+$"),
}


def keeps_silent(found, person, way, fault="500", times=INF):
    row, path = WAYS[way]
    found.sandbox.oddities.put("visma", person.employee_id, "row", row)
    if way == "position":
        found.sandbox.oddities.put("visma", person.employee_id, "positions", lambda _all: [])
    found.sandbox.faults.script("visma", "GET", path.format(person.employee_id), fault, times)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", ["500", "not-json", "reset"])
def test_everybody_else_is_written_and_nothing_of_theirs(twelve, way, fault):
    found, anna, others = twelve
    numbers = new_phones(found, others)
    new_phones(found, [anna])
    before = found.sandbox.state()
    keeps_silent(found, anna, way, fault)
    code, report = sync(found.connection, *DECIDE)
    assert_written(found, numbers, before)
    assert (code, report["state"], report["created"]) == (1, "finished", {"huma": 0, "visma": 0})
    row = PassedPerson.objects.get(over_at=None)
    assert (row.side, row.vendor_id, row.reason) == ("visma", anna.employee_id, "passed_silent")
    assert row.name
    found.sandbox.faults.clear()
    found.sandbox.oddities.clear()
    assert sync(found.connection, *DECIDE)[0] == 0
    assert not PassedPerson.objects.filter(over_at=None).exists()


@pytest.mark.parametrize("way", WAYS)
def test_who_answers_after_a_while_takes_part(twelve, way, settings):
    settings.READ_PATIENCE_SECONDS = 60.0
    found, anna, _others = twelve
    numbers = new_phones(found, [anna])
    before = found.sandbox.state()
    keeps_silent(found, anna, way, "500", 6)
    code, report = sync(found.connection, *DECIDE)
    assert_written(found, numbers, before)
    assert (code, report["passed_over"]) == (0, [])


def test_a_run_that_is_read_in_many_slices_remembers_them(twelve, settings):
    settings.SLICE_SECONDS, settings.READ_PATIENCE_SECONDS = 0.02, 2.0
    found, anna, others = twelve
    numbers = new_phones(found, others)
    before = found.sandbox.state()
    keeps_silent(found, anna, "positions")
    code, report = sync(found.connection, *DECIDE)
    assert_written(found, numbers, before)
    assert (code, [one["side"] for one in report["passed_over"]]) == (1, ["visma"])


def test_who_has_gone_meanwhile_is_gone(twelve, settings):
    settings.READ_PATIENCE_SECONDS = 60.0
    found, anna, _others = twelve
    keeps_silent(found, anna, "positions", "500", 5)
    gone = lambda: found.sandbox.visma.employees.pop(anna.employee_id, None)  # noqa: E731
    found.sandbox.faults.before("visma", "GET", f"/employees/{anna.employee_id}$", gone)
    code, report = sync(found.connection, "--conflicts", "huma")
    assert (code, report["passed_over"]) == (0, [])
    assert EmployeeLink.objects.get(huma_id=anna.user_id).gone_from == "visma"


def test_nobody_who_may_be_a_silent_one_is_created_but_others_are(twelve):
    found, anna, _others = twelve
    EmployeeLink.objects.filter(huma_id=anna.user_id).delete()
    new = found.add("only_huma")
    keeps_silent(found, anna, "positions")
    code, report = sync(found.connection, *DECIDE)
    assert (code, len(report["passed_over"]), report["created"]) == (1, 1, {"huma": 0, "visma": 1})
    assert EmployeeLink.objects.filter(huma_id=new.user_id).exists()
    assert not EmployeeLink.objects.filter(huma_id=anna.user_id).exists()


def test_about_so_many_that_it_is_the_sides_trouble_the_run_fails(twelve):
    found, anna, others = twelve
    found.huma(others[-1], phone=NEW)
    for person in (anna, *others[:4]):
        keeps_silent(found, person, "positions")
    code, report = sync(found.connection, "--conflicts", "huma")
    assert (code, report["state"], SyncRun.objects.latest("pk").failure) == (2, "failed", "read_failed_visma")


def test_a_side_that_keeps_silent_as_a_whole_fails_the_run(twelve):
    found, anna, others = twelve
    found.huma(others[0], phone=NEW)
    keeps_silent(found, anna, "positions")

    def nobody_answers():
        found.sandbox.faults.script("visma", "GET", "/employees/", "500", INF)

    found.sandbox.faults.before("visma", "GET", f"/employees/{anna.employee_id}/positions$", nobody_answers)
    code, report = sync(found.connection, "--conflicts", "huma")
    assert (code, report["state"], SyncRun.objects.latest("pk").failure) == (2, "failed", "read_failed_visma")
    assert not found.sandbox.journal.writes()
