"""Huma's webhooks: each event about a user is sent to every registered address, in order, by a thread for each.

Source: huma.md, Webhook.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from connections.sandbox.huma.signing import signed

TIMEOUT_SECONDS = 5.0
# The pauses before each further try; after the last one the event is given up, as a vendor would.
PAUSES_SECONDS = (0.2, 1.0, 3.0)
_REMEMBERED = 10_000


@dataclass(frozen=True)
class Sent:
    """One event that was sent, or given up. `status` is 0 if nobody answered."""

    at: datetime
    topic: str
    ids: list[str]
    status: int
    tries: int


def event(topic: str, users: list[dict[str, Any]]) -> bytes:
    """The body of a request: the users with `id`, `email` and what changed."""
    return json.dumps({"topic": topic, "users": users}, ensure_ascii=False).encode()


class Webhook:
    """One registered address. Waiting events survive a stop, and are sent after the next start."""

    def __init__(self, url: str, secret: str = "", token: str = "") -> None:
        _require_address(url)
        self.url, self.secret, self.token = url, secret, token
        self.sent: deque[Sent] = deque(maxlen=_REMEMBERED)
        self._waiting: deque[tuple[str, list[str], bytes]] = deque()
        self._changed = threading.Condition()
        self._running = False
        self._thread: threading.Thread | None = None
        self._open: http.client.HTTPConnection | None = None

    def tell(self, topic: str, user: dict[str, Any]) -> None:
        """Queue an event; returns at once."""
        with self._changed:
            self._waiting.append((topic, [user["id"]], event(topic, [user])))
            self._changed.notify_all()

    def post(self, topic: str, body: bytes, **signing: Any) -> int:
        """Send one request now, with this webhook's secret and token by default; returns the status, or 0."""
        return _post(self._connection(), self.url, body, self._headers(topic, body, **signing))

    def start(self) -> None:
        """Start, or continue, sending."""
        if not self._running:
            self._running = True
            self._thread = threading.Thread(target=self._run, name="sandbox-webhook", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Close the connection and send no more until `start`."""
        with self._changed:
            self._running = False
            self._changed.notify_all()
            if self._open and self._open.sock:
                with suppress(OSError):  # it was just closed
                    self._open.sock.shutdown(socket.SHUT_RDWR)
        if self._thread:
            self._thread.join()

    def wait_idle(self, seconds: float) -> bool:
        """Wait until everything was sent or given up; False if that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or not self._running)
                if not self._running:
                    return
                topic, ids, body = self._waiting[0]
            sent = self._delivered(topic, ids, body)
            if sent is None:
                return
            with self._changed:
                self._waiting.popleft()
                self.sent.append(sent)
                self._changed.notify_all()

    def _delivered(self, topic: str, ids: list[str], body: bytes) -> Sent | None:
        """Send an event and return what became of it; None if it was interrupted and has to be sent later."""
        for tries, pause in enumerate((*PAUSES_SECONDS, 0.0), 1):
            connection = self._connection()
            with self._changed:
                if not self._running:
                    return None
                self._open = connection
            status = _post(connection, self.url, body, self._headers(topic, body))
            with self._changed:
                self._open = None
                if status == 0 and not self._running:
                    return None
                if not _worth_another_try(status) or not pause:
                    return Sent(datetime.now(UTC), topic, ids, status, tries)
                self._changed.wait_for(lambda: not self._running, pause)
        return None

    def _headers(self, topic: str, body: bytes, **signing: Any) -> dict[str, str]:
        return signed(body, **{"secret": self.secret, "token": self.token, "topic": topic, **signing})

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)


def _require_address(url: str) -> None:
    parts = urlsplit(url)
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("An address begins with http:// or https://, and has no spaces.")


def _worth_another_try(status: int) -> bool:
    return status == 0 or status == 429 or status >= 500


def _post(connection: http.client.HTTPConnection, url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException, UnicodeError):
        return 0
    finally:
        connection.close()


class Webhooks(dict[str, Webhook]):
    """The registered webhooks by address."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._running = False

    def register(self, url: str, secret: str = "", token: str = "") -> Webhook:
        """Send to this address from now on; a known address gets the new secret and token. Raises `ValueError`."""
        with self._lock:
            webhook = self.get(url) or Webhook(url)
            webhook.secret, webhook.token = secret, token
            self[url] = webhook
            if self._running:
                webhook.start()
            return webhook

    def remove(self, url: str) -> None:
        """Stop sending to this address; its waiting events are dropped."""
        with self._lock:
            webhook = self.pop(url, None)
        if webhook:
            webhook.stop()

    def tell(self, topic: str, user: dict[str, Any]) -> None:
        """Queue an event about a user (`id`, `email`, what changed) for every address."""
        for webhook in list(self.values()):
            webhook.tell(topic, user)

    def start(self) -> None:
        with self._lock:
            self._running = True
            for webhook in self.values():
                webhook.start()

    def stop(self) -> None:
        with self._lock:
            self._running = False
            for webhook in self.values():
                webhook.stop()
