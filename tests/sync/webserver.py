"""The product's real web server, as the Procfile starts it, and requests to it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

from tests.ports import free_port

PATIENCE = 60
LINE = next(
    line.removeprefix("web: ")
    for line in (settings.BASE_DIR / "Procfile").read_text().splitlines()
    if line.startswith("web: ")
)
"""The command of the Procfile for the web."""


class WebServer:
    """``with WebServer(env) as web:`` a server that answers on loopback until the block ends.

    ``more`` arguments follow the Procfile's; ``preexec`` is called in the new process.
    """

    def __init__(self, env: dict[str, str], *more: str, preexec: Callable[[], None] | None = None) -> None:
        self.port = free_port()
        path = f"{Path(sys.executable).parent}:{env.get('PATH', os.defpath)}"
        self.env = {**env, "ALLOWED_HOSTS": "127.0.0.1", "PORT": str(self.port), "PATH": path}
        self._command = ["sh", "-c", f'exec {LINE} "$@"', "web", *more]
        self._preexec = preexec
        self._kept = threading.local()
        self._clients: list[http.client.HTTPConnection] = []

    def __enter__(self) -> Self:
        quiet = subprocess.DEVNULL  # a line for each request that was refused
        self.process = subprocess.Popen(
            self._command,
            cwd=settings.BASE_DIR,
            env=self.env,
            process_group=0,
            stdout=quiet,
            stderr=quiet,
            preexec_fn=self._preexec,
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.open().close()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__(None, None, None)
        raise AssertionError("the web server doesn't answer")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(PATIENCE)

    def open(self, said: bytes = b"", timeout: float = PATIENCE) -> socket.socket:
        """A connection on which ``said`` was sent."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout)
        client.sendall(said)
        return client

    def get(
        self, path: str, timeout: float = PATIENCE, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """The answer, already read, on its own connection."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            client.request("GET", path, headers=headers or {})
            answer = client.getresponse()
            answer.read()
            return answer
        finally:
            client.close()

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer. Each thread keeps its connection open, if the server does."""
        for _ in range(3):
            client = self._client()
            try:
                client.request("POST", path, body, headers)
                answer = client.getresponse()
                answer.read()
                return answer.status
            except (ConnectionError, http.client.HTTPException):  # it was closed while nothing was to be sent
                client.close()
        raise AssertionError("the web server hangs up")

    def _client(self) -> http.client.HTTPConnection:
        if not hasattr(self._kept, "client"):
            self._kept.client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            self._clients.append(self._kept.client)
        client: http.client.HTTPConnection = self._kept.client
        return client
