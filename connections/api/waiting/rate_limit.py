"""How long a connection waits after a 429, and how fast it may send requests. Times are seconds."""

from __future__ import annotations

import threading
import time
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 900.0
SHORTEST_PAUSE = 0.2


class Waiting:
    """A connection's wait after a 429. One thread gets the 429, and all threads wait. Times are ``time.time()``'s."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0

    def blocked_until(self) -> float:
        """When the vendor may be asked again; 0 for now."""
        return self._until

    def block_until(self, moment: float) -> None:
        """Wait until ``moment``; never shortens a longer wait."""
        with self._lock:
            self._until = max(self._until, moment)


class RateLimit:
    """Allows at most ``per_second`` requests a second, evenly spread over all threads that share this object."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1.0 / per_second
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Sleep until it is this thread's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._interval
        if turn > now:
            time.sleep(turn - now)


def retry_after_seconds(header: str | None, *, now: float) -> float | None:
    """The seconds that a ``Retry-After`` header asks for (seconds or an HTTP date), within limits; None without one."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        asked = float(text[:9])
    else:
        try:
            moment = parsedate_to_datetime(text)
            asked = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
        except (TypeError, ValueError, IndexError, OverflowError):
            return None
    return min(max(asked, SHORTEST_PAUSE), LONGEST_PAUSE)
