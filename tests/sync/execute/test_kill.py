"""Real processes that are killed at any moment: whoever goes on ends where nobody was killed, and nobody is doubled."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User

from connections.clients import forget_clients
from connections.models import Connection
from connections.sandbox import Sandbox
from sync.models import EmployeeLink, SyncRun, Write
from sync.services import work
from sync.wake import wake
from tests.mailserver import MailServer
from tests.sync import driving
from tests.sync.execute import whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]

SYNC = ["--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--confirm-large", "--json"]


class Killer:
    """Kills a process when the company has met so many more requests, at once or a moment later."""

    def __init__(self, company: Sandbox, seed: int) -> None:
        self.random = random.Random(seed)
        self.left = 0
        self.process: subprocess.Popen[str] | None = None
        self.lock = threading.Lock()
        company.faults.before("*", "*", "/(users|employees)", self.meet, float("inf"))

    def aim(self, process: "subprocess.Popen[str] | None", left: int = 0) -> None:
        """At this process, after so many requests; never, where there is none."""
        with self.lock:
            self.process, self.left = process, left

    def meet(self) -> None:
        """One more request came in: whoever is killed now never sees the answer."""
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


def undisturbed(settings: Any, user: User, env: Callable[[], dict[str, str]]) -> tuple[Any, int, int]:
    """How both sides end, and how many requests are made before the first write and in all."""
    with whole.sandbox() as company:
        connection = connected(company, settings, user)
        finished(start(["sync", connection.code, *SYNC], env()))
        state, requests = (
            whole.plain(company.state()),
            [one.method for one in company.journal if "token" not in one.path],
        )
        again = finished(start(["sync", connection.code, *SYNC], env()))
        assert again["changes"]["planned"] == 0
        assert whole.plain(company.state()) == state
        connection.delete()
    return state, next(n for n, method in enumerate(requests) if method != "GET"), len(requests)


def test_a_command_that_is_killed_and_started_again_ends_as_if_undisturbed(
    quick: Any, hr: User, smtp: MailServer, env: Callable[[], dict[str, str]]
) -> None:
    good, reading, requests = undisturbed(quick, hr, env)
    kills = 0
    for trial in range(5):
        with whole.sandbox() as company:
            connection = connected(company, quick, hr)
            killer = Killer(company, trial)
            for earliest in (reading, 1, 1):
                process = start(["sync", connection.code, *SYNC], env())
                killer.aim(process, killer.random.randrange(earliest, requests if earliest > 1 else requests // 3))
                process.communicate(timeout=120)
                kills += process.returncode < 0
            killer.aim(None)
            finished(start(["sync", connection.code, *SYNC], env()))
            company.wait_for_jobs()
            assert not whole.differences(good, whole.plain(company.state())), trial
            assert_nobody_doubled(company, connection)
            applied = SyncRun.objects.filter(connection=connection).exclude(confirmed_at=None)
            assert set(applied.values_list("state", flat=True)) == {"finished"}
            _assert_mailed_by_one_name(smtp, applied)
            connection.delete()
    assert kills >= 10


def _assert_mailed_by_one_name(smtp: MailServer, applied: Any) -> None:
    sent = {message["Message-ID"] for message in smtp.messages}
    named = set(applied.exclude(message_id="").values_list("message_id", flat=True))
    assert named
    assert named <= sent


def test_a_worker_that_is_killed_is_carried_on_by_the_next(
    quick: Any, hr: User, env: Callable[[], dict[str, str]]
) -> None:
    good = whole.undisturbed(quick, hr)
    with whole.sandbox() as company:
        connection = connected(company, quick, hr)
        run = whole.decided(connection, hr)
        killer = Killer(company, 7)
        for _ in range(4):
            worker = start(["worker"], env())
            killer.aim(worker, killer.random.randrange(1, 25))
            wake(run.pk)
            try:
                worker.communicate(timeout=12)
            except subprocess.TimeoutExpired:  # it was done before it was to be killed
                worker.kill()
                worker.communicate()
            run.refresh_from_db()
            if run.state != SyncRun.State.APPLYING:
                break
        killer.aim(None)
        work.drive(run)
        company.wait_for_jobs()
        assert run.state == SyncRun.State.FINISHED
        assert not run.changes.exclude(state__in=("done", "nothing"))
        assert not whole.differences(good, whole.plain(company.state()))
        assert_nobody_doubled(company, connection)
        assert not Write.objects.exclude(state="settled")
        forget_clients(connection)
