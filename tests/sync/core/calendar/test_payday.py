"""Pay days and cut-offs: on working days, in order, and what they mean for a waiting change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.calendar import payday
from sync.core.calendar.payday import PayPlan, deadline, is_paid, period_of, reminders
from sync.core.calendar.workdays import is_working_day

OSLO = ZoneInfo("Europe/Oslo")
NOON = time(12)
THE_20TH = PayPlan(20, 18, NOON)
days_of_month = st.integers(1, 31)
months = st.tuples(st.integers(2024, 2040), st.integers(1, 12))
plans = st.builds(PayPlan, days_of_month, days_of_month, st.times().map(lambda at: at.replace(second=0, microsecond=0)))
moments = st.datetimes(datetime(2024, 6, 1), datetime(2040, 6, 1), timezones=st.just(OSLO))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


def shown(period):
    return f"{period.cutoff.astimezone(OSLO):%Y-%m-%d %H:%M} {period.pay}"


@pytest.mark.parametrize(
    ("plan", "month", "expected"),
    [
        (THE_20TH, (2026, 11), "2026-11-18 12:00 2026-11-20"),
        (THE_20TH, (2026, 12), "2026-12-18 12:00 2026-12-18"),  # the 20th is a Sunday
        (PayPlan(31, 28, NOON), (2026, 2), "2026-02-27 12:00 2026-02-27"),  # a short month, and a Saturday
        (PayPlan(31, 31, NOON), (2026, 4), "2026-04-30 12:00 2026-04-30"),
        (PayPlan(5, 2, NOON), (2026, 4), "2026-04-01 12:00 2026-04-01"),  # Easter
        (PayPlan(17, 14, NOON), (2027, 5), "2027-05-14 12:00 2027-05-14"),  # the national day, a Monday
        (PayPlan(25, 20, NOON), (2026, 12), "2026-12-18 12:00 2026-12-24"),
        (PayPlan(5, 25, NOON), (2027, 1), "2026-12-24 12:00 2027-01-05"),  # the cut-off is in the month before
        (PayPlan(1, 20, NOON), (2027, 1), "2026-12-18 12:00 2026-12-31"),
        (PayPlan(20, 18, time(9, 30)), (2026, 11), "2026-11-18 09:30 2026-11-20"),
    ],
)
def test_both_days_are_moved_to_the_working_day_before(plan, month, expected):
    assert shown(period_of(plan, month)) == expected


def test_a_month_set_by_hand_is_taken_as_it_is():
    plan = PayPlan(20, 18, time(10), {(2026, 12): (date(2026, 12, 12), date(2026, 12, 6))})
    assert shown(period_of(plan, (2026, 12))) == "2026-12-06 10:00 2026-12-12"
    assert shown(period_of(plan, (2027, 1))) == "2027-01-18 10:00 2027-01-20"


@given(plans, months)
def test_it_is_always_a_working_day_and_the_cutoff_never_after_the_pay(plan, month):
    period = period_of(plan, month)
    cutoff = period.cutoff.astimezone(OSLO).date()
    assert is_working_day(period.pay)
    assert is_working_day(cutoff)
    assert cutoff <= period.pay


@given(plans, months)
def test_one_month_comes_after_the_other(plan, month):
    one, other = period_of(plan, month), period_of(plan, payday.shifted(month, 1))
    assert one.pay < other.pay
    assert one.cutoff < other.cutoff
    assert one.settles < other.settles


@given(plans, moments, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_the_next_cutoff_is_ahead_and_a_missed_one_is_not(plan, now, waited):
    found = deadline(plan, now - waited, now)
    assert now < found.next.cutoff <= now + timedelta(days=40)
    if found.missed:
        assert found.missed.cutoff <= now
        assert found.missed.pay >= (now - waited).astimezone(OSLO).date()


@pytest.mark.parametrize(
    ("since", "now", "following", "missed"),
    [
        ("2026-11-10 08:00", "2026-11-10 08:00", "2026-11-20", None),
        ("2026-11-10 08:00", "2026-11-18 11:59", "2026-11-20", None),
        ("2026-11-10 08:00", "2026-11-18 12:00", "2026-12-18", "2026-11-20"),
        ("2026-11-10 08:00", "2026-11-25 12:00", "2026-12-18", "2026-11-20"),  # it waited through that pay
        ("2026-11-19 08:00", "2026-11-19 09:00", "2026-12-18", "2026-11-20"),  # it came too late for it
        ("2026-11-21 08:00", "2026-11-21 09:00", "2026-12-18", None),
        ("2026-11-10 08:00", "2026-12-18 12:00", "2027-01-20", "2026-12-18"),  # the last one is what counts
    ],
)
def test_what_waits_is_approved_in_time_or_too_late(since, now, following, missed):
    found = deadline(THE_20TH, at(since), at(now))
    assert found.next.pay.isoformat() == following
    assert (found.missed and found.missed.pay.isoformat()) == missed


@pytest.mark.parametrize(
    ("plan", "month", "expected"),
    [
        (THE_20TH, (2026, 11), ("2026-11-16 07:00", "2026-11-18 07:00")),
        (PayPlan(25, 23, NOON), (2026, 11), ("2026-11-19 07:00", "2026-11-23 07:00")),  # over a weekend
        (PayPlan(10, 7, NOON), (2026, 4), ("2026-03-31 07:00", "2026-04-07 07:00")),  # over Easter
        (PayPlan(20, 18, time(6)), (2026, 11), ("2026-11-13 07:00", "2026-11-17 07:00")),  # before that morning
        (PayPlan(20, 18, time(7)), (2026, 11), ("2026-11-13 07:00", "2026-11-17 07:00")),
    ],
)
def test_two_mornings_remind_of_it(plan, month, expected):
    found = reminders(period_of(plan, month), time(7))
    assert tuple(f"{one.astimezone(OSLO):%Y-%m-%d %H:%M}" for one in found) == expected


@given(plans, months, st.times().map(lambda one: one.replace(second=0, microsecond=0)))
def test_both_mornings_are_before_the_cutoff_and_on_working_days(plan, month, morning):
    period = period_of(plan, month)
    first, last = reminders(period, morning)
    assert first < last < period.cutoff
    assert is_working_day(first.astimezone(OSLO).date())
    assert is_working_day(last.astimezone(OSLO).date())


@pytest.mark.parametrize(
    ("plan", "day", "now", "paid"),
    [
        (THE_20TH, "2026-11-30", "2026-11-19 12:00", False),
        (THE_20TH, "2026-10-31", "2026-11-19 12:00", True),
        (THE_20TH, "2026-11-30", "2026-11-20 00:00", True),  # a month's salary is paid within it
        (THE_20TH, "2026-12-01", "2026-11-20 00:00", False),
        (PayPlan(5, 25, NOON), "2026-10-31", "2026-11-05 08:00", True),  # what closes on the 25th is that month
        (PayPlan(5, 25, NOON), "2026-11-01", "2026-11-05 08:00", False),
        (THE_20TH, "2019-01-01", "2026-11-19 12:00", True),
    ],
)
def test_a_day_within_a_paid_period_is_known(plan, day, now, paid):
    assert is_paid(plan, date.fromisoformat(day), at(now)) is paid
