"""`manage.py worker`, as a process: it works, stops, leaves no process behind, and notices a hanging cluster."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from sync.models import Heartbeat
from sync.worker.heartbeat import last_beat, worker_alive
from tests.sync.workers import Workers, alive, children, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]


@pytest.fixture
def start(process_env: dict[str, str]) -> Iterator[Workers]:
    """Start a worker, and wait for its first beat."""
    workers = Workers(process_env)
    yield workers
    workers.end()


def test_a_beat_comes_through_the_queue(start: Workers, client: Client) -> None:
    assert client.get("/healthz").json() == {"worker": False, "database": True}
    start()
    assert worker_alive()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"worker": True, "database": True})


def test_there_is_exactly_one_schedule_and_it_is_ours(start: Workers) -> None:
    Schedule.objects.create(func="os.system", args="nonsense(")
    start()
    assert list(Schedule.objects.values_list("func", "args")) == [("sync.tasks.tick", None)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("whole_group", [False, True])
def test_it_stops_when_told_and_leaves_nobody_behind(start: Workers, number: int, whole_group: bool) -> None:
    worker = start()
    family = children(worker.pid)
    assert len(family) >= 5  # the cluster, its sentinel, two workers, the monitor and the pusher
    (os.killpg if whole_group else os.kill)(worker.pid, number)
    assert worker.wait(12) == 0
    assert wait_for(lambda: not any(map(alive, family)), 60)


def test_killed_itself_it_takes_everybody_along(start: Workers) -> None:
    worker = start()
    family = children(worker.pid)
    worker.kill()
    assert wait_for(lambda: not any(map(alive, family)), 60)


@pytest.mark.parametrize("generation", [0, 1], ids=["parent", "sentinel"])
def test_a_cluster_that_ends_unasked_is_a_failure(start: Workers, generation: int) -> None:
    worker = start()
    family = children(worker.pid)
    os.kill(family[generation], signal.SIGKILL)
    assert worker.wait(10) == 1
    assert wait_for(lambda: not any(map(alive, family)), 60)


def test_a_cluster_that_hangs_is_started_again(start: Workers) -> None:
    worker = start(HEARTBEAT_LATE_SECONDS="3", STOP_SECONDS="1")
    before = children(worker.pid)
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    assert wait_for(lambda: children(worker.pid) and not set(before) & set(children(worker.pid)), 60)
    began = timezone.now()
    assert wait_for(lambda: (last_beat() or began) > began)
    assert worker.poll() is None


def test_killing_any_of_its_processes_never_silences_it(start: Workers) -> None:
    worker = start(HEARTBEAT_LATE_SECONDS="3", STOP_SECONDS="1")
    for _ in range(4):
        os.kill(children(worker.pid)[2], signal.SIGKILL)  # the oldest that the sentinel watches: the workers first
        began = timezone.now()
        assert wait_for(lambda began=began: (last_beat() or began) > began, 60)  # type: ignore[misc]
        time.sleep(0.3)
    assert worker.poll() is None


def test_any_task_is_a_beat(start: Workers) -> None:
    start(BEAT_SECONDS="3600")
    Heartbeat.objects.all().delete()
    time.sleep(1.1)
    async_task("time.time", save=False)
    assert wait_for(last_beat)


def test_it_refuses_an_installation_that_cannot_work(process_env: dict[str, str]) -> None:
    refused = subprocess.run(
        [sys.executable, "manage.py", "worker"],
        cwd=settings.BASE_DIR,
        env={**process_env, "FIELD_ENCRYPTION_KEY": ""},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert refused.returncode == 2
    assert "FIELD_ENCRYPTION_KEY" in refused.stderr
    assert "Traceback" not in refused.stderr
