"""Lists of values with ``activeStart``/``activeEnd``: the current one, else the nearest future, else the latest past.

Source: visma-employee.md, Timelines. ``activeEnd`` is the last day that counts [A].
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sync.core.records.employee import Period

Entry = dict[str, Any]

OPEN_START, OPEN_END = "0001-01-01", "9999-12-31"


def period_of(start: str | None, end: str | None, today: date) -> Period:
    """Where an interval of ISO dates (both inclusive, ``None`` or "" open) is, seen from ``today``."""
    now = today.isoformat()
    if start and start > now:
        return Period.UPCOMING
    return Period.FORMER if end and end < now else Period.CURRENT


def pick(entries: Sequence[Entry], today: date) -> int | None:
    """The index of the entry that counts today, or ``None`` for an empty timeline."""
    if len(entries) == 1:  # true for nearly all timelines
        return 0
    by_period: dict[Period, list[int]] = {}
    for index, entry in enumerate(entries):
        by_period.setdefault(period_of(entry.get("activeStart"), entry.get("activeEnd"), today), []).append(index)
    if current := by_period.get(Period.CURRENT):
        return max(current, key=lambda i: entries[i].get("activeStart") or OPEN_START)
    if upcoming := by_period.get(Period.UPCOMING):
        return min(upcoming, key=lambda i: entries[i].get("activeStart") or OPEN_START)
    if past := by_period.get(Period.FORMER):
        return max(past, key=lambda i: entries[i].get("activeEnd") or OPEN_START)
    return None


def day_before(today: date) -> str:
    """Yesterday's ISO date."""
    return (today - timedelta(days=1)).isoformat()
