"""The recent changes on the page, and how long one side took to follow the other."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from connections.sandbox.clock import OSLO
from connections.sandbox.page.rows import LINES, Row

FRESH = timedelta(minutes=3)
_SIDES = ("huma", "visma")


class News:
    """Remembers what was shown of everybody, and when each line of each side changed.

    A change is news for a few minutes. A person who is seen for the first time isn't news.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: dict[tuple[str, str], dict[str, str]] = {}
        self._since: dict[tuple[str, str, str], datetime] = {}

    def look(self, everyone: list[Row]) -> None:
        """Compare everyone with what was shown before."""
        with self._lock:
            now = datetime.now(UTC)
            self._since = {cell: at for cell, at in self._since.items() if now - at < FRESH}
            for row in everyone:
                for side in _SIDES:
                    lines, key = row.side(side), (side, row.id(side))
                    before = self._shown.get(key) if lines else None
                    for line in LINES if before and lines else ():
                        if before and lines and before[line] != lines[line]:
                            self._since[(*key, line)] = row.changed(side) or now
                    if lines:
                        self._shown[key] = lines

    def since(self, row: Row, side: str, line: str) -> datetime | None:
        """When a line of a side changed; None if that is long ago."""
        with self._lock:
            return self._since.get((side, row.id(side), line))

    def told(self, row: Row, side: str, line: str) -> str:
        """The same in words, with how long after Huma if Visma followed; blank if it is no news or out of date."""
        at = self.since(row, side, line)
        if at is None:
            return ""
        other = self.since(row, "visma" if side == "huma" else "huma", line)
        if other and other > at and row.differs(line):
            return ""
        if side == "visma" and other and at >= other and not row.differs(line):
            return f"changed {_seconds(at - other)} after Huma"
        return f"changed {at.astimezone(OSLO):%H:%M:%S}"

    def headline(self, everyone: list[Row]) -> tuple[str, bool]:
        """The newest change in Huma in a sentence (blank when there is none), and whether Visma has followed."""
        found = [
            (at, row, line)
            for row in everyone
            if row.huma and row.visma
            for line in LINES
            if (at := self.since(row, "huma", line))
        ]
        if not found:
            return "", False
        at, row, line = max(found, key=lambda one: one[0])
        said = f"{row.name}: {line[0].lower()}{line[1:]} changed in Huma at {at.astimezone(OSLO):%H:%M:%S}"
        if row.differs(line):
            return f"{said}. Visma still has another value.", False
        followed = self.since(row, "visma", line)
        later = f", and in Visma {_seconds(followed - at)} later" if followed and followed >= at else ""
        return f"{said}{later}.", True


def _seconds(took: timedelta) -> str:
    return f"{took.total_seconds():.1f} s"
