"""How fast a process may send requests to a vendor. Times are seconds."""

from __future__ import annotations

import threading
import time


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
