"""When a connection's scheduled sync is due. Source: design, Always on (Scheduled sync)."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
OFF, HOURS, DAILY = "off", "hours", "daily"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def spread_of(code: str) -> int:
    """How many minutes (0 to 59) a connection's slots are delayed; always the same for the same code."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4]) % 60


def next_slot(kind: str, hours: int, at: time, spread_minutes: int, after: datetime) -> datetime | None:
    """The first slot strictly after a moment, by the clock of Europe/Oslo, in UTC; ``None`` if there is none.

    ``kind``: off, hours (every ``hours`` of elapsed time) or daily (once each local day at ``at``). A slot is
    ``spread_minutes`` later, so that not all connections begin at once.
    """
    if kind == HOURS:
        return _next_hours(timedelta(hours=hours), timedelta(minutes=spread_minutes), after)
    if kind == DAILY:
        return _next_daily(at, timedelta(minutes=spread_minutes), after)
    return None


def _next_hours(every: timedelta, spread: timedelta, after: datetime) -> datetime:
    first = _EPOCH + spread
    passed = (after.astimezone(UTC) - first) // every
    return first + (passed + 1) * every


def _next_daily(at: time, spread: timedelta, after: datetime) -> datetime:
    moment = after.astimezone(UTC)  # Python compares two moments of the same zone by local time
    day = moment.astimezone(OSLO).date() - timedelta(days=1)  # the delay can move yesterday's slot past midnight
    while (slot := slot_of(day, at, spread)) <= moment:
        day += timedelta(days=1)
    return slot


def slot_of(day: date, at: time, spread: timedelta = timedelta(0)) -> datetime:
    """The slot of a local day, in UTC.

    If the change to summer time skips the local time, the next existing moment is used; if it comes twice, the first.
    """
    local = datetime.combine(day, at.replace(tzinfo=None, second=0, microsecond=0)) + spread
    while not _exists(local):
        local += MINUTE
    return local.replace(tzinfo=OSLO).astimezone(UTC)


def _exists(local: datetime) -> bool:
    aware = local.replace(tzinfo=OSLO)
    return aware.astimezone(UTC).astimezone(OSLO).replace(tzinfo=None) == local
