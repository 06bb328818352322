"""Leases: one holder at a time, whatever happens to the holders."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from connections.models import Connection
from sync.models import SyncRun
from sync.worker.lease import Lease, claim, give_back, holder_name, renew
from sync.worker.processes import is_dead, this_process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

Hold = Callable[[float, float], subprocess.Popen[str]]

HOLD = """
import django; django.setup()
import sys, time
from sync.worker.lease import Lease
from sync.models import SyncRun
with Lease(SyncRun, int(sys.argv[1]), seconds=float(sys.argv[2])) as lease:
    print("lost" if lease.lost else "held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def run() -> SyncRun:
    return SyncRun.objects.create(connection=Connection.objects.create(name="Fjord"))


@pytest.fixture
def hold(run: SyncRun, process_env: dict[str, str]) -> Iterator[Hold]:
    """Start a process that holds the run's lease for `seconds`, and stays that long."""
    started: list[subprocess.Popen[str]] = []

    def start(seconds: float, stay: float) -> subprocess.Popen[str]:
        arguments = [sys.executable, "-c", HOLD, str(run.pk), str(seconds), str(stay)]
        started.append(subprocess.Popen(arguments, env=process_env, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_free_row_is_claimed_and_given_back(run: SyncRun) -> None:
    with Lease(SyncRun, run.pk) as lease:
        run.refresh_from_db()
        assert not lease.lost
        assert run.lease_holder == lease.holder
        assert run.lease_until is not None
        assert timedelta(seconds=25) < run.lease_until - timezone.now() <= timedelta(seconds=31)
    run.refresh_from_db()
    assert SyncRun.objects.filter(pk=run.pk, lease_holder="", lease_until=None, attempts=0).exists()
    assert lease.lost


def test_a_second_holder_in_the_same_process_gets_nothing(run: SyncRun) -> None:
    with Lease(SyncRun, run.pk) as first, Lease(SyncRun, run.pk) as second:
        assert not first.lost
        assert second.lost
    run.refresh_from_db()
    assert run.lease_holder == ""


def test_a_holder_that_gets_nothing_leaves_the_others_lease_alone(run: SyncRun) -> None:
    with Lease(SyncRun, run.pk) as first:
        with Lease(SyncRun, run.pk):
            pass
        run.refresh_from_db()
        assert run.lease_holder == first.holder


def test_a_row_that_is_gone_is_not_claimed(run: SyncRun) -> None:
    with Lease(SyncRun, run.pk + 1) as lease:
        assert lease.lost


def test_an_expired_lease_is_taken_over_and_counts_as_an_attempt(run: SyncRun) -> None:
    assert claim(SyncRun, run.pk, 0.05, "elsewhere:1:1")
    assert not claim(SyncRun, run.pk, 30, holder_name())
    time.sleep(0.1)
    assert claim(SyncRun, run.pk, 30, holder_name())
    run.refresh_from_db()
    assert run.attempts == 1


def test_a_holder_of_another_host_is_waited_for(run: SyncRun) -> None:
    assert claim(SyncRun, run.pk, 30, "another-host:1:1:abcd")
    assert not claim(SyncRun, run.pk, 30, holder_name())


def test_only_the_holder_renews_and_releases(run: SyncRun) -> None:
    assert claim(SyncRun, run.pk, 30, "mine")
    assert not renew(SyncRun, run.pk, 30, "yours")
    assert not give_back(SyncRun, run.pk, "yours")
    assert renew(SyncRun, run.pk, 30, "mine")
    assert give_back(SyncRun, run.pk, "mine")


def test_finishing_something_forgets_the_attempts(run: SyncRun) -> None:
    SyncRun.objects.update(attempts=3)
    with Lease(SyncRun, run.pk) as lease:
        lease.progress()
    run.refresh_from_db()
    assert run.attempts == 0


def test_a_living_process_keeps_its_lease_by_renewing_it(run: SyncRun, hold: Hold) -> None:
    process = hold(1, 3)
    assert said(process) == "held"
    until = time.monotonic() + 2
    while time.monotonic() < until:
        assert not claim(SyncRun, run.pk, 30, holder_name())
        time.sleep(0.1)
    assert process.wait(10) == 0
    run.refresh_from_db()
    assert (run.lease_holder, run.attempts) == ("", 0)


def test_a_killed_process_loses_its_lease_at_once(run: SyncRun, hold: Hold) -> None:
    process = hold(600, 60)
    assert said(process) == "held"
    process.kill()
    process.wait()
    with Lease(SyncRun, run.pk) as lease:
        assert not lease.lost
        run.refresh_from_db()
        assert run.attempts == 1


def test_of_many_processes_one_gets_the_lease(run: SyncRun, hold: Hold) -> None:
    crowd = [hold(600, 60) for _ in range(4)]
    assert sorted(said(process) for process in crowd) == ["held", "lost", "lost", "lost"]


def test_a_holder_learns_that_its_lease_was_taken(run: SyncRun) -> None:
    with Lease(SyncRun, run.pk, seconds=0.6) as lease:
        SyncRun.objects.update(lease_holder="somebody-else")
        until = time.monotonic() + 5
        while not lease.lost and time.monotonic() < until:
            time.sleep(0.05)
        assert lease.lost
    run.refresh_from_db()
    assert run.lease_holder == "somebody-else"


def test_a_lease_runs_out_for_its_holder_when_the_database_is_gone(run: SyncRun) -> None:
    with Lease(SyncRun, run.pk, seconds=0.6) as lease:
        table = connection.ops.quote_name(SyncRun._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO away")
        try:
            until = time.monotonic() + 5
            while not lease.lost and time.monotonic() < until:
                time.sleep(0.05)
            assert lease.lost
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE away RENAME TO {table}")


def test_this_process_is_alive_and_names_of_others_are_told_apart() -> None:
    host, pid, start = this_process().split(":")
    assert not is_dead(this_process())
    assert not is_dead(f"{this_process()}:abcd")
    assert is_dead(f"{host}:{pid}:{int(start) + 1}")  # the same pid, another process
    assert not is_dead(f"elsewhere:{pid}:{int(start) + 1}")
    assert not is_dead("nonsense")
