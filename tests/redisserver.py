"""A real Redis on loopback, for as long as a test needs it."""

import shutil
import subprocess
import tempfile
import time
from typing import Self

import redis

from tests.ports import free_port

PROGRAM = shutil.which("redis-server")


class RedisServer:
    """Started by `with`; `url` is its REDIS_URL. It stores nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        assert PROGRAM
        self._folder = tempfile.TemporaryDirectory(prefix="humavisma-redis-")
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._folder.name, "save": "", "appendonly": "no"}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < until, "Redis doesn't answer"
            time.sleep(0.02)
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def _answers(self) -> bool:
        with redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
