"""The product's real web server, as the Procfile starts it but for one process, and requests to its webhook."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings

PATIENCE = 60


class WebServer:
    """``with WebServer(env) as web:`` gunicorn answers on loopback until the block ends."""

    def __init__(self, env: dict[str, str]) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.env = {**env, "ALLOWED_HOSTS": "127.0.0.1"}
        self._kept = threading.local()
        self._clients: list[http.client.HTTPConnection] = []

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "gunicorn", "humavisma.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "1", "--threads", "8", "--no-control-socket", "--log-level", "error"]
        quiet = subprocess.DEVNULL  # a line for each request that was refused
        self._process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=self.env, process_group=0, stdout=quiet, stderr=quiet
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
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
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(PATIENCE)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer; each thread keeps a connection, as far as the server does."""
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
