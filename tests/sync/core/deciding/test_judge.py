"""Who is right: which side moved since the two were last settled."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.deciding.compare import Verdict, judge
from sync.core.fields import names
from sync.core.records.employee import Side
from sync.core.values.fingerprint import Fingerprinter, comparable
from sync.core.values.spelling import Prints
from tests.sync.core.documents import PRINT, modest

A, B, C, D = "1:a", "1:b", "1:c", "1:d"


@pytest.mark.parametrize(
    ("now", "baseline", "huma_empty", "visma_empty", "suggestion", "why", "left"),
    [
        # Settled before: only what moved counts.
        ((A, B), (C, B), False, False, "huma", "huma_moved", False),
        ((A, B), (A, C), False, False, "visma", "visma_moved", False),
        ((A, B), (C, D), False, False, "", "both_moved", False),
        ((A, B), (B, A), False, False, "", "both_moved", False),
        ((A, B), (A, B), False, False, "", "was_left", True),
        # An emptied value is a value that moved.
        ((A, B), (B, B), True, False, "huma", "huma_moved", False),
        ((A, B), (A, A), False, True, "visma", "visma_moved", False),
        ((A, B), (A, B), True, False, "", "was_left", True),
        # Never settled: the filled one, else nothing.
        ((A, B), None, True, False, "visma", "visma_filled", False),
        ((A, B), None, False, True, "huma", "huma_filled", False),
        ((A, B), None, False, False, "", "never_settled", False),
        # "Both were empty" is not "never".
        ((A, B), (B, B), False, True, "huma", "huma_moved", False),
        # A fingerprint of another version is as good as none.
        ((A, B), ("0:a", "0:b"), False, False, "", "never_settled", False),
        ((A, B), ("0:a", B), True, False, "visma", "visma_filled", False),
        ((A, B), (A, "2:b"), False, True, "huma", "huma_filled", False),
    ],
)
def test_the_three_way_table(
    now: Prints, baseline: Prints | None, huma_empty: bool, visma_empty: bool, suggestion: str, why: str, left: bool
) -> None:
    assert judge(now, baseline, huma_empty, visma_empty) == Verdict(suggestion, why, left)


SWAPPED = {
    "huma": "visma",
    "visma": "huma",
    "": "",
    "huma_moved": "visma_moved",
    "visma_moved": "huma_moved",
    "huma_filled": "visma_filled",
    "visma_filled": "huma_filled",
}
one_print = st.sampled_from([A, B, C, "0:a", "2:b"])
prints = st.tuples(one_print, one_print)


@modest
@given(prints, st.none() | prints, st.sampled_from([(True, False), (False, True), (False, False)]))
def test_the_verdict_is_symmetric_under_swapping_the_sides(
    now: Prints, baseline: Prints | None, empty: tuple[bool, bool]
) -> None:
    there = judge(now, baseline, *empty)
    back = judge(now[::-1], baseline and baseline[::-1], *empty[::-1])
    assert back == Verdict(SWAPPED[there.suggestion], SWAPPED.get(there.why, there.why), there.left)


@modest
@given(prints, prints)
def test_nothing_is_suggested_unless_exactly_one_side_moved(now: Prints, baseline: Prints) -> None:
    verdict = judge(now, baseline, False, False)
    same_version = all(comparable(n, b) for n, b in zip(now, baseline, strict=True))
    moved = [n != b for n, b in zip(now, baseline, strict=True)]
    assert bool(verdict.suggestion) == (same_version and sum(moved) == 1)
    assert verdict.left == (same_version and not any(moved))


canonicals = (
    st.none() | st.text(max_size=8) | st.tuples(st.sampled_from(["no", "iban"]), st.text(max_size=4), st.none())
)


@modest
@given(canonicals, canonicals, st.sampled_from(names()))
def test_equal_values_and_only_those_have_equal_fingerprints(one: Any, other: Any, name: str) -> None:
    assert (PRINT(name, 1, one) == PRINT(name, 1, other)) == (one == other)
    assert PRINT(name, 1, one) == PRINT(name, 1, json.loads(json.dumps(one)))


def test_a_fingerprint_depends_on_key_field_and_version() -> None:
    assert PRINT("phone", 1, "x") != PRINT("email", 1, "x")
    assert PRINT("phone", 1, "x") != Fingerprinter(b"another key")("phone", 1, "x")
    assert PRINT("phone", 1, "x").split(":")[1] == PRINT("phone", 2, "x").split(":")[1]
    assert not comparable(PRINT("phone", 1, "x"), PRINT("phone", 2, "x"))


def test_a_fingerprint_does_not_show_the_value() -> None:
    assert "86011117947" not in PRINT("bank_account", 1, ("no", "86011117947"))
    assert len(PRINT("bank_account", 1, None)) == len("1:") + 40


def test_the_other_side_of_the_other_side() -> None:
    assert [side.other.other for side in Side] == list(Side)
