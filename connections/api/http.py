"""The one door to the network: keep-alive sessions per thread, time-outs, GET-only retries, no redirects."""

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

from connections.api.deadline import POOLS
from connections.api.responses import Answer
from connections.loopback import is_loopback

DEFAULT_TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for an answer. A write takes no longer than both; a GET that is retried may.

An answer that comes in drips is given up as ``connections.api.deadline`` says."""
DEFAULT_PATIENCE = 20.0
"""Seconds that a GET waits in all where a 429 blocked the connection, before it becomes Unavailable."""
USER_AGENT = "humavisma"
CHUNK = 64 * 1024

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


class TooLong(NoAnswer):
    """An answer went on after ``limit`` bytes, and we hung up."""

    def __init__(self, status: int, limit: int) -> None:
        super().__init__("answer is too long", sent=True)
        self.status, self.limit = status, limit


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
        is_small: bool = False,
    ) -> Answer:
        """One request and its answer, whatever its status; raises NoAnswer. Only a GET is repeated, by Retry.

        ``is_small``: what is asked for is no page and no document.
        """
        session = self._session(url)
        request = requests.Request(
            method, url, params=list(params), data=data, headers=dict(headers or {}), auth=_Bearer(token)
        )
        prepared = session.prepare_request(request)
        address = prepared.url or url
        options: Mapping[str, Any] = session.merge_environment_settings(address, {}, True, True, None)
        try:
            # The adapter, not the session: nothing follows redirects or keeps cookies.
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
            adapter = _Adapter(pool_connections=2, pool_maxsize=1, max_retries=_retries())
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            with self._lock:
                self._sessions.add(session)
            kept[key] = session
        return kept[key]


class _Adapter(HTTPAdapter):
    """An adapter whose connections keep to the deadline of an answer."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


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
        left = super().increment(method, url, response, error, _pool, _stacktrace)
        if response is not None and not _is_over(response):
            response.close()  # or urllib3 would read the rest of it, however long, to use the connection again
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
    """The whole body, unpacked; ``None`` where it is longer than ``most`` bytes, of which no more are read."""
    chunks: list[bytes] = []
    size = 0
    while chunk := raw.read1(CHUNK, decode_content=True):
        size += len(chunk)
        if size > most:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _is_over(response: urllib3.BaseHTTPResponse) -> bool:
    """Whether nothing is left of an answer that nobody reads, or not much was."""
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
