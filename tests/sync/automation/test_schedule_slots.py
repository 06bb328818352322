"""Scheduled syncs start exactly once a slot, whoever looks at the clock and whoever was away."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone, translation

from connections.models import AuditEntry, Connection
from sync import tasks
from sync.automation import schedule, switching
from sync.models import SyncRun
from sync.wording.rule import rule
from tests.connections.companies import company, heard
from tests.sync.scheduling import make_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def fjordheim(hr):
    """A connection with automatic updates and a sync every few hours."""
    made = company(hr)
    SyncRun.objects.create(connection=made, state="finished", started_by="hr")
    switching.turn_on(heard(made), hr)
    switching.change(made, hr, {"schedule": "hours", "schedule_hours": 6})
    return made


def scheduled(connection: Connection) -> int:
    return connection.runs.filter(trigger="scheduled").count()


def test_nothing_starts_before_its_time(fjordheim):
    assert fjordheim.schedule_next > timezone.now()
    assert schedule.start_due() == []


def test_a_slot_starts_once_and_the_next_one_is_known(fjordheim):
    make_due(fjordheim)
    (run,) = schedule.start_due()
    assert schedule.start_due() == []
    fjordheim.refresh_from_db()
    assert timezone.now() < fjordheim.schedule_next <= timezone.now() + timedelta(hours=6)
    assert (run.trigger, run.state, run.started_by) == ("scheduled", "fetching", "")
    assert (run.rule_by, run.rule_at) == ("hr", fjordheim.automatic_at)
    assert rule(run).startswith("Automatic updates, turned on by hr on ")


def test_many_workers_start_a_slot_once(fjordheim):
    """However many workers tick at the same moment."""
    make_due(fjordheim)
    together, started = threading.Barrier(6), []

    def tick() -> None:
        try:
            together.wait()
            started.extend(schedule.start_due())
        finally:
            database.close()

    threads = [threading.Thread(target=tick) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == scheduled(fjordheim) == 1
    assert AuditEntry.objects.filter(action="run.started").count() == 1


def test_slots_that_nobody_was_there_for_are_made_up_once(fjordheim):
    Connection.objects.update(schedule_next=timezone.now() - timedelta(days=3))
    (run,) = schedule.start_due()
    SyncRun.objects.filter(pk=run.pk).update(state="finished")
    assert schedule.start_due() == []
    assert scheduled(fjordheim) == 1


def test_a_slot_is_skipped_while_the_last_sync_is_under_way(fjordheim):
    make_due(fjordheim)
    (run,) = schedule.start_due()
    make_due(fjordheim)
    assert schedule.start_due() == []
    fjordheim.refresh_from_db()
    assert fjordheim.schedule_next > timezone.now(), "the slot is over"
    assert list(fjordheim.runs.filter(trigger="scheduled")) == [run]


@pytest.mark.parametrize("state", ["paused", "disconnected"])
def test_nothing_starts_while_the_connection_rests_and_it_catches_up_once(fjordheim, state):
    make_due(fjordheim)
    Connection.objects.update(state=state)
    assert schedule.start_due() == []
    Connection.objects.update(state="active", schedule_next=timezone.now() - timedelta(days=2))
    assert len(schedule.start_due()) == 1
    assert schedule.start_due() == []


def test_a_sync_that_a_pause_met_is_made_up_after_it(fjordheim):
    make_due(fjordheim)
    (run,) = schedule.start_due()
    Connection.objects.update(state="paused")
    tasks.advance(run.pk)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert schedule.start_due() == []
    Connection.objects.update(state="active")
    (again,) = schedule.start_due()
    assert again.pk != run.pk


def test_nothing_starts_once_automatic_updates_are_off(fjordheim, hr):
    make_due(fjordheim)
    switching.turn_off(fjordheim, hr)
    assert fjordheim.schedule_next is None
    assert schedule.start_due() == []


def test_the_tick_starts_what_is_due(fjordheim):
    make_due(fjordheim)
    tasks.tick()
    tasks.tick()
    assert scheduled(fjordheim) == 1


def test_each_connection_starts_by_itself(fjordheim, hr):
    other = company(hr, name="Solvik", tenant_id="11111111-1111-4111-8111-111111111111")
    SyncRun.objects.create(connection=other, state="finished", started_by="hr")
    switching.turn_on(heard(other), hr)
    switching.change(other, hr, {"schedule": "daily"})
    make_due(fjordheim)
    assert {run.connection_id for run in schedule.start_due()} == {fjordheim.pk}
    make_due(other)
    assert {run.connection_id for run in schedule.start_due()} == {other.pk}
