"""When a scheduled sync is due: strictly later, once each local day, also when summer time changes the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.calendar.schedule import OSLO, next_slot, slot_of, spread_of

SKIPPED = [date(2026, 3, 29), date(2027, 3, 28), date(2028, 3, 26), date(2030, 3, 31)]
DOUBLED = [date(2026, 10, 25), date(2027, 10, 31), date(2028, 10, 29), date(2030, 10, 27)]

moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))
near_a_change = st.sampled_from(SKIPPED + DOUBLED).flatmap(
    lambda day: st.datetimes(
        datetime.combine(day, time()) - timedelta(days=2),
        datetime.combine(day, time()) + timedelta(days=2),
        timezones=st.just(UTC),
    )
)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
minutes = st.integers(0, 59)


def daily(at: time, spread: int, after: datetime) -> datetime:
    slot = next_slot("daily", 4, at, spread, after)
    assert slot is not None
    return slot


def every(hours: int, spread: int, after: datetime) -> datetime:
    slot = next_slot("hours", hours, time(5), spread, after)
    assert slot is not None
    return slot


def test_off_has_no_slot():
    assert next_slot("off", 4, time(5), 0, datetime.now(UTC)) is None


@given(times, minutes, moments | near_a_change)
def test_a_daily_slot_is_strictly_later_and_no_earlier_one_was_skipped(at, spread, after):
    slot = daily(at, spread, after)
    assert slot > after
    between = [
        slot_of(after.astimezone(OSLO).date() + timedelta(days=n), at, timedelta(minutes=spread))
        for n in (-2, -1, 0, 1)
    ]
    assert not [one for one in between if after < one < slot]


@settings(max_examples=20)
@given(times, minutes, st.sampled_from([date(2026, 1, 1), date(2027, 1, 1), date(2028, 1, 1), date(2030, 1, 1)]))
def test_there_is_exactly_one_slot_each_local_day_of_a_year(at, spread, first):
    begin = datetime.combine(first, time(), OSLO)
    slot, days = daily(at, spread, begin), []
    for _ in range(365):
        days.append(slot.astimezone(OSLO).date())
        slot = daily(at, spread, slot)
    assert [later - earlier for earlier, later in pairwise(days)] == [timedelta(days=1)] * 364


@given(times, minutes, moments)
def test_a_slot_is_at_its_time_of_day_but_where_the_clocks_skip_it(at, spread, after):
    slot = daily(at, spread, after).astimezone(OSLO)
    wanted = (datetime.combine(slot.date(), at) + timedelta(minutes=spread)).time()
    assert slot.time() == wanted or (slot.date() in _skips() and slot.time() == time(3) and time(2) <= wanted < time(3))


def _skips() -> set[date]:
    days = [date(year, 3, 31) for year in range(2024, 2033)]
    return {day - timedelta(days=(day.weekday() + 1) % 7) for day in days}


@pytest.mark.parametrize("day", SKIPPED)
def test_a_time_that_does_not_exist_is_taken_when_the_clocks_go_on(day):
    slot = daily(time(2, 30), 0, datetime.combine(day, time(), OSLO))
    assert slot == datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    assert daily(time(2, 30), 0, slot).astimezone(OSLO).date() == day + timedelta(days=1)


@pytest.mark.parametrize("day", DOUBLED)
def test_a_time_that_comes_twice_happens_once(day):
    slot = daily(time(2, 30), 0, datetime.combine(day, time(), OSLO))
    assert slot == datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    assert daily(time(2, 30), 0, slot).astimezone(OSLO).date() == day + timedelta(days=1)


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_between_the_two_the_slot_of_that_day_has_been(minute):
    day = DOUBLED[0]
    second = datetime(day.year, day.month, day.day, 2, minute, tzinfo=OSLO, fold=1)
    assert daily(time(2, 30), 0, second).astimezone(OSLO).date() == day + timedelta(days=1)


@given(st.integers(1, 168), minutes, moments | near_a_change)
def test_every_few_hours_is_strictly_later_and_evenly_spaced(hours, spread, after):
    first = every(hours, spread, after)
    assert after < first <= after + timedelta(hours=hours)
    assert every(hours, spread, first) - first == timedelta(hours=hours)
    assert first.minute == spread


@given(st.text(min_size=1))
def test_a_connections_minute_never_changes(code):
    assert spread_of(code) == spread_of(code)
    assert 0 <= spread_of(code) <= 59


def test_connections_are_spread_over_the_hour():
    assert len({spread_of(f"{number:010x}") for number in range(1000)}) == 60
