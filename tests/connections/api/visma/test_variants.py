"""Visma's words are translated on the way in, and back on the way out; nothing else of a document is changed."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.api.visma.variants import BUSINESS_WORDS, CODES, FORESEEN, PASCAL, SNAKE, Variants, Words, spelt
from sync.core.fields.end_reasons import END_REASONS

TYPES = st.sampled_from(["business", "Business", "BUSINESS", "private", "work", "Work", "WORK", "wOrK", "other", "", 7])
ENTRIES = st.lists(st.fixed_dictionaries({"type": TYPES, "address": st.text(max_size=3)}), max_size=4)
REASONS = st.lists(st.sampled_from([*CODES, *(spelt(code, PASCAL) for code in CODES), "other", None]), max_size=2)
POSITIONS = st.lists(st.fixed_dictionaries({"id": st.just("p"), "positionEndReason": REASONS | st.none()}), max_size=2)
DOCUMENTS = st.fixed_dictionaries(
    {"emails": ENTRIES | st.none(), "phones": ENTRIES, "rest": st.dictionaries(st.text(max_size=3), st.integers())},
    optional={"_embedded": st.fixed_dictionaries({"positions": POSITIONS}), "positions": POSITIONS},
)
VARIANTS = st.builds(
    Variants, business=st.sampled_from(BUSINESS_WORDS), end_reasons=st.sampled_from(FORESEEN["end_reasons"])
)


@given(DOCUMENTS, VARIANTS)
def test_a_document_that_comes_in_goes_out_as_it_was(document: Any, variants: Variants) -> None:
    words, before = Words(variants), copy.deepcopy(document)
    assert words.go_out(copy.deepcopy(words.come_in(document))) == before


def test_what_we_add_goes_out_in_the_companys_words() -> None:
    words = Words(Variants(business="work", end_reasons=PASCAL))
    document = words.come_in({"emails": [{"type": "Work", "address": "a"}], "positionEndReason": []})
    document["phones"] = [{"type": "Business", "number": "1"}]
    document["positionEndReason"] = [CODES[0]]
    sent = words.go_out(document)
    assert sent["phones"] == [{"type": "Work", "number": "1"}]
    assert sent["positionEndReason"] == ["ArbeidstakerHarSagtOppSelv"]
    own = words.come_in({"emails": [{"type": "business", "address": "a"}]})
    own["phones"] = [{"type": "business", "number": "1"}]
    assert words.go_out(own)["phones"][0]["type"] == "business", "the document's own word"


@pytest.mark.parametrize(("word", "ours"), [("work", "business"), ("Work", "Business"), ("WORK", "BUSINESS")])
def test_a_document_keeps_its_capitals(word: str, ours: str) -> None:
    words = Words(Variants(business="work"))
    document = {"phones": [{"type": word, "number": "1"}, {"type": "private", "number": "2"}]}
    assert words.come_in(document)["phones"][0]["type"] == ours
    assert words.go_out(document)["phones"][0]["type"] == word


def test_where_a_document_has_both_words_it_says_itself_what_it_means() -> None:
    entries = [{"type": "business", "number": "1"}, {"type": "work", "number": "2"}]
    words = Words(Variants(business="work"))
    found = words.come_in({"phones": copy.deepcopy(entries)})
    assert found == {"phones": entries}
    assert words.go_out(found) == {"phones": entries}


def test_the_codes_are_those_of_the_core() -> None:
    assert set(CODES) == set(END_REASONS)
    assert spelt("arbeidstakerHarSagtOppSelv", SNAKE) == "ARBEIDSTAKER_HAR_SAGT_OPP_SELV"
    assert spelt("arbeidstakerHarSagtOppSelv", PASCAL) == "ArbeidstakerHarSagtOppSelv"


@pytest.mark.parametrize("odd", [None, 7, [], "x", {"emails": 7, "phones": {}, "positions": [1], "_embedded": 3}])
def test_what_is_no_document_stays_as_it_is(odd: Any) -> None:
    words = Words(Variants(business="work", end_reasons=PASCAL))
    assert words.go_out(words.come_in(copy.deepcopy(odd))) == odd
