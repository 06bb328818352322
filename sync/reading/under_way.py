"""What threads ask the vendors just now, while both sides are read."""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from sync.reading.backoff import SIDE_OF


class UnderWay:
    """Requests, each of a kind (a key of ``SIDE_OF``) and about something. ``pool`` makes them."""

    def __init__(self) -> None:
        self.pool: ThreadPoolExecutor
        self.futures: dict[Future[Any], tuple[str, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self.futures)

    @property
    def kinds(self) -> list[str]:
        """The kind of each."""
        return [kind for kind, _what in self.futures.values()]

    def about(self, kind: str) -> list[Any]:
        """What those of a kind are about."""
        return [what for one, what in self.futures.values() if one == kind]

    def is_any(self, side: str) -> bool:
        """Whether the side is being asked."""
        return any(SIDE_OF[kind] == side for kind in self.kinds)

    def add(self, kind: str, what: Any, read: Callable[[Any], Any], *asked: Any) -> None:
        """Ask; ``asked`` is what ``read`` gets, ``what`` itself unless it is named."""
        self.futures[self.pool.submit(read, *(asked or (what,)))] = (kind, what)

    def add_people(self, kind: str, ids: list[str], read: Callable[[str], Any], room: int) -> int:
        """Ask for at most ``room`` people singly, the last of ``ids`` first; gives how many."""
        some = [ids.pop() for _ in range(max(0, min(room, len(ids))))]
        for id_ in some:
            self.add(kind, id_, read)
        return len(some)

    def ended(self, seconds: float) -> list[Future[Any]]:
        """Those that have ended, within some seconds, or earlier if one of them does. Where there are none, both sides
        are given a pause: it waits as long."""
        if not self.futures:
            time.sleep(seconds)
        return list(wait(self.futures, timeout=seconds, return_when=FIRST_COMPLETED).done)
