"""Invisible characters in ids and in words of the contract."""

import sys

import pytest

from connections.api.decoding import WrongShape
from connections.api.shapes import says, some_id
from connections.api.unseen import is_all_seen, seen
from sync.core.values.text import visible

SIGNS = [chr(code) for code in range(sys.maxunicode + 1)]


def test_whatever_is_taken_out_of_a_value_is_none_that_is_seen_here() -> None:
    taken_out = [sign for sign in SIGNS if visible(f"a{sign}b") == "ab"]
    assert len(taken_out) > 2000
    assert [sign for sign in taken_out if seen(f"a{sign}b") != "ab" or is_all_seen(f"a{sign}b")] == []


@pytest.mark.parametrize("sign", ["\u200b", "\u034f", "\U000e0100", "\u00a0", "\n", "\x00", "\ud83d", "\uffff"])
def test_an_id_with_it_is_no_id(sign: str) -> None:
    with pytest.raises(WrongShape):
        some_id(f"a{sign}b", "id")


@pytest.mark.parametrize("text", ["bank", "BANK", " Bank ", "ba\u200bnk", "bank\ufe0f", "ban\u212a\n"])
def test_a_word_is_the_same_in_other_capitals_and_with_it(text: str) -> None:
    assert says(text, "bank")
    assert not says(f"{text}s", "bank")
    assert not says(None, "bank")
