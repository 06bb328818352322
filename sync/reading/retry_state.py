"""When a side that doesn't answer is asked again, and when reading gives it up."""

import time
from dataclasses import dataclass

from django.conf import settings

from connections.api.backoff import doubled
from connections.api.errors import TOO_MANY_REQUESTS, Unavailable
from sync.core.reasons import Reason
from sync.reading.failures import CannotRead

LONGEST_PAUSE = 10.0  # seconds


@dataclass
class RetryState:
    """The retries of one side. ``memory`` has the time of the first failure, by side; it is a part of the run's
    progress, so it lasts longer than a slice.

    A vendor that answers 429 says when to come back. It is waited for much longer.
    """

    name: str
    memory: dict[str, float]
    failures: int = 0
    not_before: float = 0.0

    def answered(self) -> None:
        """Note that the side answered."""
        self.failures, self.not_before = 0, 0.0
        self.memory.pop(self.name, None)

    def unanswered(self, error: Unavailable) -> None:
        """Note that the side didn't answer. Raises ``CannotRead`` if that has lasted too long."""
        if time.monotonic() >= self.not_before:  # requests that failed together count once
            self.failures += 1
        since = self.memory.setdefault(self.name, time.time())
        busy = error.status == TOO_MANY_REQUESTS
        limit = 60 * settings.UNAVAILABLE_MINUTES if busy else settings.READ_PATIENCE_SECONDS
        if time.time() - since > limit:
            raise CannotRead(Reason(f"read_failed_{self.name}")) from error
        pause = error.retry_after or doubled(self.failures, first=0.5, longest=LONGEST_PAUSE)
        self.not_before = max(self.not_before, time.monotonic() + pause)
