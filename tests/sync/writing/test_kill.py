"""Real processes are killed at any moment: those that go on end in the same state, and nobody is created twice.

`make test` kills 12 times a `sync` and 4 times a worker, `make test-full` 75 and 60 times.
"""

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User

from connections.models import Connection
from connections.sandbox import Sandbox
from connections.vendors.clients import forget_clients
from sync import runner
from sync.models import Change, EmployeeLink, Letter, SyncRun, Write
from sync.runs import lifecycle
from sync.worker.queue import wake
from tests.mailserver import MailServer
from tests.sync import driving
from tests.sync.workers import Workers, kill, wait_for
from tests.sync.writing import whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]

ROUNDS = range(max(1, int(os.environ.get("HUMAVISMA_CRASH_POINTS", "20")) // 50))
SYNC_TRIALS, WORKER_TRIALS = (4, 1) if len(ROUNDS) == 1 else (5, 3)
SYNC = ["--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--confirm-large", "--json"]


class Killer:
    """Kills a process after a number of further requests to the company, at once or a moment later."""

    def __init__(self, company: Sandbox, seed: int) -> None:
        self.random = random.Random(seed)
        self.left = 0
        self.process: subprocess.Popen[str] | None = None
        self.lock = threading.Lock()
        company.faults.before("*", "*", "/(users|employees)", self.meet, float("inf"))

    def aim(self, process: "subprocess.Popen[str] | None", left: int = 0) -> None:
        """Aim at this process, after ``left`` requests; without a process, at none."""
        with self.lock:
            self.process, self.left = process, left

    def meet(self) -> None:
        """Count a request; a process that is killed now never gets the answer."""
        with self.lock:
            self.left -= 1
            due = self.left == 0 and self.process
        if due and self.random.random() < 0.5:
            due.kill()
        elif due:
            threading.Timer(self.random.uniform(0, 0.04), due.kill).start()


@pytest.fixture
def env(quick: Any, smtp: MailServer, process_env: dict[str, str]) -> Callable[[], dict[str, str]]:
    """The environment of a process, once the settings point at a company."""

    def made() -> dict[str, str]:
        names = ("HUMA_API_URL", "VISMA_API_URL", "VISMA_TOKEN_URL", "VISMA_CLIENT_ID", "VISMA_CLIENT_SECRET")
        waits = ("JOB_WAIT_FIRST_SECONDS", "JOB_WAIT_MAX_SECONDS", "CREATE_SETTLE_SECONDS", "HUMA_SETTLE_SECONDS")
        found = {name: str(getattr(django_settings, name)) for name in (*names, *waits)}
        return {**process_env, **found, "SYNC_CONCURRENCY": "3"}

    return made


def start(args: list[str], env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", *args],
        cwd=django_settings.BASE_DIR,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process: "subprocess.Popen[str]") -> Any:
    """What a whole run of the command printed."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err[-2000:] + out
    return json.loads(out)


def connected(company: Sandbox, settings: Any, user: User) -> Connection:
    driving.point_at(settings, company)
    return driving.connection(company, user, recipients=["hr@example.com"])


def assert_nobody_doubled(company: Sandbox, connection: Connection) -> None:
    marks = [
        entry["value"]
        for one in company.visma.employees.values()
        for entry in one.body.get("externalIds") or []
        if entry["key"] == "huma"
    ]
    assert len(marks) == len(set(marks))
    links = EmployeeLink.objects.filter(connection=connection)
    assert links.values("huma_id").distinct().count() == links.values("visma_id").distinct().count() == links.count()


def assert_as_if_undisturbed(company: Sandbox, connection: Connection, good: Any, smtp: MailServer) -> None:
    """The whole state, nothing left over or uncertain, and an email with one Message-ID for each run that wrote."""
    company.wait_for_jobs()
    assert not whole.differences(good, whole.plain(company.state()))
    assert_nobody_doubled(company, connection)
    applied = SyncRun.objects.filter(connection=connection).exclude(confirmed_at=None)
    assert set(applied.values_list("state", flat=True)) == {"finished"}
    assert not Write.objects.filter(run__connection=connection).exclude(state="settled")
    assert not Change.objects.filter(run__connection=connection).exclude(state__in=("done", "nothing"))
    sent = [message["Message-ID"] for message in smtp.messages]
    results = Letter.objects.filter(kind=Letter.Kind.RESULT, connection=connection)
    named = set(results.values_list("message_id", flat=True))
    assert named
    assert named <= set(sent)
    assert len(sent) <= len(set(sent)) + 1, "only the mail that a kill met may come twice"


_undisturbed: list[tuple[Any, int, int]] = []


def undisturbed(settings: Any, user: User, env: Callable[[], dict[str, str]]) -> tuple[Any, int, int]:
    """How both sides end, and how many requests are made before the first write and in all; found out once."""
    if not _undisturbed:
        _undisturbed.append(_left_in_peace(settings, user, env))
    return _undisturbed[0]


def _left_in_peace(settings: Any, user: User, env: Callable[[], dict[str, str]]) -> tuple[Any, int, int]:
    with whole.sandbox() as company:
        connection = connected(company, settings, user)
        finished(start(["sync", connection.code, *SYNC], env()))
        state = whole.plain(company.state())
        requests = [one.method for one in company.journal if "token" not in one.path]
        again = finished(start(["sync", connection.code, *SYNC], env()))
        assert again["changes"]["planned"] == 0
        assert whole.plain(company.state()) == state
        connection.delete()
    return state, next(n for n, method in enumerate(requests) if method != "GET"), len(requests)


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_command_that_is_killed_and_started_again_ends_as_if_undisturbed(
    quick: Any, hr: User, smtp: MailServer, env: Callable[[], dict[str, str]], turn: int
) -> None:
    good, reading, requests = undisturbed(quick, hr, env)
    for trial in range(SYNC_TRIALS):
        smtp.messages.clear()
        with whole.sandbox() as company:
            connection = connected(company, quick, hr)
            killer = Killer(company, SYNC_TRIALS * turn + trial)
            kills = starts = 0
            while kills < 3:
                assert starts < 10, "it ends before it can be killed"
                process = start(["sync", connection.code, *SYNC], env())
                first, last = (1, requests // 3) if starts else (reading, requests)
                killer.aim(process, killer.random.randrange(first, last))
                process.communicate(timeout=120)
                kills += process.returncode < 0
                starts += 1
            killer.aim(None)
            finished(start(["sync", connection.code, *SYNC], env()))
            assert_as_if_undisturbed(company, connection, good, smtp)
            connection.delete()


@pytest.fixture
def workers(env: Callable[[], dict[str, str]]) -> Iterator[Callable[..., Any]]:
    """Starts workers, once the settings point at a company; none of them outlives the test."""
    started: list[Workers] = []

    def begin() -> Any:
        started.append(Workers(env()))
        return started[-1].begin()

    yield begin
    for each in started:
        each.end()


@pytest.mark.parametrize("turn", ROUNDS)
def test_a_worker_that_is_killed_is_carried_on_by_the_next(
    quick: Any, hr: User, smtp: MailServer, workers: Callable[..., Any], turn: int
) -> None:
    good = whole.undisturbed(quick, hr)
    for trial in range(WORKER_TRIALS):
        smtp.messages.clear()
        with whole.sandbox() as company:
            connection = connected(company, quick, hr)
            killer = Killer(company, WORKER_TRIALS * turn + trial)
            run = lifecycle.start(connection, hr)
            kills = int(killed(killer, workers, run, 60))
            runner.drive(run)
            whole.choose(run, hr)
            while kills < 4 and run.state == SyncRun.State.APPLYING:
                kills += killed(killer, workers, run, 25)
            killer.aim(None)
            runner.drive(run)
            assert kills >= 2
            assert_as_if_undisturbed(company, connection, good, smtp)
            forget_clients(connection)
            connection.delete()


def killed(killer: Killer, workers: Callable[..., Any], run: SyncRun, requests: int) -> bool:
    """Let a worker work on the run and kill all its processes within some requests.

    False if the run reached its next state before.
    """
    worker, state = workers(), run.state
    killer.aim(worker, killer.random.randrange(1, requests))
    wake(run.pk)

    def is_over() -> bool:
        run.refresh_from_db()
        return worker.poll() is not None or run.state != state

    assert wait_for(is_over, 60)
    was_killed = worker.poll() is not None
    kill(worker)
    worker.wait()
    run.refresh_from_db()
    return was_killed
