"""Pay days and their cut-offs: until when a change must be approved to be in a pay. Source: design, Pay day.

All moments are aware; days and times of day are those of Europe/Oslo.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, time, timedelta

from sync.core.calendar.schedule import OSLO, slot_of
from sync.core.calendar.workdays import is_working_day
from sync.core.immutable import record

DAY = timedelta(days=1)
WARNED_BEFORE = 2
"""The first reminder is sent this many working days before the last one, which is on the morning of the cut-off."""
Month = tuple[int, int]
"""(year, month)."""


@record
class PayPlan:
    """A connection's pay day and cut-off, both as a day of the month (1 to 31), and the cut-off's time of day.

    If the cut-off's day is greater than the pay day's, it is in the month before. ``by_hand``: the pay day and the
    cut-off that a person set for single months; they aren't moved to a working day.
    """

    pay_day: int
    cutoff_day: int
    cutoff_at: time
    by_hand: Mapping[Month, tuple[date, date]] = field(default_factory=dict)


@record
class Period:
    """One pay. ``settles``: the last day of the month that it pays, which is the month of its usual cut-off."""

    pay: date
    cutoff: datetime
    settles: date


@record
class Deadline:
    """Until when a change must be approved. ``missed``: a pay for which it came too late or waited too long."""

    next: Period
    missed: Period | None = None


def working_day_before(day: date) -> date:
    """The day itself if it is a working day, else the last working day before it."""
    while not is_working_day(day):
        day -= DAY
    return day


def working_days_before(day: date, count: int) -> date:
    """The working day that is ``count`` working days before ``day``."""
    for _ in range(count):
        day = working_day_before(day - DAY)
    return day


def day_of(month: Month, day: int) -> date:
    """A day of a month; the month's last day if the month is shorter."""
    return date(*month, min(day, monthrange(*month)[1]))


def shifted(month: Month, by: int) -> Month:
    """The month ``by`` months later."""
    years, index = divmod(month[0] * 12 + month[1] - 1 + by, 12)
    return years, index + 1


def period_of(plan: PayPlan, month: Month) -> Period:
    """The pay that belongs to a month."""
    cutoff_month = month if plan.cutoff_day <= plan.pay_day else shifted(month, -1)
    settles = day_of(cutoff_month, 31)
    if month in plan.by_hand:
        pay, cutoff = plan.by_hand[month]
    else:
        pay = working_day_before(day_of(month, plan.pay_day))
        cutoff = working_day_before(day_of(cutoff_month, plan.cutoff_day))
    return Period(pay, slot_of(cutoff, plan.cutoff_at), settles)


def periods_around(plan: PayPlan, now: datetime) -> Iterator[Period]:
    """The pays from three months before a moment to three months after it, in the order of their cut-offs."""
    here = now.astimezone(OSLO)
    months = (shifted((here.year, here.month), by) for by in range(-3, 4))
    return iter(sorted((period_of(plan, month) for month in months), key=lambda one: (one.cutoff, one.pay)))


def pays_around(plan: PayPlan, now: datetime) -> tuple[Period, Period]:
    """The last pay whose day is over, and the one that is prepared now: its pay day is today or comes next."""
    today = now.astimezone(OSLO).date()
    periods = sorted(periods_around(plan, now), key=lambda one: one.pay)
    over = [one for one in periods if one.pay < today]
    return over[-1], next(one for one in periods if one.pay >= today)


def deadline(plan: PayPlan, since: datetime, now: datetime) -> Deadline:
    """Until when a change must be approved that has waited since ``since``.

    ``next`` is the first cut-off that hasn't passed. A pay is missed if its cut-off has passed and its pay day was
    still to come when the change began to wait.
    """
    ahead, missed = [], None
    day = since.astimezone(OSLO).date()
    for period in periods_around(plan, now):
        if period.cutoff > now:
            ahead.append(period)
        elif period.pay >= day:
            missed = period
    return Deadline(ahead[0], missed)


def reminders(period: Period, morning: time) -> tuple[datetime, datetime]:
    """The two moments to remind of waiting changes: two working days before the cut-off, and on its morning.

    If the cut-off is earlier than ``morning``, the last reminder is on the morning of the working day before.
    """
    day = period.cutoff.astimezone(OSLO).date()
    last = day if slot_of(day, morning) < period.cutoff else working_day_before(day - DAY)
    return slot_of(working_days_before(last, WARNED_BEFORE), morning), slot_of(last, morning)


def paid_until(plan: PayPlan, now: datetime) -> date | None:
    """The last day of the latest month that has been paid, within three months; ``None`` if there is none."""
    today = now.astimezone(OSLO).date()
    return max((one.settles for one in periods_around(plan, now) if one.pay <= today), default=None)


def is_paid(plan: PayPlan, day: date, now: datetime) -> bool:
    """Whether the day is in a month that has been paid already."""
    until = paid_until(plan, now)
    return until is not None and day <= until
