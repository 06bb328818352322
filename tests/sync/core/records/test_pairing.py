"""The same employment: the pair of positions that both dates belong to."""

from dataclasses import replace

import pytest

from sync.core.deciding.compare import Comparison, Difference
from sync.core.fields import Pair
from sync.core.records.employee import Side
from tests.sync.core.documents import (
    Doc,
    compared,
    day,
    huma_doc,
    huma_place,
    pair,
    read_huma,
    read_visma,
    visma_doc,
    visma_place,
    wrap,
)

DATES = ("first_workday", "last_workday")
ENDED = {"activeStart": "2020-01-01", "activeEnd": "2024-05-31"}


def two(huma: Doc | None, visma: Doc | None, known: tuple[str, str] | None = None) -> Pair:
    return pair(
        read_huma(huma_doc(), *([huma] if huma else [])), read_visma(visma_doc(), *([visma] if visma else [])), known
    )


def dates(comparison: Comparison) -> dict[str, Difference]:
    return {d.field: d for d in comparison.differences if d.field in DATES}


def why(huma: Doc | None, visma: Doc | None, known: tuple[str, str] | None = None) -> str:
    found = two(huma, visma, known)
    assert (found.positions is None) == (found.no_pair is not None)
    return found.no_pair.code if found.no_pair else ""


def test_overlapping_positions_become_a_pair_when_first_seen() -> None:
    assert two(huma_place(), visma_place()).positions == ("hp1", "vp1")


@pytest.mark.parametrize(
    ("huma", "visma", "known", "reason"),
    [
        (None, visma_place(), None, "no_position_huma"),
        (huma_place(), None, None, "no_position_visma"),
        (None, None, None, "no_position_huma"),
        (None, visma_place(), ("hp1", "vp1"), "no_position_huma"),
        (huma_place(contractStartDate=wrap(day(-10))), visma_place(**ENDED), None, "no_pair"),
        (huma_place(), visma_place(), ("hp0", "vp1"), "pair_changed"),
        (huma_place(), visma_place(), ("hp1", "vp0"), "pair_changed_visma"),
        (huma_place(contractStartDate=wrap(day(-10))), visma_place(**ENDED), ("hp0", "vp0"), "no_pair"),
    ],
)
def test_without_a_pair_there_is_a_reason(
    huma: Doc | None, visma: Doc | None, known: tuple[str, str] | None, reason: str
) -> None:
    assert why(huma, visma, known) == reason


def test_a_pair_stays_while_both_positions_are_selected() -> None:
    apart = visma_place(**ENDED)
    assert two(huma_place(contractStartDate=wrap(day(-10))), apart, ("hp1", "vp1")).positions == ("hp1", "vp1")


def test_when_both_positions_are_new_they_are_a_pair_of_their_own() -> None:
    assert two(huma_place(), visma_place(), ("hp0", "vp0")).positions == ("hp1", "vp1")


def test_both_periods_are_named_in_the_reason() -> None:
    found = two(huma_place(contractStartDate=wrap("2026-03-01")), visma_place(**ENDED))
    assert found.no_pair is not None
    assert dict(found.no_pair.params) == {"huma": "2026-03-01 – …", "visma": "2020-01-01 – 2024-05-31"}


def test_dates_of_one_employment_are_never_written_on_to_another() -> None:
    found = dates(compared(two(huma_place(contractStartDate=wrap(day(-10))), visma_place(**ENDED))))
    assert set(found) == set(DATES)
    for difference in found.values():
        assert {side: reason.code for side, reason in difference.forbidden.items()} == {
            Side.HUMA: "no_pair",
            Side.VISMA: "no_pair",
        }
        assert difference.suggestion == ""
        assert difference.to == {}


def test_agreement_with_another_employment_settles_nothing() -> None:
    comparison = compared(two(huma_place("hp2"), visma_place()), known_positions=("hp1", "vp1"))
    assert comparison.positions is None
    assert not set(DATES) & set(comparison.agreed)
    assert not dates(comparison)


def test_agreement_within_the_pair_is_settled() -> None:
    comparison = compared(two(huma_place(), visma_place()), known_positions=("hp1", "vp1"))
    assert set(DATES) <= set(comparison.agreed)


def test_the_baseline_belongs_to_the_pair() -> None:
    old = compared(two(huma_place(), visma_place(activeStart="2020-02-01")), known_positions=("hp1", "vp1"))
    baseline = {"first_workday": old.prints["first_workday"]}
    moved = two(huma_place(firstDayOfWork=wrap("2020-03-01")), visma_place(activeStart="2020-02-01"))
    same_pair = dates(compared(moved, baseline, known_positions=("hp1", "vp1")))["first_workday"]
    assert (same_pair.suggestion, same_pair.why) == ("huma", "huma_moved")
    new_pair = dates(compared(moved, baseline, known_positions=("hp0", "vp0")))["first_workday"]
    assert (new_pair.suggestion, new_pair.why) == ("", "never_settled")


@pytest.mark.parametrize("several_in", ["huma", "visma"])
def test_with_several_current_positions_dates_are_chosen_singly(several_in: str) -> None:
    humas = [huma_place(), *([huma_place("hp2")] if several_in == "huma" else [])]
    vismas = [visma_place(activeStart="2020-02-01")]
    if several_in == "visma":
        vismas.append(visma_place("vp2", activeStart="2019-01-01"))
    comparison = compared(pair(read_huma(huma_doc(), *humas), read_visma(visma_doc(), *vismas)))
    found = dates(comparison)["first_workday"]
    assert not found.by_bulk
    assert Side.VISMA in found.to


def test_with_one_current_position_each_a_bulk_choice_may_decide() -> None:
    ended = visma_place("vp0", activeStart="2010-01-01", activeEnd="2015-01-01")
    comparison = compared(
        pair(read_huma(huma_doc(), huma_place()), read_visma(visma_doc(), visma_place(activeStart="2020-02-01"), ended))
    )
    assert dates(comparison)["first_workday"].by_bulk


LAST = huma_place(lastDayOfWork=wrap(day(20)), endReason=wrap("employee_resigned"))


@pytest.mark.parametrize(
    ("other", "employments", "reason"),
    [
        (huma_place("hp2"), 1, "others_run_on"),
        (huma_place("hp2", contractEndDate=wrap(day(21))), 1, "others_run_on"),
        (huma_place("hp2", contractEndDate=wrap(day(20))), 1, None),
        (huma_place("hp2", contractEndDate=wrap(day(5))), 1, None),
        (huma_place("hp2"), 2, None),
    ],
)
def test_an_employment_does_not_end_while_another_position_runs_on(
    other: Doc, employments: int, reason: str | None
) -> None:
    vismas = [visma_place(), visma_place("vp2")][:employments]
    found = dates(compared(pair(read_huma(huma_doc(), LAST, other), read_visma(visma_doc(), *vismas), ("hp1", "vp1"))))
    forbidden = found["last_workday"].forbidden.get(Side.VISMA)
    assert (forbidden.code if forbidden else None) == reason


APART = {"contractStartDate": wrap("2010-01-01"), "contractEndDate": wrap("2015-12-31"), "status": "ENDED"}


@pytest.mark.parametrize(
    ("others", "begins", "reason"),
    [
        ([], "2020-01-01", ""),
        ([], "2021-06-01", ""),
        ([huma_place("hp2", **APART)], "2020-01-01", ""),
        ([huma_place("hp2")], "2020-01-01", "pair_unclear"),
        ([huma_place("hp2", contractEndDate=wrap("2024-01-01"), status="ENDED")], "2020-01-01", "pair_unclear"),
    ],
)
def test_a_position_made_anew_in_huma_takes_the_place_of_the_old_one(
    others: list[Doc], begins: str, reason: str
) -> None:
    mine = read_huma(huma_doc(), huma_place(contractStartDate=wrap(begins)), *others)
    found = pair(replace(mine, vanished="hp0"), read_visma(visma_doc(), visma_place()), ("hp0", "vp1"))
    assert (found.no_pair.code if found.no_pair else "") == reason
    assert (found.positions, found.remade) == ((("hp1", "vp1"), "huma") if not reason else (None, ""))


@pytest.mark.parametrize(
    ("others", "begins", "reason"),
    [
        ([], "2020-01-01", ""),
        ([visma_place("vp2", activeStart="2010-01-01", activeEnd="2015-12-31")], "2020-01-01", ""),
        ([visma_place("vp2", activeStart="2019-01-01", activeEnd="2021-12-31")], "2020-01-01", "pair_unclear"),
    ],
)
def test_an_employment_made_anew_in_visma_takes_the_place_of_the_old_one(
    others: list[Doc], begins: str, reason: str
) -> None:
    mine = read_visma(visma_doc(), visma_place(activeStart=begins), *others)
    found = pair(read_huma(huma_doc(), huma_place()), replace(mine, vanished="vp0"), ("hp1", "vp0"))
    assert (found.no_pair.code if found.no_pair else "") == reason
    assert (found.positions, found.remade) == ((("hp1", "vp1"), "visma") if not reason else (None, ""))


def test_where_nothing_overlaps_a_new_position_is_another_employment() -> None:
    mine = replace(read_huma(huma_doc(), huma_place(contractStartDate=wrap(day(-10)))), vanished="hp0")
    found = pair(mine, read_visma(visma_doc(), visma_place(**ENDED)), ("hp0", "vp1"))
    assert found.no_pair is not None
    assert found.no_pair.code == "no_pair"


def test_another_position_that_vanished_means_nothing() -> None:
    mine = replace(read_huma(huma_doc(), huma_place()), vanished="hp9")
    found = pair(mine, read_visma(visma_doc(), visma_place()), ("hp0", "vp1"))
    assert found.no_pair is not None
    assert found.no_pair.code == "pair_changed"


def made_anew(**visma: str) -> Pair:
    mine = replace(read_huma(huma_doc(), huma_place(firstDayOfWork=wrap("2020-03-01"))), vanished="hp0")
    return pair(mine, read_visma(visma_doc(), visma_place(**visma)))


def test_the_dates_of_a_pair_made_anew_were_never_settled_and_say_so() -> None:
    old = {"first_workday": ("old", "old"), "last_workday": ("old", "old")}
    comparison = compared(made_anew(), old, known_positions=("hp0", "vp1"))
    found = dates(comparison)["first_workday"]
    assert (found.why, found.suggestion, found.forbidden) == ("never_settled", "", {})
    assert "pair_remade_huma" in [note.code for note in found.notes]
    assert (comparison.positions, comparison.remade) == (("hp1", "vp1"), "huma")


def test_dates_that_agree_need_no_word() -> None:
    comparison = compared(made_anew(activeStart="2020-03-01"), known_positions=("hp0", "vp1"))
    assert set(DATES) <= set(comparison.agreed)
    assert comparison.remade == ""


def test_it_is_said_until_the_dates_are_settled() -> None:
    pair_of_before = replace(made_anew(), remade="huma")
    first = compared(pair_of_before, known_positions=("hp1", "vp1"))
    assert first.remade == "huma"
    assert "pair_remade_huma" in [note.code for note in dates(first)["first_workday"].notes]
    settled = {"first_workday": first.prints["first_workday"]}
    second = compared(pair_of_before, settled, known_positions=("hp1", "vp1"))
    assert second.remade == ""
    assert "pair_remade_huma" not in [note.code for note in dates(second)["first_workday"].notes]
