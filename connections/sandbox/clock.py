"""Small helpers of both stand-ins: today, timestamps, periods, and lists of words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def today() -> date:
    """Today's date in Europe/Oslo: the day that decides which position or timeline entry is current."""
    return datetime.now(OSLO).date()


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def stamp() -> str:
    """The current time as both vendors write it: ISO 8601 in UTC, with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def covers(day: date, start: str | None, end: str | None) -> bool:
    """Whether a day lies in a period of ISO dates; both ends are included, and a missing one is open."""
    text = day.isoformat()
    return (not start or start <= text) and (not end or text <= end)
