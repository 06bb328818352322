"""One step of a timeline, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync.models import SyncRun

ORDER = (
    *("told", "first_seen", "new_person", "possible_match", "different", "unlinked", "retired", "linked", "into_pilot"),
    *("out_of_pilot", "still_right", "taken_back", "field_taken_back", "skipped", "fetched_again", "doubted"),
    *("still", "seen", "not_sent", "decided", "undone", "field_left_out", "left_out", "overtaken", "held", "approved"),
    *("rejected", "planned", "sent", "nothing", "done", "created", "not_created", "moved", "failed", "unknown"),
    *("stopped", "gone", "deleted", "deactivated", "position", "followed_up"),
)
"""All codes of steps. Of several steps at one moment, the first in this order came first."""


@dataclass(frozen=True)
class Step:
    """Something that happened. ``what``: a code of ``ORDER``; ``run``: the primary key of its sync.

    ``conflict`` and ``change``: the rows that have its values, its comment and the vendor's words; 0 for none.
    """

    at: datetime
    what: str
    params: Mapping[str, Any] = field(default_factory=dict)
    run: int | None = None
    field: str = ""
    conflict: int = 0
    change: int = 0

    @property
    def place(self) -> tuple[datetime, int, int, int, str]:
        """By this the steps are ordered, the oldest first."""
        return self.at, ORDER.index(self.what), self.conflict, self.change, self.field


def read_at(run: SyncRun) -> datetime:
    """When a run had read what it compared; for one that hasn't, when it began."""
    return run.read_at or run.started_at
