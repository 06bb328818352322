"""Absent from a list isn't gone: the state of a link by what is known on both sides."""

import pytest

from sync.core.records.presence import Presence, Seen, presence, too_many_gone

HERE, GONE, OUTSIDE, UNKNOWN = Seen.HERE, Seen.GONE, Seen.OUTSIDE, Seen.UNKNOWN


@pytest.mark.parametrize(
    ("huma", "visma", "state", "gone_from"),
    [
        (HERE, HERE, "linked", ""),
        (GONE, HERE, "gone", "huma"),
        (HERE, GONE, "gone", "visma"),
        (GONE, GONE, "gone", "huma"),
        (OUTSIDE, HERE, "outside", ""),
        (OUTSIDE, UNKNOWN, "outside", ""),
        (OUTSIDE, GONE, "gone", "visma"),
        (UNKNOWN, GONE, "gone", "visma"),
        (GONE, UNKNOWN, "gone", "huma"),
    ],
)
def test_what_is_known_counts(huma: Seen, visma: Seen, state: str, gone_from: str) -> None:
    assert presence(huma, visma) == Presence(state, gone_from)


@pytest.mark.parametrize(("huma", "visma"), [(UNKNOWN, HERE), (HERE, UNKNOWN), (UNKNOWN, UNKNOWN)])
def test_what_is_not_known_leaves_a_link_as_it_was(huma: Seen, visma: Seen) -> None:
    assert presence(huma, visma) is None


@pytest.mark.parametrize(
    ("gone", "linked", "stops"),
    [(0, 0, False), (2, 3, False), (3, 20, True), (3, 30, False), (4, 30, True), (100, 1000, False), (101, 1000, True)],
)
def test_more_than_one_in_ten_and_at_least_three_are_too_many(gone: int, linked: int, stops: bool) -> None:
    assert too_many_gone(gone, linked) is stops
