"""Automatic updates: only an owner turns them on, after a first run, and can turn them off again."""

from datetime import time, timedelta

import pytest
from django.utils import timezone, translation

from connections.models import AuditEntry, Connection
from sync.automation import real_time, schedule, switching
from sync.models import HumaEvent, SyncRun
from sync.runs.lifecycle import NotAllowed
from sync.wording.rule import rule
from tests.connections.companies import company, heard
from tests.sync.scheduling import make_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def fresh(hr):
    return company(hr)


@pytest.fixture
def fjordheim(fresh):
    """A connection whose first run has finished, with a recipient of payroll notices."""
    SyncRun.objects.create(connection=fresh, state="finished", started_by="hr")
    return heard(fresh)


def event(connection: Connection, huma_id: str, **more) -> HumaEvent:
    return HumaEvent.objects.create(
        connection=connection, topic="users-update", huma_ids=[huma_id], body_hash=huma_id, verified_by="secret", **more
    )


@pytest.mark.parametrize("state", ["", "fetching", "review", "applying", "failed", "cancelled", "stopped"])
def test_nothing_runs_by_itself_before_a_first_run_has_finished(fresh, hr, state):
    if state:
        SyncRun.objects.create(connection=fresh, state=state, started_by="hr")
    with pytest.raises(NotAllowed, match="first_run"):
        switching.turn_on(fresh, hr)
    assert "for the first time" in switching.refusal(fresh)
    assert not switching.is_offered(fresh)


@pytest.mark.parametrize(("state", "said"), [("paused", "The connection is paused."), ("disconnected", "disconnected")])
def test_a_connection_that_rests_cannot_be_turned_on(fjordheim, hr, state, said):
    Connection.objects.update(state=state)
    with pytest.raises(NotAllowed, match="inactive"):
        switching.turn_on(fjordheim, hr)
    fjordheim.refresh_from_db()
    assert said in switching.refusal(fjordheim)
    assert not fjordheim.automatic


def test_nobody_turns_it_on_where_nobody_hears(fresh, hr):
    SyncRun.objects.create(connection=fresh, state="finished", started_by="hr")
    with pytest.raises(NotAllowed, match="nobody_hears"):
        switching.turn_on(fresh, hr)
    assert "need a payroll clerk who is told" in switching.refusal(fresh)
    assert switching.is_offered(fresh), "and the answer to the question says so"


def test_who_turned_it_on_and_when_is_kept(fjordheim, hr, superuser):
    switching.turn_on(fjordheim, hr)
    first = fjordheim.automatic_at
    switching.turn_on(fjordheim, superuser)
    assert (fjordheim.automatic, fjordheim.automatic_by, fjordheim.automatic_at) == (True, "hr", first)
    assert list(AuditEntry.objects.filter(action="automatic.on").values_list("who", flat=True)) == ["hr"]


def test_a_run_by_the_command_is_a_first_run_too(fresh, hr):
    SyncRun.objects.create(connection=fresh, state="finished", trigger="command")
    switching.turn_on(heard(fresh), hr)
    assert fresh.automatic


def test_the_question_is_asked_until_it_is_answered(fjordheim, hr):
    assert switching.is_offered(fjordheim)
    switching.not_yet(fjordheim, hr)
    switching.not_yet(fjordheim, hr)
    assert not switching.is_offered(fjordheim)
    assert AuditEntry.objects.filter(action="automatic.not_yet").count() == 1
    switching.turn_on(fjordheim, hr)
    switching.turn_off(fjordheim, hr)
    assert not switching.is_offered(fjordheim)


def test_turning_off_gives_up_what_has_not_written(fjordheim, hr):
    switching.turn_on(fjordheim, hr)
    switching.change(fjordheim, hr, {"schedule": "hours"})
    make_due(fjordheim)
    (reading,) = schedule.start_due()
    by_hand = SyncRun.objects.create(connection=fjordheim, state="review", started_by="hr")
    event(fjordheim, "kari")
    answering = real_time.start(fjordheim)
    assert answering
    late = event(fjordheim, "ola")
    switching.turn_off(fjordheim, hr)
    states = {run.pk: run.state for run in SyncRun.objects.all()}
    assert states[reading.pk] == states[answering.pk] == "cancelled"
    assert states[by_hand.pk] == "review", "what a person does is hers"
    assert set(HumaEvent.objects.values_list("state", flat=True)) == {"noted"}
    late.refresh_from_db()
    assert late.handled_at
    assert (fjordheim.automatic, fjordheim.schedule_next) == (False, None)
    assert AuditEntry.objects.filter(action="automatic.off", who="hr").count() == 1


def test_turning_off_stops_what_writes(fjordheim, hr):
    switching.turn_on(fjordheim, hr)
    writing = SyncRun.objects.create(connection=fjordheim, state="applying", trigger="real-time")
    event(fjordheim, "kari", state="taken", run=writing)
    switching.turn_off(fjordheim, hr)
    writing.refresh_from_db()
    assert (writing.state, writing.stop_requested_by) == ("applying", "hr")
    assert HumaEvent.objects.get().state == "taken", "its end says what became of it"


def test_what_turning_off_twice_says_is_said_once(fjordheim, hr):
    switching.turn_off(fjordheim, hr)
    assert not AuditEntry.objects.exists()


def test_settings_are_kept_with_old_and_new(fjordheim, hr):
    changed = switching.change(
        fjordheim, hr, {"both_moved": "huma", "schedule": "daily", "schedule_time": time(6, 30), "accounts": "look"}
    )
    assert changed == ["both_moved", "schedule", "schedule_time"]
    assert AuditEntry.objects.get(action="settings.changed").detail == {
        "both_moved": ["ask", "huma"],
        "schedule": ["off", "daily"],
        "schedule_time": ["05:00", "06:30"],
    }
    assert switching.change(fjordheim, hr, {"both_moved": "huma"}) == []


def test_only_settings_of_automatic_updates_are_taken(fjordheim, hr):
    assert switching.change(fjordheim, hr, {"automatic": True, "name": "Other"}) == []
    assert not fjordheim.automatic


def test_another_schedule_counts_at_once(fjordheim, hr):
    switching.change(fjordheim, hr, {"schedule": "hours", "schedule_hours": 168})
    assert fjordheim.schedule_next is None, "nothing is planned while automatic updates are off"
    switching.turn_on(fjordheim, hr)
    assert fjordheim.schedule_next
    switching.change(fjordheim, hr, {"schedule_hours": 1})
    assert fjordheim.schedule_next <= timezone.now() + timedelta(hours=1)
    before = fjordheim.schedule_next
    switching.change(fjordheim, hr, {"both_moved": "huma"})
    assert fjordheim.schedule_next == before
    switching.change(fjordheim, hr, {"schedule": "off"})
    assert fjordheim.schedule_next is None


def test_a_daily_sync_comes_within_the_hour_that_was_chosen(fjordheim, hr):
    switching.turn_on(fjordheim, hr)
    switching.change(fjordheim, hr, {"schedule": "daily", "schedule_time": time(5)})
    assert timezone.localtime(fjordheim.schedule_next).hour == 5


def test_a_run_by_hand_names_no_rule(fjordheim):
    assert rule(SyncRun.objects.get()) == ""
