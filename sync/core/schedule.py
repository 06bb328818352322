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
    """So many minutes (0 to 59) after the full time a connection's slots are: always the same for the same code."""
    return int.from_bytes(hashlib.sha256(code.encode()).digest()[:4]) % 60


def next_slot(kind: str, hours: int, at: time, spread_minutes: int, after: datetime) -> datetime | None:
    """The first slot strictly after a moment, by Europe/Oslo's clocks, given in UTC; ``None`` where there is none.

    ``kind``: off, hours or daily. Every ``hours`` of elapsed time, or once each local day at ``at``;
    ``spread_minutes`` later in either case, so that not all connections begin at once.
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
    moment = after.astimezone(UTC)  # two moments of one zone would be compared by their clocks alone
    day = moment.astimezone(OSLO).date() - timedelta(days=1)  # yesterday's may be spread over midnight
    while (slot := slot_of(day, at, spread)) <= moment:
        day += timedelta(days=1)
    return slot


def slot_of(day: date, at: time, spread: timedelta = timedelta(0)) -> datetime:
    """The slot that belongs to a local day, in UTC.

    A local time that the change to summer time skips is taken at the next existing moment; one that comes twice
    counts the first time only.
    """
    local = datetime.combine(day, at.replace(tzinfo=None, second=0, microsecond=0)) + spread
    while not _exists(local):
        local += MINUTE
    return local.replace(tzinfo=OSLO).astimezone(UTC)


def _exists(local: datetime) -> bool:
    aware = local.replace(tzinfo=OSLO)
    return aware.astimezone(UTC).astimezone(OSLO).replace(tzinfo=None) == local
