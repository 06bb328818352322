"""A server that answers byte for byte what a test says: cut, reset, late, or wrong. Real sockets on loopback."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connections.api.huma.client import HumaClient
from connections.api.visma.client import VismaClient

USER = {
    "id": "u1",
    "type": "user",
    "givenName": {"value": "Ada", "editable": True},
    "familyName": {"value": "Berg", "editable": True},
    "email": {"value": "ada@example.no", "editable": True},
    "status": {"active": True},
    "subordinatesCount": 0,
}
EMPLOYEE = {"id": "e1", "number": "7", "personNames": [{"firstName": "Ada", "lastName": "Berg"}]}


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; ``connection`` counts the sockets that were opened."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer: bytes, and then perhaps the end of the connection, orderly or with a reset.

    ``more`` is sent after it, at most ``times`` times, as long as the client reads.
    """

    raw: bytes = b""
    more: bytes = b""
    times: int = 0
    close: bool = False
    reset: bool = False
    delay: float = 0.0
    drip: float = 0.0


def answer(
    status: int = 200, body: Any = None, *, raw: bytes | None = None, close: bool = False, **headers: str
) -> Reply:
    """A whole HTTP answer; header names are written with _ for -."""
    content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(content)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return Reply("\r\n".join([*lines, "", ""]).encode("latin-1") + content, close=close)


def token(**changes: Any) -> Reply:
    """A token answer that both clients accept."""
    scope = "visma_net_employee:employees:read visma_net_employee:employees:write"
    body = {"access_token": f"t-{time.monotonic_ns()}", "expires_in": 3600, "token_type": "Bearer", "scope": scope}
    return answer(200, {**body, "organizationId": "org-1", "userId": "user-1", **changes})


Handler = Callable[[Seen], Reply]


@dataclass
class Vendor:
    """Answers by path: with a list of replies, each once and the last one for ever, or with a function."""

    replies: dict[str, list[Reply] | Handler] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    sockets: int = 0
    sent: int = 0
    host: str = "127.0.0.1"
    secure: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._listener = socket.create_server((self.host, 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if self.secure else ''}://{self.host}:{self.port}"
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Vendor:
        return self

    def __exit__(self, *args: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for kept in self._open:
                with suppress(OSError):  # the other end may have hung up
                    kept.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def on(self, path: str, *replies: Reply | Handler) -> None:
        """Set the answers for ``path`` (without its query)."""
        first = replies[0]
        with self._lock:
            self._counts[path] = 0
            self.replies[path] = first if not isinstance(first, Reply) else [r for r in replies if isinstance(r, Reply)]

    def asked(self, path: str, method: str = "") -> list[Seen]:
        """The requests for ``path`` so far."""
        with self._lock:
            return [one for one in self.seen if one.path == path and method in ("", one.method)]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.sockets += 1
                self._open.add(connection)
                thread = threading.Thread(target=self._serve, args=(connection, self.sockets), daemon=True)
                self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        if self.secure:
            try:
                connection = self.secure.wrap_socket(connection, server_side=True)
            except OSError:  # the caller doesn't trust us
                connection.close()
                return
        with connection, connection.makefile("rb") as stream:
            try:
                while (seen := _request(stream, number)) is not None:
                    if not self._answer(connection, seen):
                        break
            except OSError:
                pass
        with self._lock:
            self._open.discard(connection)

    def _answer(self, connection: socket.socket, seen: Seen) -> bool:
        with self._lock:
            self.seen.append(seen)
            script = self.replies.get(seen.path)
            index, self._counts[seen.path] = self._counts[seen.path], self._counts[seen.path] + 1
        if script is None:
            reply = token() if seen.path.endswith("/token") else answer(404, {"errorCode": "object:not-found"})
        else:
            reply = script[min(index, len(script) - 1)] if isinstance(script, list) else script(seen)
        time.sleep(reply.delay)
        for part in _parts(reply):
            connection.sendall(part)
            with self._lock:
                self.sent += len(part)
            time.sleep(reply.drip)
        if reply.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return not (reply.close or reply.reset)


def _parts(reply: Reply) -> Iterable[bytes]:
    parts = chain([reply.raw], repeat(reply.more, reply.times))
    return (bytes([one]) for part in parts for one in part) if reply.drip else parts


def _request(stream: Any, number: int) -> Seen | None:
    first = stream.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Seen(first[0], first[1], headers, stream.read(int(headers.get("content-length", 0))), number)


def huma(vendor: Vendor, **settings: Any) -> HumaClient:
    """A client of this server as Huma."""
    return HumaClient("id", "s3cret", base_url=vendor.url, **{"timeout": (1.0, 1.0), **settings})


def visma(vendor: Vendor, **settings: Any) -> VismaClient:
    """A client of this server as Visma."""
    addresses = {"base_url": vendor.url + "/v2", "token_url": vendor.url + "/connect/token"}
    settings = {"timeout": (1.0, 1.0), **addresses, **settings}
    return VismaClient("t1", client_id="app", client_secret="x", **settings)
