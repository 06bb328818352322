"""A pair of a pairs file counts as an equal number, without the series' rule."""

from typing import Any

import pytest

from sync.core.matching.match import Matching, match, match_pairs, weighing_of
from sync.core.records.employee import Employee
from tests.sync.core.matching.test_match import ACCOUNT, HALF, KARI, OLA, SAME_NAME, STRONG, doubts, h, links, v

PAIR = ("h1", "v1")
TWO: dict[str, Any] = {"bank_account": ACCOUNT, "phone": "+4722334455"}


def of_two(one: dict[str, Any], other: dict[str, Any], *pairs: tuple[str, str], **more: Any) -> Matching:
    """What comes of two people whom a file names, by both ways that lead there."""
    humas, vismas = [h("h1", **one)], [v("v1", **other)]
    found = match(humas, vismas, pairs=pairs or [PAIR], **more)
    again = match_pairs(pairs or [PAIR], weighing_of(humas, vismas), (), more.get("different", ()), ())
    assert links(again) == {one for one in links(found) if one[2] == "pair"}
    return found


@pytest.mark.parametrize("thing", [*STRONG, SAME_NAME])
def test_it_links_with_a_strong_thing_or_the_same_name(thing: dict[str, Any]) -> None:
    assert links(of_two(thing, thing)) == {(*PAIR, "pair")}


def test_different_numbers_do_not_speak_against_it() -> None:
    one, other = {**KARI, "employment_id": "1"}, {**KARI, "employment_id": "9001"}
    assert links(of_two(one, other)) == {(*PAIR, "pair")}


def test_half_a_name_needs_something_weak_beside_it() -> None:
    day = {"first_workday": "2020-01-01"}
    assert doubts(of_two(*HALF)) == {(*PAIR, "pair_weak")}
    assert links(of_two({**HALF[0], **day}, {**HALF[1], **day})) == {(*PAIR, "pair")}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({}, {}, "pair_only"),
        ({"first_workday": "2020-01-01"}, {"first_workday": "2020-01-01"}, "pair_weak"),
        (KARI, OLA, "pair_against"),
        ({**KARI, "bank_account": ACCOUNT}, {**OLA, "bank_account": ACCOUNT}, "pair_against"),
        ({**KARI, "birth": "1990-05-17"}, {**KARI, "birth": "1990-05-18"}, "pair_against"),
    ],
)
def test_what_is_not_enough_is_asked(one: dict[str, Any], other: dict[str, Any], why: str) -> None:
    found = of_two(one, other)
    assert not found.linked
    assert doubts(found) == {(*PAIR, why)}


def test_a_pair_called_different_is_neither_linked_nor_asked() -> None:
    found = of_two(KARI, KARI, different=[PAIR])
    assert not found.linked
    assert not found.possible


def test_somebody_who_agrees_better_makes_it_a_question() -> None:
    humas = [h("h1", **KARI)]
    vismas = [v("v1", **KARI), v("v2", **KARI, **TWO)]
    assert links(match(humas, vismas, pairs=[PAIR])) == {(*PAIR, "pair")}
    humas = [h("h1", **KARI, **TWO)]
    assert (*PAIR, "pair_other") in doubts(match(humas, vismas, pairs=[PAIR]))


def test_two_pairs_about_one_person_only_ask() -> None:
    humas, vismas = [h("h1", **KARI), h("h2", **KARI)], [v("v1", **KARI)]
    found = match(humas, vismas, pairs=[PAIR, ("h2", "v1")])
    assert not found.linked
    assert doubts(found) == {(*PAIR, "pair_not_unique"), ("h2", "v1", "pair_not_unique")}


def test_the_rule_of_the_series_does_not_count_for_it() -> None:
    """Half of the equal numbers belong to different people, so no number links; a pair does."""
    humas: list[Employee] = [h(f"h{n}", employment_id=str(n), given_name=f"Given{n}", family_name="A") for n in "12345"]
    vismas = [v(f"v{n}", employment_id=str(n), given_name=f"Other{n}", family_name="B") for n in "12345"]
    humas.append(h("h9", employment_id="9", **KARI))
    vismas.append(v("v9", employment_id="9", **KARI))
    without = match(humas, vismas)
    assert without.series_broken
    assert not without.linked
    assert links(match(humas, vismas, pairs=[("h9", "v9")])) == {("h9", "v9", "pair")}


def test_a_pair_comes_before_an_equal_number_and_after_links() -> None:
    humas = [h("h1", **KARI, employment_id="7"), h("h2", **OLA)]
    vismas = [v("v1", **KARI), v("v2", **KARI, employment_id="7"), v("v3", **OLA)]
    assert links(match(humas, vismas, pairs=[PAIR])) == {(*PAIR, "pair")}
    kept = match(humas, vismas, existing=[("h1", "v2")], pairs=[PAIR])
    assert links(kept) == {("h1", "v2", "existing")}


def test_whom_nobody_has_read_is_left_alone() -> None:
    assert not of_two(KARI, KARI, ("gone", "v1"), ("h1", "gone")).linked


def test_a_pair_that_is_asked_is_shown_before_others_without_a_key() -> None:
    one = h("h1")
    strangers = [v(f"v{n}", **KARI) for n in range(4)]
    found = match([one, *(h(f"h{n}", **KARI) for n in range(10, 14))], [v("v9"), *strangers], pairs=[("h1", "v9")])
    assert ("h1", "v9", "pair_only") in doubts(found)
