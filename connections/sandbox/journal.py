"""All requests to the stand-ins, in the order in which they came."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request and what became of it.

    `body` is the parsed JSON or form (None without one); `status` is 0 if no answer was sent; `fault` names
    the fault that it met. `answer` is kept only on demand: the documents of a whole company are large.
    """

    side: str
    method: str
    path: str
    status: int
    at: datetime
    body: Any = None
    query: str = ""
    content_type: str = ""
    headers: dict[str, str] | None = None
    fault: str = ""
    answer: bytes | None = None


class Journal(list[Request]):
    """The requests, oldest first; the oldest half is dropped when there are more than `most`."""

    def __init__(self, most: int = 100_000) -> None:
        super().__init__()
        self._most = most
        self._lock = threading.Lock()

    def append(self, request: Request) -> None:
        with self._lock:
            super().append(request)
            if len(self) > self._most:
                del self[: self._most // 2]

    def of(self, side: str | None = None, method: str | None = None, path: str = "") -> list[Request]:
        """The requests to a side, with a method, whose path contains a text."""
        with self._lock:
            return [
                one
                for one in self
                if (side is None or one.side == side) and (method is None or one.method == method) and path in one.path
            ]

    def writes(self, side: str | None = None) -> list[Request]:
        """The requests that can change something, without token requests."""
        return [one for one in self.of(side) if one.method != "GET" and "/token" not in one.path]
