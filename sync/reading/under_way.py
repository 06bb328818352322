"""The requests that threads are making now, while both sides are read."""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from sync.reading.backoff import SIDE_OF


class UnderWay:
    """The requests under way, each of a kind (a key of ``SIDE_OF``) and about something. ``pool`` makes them."""

    def __init__(self) -> None:
        self.pool: ThreadPoolExecutor
        self.futures: dict[Future[Any], tuple[str, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self.futures)

    @property
    def kinds(self) -> list[str]:
        """The kind of each request."""
        return [kind for kind, _what in self.futures.values()]

    def about(self, kind: str) -> list[Any]:
        """What the requests of a kind are about."""
        return [what for one, what in self.futures.values() if one == kind]

    def is_any(self, side: str) -> bool:
        """Whether a request to the side is under way."""
        return any(SIDE_OF[kind] == side for kind in self.kinds)

    def add(self, kind: str, what: Any, read: Callable[[Any], Any], *asked: Any) -> None:
        """Call ``read`` in a thread, with ``asked`` as its arguments, by default ``what``."""
        self.futures[self.pool.submit(read, *(asked or (what,)))] = (kind, what)

    def add_people(self, kind: str, ids: list[str], read: Callable[[str], Any], room: int) -> int:
        """Ask for at most ``room`` people singly, the last of ``ids`` first; returns how many."""
        some = [ids.pop() for _ in range(max(0, min(room, len(ids))))]
        for id_ in some:
            self.add(kind, id_, read)
        return len(some)

    def ended(self, seconds: float) -> list[Future[Any]]:
        """The requests that have ended. Waits for the first one, for at most ``seconds``; without any request, because
        both sides have a pause, it waits that long."""
        if not self.futures:
            time.sleep(seconds)
        return list(wait(self.futures, timeout=seconds, return_when=FIRST_COMPLETED).done)
