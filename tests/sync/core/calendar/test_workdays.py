"""Working days in Norway."""

from datetime import date, timedelta

import pytest

from sync.core.calendar.workdays import is_working_day


@pytest.mark.parametrize(
    "day",
    [
        *("2000-04-23", "2008-03-23", "2019-04-21", "2024-03-31", "2025-04-20"),
        *("2026-04-05", "2027-03-28", "2028-04-16", "2038-04-25", "2049-04-18", "2076-04-19", "2100-03-28"),
    ],
)
def test_nobody_works_around_easter_day(day):
    easter = date.fromisoformat(day)
    around = (-3, -2, 0, 1, 39, 50)  # from Maundy Thursday to Whit Monday
    assert not any(is_working_day(easter + timedelta(days=days)) for days in around)
    assert is_working_day(easter + timedelta(days=2))


@pytest.mark.parametrize(
    "day",
    [
        *("2026-01-01", "2026-04-02", "2026-04-03", "2026-04-05", "2026-04-06", "2026-05-01", "2026-05-14"),
        *("2026-05-17", "2026-05-25", "2026-12-25", "2026-12-26", "2026-11-21", "2026-11-22", "2027-05-17"),
    ],
)
def test_nobody_works_on_a_holiday_or_at_the_weekend(day):
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-04-01", "2026-04-07", "2026-05-15", "2026-05-18", "2026-12-24", "2026-11-23"])
def test_the_days_around_them_are_ordinary(day):
    assert is_working_day(date.fromisoformat(day))


def test_nine_holidays_of_2025_fall_on_a_weekday():
    days = [date.fromordinal(n) for n in range(date(2025, 1, 1).toordinal(), date(2026, 1, 1).toordinal())]
    assert sum(map(is_working_day, days)) == 261 - 9
