"""One odd person never stops anybody else: in real time, in the date roll, and while a run writes."""

import pytest
from django.utils import timezone

from connections.models import Connection
from connections.pauses.pausing import end
from sync.automation import date_roll, switching
from sync.models import Change, DateRoll, EmployeeLink, PassedPerson
from tests.connections.companies import heard
from tests.sync import bell
from tests.sync.driving import apply, outcomes, read, sync
from tests.sync.hearing import NEW, NEWER, phone, states, tell
from tests.sync.odd.changing import at, where

pytestmark = pytest.mark.django_db(transaction=True)
INF = float("inf")


@pytest.fixture
def live(twelve):
    """The same company with automatic updates on."""
    found, anna, others = twelve
    switching.turn_on(heard(found.connection), found.user)
    found.connection.refresh_from_db()
    return found, anna, others


def open_rows():
    return list(PassedPerson.objects.filter(over_at=None).values_list("side", "reason"))


@pytest.mark.parametrize(
    ("side", "place", "path", "value"),
    [
        ("huma", "document", ("familyName", "value"), 5),
        ("huma", "document", (), ["nobody"]),
        ("huma", "position", ("firstDayOfWork",), 7),
        ("visma", "document", ("personNames", 0, "activeStart"), "1990-00-00"),
        ("visma", "document", ("address",), "Storgata"),
        ("visma", "positions", (0, "activeStart"), "31.12.1990"),
        ("visma", "positions", (), "none"),
    ],
)
def test_an_event_about_the_odd_one_is_settled_and_later_ones_are_answered(live, side, place, path, value):
    found, anna, (berit, carl, *_rest) = live
    found.sandbox.oddities.put(side, where(side, anna), place, at(path, value))
    for person in (anna, berit):
        found.huma(person, phone=NEW)
    tell(found, anna)
    bell.until_quiet()
    assert states() == ["done"], "alone, too"
    assert open_rows() == [(side, "passed_shape")]
    tell(found, anna, berit)
    bell.until_quiet()
    found.huma(carl, phone=NEWER)
    tell(found, carl)
    bell.until_quiet()
    assert set(states()) == {"done"}
    assert (phone(found, anna) == NEW, phone(found, berit), phone(found, carl)) == (False, NEW, NEWER)
    found.sandbox.oddities.clear()
    tell(found, anna, number=2)
    bell.until_quiet()
    assert phone(found, anna) == NEW
    assert open_rows() == []


def test_where_more_than_one_in_ten_of_many_cannot_be_read_the_events_wait(live):
    found, anna, others = live
    several = [anna, *others[:4]]
    for person in several:
        found.huma(person, phone=NEW)
        found.sandbox.oddities.put("huma", person.user_id, "document", at(("familyName",), 5))
    tell(found, *several, *others[4:])
    bell.a_minute()
    assert found.connection.runs.first().failure == "many_passed_huma"
    assert states() == ["waiting"]


def test_a_few_of_a_large_side_never_stop_the_others(live):
    found, anna, others = live
    rows = [EmployeeLink(connection=found.connection, huma_id=f"h{n}", visma_id=f"v{n}") for n in range(40)]
    EmployeeLink.objects.bulk_create(rows)
    several, one = [anna, *others[:4]], others[4]
    for person in several:
        found.sandbox.oddities.put("huma", person.user_id, "document", at(("familyName",), 5))
    found.huma(one, phone=NEW)
    tell(found, *several, one)
    bell.a_minute()
    assert states() == ["done"]
    assert phone(found, one) == NEW
    assert len(open_rows()) == 5


@pytest.mark.parametrize(
    ("side", "where_", "seen"),
    [
        ("huma", "/users/{}$", "document"),
        ("huma", "/users/{}/positions/", "position"),
        ("visma", "/employees/{}$", "document"),
        ("visma", "/employees/{}/positions$", "positions"),
    ],
)
def test_whom_the_access_may_not_see_pauses_nothing(live, side, where_, seen):
    found, anna, (berit, *_rest) = live
    found.sandbox.faults.script(side, "GET", where_.format(where(side, anna)), "403", INF)
    for person in (anna, berit):
        found.huma(person, phone=NEW)
    tell(found, anna, berit)
    bell.until_quiet()
    assert (states(), phone(found, berit), phone(found, anna) == NEW) == (["done"], NEW, False)
    assert open_rows() == [(side, "passed_forbidden")]
    assert Connection.objects.get(pk=found.connection.pk).state == "active"


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_where_nobody_may_be_seen_any_more_the_connection_is_paused(live, side):
    found, anna, _others = live
    found.sandbox.faults.script(side, "GET", "/users/[^/]+$|/employees/[^/]+$", "403", INF)
    tell(found, anna)
    bell.until_quiet()
    assert states() == ["waiting"]
    assert Connection.objects.get(pk=found.connection.pk).state == "paused"


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_the_date_roll_looks_at_everybody_else(live, side):
    found, anna, (berit, *_rest) = live
    found.sandbox.oddities.put(side, where(side, anna), "positions", at((), {"total": "none"}))
    EmployeeLink.objects.filter(huma_id__in=(anna.user_id, berit.user_id)).update(changes_on=timezone.localdate())
    date_roll.look(found.connection)
    assert open_rows() == [(side, "passed_shape")]
    left = EmployeeLink.objects.filter(changes_on=timezone.localdate())
    assert [link.huma_id for link in left] == [anna.user_id]
    found.sandbox.oddities.clear()
    DateRoll.objects.all().delete()
    date_roll.look(found.connection)
    assert open_rows() == []


@pytest.mark.parametrize("trouble", ["odd", "403"])
def test_who_has_become_odd_since_they_were_read_is_not_written(twelve, trouble):
    found, anna, (berit, *_rest) = twelve
    for person in (anna, berit):
        found.huma(person, phone=NEW)
        found.clerk(person, number=f"V{person.employee_id[:6]}")
    run = read(found.connection, found.user)
    found.decide(run, "huma", None, "phone")
    found.decide(run, "visma", None, "employment_id")
    if trouble == "odd":
        found.sandbox.oddities.put("visma", anna.employee_id, "document", at(("phones",), 7))
    else:
        found.sandbox.faults.script("visma", "GET", f"/employees/{anna.employee_id}$", "403", INF)
    apply(run, found.user)
    assert phone(found, berit) == NEW
    assert phone(found, anna) != NEW
    written = Change.objects.filter(run=run, link__huma_id=anna.user_id, side="visma")
    reason = "broken_contract" if trouble == "odd" else "passed_forbidden"
    assert set(written.values_list("state", "reason")) == {("failed", reason)}
    assert [side for side, _reason in open_rows()] == ["visma"]
    assert Connection.objects.get(pk=found.connection.pk).state == "active"
    found.sandbox.oddities.clear()
    found.sandbox.faults.clear()
    assert sync(found.connection, "--conflicts", "huma")[1]["passed_over"] == []
    assert outcomes(run)


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_about_whom_a_side_keeps_silent_holds_up_nobody_for_long(live, side, settings):
    settings.READ_PATIENCE_SECONDS = 0.5
    found, anna, (berit, *_rest) = live
    found.sandbox.faults.script(side, "GET", f"/{where(side, anna)}$", "500", INF)
    for person in (anna, berit):
        found.huma(person, phone=NEW)
    tell(found, anna, berit)
    for _ in range(20):
        bell.a_minute()
        if states() == ["done"]:
            break
    assert (states(), phone(found, berit)) == (["done"], NEW)
    assert open_rows() == [(side, "passed_silent")]


def test_about_whom_huma_keeps_silent_does_not_fail_a_full_run(twelve, settings):
    settings.READ_PATIENCE_SECONDS = 0.5
    found, anna, (berit, *_rest) = twelve
    found.sandbox.faults.script("huma", "GET", f"/users/{anna.user_id}$", "not-json", INF)
    found.huma(berit, phone=NEW)
    code, report = sync(found.connection, "--conflicts", "huma")
    assert (code, len(report["passed_over"]), phone(found, berit)) == (1, 1, NEW)
    assert open_rows() == [("huma", "passed_silent")]


def test_where_nobody_may_be_changed_any_more_runs_of_one_each_pause_the_connection_too(live):
    found, anna, (berit, *others) = live
    found.huma(anna, phone=NEW)
    tell(found, anna)
    bell.until_quiet()
    found.sandbox.faults.script("visma", "PUT", "/employees/", "403", INF)
    for number, person in enumerate((berit, *others[:2])):
        assert Connection.objects.get(pk=found.connection.pk).state == "active"
        found.huma(person, phone=NEW)
        tell(found, person, number=number)
        bell.until_quiet()
    assert Connection.objects.get(pk=found.connection.pk).state == "paused"
    assert states() == ["done", "done", "done", "waiting"]
    found.sandbox.faults.clear()
    end(Connection.objects.get(), "humavisma", "connection.works_again")
    tell(found, berit, number=9)
    bell.until_quiet()
    assert phone(found, berit) == NEW, "it was never theirs alone"
