"""The selected position, and the day on which it may become another one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.records.employee import Period, Position
from sync.core.records.positions import next_change, overlap, select, turn
from sync.core.records.timeline import period_of
from tests.sync.core.documents import TODAY, day, modest


def place(id_: str, start: str | None = None, end: str | None = None, percentage: float = 0.0) -> Position:
    return Position(id_, start, end, period_of(start, end, TODAY), percentage)


PAST, OLDER = place("past", day(-900), day(-500)), place("older", day(-2000), day(-1000))
NOW, ALSO = place("now", day(-400), None), place("also", day(-300), day(300))
SOON, LATER = place("soon", day(10), None), place("later", day(100), None)


@pytest.mark.parametrize(
    ("positions", "chosen"),
    [
        ([], None),
        ([NOW, PAST, SOON], "now"),
        ([PAST, OLDER, SOON], "past"),
        ([OLDER, PAST], "past"),
        ([LATER, SOON], "soon"),
        ([place("open")], "open"),
        ([place("ends today", day(-10), day(0)), SOON], "ends today"),
        ([place("starts today", day(0)), PAST], "starts today"),
        ([place("ended yesterday", day(-10), day(-1)), SOON], "ended yesterday"),
        ([place("starts tomorrow", day(1)), PAST], "past"),
        ([place("no start", None, day(-1)), PAST], "no start"),
    ],
)
def test_current_then_most_recent_past_then_nearest_future(positions: list[Position], chosen: str | None) -> None:
    for order in (positions, positions[::-1]):
        found = select(order)
        assert (found.id if found else None) == chosen


@pytest.mark.parametrize(
    ("positions", "paired", "chosen"),
    [
        ([NOW, ALSO], "", "also"),
        ([NOW, ALSO], "now", "now"),
        ([place("half", day(-9), None, 50), place("most", day(-99), None, 80)], "", "most"),
        ([place("half", day(-9), None, 50), place("most", day(-99), None, 80)], "half", "half"),
        ([place("a", day(-9), None, 50), place("b", day(-8), None, 50)], "", "b"),
        ([place("a", None, None), place("b", day(-8), None)], "", "b"),
        ([NOW, PAST], "past", "now"),
        ([NOW, ALSO], "gone", "also"),
    ],
)
def test_among_current_ones_the_paired_the_largest_the_latest(
    positions: list[Position], paired: str, chosen: str
) -> None:
    for order in (positions, positions[::-1]):
        found = select(order, paired)
        assert found is not None
        assert found.id == chosen


days = st.none() | st.integers(-40, 40).map(day)


@st.composite
def places(draw: st.DrawFn) -> list[Position]:
    """Positions with ties, open ends and gaps, each with an id of its own."""
    drawn = draw(st.lists(st.tuples(days, days, st.sampled_from([0.0, 50.0, 100.0])), max_size=6))
    return [place(f"p{n}", *sorted_pair(start, end), percent) for n, (start, end, percent) in enumerate(drawn)]


def sorted_pair(start: str | None, end: str | None) -> tuple[str | None, str | None]:
    return (end, start) if start and end and end < start else (start, end)


@modest
@given(places(), st.sampled_from(["", "p0", "p1"]), st.randoms(use_true_random=False))
def test_selection_is_total_and_deterministic(positions: list[Position], paired: str, random: object) -> None:
    found = select(positions, paired)
    shuffled = list(positions)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert select(shuffled, paired) == found
    assert (found is None) == (not positions)
    if found:
        rank = [Period.CURRENT, Period.FORMER, Period.UPCOMING]
        assert rank.index(found.period) == min(rank.index(p.period) for p in positions)


def selected_on(positions: list[Position], when: date) -> tuple[str, Period] | None:
    """The position that is selected on a day, with each period as of that day."""
    seen = [place_on(p, when) for p in positions]
    found = select(seen)
    return (found.id, found.period) if found else None


def place_on(position: Position, when: date) -> Position:
    return Position(position.id, position.start, position.end, period_of(position.start, position.end, when))


@modest
@given(places())
def test_nothing_changes_before_the_day_that_next_change_names(positions: list[Position]) -> None:
    now = selected_on(positions, TODAY)
    named = next_change(positions, TODAY.isoformat())
    first = date.fromisoformat(named) if named else TODAY + timedelta(days=100)
    assert first > TODAY
    for ahead in range(1, (first - TODAY).days):
        assert selected_on(positions, TODAY + timedelta(days=ahead)) == now


@pytest.mark.parametrize(
    ("position", "named"),
    [
        (Position("p", day(-9), day(0)), day(1)),
        (Position("p", day(-9), day(5)), day(6)),
        (Position("p", day(3), None), day(3)),
        (Position("p", day(-9), day(-1)), None),
        (Position("p", day(-9), None), None),
        (Position("p", None, None), None),
        # The status in Huma follows the contract, whatever the day of work.
        (Position("p", day(-9), day(20), last_day=day(5)), day(6)),
        (Position("p", day(-9), day(20), last_day=day(-1)), day(21)),
        (Position("p", day(3), None, first_day=day(-3)), day(3)),
        (Position("p", day(-3), None, first_day=day(3)), day(3)),
        (Position("p", day(-3), "9999-12-31"), "9999-12-31"),
    ],
)
def test_the_day_of_the_next_change(position: Position, named: str | None) -> None:
    assert next_change([position], TODAY.isoformat()) == named


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((None, None), (None, None), True),
        ((day(0), None), (None, day(0)), True),
        ((day(1), None), (None, day(0)), False),
        ((day(0), day(5)), (day(5), day(9)), True),
        ((day(0), day(5)), (day(6), None), False),
        ((day(0), day(9)), (day(3), day(4)), True),
    ],
)
def test_periods_overlap_when_they_share_a_day(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], shared: bool
) -> None:
    assert overlap(Position("a", *one), Position("b", *other)) is shared
    assert overlap(Position("b", *other), Position("a", *one)) is shared


def test_the_days_of_work_count_for_the_period() -> None:
    contract = Position("a", day(0), day(30), first_day=day(2), last_day=day(20))
    assert not overlap(contract, Position("b", day(21), None))
    assert not overlap(contract, Position("b", None, day(1)))


def test_the_days_passing_turn_a_position_into_another():
    old, new = place("old", day(-900), day(-1)), place("new", day(0), None)
    turned = turn([old, new], TODAY - timedelta(days=1), TODAY)
    assert turned is not None
    assert (turned.before and turned.before.id, turned.now and turned.now.id, turned.ended) == ("old", "new", False)


def test_the_days_passing_end_a_position():
    for ended in (place("one", day(-900), day(-1)), Position("one", day(-900), last_day=day(-1))):
        turned = turn([ended], TODAY - timedelta(days=1), TODAY)
        assert turned is not None
        assert turned.ended
        assert turn([ended], TODAY, TODAY) is None, "it had ended before"


def test_a_position_that_begins_is_the_one_that_was_waited_for():
    assert turn([place("soon", day(0), None)], TODAY - timedelta(days=1), TODAY) is None


@given(places(), st.integers(0, 900))
def test_nothing_turns_before_the_day_that_next_change_names(positions: list[Position], days: int) -> None:
    since = TODAY - timedelta(days=days)
    changes = next_change(positions, since.isoformat())
    if changes is None or changes > TODAY.isoformat():
        assert turn(positions, since, TODAY) is None
