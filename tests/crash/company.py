"""A company whose `sync` is killed at a point and started again, and the result."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connections import sandbox as vendors
from connections.sandbox import Sandbox
from tests.mailserver import MailServer
from tests.sync.writing.whole import plain

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 12
SYNC = ("--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--confirm-large", "--json")
WAITS = {
    "JOB_WAIT_FIRST_SECONDS": "0.05",
    "CREATE_SETTLE_SECONDS": "0.6",
    "HUMA_SETTLE_SECONDS": "0.3",
    "SYNC_CONCURRENCY": "2",
}


@dataclass
class Outcome:
    """The final state of both sides, the last JSON, and how often each email was sent, by Message-ID."""

    state: dict[str, list[str]]
    report: dict[str, Any]
    mails: Counter[str]
    runs: int
    points: list[str]


def template(folder: Path) -> tuple[Path, str]:
    """A migrated database with one connection, made once, and the connection's code."""
    with Sandbox(employees=0) as sandbox:
        env = environment(folder / "template.sqlite3", sandbox, mail_port=9)
        manage(env, "migrate", "-v0")
        told = manage(
            env,
            *("connect", "--name", "Fjordheim", "--confirm-authority", "--notify", "lonn@example.com"),
            *("--tenant-id", vendors.TENANT_ID, "--end-reason", "arbeidstakerHarSagtOppSelv"),
            *("--huma-client-id", vendors.HUMA_CLIENT_ID, "--huma-client-secret", vendors.HUMA_CLIENT_SECRET),
        )
    return folder / "template.sqlite3", told.split()[-1]


def environment(database: Path, sandbox: Sandbox, mail_port: int) -> dict[str, str]:
    """The environment for our processes, with this database and these vendors."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("DJANGO_ALLOW")},
        **WAITS,
        "DJANGO_SETTINGS_MODULE": "humavisma.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "HUMA_API_URL": sandbox.huma_url,
        "VISMA_API_URL": sandbox.visma_url,
        "VISMA_TOKEN_URL": sandbox.visma_token_url,
        "VISMA_CLIENT_ID": vendors.VISMA_CLIENT_ID,
        "VISMA_CLIENT_SECRET": vendors.VISMA_CLIENT_SECRET,
    }


class EndedBefore(Exception):
    """The run ended before the wanted point; ``points``: how many it had."""

    def __init__(self, points: int) -> None:
        super().__init__(f"The run ended after {points} points.")
        self.points = points


def play_killed(
    folder: Path, made: tuple[Path, str], share: float, points: int, before: tuple[str, ...] = (), *command: str
) -> Outcome:
    """Run `sync`, kill it after that share of its points, run it again to its end.

    The number of points of a run isn't known beforehand: another look at a job adds some. If the run has less than
    ``points``, it is played again, by its own number; the caller gets a run that was killed, or an error.
    """
    for _ in range(5):
        try:
            return play(folder, made, 1 + round(share * (points - 3)), before, *command)
        except EndedBefore as early:
            points = early.points
    raise AssertionError("No run was as long as the one before it.")


def play(folder: Path, made: tuple[Path, str], kill_at: int, before: tuple[str, ...] = (), *command: str) -> Outcome:
    """Run `sync`, kill it at that point (0: never), run it again to its end.

    ``command``: another one than `sync`, for which ``before`` makes ready. Raises ``EndedBefore`` if it never reached
    that point.
    """
    database, code = folder / f"killed-at-{kill_at}.sqlite3", made[1]
    shutil.copy(made[0], database)
    report = folder / f"points-{kill_at}.txt"
    report.write_text("")
    with Sandbox(employees=PEOPLE, seed=5, job_seconds=(0.02, 0.1)) as sandbox, MailServer() as mail:
        env = environment(database, sandbox, mail.port)
        asked = command or ("sync", code, *SYNC)
        if before:
            manage(env, *before, code, *SYNC)
        first = _child(env, report, kill_at, *asked)
        points = [line.strip() for line in report.read_text().splitlines()]
        if kill_at and first.returncode == 0:
            raise EndedBefore(len(points))
        assert first.returncode == (-signal.SIGKILL if kill_at else 0), first.stderr
        second = _child(env, report, 0, *asked)
        # An undo that had ended before the kill finds nothing left to undo.
        assert second.returncode == 0 or (command and _is_one_line(second)), second.stderr
        sandbox.wait_for_jobs()
        ended = json.loads(manage(env, "shell", "-v0", "-c", _FINISHED))
        return Outcome(
            state=plain(sandbox.state()),
            report=json.loads(manage(env, "shell", "-v0", "-c", _LAST) if command else second.stdout),
            mails=Counter(message["Message-ID"] for message in mail.messages),
            runs=ended,
            points=points,
        )


_LAST = """
import json
from sync.models import SyncRun
from sync.runs.lifecycle import run_totals
run = SyncRun.objects.first()
print(json.dumps({"state": run.state, "changes": run_totals(run).as_dict()}))
"""
_FINISHED = "from sync.models import SyncRun; print(SyncRun.objects.filter(state='finished').count())"


def _child(env: dict[str, str], report: Path, kill_at: int, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.crash.child", str(report), str(kill_at), *args]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)


def manage(env: dict[str, str], *args: str) -> str:
    """Run a command of `manage.py`, which must succeed; returns its output."""
    command = [sys.executable, "manage.py", *args]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout


def _is_one_line(ended: "subprocess.CompletedProcess[str]") -> bool:
    """Whether a command said in one line that it can't run."""
    return ended.returncode == 2 and len(ended.stderr.splitlines()) == 1
