"""`manage.py worker`, as a process, in the middle of a run: it is told to stop, and started again."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from connections.sandbox import Sandbox
from sync import runner
from sync.models import SyncRun, Write
from sync.wizard import confirm, review
from tests.sync.driving import connection, read, running
from tests.sync.workers import Workers, alive, family, kill, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]


@pytest.fixture
def slow(settings: Any) -> Iterator[Sandbox]:
    """Both vendors, so slow that a run takes a while."""
    with running(settings, 25, latency_ms=100) as sandbox:
        yield sandbox


@pytest.fixture
def run(slow: Sandbox, hr: Any, smtp: Any) -> SyncRun:
    """A run whose last click was just made."""
    run = read(connection(slow, hr), hr)
    review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
    shown = confirm.build(run)
    confirm.confirm(run, hr, shown.fingerprint, str(shown.people))
    return run


@pytest.fixture
def start(run: SyncRun, process_env: dict[str, str]) -> Iterator[Workers]:
    workers = Workers({**process_env, "SYNC_CONCURRENCY": "1"})
    yield workers
    workers.end()


def is_in_the_middle(run: SyncRun) -> bool:
    states = Counter(Write.objects.filter(run=run).values_list("state", flat=True))
    return states["settled"] >= 2 and states["sending"] + states["accepted"] >= 1


def each_was_written_once(sandbox: Sandbox) -> bool:
    taken = [one.path for one in sandbox.journal.writes() if one.status in (200, 202)]
    return bool(taken) and len(taken) == len(set(taken))


def test_told_to_stop_in_the_middle_it_leaves_the_run_to_go_on(start: Workers, run: SyncRun, slow: Sandbox) -> None:
    worker = start()
    assert wait_for(lambda: is_in_the_middle(run))
    pids, told = family(worker), time.monotonic()
    os.killpg(worker.pid, signal.SIGTERM)
    assert worker.wait(30) == 0
    assert time.monotonic() - told < 4, "it doesn't wait for the slice's end"
    assert not any(map(alive, pids))
    run.refresh_from_db()
    assert (run.state, run.lease_holder, run.attempts) == ("applying", "", 0)
    assert runner.drive(run).state == "finished"
    assert each_was_written_once(slow)


def test_started_again_it_takes_up_at_once_what_it_left_when_it_was_killed(
    start: Workers, run: SyncRun, slow: Sandbox
) -> None:
    killed = start()
    assert wait_for(lambda: is_in_the_middle(run))
    kill(killed)
    run.refresh_from_db()
    assert run.state == "applying"
    start(SYNC_CONCURRENCY="8")
    assert wait_for(lambda: SyncRun.objects.get(pk=run.pk).state == "finished", 60)
    assert each_was_written_once(slow)


def test_when_the_process_that_works_is_killed_another_one_goes_on(start: Workers, run: SyncRun, slow: Sandbox) -> None:
    start(SYNC_CONCURRENCY="4")
    assert wait_for(lambda: is_in_the_middle(run))
    run.refresh_from_db()
    os.kill(int(run.lease_holder.split(":")[1]), signal.SIGKILL)
    assert wait_for(lambda: SyncRun.objects.get(pk=run.pk).state == "finished", 60)
    assert each_was_written_once(slow)
