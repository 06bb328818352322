"""Which position counts, and whether two positions are the same employment. Source: design, Selected position."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sync.core.immutable import record
from sync.core.records.employee import Period, Position
from sync.core.records.timeline import OPEN_END, OPEN_START, period_of


def select(positions: Sequence[Position], paired: str = "") -> Position | None:
    """The selected position: the current one, else the most recent past one, else the nearest future one.

    Among several current ones: the one with id ``paired``, else the largest percentage, else the one that started
    last, else the one with the greatest id, so that the result is always the same.
    """
    if len(positions) == 1:  # true for nearly everybody
        return positions[0]
    current = [p for p in positions if p.period is Period.CURRENT]
    if current:
        return max(current, key=lambda p: (p.id == paired, p.percentage, p.begins or OPEN_START, p.id))
    past = [p for p in positions if p.period is Period.FORMER]
    if past:
        return max(past, key=lambda p: (p.end or p.ends or OPEN_START, p.begins or OPEN_START, p.id))
    return min(positions, key=lambda p: (p.begins or OPEN_START, p.id), default=None)


def overlap(one: Position, other: Position) -> bool:
    """Whether the periods of two positions share a day. An open end counts as endless."""
    return (one.begins or OPEN_START) <= (other.ends or OPEN_END) and (other.begins or OPEN_START) <= (
        one.ends or OPEN_END
    )


def heir(positions: Sequence[Position], selected: Position, other: Position) -> bool | None:
    """Whether the selected position replaced one that doesn't exist any more and that was paired with ``other``.

    It did if it is the side's only position that shares a day with ``other``. ``None`` if no position does.
    """
    sharing = [one.id for one in positions if overlap(one, other)]
    return sharing == [selected.id] if sharing else None


def next_change(positions: Sequence[Position], today: str) -> str | None:
    """The next ISO date on which another position may be selected, or the selected one has ended; ``None`` for never.

    Dates of the contract and workdays both count: Huma's status follows the contract, payroll the workdays.
    """
    days = [day for p in positions for day in (p.start, p.first_day) if day]
    days += [_day_after(day) for p in positions for day in (p.end, p.last_day) if day]
    return min((day for day in days if day > today), default=None)


@record
class Turn:
    """How the selected position changed: which one it was, which one it is, and whether that one has ended since."""

    before: Position | None
    now: Position | None
    ended: bool


def turn(positions: Sequence[Position], since: date, today: date, paired: str = "") -> Turn | None:
    """How the selected position changed because time has passed; ``None`` if it didn't.

    ``since``: the last day on which it was selected. Only today's dates of the positions count.
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
