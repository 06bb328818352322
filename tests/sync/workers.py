"""Real `manage.py worker` processes, their families, and waiting for them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from sync.worker.heartbeat import last_beat

Worker = subprocess.Popen[str]


def children(pid: int) -> list[int]:
    """The pids of all descendants, the oldest first."""
    try:
        lists = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    own = [int(child) for listed in lists for child in listed]
    return own + [grandchild for child in own for grandchild in children(child)]


def family(worker: Worker) -> list[int]:
    """The worker's pid and those of all its descendants."""
    return [worker.pid, *children(worker.pid)]


def alive(pid: int) -> bool:
    """Whether the process lives; a zombie doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(what: Callable[[], object], seconds: float = 60) -> bool:
    """Whether ``what`` becomes true within ``seconds``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.1)
    return False


class Workers:
    """Starts workers in their own process groups, and ends them with the test."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = {**env, "BEAT_SECONDS": "0.5"}
        self.started: list[Worker] = []

    def __call__(self, **env: str) -> Worker:
        """Start a worker, and wait for its first beat through the queue."""
        worker = self.begin(**env)
        assert wait_for(last_beat), "no beat came through the queue"
        return worker

    def begin(self, **env: str) -> Worker:
        """Start a worker without waiting."""
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=settings.BASE_DIR,
            env={**self.env, **env},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(worker)
        return worker

    def end(self) -> None:
        """Kill the workers that are left."""
        for worker in self.started:
            kill(worker)
            worker.communicate()


def kill(worker: Worker) -> None:
    """Kill the whole tree of processes, as when a machine loses power."""
    for pid in family(worker):
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
