"""A workday that means "no beginning" or "no end"."""

import pytest

from sync.core.deciding.automatic_limits import Disagreement, writes_by_itself
from sync.core.records.employee import Side
from sync.core.values.placeholders import is_unbounded
from tests.sync.core.documents import PRINT, both, compared, day, huma_place, visma_place, wrap

UNBOUNDED = ["9999-12-31", "0001-01-01", "9999-01-01"]


@pytest.mark.parametrize("date", UNBOUNDED)
def test_a_workday_without_an_end_is_none(date: str) -> None:
    assert is_unbounded(date)
    two = both(
        huma_position=huma_place(lastDayOfWork=wrap(date)),
        visma_position=visma_place(activeEnd=None),
    )
    assert not compared(two).differences
    two = both(
        huma_position=huma_place(contractStartDate=wrap(date), contractEndDate=wrap(date)),
        visma_position=visma_place(activeStart=date, activeEnd=date, positionEndReason=["x"]),
    )
    assert not compared(two).differences
    assert (two.huma.position.end, two.visma.position.ends) == (None, None)  # type: ignore[union-attr]


@pytest.mark.parametrize("date", UNBOUNDED)
def test_where_the_workday_means_no_end_the_contract_counts(date: str) -> None:
    place = huma_place(lastDayOfWork=wrap(date), contractEndDate=wrap(day(30)))
    two = both(huma_position=place)
    assert two.value(Side.HUMA, "last_workday").canonical == (day(30), None)


@pytest.mark.parametrize("date", UNBOUNDED)
def test_an_end_that_means_none_is_never_written_as_a_date(date: str) -> None:
    end = wrap(day(20))
    places = {"huma_position": huma_place(lastDayOfWork=end), "visma_position": visma_place(activeEnd=date)}
    two = both(**places, default_end_reason="arbeidstakerHarSagtOppSelv")
    (one,) = compared(two).differences
    assert one.to[Side.HUMA] is None
    assert one.empties(Side.HUMA)
    assert (one.suggestion, one.kind) == ("huma", "visma_empty")


@pytest.mark.parametrize("date", UNBOUNDED)
def test_an_end_that_became_none_empties_nothing_by_itself(date: str) -> None:
    last = {"activeEnd": day(20), "positionEndReason": ["arbeidstakerHarSagtOppSelv"]}
    two = both(huma_position=huma_place(lastDayOfWork=wrap(date)), visma_position=visma_place(**last))
    was = PRINT("last_workday", 1, two.value(Side.VISMA, "last_workday").canonical)
    (one,) = compared(two, {"last_workday": (was, was)}, known_positions=("hp1", "vp1")).differences
    assert (one.suggestion, one.why) == ("huma", "huma_moved")
    emptied = Disagreement("last_workday", "asks", one.why, one.prints, False, True, one.by_bulk, by_hand=one.by_hand)
    assert not writes_by_itself(emptied, huma_wins=True)


def test_a_first_workday_without_a_beginning_is_none() -> None:
    two = both(huma_position=huma_place(firstDayOfWork=wrap("0001-01-01"), contractStartDate=wrap()))
    assert two.value(Side.HUMA, "first_workday").canonical is None
