"""Threads that do one thing for many people at once: how they begin, when they are told to stop, how they end."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Generic, Self, TypeVar

from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from sync.worker.lease import Lease
from sync.worker.stopping import is_stopping

What = TypeVar("What")
Found = TypeVar("Found")


def is_over(deadline: float, lease: Lease | None = None) -> bool:
    """Whether nothing new may begin: the lease is lost, the slice's time (of ``time.monotonic``) is over, or the worker
    was told to stop."""
    return (lease is not None and lease.lost) or time.monotonic() >= deadline or is_stopping()


class Pool(Generic[What, Found]):
    """``with Pool("read", 8) as pool:`` has 8 threads until the block ends. ``under_way``: what each call is about.

    Whoever takes a call's future gets its result, or its error. At the end of the block, calls under way are waited for
    (a request isn't cut off), those that haven't begun are dropped, and the threads' database connections are closed.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size
        self.under_way: dict[Future[Found], What] = {}
        self._threads: ThreadPoolExecutor
        self._databases: set[BaseDatabaseWrapper] = set()

    def __enter__(self) -> Self:
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix=self.name)
        return self

    def __exit__(self, *exc: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for each in self._databases:  # a connection belongs to its thread, and these threads have ended
            each.inc_thread_sharing()
            each.close()
        self._databases.clear()

    def __bool__(self) -> bool:
        return bool(self.under_way)

    @property
    def room(self) -> int:
        """How many more calls can begin at once."""
        return self.size - len(self.under_way)

    def add(self, what: What, do: Callable[..., Found], *args: Any) -> None:
        """Call ``do`` with ``args`` in a thread; ``what`` says what the call is about."""
        self.under_way[self._threads.submit(self._in_thread, do, *args)] = what

    def ended(self, seconds: float | None) -> Iterator[tuple[What, Future[Found]]]:
        """The calls that have ended, each with what it is about. Waits for the first one, for at most ``seconds``
        (``None``: as long as it takes); without any call, because everybody has a pause, it waits that long."""
        if not self.under_way:
            time.sleep(seconds or 0.0)
            return
        for future in wait(self.under_way, timeout=seconds, return_when=FIRST_COMPLETED).done:
            yield self.under_way.pop(future), future

    def rest(self) -> Iterator[tuple[What, Future[Found]]]:
        """All calls under way, as they end."""
        while self.under_way:
            yield from self.ended(None)

    def each(self, do: Callable[[What], Found], several: Iterable[What]) -> Iterator[tuple[What, Found]]:
        """Do it for each of ``several``; gives each with its result, in their order. Raises the first error."""
        for one in several:
            self.add(one, do, one)
        for future in list(self.under_way):
            yield self.under_way.pop(future), future.result()

    def _in_thread(self, do: Callable[..., Found], *args: Any) -> Found:
        close_old_connections()
        self._databases.add(connections[DEFAULT_DB_ALIAS])
        return do(*args)
