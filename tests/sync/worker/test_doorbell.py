"""The queue's doorbell on several machines: a ring may be lost, late, or during a pause that a vendor asked for."""

import math
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from django_q.models import OrmQ, Task

from connections.models import Connection
from connections.sandbox import Sandbox
from connections.vendors.clients import forget_clients
from sync import tasks
from sync.models import SyncRun
from sync.runs import lifecycle
from sync.wizard import confirm, review
from sync.worker.lease import claim
from sync.worker.processes import this_process
from tests.sync.driving import connection, read, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

ELSEWHERE = "another-host:1:1:abcd"


def rung() -> Counter[int]:
    """How often the queue names each run; afterwards it is empty."""
    queued = [row.task for row in OrmQ.objects.all()]
    OrmQ.objects.all().delete()
    return Counter(task["args"][0] for task in queued if task["func"] == "sync.tasks.advance")


def run_in(state: str, minutes_ago: float = 1, **more: Any) -> SyncRun:
    made = Connection.objects.create(name="Fjord", tenant_id=f"t{Connection.objects.count()}")
    run = SyncRun.objects.create(connection=made, state=state, **more)
    SyncRun.objects.filter(pk=run.pk).update(touched_at=timezone.now() - timedelta(minutes=minutes_ago))
    return run


def confirmed(sandbox: Sandbox, hr: User) -> SyncRun:
    """A run that is confirmed, and nothing of it written yet."""
    run = read(connection(sandbox, hr), hr)
    review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
    shown = confirm.build(run)
    confirm.confirm(run, hr, shown.fingerprint, str(shown.people))
    rung()
    return run


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    settings.SLICE_SECONDS = 1.0
    with running(settings, 8) as found:
        yield found


def test_what_a_dead_process_of_this_host_held_is_woken_at_once():
    run = run_in("applying")
    host, pid, start = this_process().split(":")
    assert claim(SyncRun, run.pk, 600, f"{host}:{pid}:{int(start) + 1}:abcd")
    tasks.tick()
    assert rung() == {run.pk: 1}


def test_what_another_host_held_is_woken_once_its_lease_ran_out():
    run = run_in("applying")
    assert claim(SyncRun, run.pk, 600, ELSEWHERE)
    tasks.tick()
    assert not rung()
    SyncRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.tick()
    assert rung() == {run.pk: 1}


def test_each_beat_wakes_what_a_dead_holder_left_and_nothing_else():
    lost, paused, elsewhere = (run_in("applying") for _ in range(3))
    assert claim(SyncRun, lost.pk, -1, ELSEWHERE)
    assert claim(SyncRun, elsewhere.pk, 30, ELSEWHERE)
    tasks.beat()
    assert rung() == {lost.pk: 1}
    assert not SyncRun.objects.get(pk=paused.pk).lease_holder


def test_a_long_queue_is_not_made_longer_by_the_tick():
    several = [run_in("applying", minutes_ago=0.3) for _ in range(12)]
    for _ in range(3):
        tasks.tick()
    assert rung() == {run.pk: 1 for run in several}


def test_what_the_queue_lost_is_found_though_it_is_long():
    for _ in range(12):
        run_in("applying", minutes_ago=0)
    tasks.tick()
    lost = run_in("applying", minutes_ago=5)
    tasks.tick()
    assert rung()[lost.pk] == 1


@pytest.mark.parametrize("path", ["/employees", "/users"])
def test_a_vendor_that_asks_for_a_long_pause_keeps_no_worker_busy_while_both_are_read(sandbox, hr, path):
    sandbox.faults.script("*", "GET", f"{path}$", "429:30", times=math.inf)
    run = lifecycle.start(connection(sandbox, hr), hr)
    rung()
    began = time.monotonic()
    for _ in range(4):  # first what can be read meanwhile, then nothing
        tasks.advance(run.pk)
        if not rung():
            break
    assert not rung(), "it waits for the tick"
    assert time.monotonic() - began < 12
    asked = len(sandbox.journal)
    began = time.monotonic()
    tasks.advance(run.pk)
    assert time.monotonic() - began < 1
    assert (len(sandbox.journal), rung()) == (asked, {})
    tasks.tick()
    assert rung() == {run.pk: 1}


def test_another_process_keeps_the_pause_too(sandbox, hr):
    sandbox.faults.script("visma", "GET", "/employees$", "429:30", times=math.inf)
    run = lifecycle.start(connection(sandbox, hr), hr)
    for _ in range(4):
        tasks.advance(run.pk)
    asked = len(sandbox.journal.of("visma", "GET"))
    forget_clients(run.connection)
    tasks.advance(run.pk)
    assert len(sandbox.journal.of("visma", "GET")) == asked


def test_a_vendor_that_asks_for_a_long_pause_keeps_no_worker_busy_while_it_is_written(sandbox, hr):
    run = confirmed(sandbox, hr)
    sandbox.faults.script("visma", "*", "/employees", "429:30", times=math.inf)
    sandbox.faults.script("huma", "*", "/users", "429:30", times=math.inf)
    for _ in range(3):
        tasks.advance(run.pk)
    rung()
    asked, began = len(sandbox.journal), time.monotonic()
    tasks.advance(run.pk)
    assert time.monotonic() - began < 1
    assert (len(sandbox.journal), rung()) == (asked, {})
    tasks.tick()
    assert rung() == {run.pk: 1}


def test_a_holder_that_died_on_another_host_blocks_nobody_for_longer_than_its_lease(sandbox, hr):
    run = confirmed(sandbox, hr)
    assert claim(SyncRun, run.pk, 1.0, ELSEWHERE)
    asked = len(sandbox.journal)
    tasks.advance(run.pk)
    assert len(sandbox.journal) == asked
    time.sleep(1.1)
    tasks.tick()
    for _ in range(20):
        for pk in rung():
            tasks.advance(pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("finished", 0)


def test_what_the_queue_keeps_of_failed_tasks_goes_in_time(settings):
    for days in (settings.RETENTION_DAYS - 1, settings.RETENTION_DAYS + 1):
        ended = timezone.now() - timedelta(days=days)
        Task.objects.create(id=f"{days}", name=f"{days}", func="x", started=ended, stopped=ended, success=False)
    tasks.tick()
    assert [task.name for task in Task.objects.all()] == [str(settings.RETENTION_DAYS - 1)]
