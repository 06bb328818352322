"""How long a connection waits after a 429; ``api_client.Caller`` waits. Times are seconds."""

from __future__ import annotations

import threading
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
