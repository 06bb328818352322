"""An HTTP/1.1 server on loopback with keep-alive and a thread for each connection; it can break an answer.

werkzeug's own request loop closes every connection after one answer, so the handler here sends its answers
itself; everything about parsing requests stays werkzeug's.
"""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request as HttpRequest

HOST = "127.0.0.1"


@dataclass
class Answer:
    """The answer to the caller, and how it arrives: whole, dropped before the first byte, or cut in the middle."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    ending: Literal["whole", "drop", "cut"] = "whole"


class PortInUse(OSError):
    """Another program uses the port; the message is a sentence for the person who started this one."""

    @classmethod
    def at(cls, port: int) -> PortInUse:
        """The error for a port."""
        return cls(f"Port {port} is in use by another program: choose another one.")


def bound(port: int) -> socket.socket:
    """A socket that holds the port but doesn't listen yet, so callers are refused. Raises ``PortInUse``."""
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((HOST, port))
    except OSError as error:
        one.close()
        raise PortInUse.at(port) from error
    return one


class _Handler(WSGIRequestHandler):
    """Reads a request whole, asks the application, writes the answer, keeps the connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        with contextlib.suppress(OSError):  # the caller has left, or the server was told to stop
            super().finish()

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(length))
        self._send(self.server.respond(HttpRequest(environ)))

    def _send(self, answer: Answer) -> None:
        if answer.ending == "drop":
            # Linger 0 turns the close into a reset, as a dying proxy would.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        self.send_response(answer.status, _phrase(answer.status))
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = answer.body
        if answer.ending == "cut":
            body, self.close_connection = body[: len(body) // 2], True
        if self.command != "HEAD":
            self.wfile.write(body)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing: the journal has every request."""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class _Server(ThreadedWSGIServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket, respond: Callable[[HttpRequest], Answer]) -> None:
        self.respond = respond
        self.connections: set[socket.socket] = set()
        super().__init__(HOST, 0, _no_wsgi, _Handler, fd=listening.fileno())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a caller that hangs up is not worth a traceback."""


def _no_wsgi(environ: Any, start_response: Any) -> list[bytes]:
    raise NotImplementedError  # the handler never goes through WSGI


class LoopbackServer:
    """A running server; `port=0` takes a free one. Raises `PortInUse`."""

    def __init__(self, port: int, respond: Callable[[HttpRequest], Answer]) -> None:
        with bound(port) as listening:
            try:
                listening.listen(128)
            except OSError as error:
                raise PortInUse.at(port) from error
            self._server = _Server(listening, respond)
        self.port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def stop(self) -> None:
        """Stop listening, and close all connections."""
        self._server.shutdown()
        self._thread.join()
        for connection in list(self._server.connections):
            with contextlib.suppress(OSError):  # it was just closed by the other end
                connection.shutdown(socket.SHUT_RDWR)
