"""The web server: waitress, with limits for clients, and an orderly end.

waitress reads every request completely before one of its threads runs it, so a client that sends half a request costs a
socket and no thread. This module adds what it lacks: a time after which a slow client is closed, room for the next
client when all places are taken, and finishing running requests when it is told to stop.
"""

import logging
import math
import resource
import signal
import threading
import time
from dataclasses import dataclass
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

from humavisma.unstorable_text import most_bytes

logger = logging.getLogger(__name__)

OWN_FILES = 100
"""The most files that are open besides the clients' sockets: the database, static files, logs."""
LAST_PORT = 65535
MAX_HEADERS = 32 * 1024
"""The most bytes of a request's headers, its address included."""
AT_ONCE = 50
"""How many clients are accepted in a row before the others get their turn."""
IN_MEMORY = 64 * 1024
"""How many bytes of an arriving request are kept in memory; the rest goes into a temporary file."""


@dataclass(frozen=True)
class Limits:
    """``clients``: how many may be connected; ``patience``: seconds within which a request must have arrived
    completely, also the first or next one of a connection; ``threads``: requests that run at the same time;
    ``last_words``: seconds for running requests when the server is told to stop."""

    clients: int = 2000
    patience: float = 60.0
    threads: int = 8
    last_words: float = 30.0


class Request(HTTPRequestParser):
    """Drops a body that is too long for every page and webhook, so that the page or webhook itself refuses it."""

    error: Any

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            if self.chunked:
                self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            self.close()
            self.body_rcv = self.error = None
            self.expect_continue = False
            self.headers["CONNECTION"] = "close"  # the rest of the body must not be read as another request
        return consumed


class Client(HTTPChannel):
    """One client's connection. ``waits_since``: since when we wait for a whole request, by the monotonic clock."""

    parser_class = Request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.waits_since = time.monotonic()
        super().__init__(*args, **kwargs)

    def service(self) -> None:
        """Run the request that has arrived; meanwhile we don't wait for the client."""
        self.waits_since = math.inf
        super().service()
        self.waits_since = time.monotonic()

    @property
    def may_go(self) -> bool:
        """Whether the connection can be closed without interrupting a request or an answer."""
        return not self.requests and not self.will_close

    @property
    def stands_still(self) -> bool:
        """Whether no part of an answer is waiting to be sent."""
        return not self.total_outbufs_len or self.last_activity < time.time() - self.adj.channel_timeout


class Server(TcpWSGIServer):
    """Accepts clients. If all places are taken, the client for whom we have waited longest is closed for the next."""

    channel_class = Client
    limits = Limits()

    def handle_accept(self) -> None:
        """Accept several clients: polling all sockets for each single client would take seconds."""
        for _ in range(AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return
            if before >= self.limits.clients:
                self._make_room()

    def _make_room(self) -> None:
        waiting = [one for one in self.active_channels.values() if one.may_go]
        if waiting:
            min(waiting, key=lambda one: one.waits_since).will_close = True

    def maintenance(self, now: float) -> None:
        """Close clients that haven't sent a whole request in time, or don't read our answer."""
        since = time.monotonic() - self.limits.patience
        for client in list(self.active_channels.values()):
            if client.may_go and client.waits_since < since and client.stands_still:
                client.will_close = True


class Web:
    """The server with its sockets and threads: ``Web(application, "127.0.0.1:8000", Limits()).run()``."""

    def __init__(self, application: Any, bind: str, limits: Limits, trusted_proxy: str = "127.0.0.1") -> None:
        """Start listening. Raises OSError if the address is taken, ValueError if it isn't an address."""
        port = bind.rpartition(":")[2]
        if ":" not in bind or not port.isdecimal() or int(port) > LAST_PORT:
            raise ValueError("not an address with a port")
        self.limits = _within_open_files(limits)
        adjustments = Adjustments(
            listen=bind,
            threads=limits.threads,
            backlog=1024,
            # At its own limit waitress would accept nobody; our limit makes room before that.
            connection_limit=self.limits.clients + OWN_FILES,
            asyncore_use_poll=True,  # select() ends the process at file 1024
            asyncore_loop_timeout=1,
            cleanup_interval=max(1, round(limits.patience / 12)),
            channel_timeout=max(1, round(limits.patience)),
            max_request_header_size=MAX_HEADERS,
            # A body of this size is too large for all pages and the webhook.
            max_request_body_size=most_bytes() + 1,
            inbuf_overflow=IN_MEMORY,
            trusted_proxy=trusted_proxy,
            trusted_proxy_headers={"x-forwarded-proto"},
            clear_untrusted_proxy_headers=True,
            ident=None,
        )
        self._sockets: dict[int, Any] = {}
        self._tasks = ThreadedTaskDispatcher()
        self._tasks.set_thread_count(limits.threads)
        self._servers = [
            Server(application, map=self._sockets, dispatcher=self._tasks, adj=adjustments, sockinfo=one)
            for one in adjustments.listen
        ]
        for server in self._servers:
            server.limits = self.limits
        self._told_to_stop = threading.Event()

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C; then finish running requests."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._told_to_stop.is_set():
            wasyncore.poll2(1, self._sockets)
        self._finish()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop.set()
        self._servers[0].pull_trigger()

    def _finish(self) -> None:
        """Accept nobody new, and answer the requests that have arrived."""
        deadline = time.monotonic() + self.limits.last_words
        for server in self._servers:
            wasyncore.dispatcher.close(server)  # only the listening socket: the threads still need its trigger
        while clients := [one for server in self._servers for one in server.active_channels.values()]:
            if time.monotonic() > deadline:
                logger.warning("Stopped while %d requests ran.", sum(not one.may_go for one in clients))
                break
            for client in clients:
                if client.may_go and not client.total_outbufs_len:
                    client.will_close = True
            wasyncore.poll2(0.1, self._sockets)
        self._tasks.shutdown(timeout=0)


def _within_open_files(limits: Limits) -> Limits:
    """The limits with as many clients as open files allow; first asks the system for more files (often 1024)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A large body is a temporary file, too.
    wanted = 2 * limits.clients + OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return limits
    clients = max(10, min(limits.clients, soft - OWN_FILES))
    if clients < limits.clients:
        logger.warning("Only %d clients at once: the system allows %d open files (ulimit -n).", clients, soft)
    return Limits(clients, limits.patience, limits.threads, limits.last_words)
