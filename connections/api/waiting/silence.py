"""Remembers since when a side hasn't answered, so that a page can say so while the request still waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FORGOTTEN_AFTER = 60.0
"""Seconds after which a new request starts a new silence."""


class Silence:
    """The silence of one side, over all threads that send requests to it. Times are ``time.time()``'s."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self._since = 0.0
        self._ended_at = 0.0
        self.heard_at = 0.0
        """When the side answered last, with anything; 0 before the first answer."""

    @property
    def since(self) -> float:
        """When the oldest request without an answer was sent; 0 if there is none."""
        return self._since

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around one request; an exception inside means that no answer came."""
        with self._lock:
            now = time.time()
            if not self._since or (not self._asked and now - self._ended_at > FORGOTTEN_AFTER):
                self._since = now
            self._asked += 1
        try:
            yield
            with self._lock:
                self.heard_at = time.time()
                self._since = self.heard_at if self._asked > 1 else 0.0
        finally:
            with self._lock:
                self._asked -= 1
                self._ended_at = time.time()
