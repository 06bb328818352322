"""The only module that makes requests: keep-alive sessions per thread, time-outs, retries of GET only, no redirects."""

from __future__ import annotations

import logging
import os
import ssl
import threading
import weakref
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import requests.auth
import urllib3.exceptions
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import ConnectionPool
from urllib3.util import Retry

from connections.api.loopback import is_loopback
from connections.api.responses import Answer
from connections.api.waiting.deadline import POOLS

DEFAULT_TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for an answer. A write takes at most both; a GET that is retried may take longer.

An answer that comes very slowly is given up after its deadline (``connections.api.waiting.deadline``)."""
DEFAULT_PATIENCE = 20.0
"""The most seconds that a GET waits in all after a 429, before it becomes Unavailable."""
USER_AGENT = "humavisma"
CHUNK = 64 * 1024

# urllib3 logs addresses with their query, which can contain a name.
for _name in ("urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).addFilter(lambda record: False)


class NoAnswer(Exception):
    """There was no complete answer. ``sent``: the request may have arrived; ``cut``: its answer had begun."""

    def __init__(self, said: str, *, sent: bool, cut: bool = False) -> None:
        super().__init__(said)
        self.said = said
        self.sent = sent
        self.cut = cut


class TooLong(NoAnswer):
    """An answer was longer than ``limit`` bytes, and we closed the connection."""

    def __init__(self, status: int, limit: int) -> None:
        super().__init__("answer is too long", sent=True)
        self.status, self.limit = status, limit


class _Bearer(requests.auth.AuthBase):
    """Sets the token's header. With an auth object, requests also doesn't use credentials of a .netrc."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Wire:
    """Sends requests and reads whole answers. Thread safe; each thread keeps its own connections open."""

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
        is_small: bool = False,
    ) -> Answer:
        """Send one request and return its answer, with any status; raises NoAnswer. Only a GET is repeated, by Retry.

        ``is_small``: the answer is neither a page nor a document.
        """
        session = self._session(url)
        request = requests.Request(
            method, url, params=list(params), data=data, headers=dict(headers or {}), auth=_Bearer(token)
        )
        prepared = session.prepare_request(request)
        address = prepared.url or url
        options: Mapping[str, Any] = session.merge_environment_settings(address, {}, True, True, None)
        try:
            # The adapter is used and not the session, which would follow redirects and keep cookies.
            response = session.get_adapter(address).send(prepared, timeout=self._timeout, **options)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            trouble = _trouble(error)
        else:
            with response:
                status, is_whole = response.status_code, 200 <= response.status_code < 300
                most = settings.ANSWER_MAX_BYTES if is_whole and not is_small else settings.SMALL_ANSWER_MAX_BYTES
                try:
                    body = _body(response.raw, most)
                except urllib3.exceptions.HTTPError:
                    trouble = NoAnswer("answer was cut", sent=True, cut=True)
                else:
                    if body is not None or not is_whole:
                        return Answer(status, response.headers, body or b"")
                    trouble = TooLong(status, most)
        # Raised outside of the except block: the library's exception, which quotes the whole address, isn't chained.
        raise trouble

    def close(self) -> None:
        """Close the open connections; a later request opens new ones."""
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
            # Proxies in the environment are for the vendors, and not for a stand-in on this machine.
            session.trust_env = not loopback
            adapter = _Adapter(pool_connections=2, pool_maxsize=1, max_retries=_retries())
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            with self._lock:
                self._sessions.add(session)
            kept[key] = session
        return kept[key]


class _Adapter(HTTPAdapter):
    """An adapter whose connections have a deadline for each answer."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


class _GetOnly(Retry):
    """A Retry for GET only; urllib3's own also connects again for writes, which get one attempt."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Count an attempt; raises ``error`` if the method must not be repeated."""
        if error is not None and method != "GET":
            raise error
        left = super().increment(method, url, response, error, _pool, _stacktrace)
        if response is not None and not _is_over(response):
            response.close()  # or urllib3 would read the rest, however long, to reuse the connection
        return left


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


def _body(raw: urllib3.BaseHTTPResponse, most: int) -> bytes | None:
    """The whole unpacked body; ``None`` if it is longer than ``most`` bytes, after which reading stops."""
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read1(CHUNK, decode_content=True):
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _is_over(response: urllib3.BaseHTTPResponse) -> bool:
    """Whether an answer that nobody reads has ended, after at most a little more."""
    try:
        return _body(response, settings.SMALL_ANSWER_MAX_BYTES) is not None
    except urllib3.exceptions.HTTPError:
        return False


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
