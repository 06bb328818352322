"""A confirmed run that workers carry out, while one of their processes is killed at a point."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from connections.sandbox import Sandbox
from tests.crash.company import PEOPLE, ROOT, environment, manage
from tests.mailserver import MailServer
from tests.sync.workers import kill, wait_for
from tests.sync.writing.whole import plain

DECIDE = """
from django.contrib.auth.models import User
from connections.models import Connection
from tests.sync.writing import whole
whole.decided(Connection.objects.get(), User.objects.create_superuser("hr", "hr@example.com", "x"))
"""


@dataclass
class Carried:
    """The final state of both sides, the outcomes of the Changes, the emails by Message-ID, and the points."""

    state: dict[str, list[str]]
    ended: Counter[str]
    mails: Counter[str]
    points: list[str]


def company() -> Sandbox:
    """The same company each time, down to its ids."""
    return Sandbox(employees=PEOPLE, seed=5, job_seconds=(0.02, 0.1))


def decided(folder: Path, made: tuple[Path, str]) -> Path:
    """The template's database, with a run that was read, decided and confirmed."""
    database = folder / "decided.sqlite3"
    shutil.copy(made[0], database)
    with company() as sandbox:
        manage(environment(database, sandbox, mail_port=9), "shell", "-v0", "-c", DECIDE)
    return database


def carry_out_killed(folder: Path, template: Path, share: float, points: int) -> Carried:
    """The same with a kill after that share of the points. The looks of an idle worker count, too, so a quick run has
    fewer points. If no process reached the point, it is done again, by its own number.
    """
    for _ in range(5):
        at = 1 + round(share * (points - 3))
        carried = carry_out(folder, template, at)
        if len(carried.points) >= at:
            return carried
        points = len(carried.points)
    raise AssertionError("No run was as long as the one before it.")


def carry_out(folder: Path, template: Path, kill_at: int) -> Carried:
    """Let workers carry out the run, a new one when one ends; one process is killed at that point (0: none)."""
    database, report = folder / f"worker-{kill_at}.sqlite3", folder / f"worker-{kill_at}.txt"
    shutil.copy(template, database)
    report.write_text("")
    with company() as sandbox, MailServer() as mail:
        env = {
            **environment(database, sandbox, mail.port),
            "BEAT_SECONDS": "0.5",
            "CRASH_REPORT": str(report),
            "CRASH_AT": str(kill_at),
            "PYTHONPATH": f"{ROOT / 'tests/crash/site'}{os.pathsep}{ROOT}",
        }
        workers = [_worker(env)]

        def is_over() -> bool:
            if workers[-1].poll() is not None:
                assert workers[-1].returncode in (1, -signal.SIGKILL), "it says that its cluster ended unasked"
                workers.append(_worker(env))
            mails = _all(database, "SELECT state FROM sync_letter WHERE kind = 'result'")
            return _all(database, "SELECT state FROM sync_syncrun") == [("finished",)] and mails == [("sent",)]

        try:
            assert wait_for(is_over, 90), _all(database, "SELECT state, attempts, lease_holder FROM sync_syncrun")
            points = [line.strip() for line in report.read_text().splitlines()]
        finally:
            for worker in workers:
                kill(worker)
                worker.wait()
        sandbox.wait_for_jobs()
        return Carried(
            state=plain(sandbox.state()),
            ended=Counter(state for (state,) in _all(database, "SELECT state FROM sync_change")),
            mails=Counter(message["Message-ID"] for message in mail.messages),
            points=points,
        )


def _worker(env: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=ROOT,
        env=env,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def _all(database: Path, query: str) -> list[tuple[str, ...]]:
    for _ in range(100):
        connection = sqlite3.connect(database)
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:  # somebody writes just now
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("The database is never free.")
