"""Starts the demo's processes and ends all of them together.

Not honcho's Manager, though honcho reads the Procfile: it doesn't end its processes when it is killed itself, its loop
leaves no room to look whether the demo works, and its output goes to the terminal and not to a file each.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from humavisma.demo.environment import BASE_DIR
from sync.worker.processes import die_with

_PATIENCE_SECONDS = 15


class Processes:
    """`with Processes(env, log) as processes:` ends all processes started in it, however the block is left."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env, self.log = env, log
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        """Start `python ARGUMENTS…` in its own session, so that Ctrl-C reaches only us; the output goes to a file."""
        us = os.getpid()
        with (self.log / f"{name}.log").open("wb") as output:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=BASE_DIR,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with(us),  # safe: there is only one thread so far
            )

    def ended(self) -> str | None:
        """The name of a process that has ended, None while all run."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def last_words(self, name: str) -> str:
        """The end of the process's output."""
        return "\n".join((self.log / f"{name}.log").read_text(errors="replace").splitlines()[-15:])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
