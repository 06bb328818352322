"""The web server: waitress, told what a client may hold up, for how long, and how to end.

waitress reads every request itself, whole, before one of its threads runs it: a client that says half of what it
wants to say costs a socket and no thread. What it lacks, and has here: an end to waiting for a client that goes on
drop by drop, a place for the next client where all are taken, and finishing what runs when it is told to stop.
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

from django.conf import settings
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

logger = logging.getLogger(__name__)

OWN_FILES = 100
"""Files that are open beside the clients' sockets, at most: the database, static files, logs."""
LAST_PORT = 65535
MAX_HEADERS = 32 * 1024
"""Bytes of a request's headers, its address included."""
AT_ONCE = 50
"""Clients that are accepted before the others' turn."""
IN_MEMORY = 64 * 1024
"""So many bytes of a request that has yet to arrive are kept in memory, the rest in a temporary file."""


@dataclass(frozen=True)
class Limits:
    """``clients``: how many may be connected; ``patience``: seconds in which a request must have arrived whole, also
    the first or next one of a connection; ``threads``: requests that run at once; ``last_words``: seconds for what
    runs when it is told to stop."""

    clients: int = 2000
    patience: float = 60.0
    threads: int = 8
    last_words: float = 30.0


class Request(HTTPRequestParser):
    """A body that is too long for every page and webhook is left out: they say that, and count it, not the server."""

    error: Any

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            if self.chunked:
                self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
            self.close()
            self.body_rcv = self.error = None
            self.expect_continue = False
            self.headers["CONNECTION"] = "close"  # the rest of the body isn't another request
        return consumed


class Client(HTTPChannel):
    """One client's connection. ``waits_since``: when it began to owe us a whole request, by the monotonic clock."""

    parser_class = Request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.waits_since = time.monotonic()
        super().__init__(*args, **kwargs)

    def service(self) -> None:
        """Run the request that has arrived; meanwhile the client owes nothing."""
        self.waits_since = math.inf
        super().service()
        self.waits_since = time.monotonic()

    @property
    def may_go(self) -> bool:
        """Whether it can be closed without breaking off anything that we do."""
        return not self.requests and not self.will_close

    @property
    def stands_still(self) -> bool:
        """Whether nothing of an answer is on its way."""
        return not self.total_outbufs_len or self.last_activity < time.time() - self.adj.channel_timeout


class Server(TcpWSGIServer):
    """Accepts clients. Where all places are taken, whoever has kept us waiting for longest makes room for the next."""

    channel_class = Client
    limits = Limits()

    def handle_accept(self) -> None:
        """Accept whoever is there: one look at all sockets for each of many would take seconds."""
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
        """Close those who didn't send a whole request in time, drop by drop or not at all, or don't take our answer."""
        since = time.monotonic() - self.limits.patience
        for client in list(self.active_channels.values()):
            if client.may_go and client.waits_since < since and client.stands_still:
                client.will_close = True


class Web:
    """The server with its sockets and threads: ``Web(application, "127.0.0.1:8000", Limits()).run()``."""

    def __init__(self, application: Any, bind: str, limits: Limits, trusted_proxy: str = "127.0.0.1") -> None:
        """Listens from here on. Raises OSError where the address is taken, ValueError where it is none."""
        port = bind.rpartition(":")[2]
        if ":" not in bind or not port.isdecimal() or int(port) > LAST_PORT:
            raise ValueError("not an address with a port")
        self.limits = _within_open_files(limits)
        adjustments = Adjustments(
            listen=bind,
            threads=limits.threads,
            backlog=1024,
            # Of itself it would take nobody any more at its limit; ours makes room before.
            connection_limit=self.limits.clients + OWN_FILES,
            asyncore_use_poll=True,  # select() ends the process at file 1024
            asyncore_loop_timeout=1,
            cleanup_interval=max(1, round(limits.patience / 12)),
            channel_timeout=max(1, round(limits.patience)),
            max_request_header_size=MAX_HEADERS,
            # At this size it is too large for every rule of ours.
            max_request_body_size=max(settings.WEBHOOK_MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + 1,
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
        """Serve until SIGTERM or Ctrl-C; then finish what runs."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._told_to_stop.is_set():
            wasyncore.poll2(1, self._sockets)
        self._finish()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._told_to_stop.set()
        self._servers[0].pull_trigger()

    def _finish(self) -> None:
        """Take no one new, let the answers of what has arrived go out."""
        deadline = time.monotonic() + self.limits.last_words
        for server in self._servers:
            wasyncore.dispatcher.close(server)  # only its own socket: the threads still wake us through its trigger
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
    """As many clients as the system lets this process have files open, which is asked for: often only 1024 at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A body that is too long for the memory is a file, too.
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
