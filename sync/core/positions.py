"""Which position counts, and whether two positions are the same employment. Source: design, Selected position."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sync.core.employee import Period, Position
from sync.core.record import record
from sync.core.timeline import OPEN_END, OPEN_START, period_of


def select(positions: Sequence[Position], paired: str = "") -> Position | None:
    """The selected position: the current one, else the most recent past one, else the nearest future one.

    Among several current ones: the one with id ``paired``, else the largest percentage, else the one that started
    last. Total and deterministic: what is still equal is settled by id.
    """
    if len(positions) == 1:  # nearly always
        return positions[0]
    current = [p for p in positions if p.period is Period.CURRENT]
    if current:
        return max(current, key=lambda p: (p.id == paired, p.percentage, p.begins or OPEN_START, p.id))
    past = [p for p in positions if p.period is Period.FORMER]
    if past:
        return max(past, key=lambda p: (p.end or p.ends or OPEN_START, p.begins or OPEN_START, p.id))
    return min(positions, key=lambda p: (p.begins or OPEN_START, p.id), default=None)


def overlap(one: Position, other: Position) -> bool:
    """Whether their periods share a day, open ends included."""
    return (one.begins or OPEN_START) <= (other.ends or OPEN_END) and (other.begins or OPEN_START) <= (
        one.ends or OPEN_END
    )


def heir(positions: Sequence[Position], selected: Position, other: Position) -> bool | None:
    """Whether the selected position took the place of one that doesn't exist any more, paired with ``other``.

    It did where it is the only one of the side that shares a day with ``other``. ``None``: none of them does.
    """
    sharing = [one.id for one in positions if overlap(one, other)]
    return sharing == [selected.id] if sharing else None


def next_change(positions: Sequence[Position], today: str) -> str | None:
    """The next day (ISO) on which the selected position may become another one or have ended; ``None`` when never.

    Contract and days of work both count: Huma's status follows the former, payroll the latter.
    """
    days = [day for p in positions for day in (p.start, p.first_day) if day]
    days += [_day_after(day) for p in positions for day in (p.end, p.last_day) if day]
    return min((day for day in days if day > today), default=None)


@record
class Turn:
    """What became of a selected position: which one it was and is, and whether that one has ended since."""

    before: Position | None
    now: Position | None
    ended: bool


def turn(positions: Sequence[Position], since: date, today: date, paired: str = "") -> Turn | None:
    """What the days passing have made of the selected position; ``None`` where it still is the one that it was.

    ``since``: the last day of which it is known. Only the dates count, as they are now.
    """
    before, now = (select([_as_of(one, day) for one in positions], paired) for day in (since, today))
    ended = now is not None and now.ends is not None and since.isoformat() <= now.ends < today.isoformat()
    if not ended and (before and before.id) == (now and now.id):
        return None
    return Turn(before, now, ended)


def _as_of(position: Position, day: date) -> Position:
    return replace(position, period=period_of(position.start, position.end, day))


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day < OPEN_END else day
