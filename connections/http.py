"""The one door to the network: keep-alive sessions per thread, time-outs, GET-only retries, no redirects."""

from __future__ import annotations

import logging
import os
import ssl
import threading
import time
import weakref
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import requests.auth
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import ConnectionPool
from urllib3.util import Retry

from connections.answers import Answer
from connections.loopback import is_loopback
from connections.tokens import TokenInfo
from connections.waiting import MemoryWaiting, RateLimit, Waiting

__all__ = [
    "DEFAULT_PATIENCE",
    "DEFAULT_TIMEOUT",
    "MemoryWaiting",
    "NoAnswer",
    "RateLimit",
    "TokenInfo",
    "Waiting",
    "Wire",
]

DEFAULT_TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for an answer. A write takes no longer than both; a GET that is retried may."""
DEFAULT_PATIENCE = 20.0
"""Seconds that a GET waits in all where a 429 blocked the connection, before it becomes Unavailable."""
USER_AGENT = "humavisma"
MAX_BYTES = 64 * 1024 * 1024

# urllib3 logs addresses with their query, and a query can hold a name.
for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(lambda record: False)


class NoAnswer(Exception):
    """No whole answer came. ``sent``: the request may have reached the other side; ``cut``: its answer had begun."""

    def __init__(self, said: str, *, sent: bool, cut: bool = False) -> None:
        super().__init__(said)
        self.said = said
        self.sent = sent
        self.cut = cut


class _Bearer(requests.auth.AuthBase):
    """The token's header. Being there at all, it also keeps requests from taking credentials out of a .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Wire:
    """Sends requests and reads whole answers. Thread safe; every thread keeps its own connections open."""

    def __init__(self, timeout: tuple[float, float] = DEFAULT_TIMEOUT) -> None:
        self._timeout = timeout
        self._local = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        url: str,
        *,
        params: tuple[tuple[str, str], ...] = (),
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """One request and its answer, whatever its status; raises NoAnswer. Only a GET is repeated, by Retry."""
        session = self._session(url)
        request = requests.Request(
            method, url, params=list(params), data=data, headers=dict(headers or {}), auth=_Bearer(token)
        )
        prepared = session.prepare_request(request)
        address = prepared.url or url
        begun = time.monotonic()
        settings: Mapping[str, Any] = session.merge_environment_settings(address, {}, True, True, None)
        try:
            # The adapter, not the session: nothing follows redirects or keeps cookies.
            response = session.get_adapter(address).send(prepared, timeout=self._timeout, **settings)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            trouble = _trouble(error)
        else:
            with response:
                try:
                    start = time.monotonic() - self._timeout[0] if method == "GET" else begun
                    body = _body(response.raw, start + sum(self._timeout))
                    return Answer(response.status_code, response.headers, body)
                except urllib3.exceptions.HTTPError:
                    trouble = NoAnswer("answer was cut", sent=True, cut=True)
        # Raised out here so that no library's exception, which quotes the whole address, hangs on to it.
        raise trouble

    def close(self) -> None:
        """Close the connections that are kept open; a later request opens new ones."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _session(self, url: str) -> requests.Session:
        kept: dict[tuple[int, bool], requests.Session] = self._local.__dict__.setdefault("sessions", {})
        loopback = is_loopback(urlsplit(url).hostname)
        # A forked process must not share its parent's sockets: it would read the answers of others.
        key = (os.getpid(), loopback)
        if key not in kept:
            session = requests.Session()
            session.headers["User-Agent"] = USER_AGENT
            # Proxies of the environment are meant for the vendors, not for a stand-in on this machine.
            session.trust_env = not loopback
            adapter = HTTPAdapter(pool_connections=2, pool_maxsize=1, max_retries=_retries())
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            with self._lock:
                self._sessions.add(session)
            kept[key] = session
        return kept[key]


class _GetOnly(Retry):
    """Retry, which by itself connects again for any method: a write has one attempt, within its time-out."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """One attempt less; raises ``error`` where the method isn't to be repeated."""
        if error is not None and method != "GET":
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def _retries() -> Retry:
    return _GetOnly(
        total=3,
        connect=2,
        read=1,
        status=3,
        other=0,
        redirect=0,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods={"GET"},
        backoff_factor=0.2,
        backoff_jitter=0.2,
        respect_retry_after_header=False,
        raise_on_status=False,
    )


def _body(raw: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The whole body. A server that drips it past ``deadline``, or never stops, counts as cut."""
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read1(65536, decode_content=True):
        size += len(chunk)
        if size > MAX_BYTES or time.monotonic() > deadline:
            raise urllib3.exceptions.ProtocolError("too long")
        chunks.append(chunk)
    return b"".join(chunks)


def _trouble(error: Exception) -> NoAnswer:
    reason: object = error.args[0] if isinstance(error, requests.RequestException) and error.args else error
    if isinstance(reason, urllib3.exceptions.MaxRetryError):
        reason = reason.reason
    if isinstance(reason, urllib3.exceptions.ProxyError):
        reason = reason.original_error
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return NoAnswer("could not connect", sent=False)
    if isinstance(reason, urllib3.exceptions.ConnectTimeoutError):
        return NoAnswer("connecting timed out", sent=False)
    if isinstance(reason, urllib3.exceptions.SSLError):
        untrusted = bool(reason.args) and isinstance(reason.args[0], ssl.SSLCertVerificationError)
        return NoAnswer("no secure connection", sent=not untrusted)
    if isinstance(reason, urllib3.exceptions.ReadTimeoutError):
        return NoAnswer("no answer in time", sent=True)
    return NoAnswer("connection broke", sent=True)
