"""How values are shown, and the core's codes in words."""

import pytest
from django.utils import translation

from sync.core.reasons import SENTENCES
from sync.wording.display import diff, display
from sync.wording.sentences import nice_date, sentence, skipped_sentence


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_every_code_has_a_sentence_even_without_its_parameters():
    assert all(sentence(code) for code in SENTENCES)
    assert sentence("") == ""


def test_dates_in_parameters_are_written_as_people_write_them():
    text = sentence("no_pair", {"huma": "2026-03-01 – …", "visma": "2020-01-01 – 2024-05-31"})
    assert "(1 March 2026 – …)" in text
    assert "(1 January 2020 – 31 May 2024)" in text


def test_dates_follow_the_language():
    with translation.override("nb"):
        assert nice_date("2026-03-01") == "1. mars 2026"
    assert nice_date("soon") == "soon"


def test_a_norwegian_account_is_grouped():
    visma = {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": "12345678903"}
    assert display("bank_account", "visma", visma).lines == ["1234 56 78903"]
    huma = {"type": "national", "number": "12345678903", "country": "NO"}
    assert display("bank_account", "huma", huma).lines == ["1234 56 78903"]


def test_cash_is_empty_and_says_so():
    cash = display("bank_account", "visma", {"paymentType": "cash"})
    assert cash.empty
    assert cash.lines == ["Cash (no bank payment)"]
    assert display("bank_account", "huma", None).lines == []


def test_an_international_account_shows_its_bank():
    own = {"type": "international", "iban": "SE4550000000058398257466", "bic": "ESSESESS"}
    assert display("bank_account", "huma", own).lines == ["SE45 5000 0000 0583 9825 7466", "SWIFT/BIC ESSESESS"]


def test_an_end_reason_is_in_payrolls_words_with_where_it_comes_from():
    shown = display("last_workday", "huma", {"date": "2026-06-30", "reason": "employee_resigned"})
    assert shown.lines == ["30 June 2026", "End reason: The employee resigned"]
    own = {"date": "2026-06-30", "reason": "arbeidstakerHarSagtOppSelv", "reason_from": "default"}
    assert display("last_workday", "visma", own).hint == "The end reason is the connection's default."


def test_further_lines_of_an_address_are_said_not_to_be_synced():
    own = {"line1": "Storgata 1", "line2": "c/o Ås", "postalCode": "0155", "city": "Oslo", "country": "NO"}
    shown = display("address", "huma", own)
    assert shown.lines == ["Storgata 1", "0155 Oslo", "NO"]
    assert shown.hint == "Not synced: c/o Ås"
    assert display("address", "visma", {"countryCode": "NO"}).empty


def test_the_difference_is_the_letters_that_differ():
    left, right = diff("Kari", "Karin")
    assert [(s.text, s.changed) for s in left] == [("Kari", False)]
    assert [(s.text, s.changed) for s in right] == [("Kari", False), ("n", True)]


def test_sentences_differ_by_words_not_by_letters():
    left, right = diff("End reason: The employee resigned", "End reason: The employer terminated it")
    assert [s.text for s in left if s.changed] == ["employee resigned"]
    assert [s.text for s in right if s.changed] == ["employer terminated it"]


def test_dates_and_streets_differ_by_words():
    left, right = diff("16 September 2018", "30 September 2018")
    assert [(s.text, s.changed) for s in left] == [("16", True), (" September 2018", False)]
    left, right = diff("23. september 2026", "30. desember 2013")
    assert [s.changed for s in left + right] == [True, True]


def test_the_same_words_around_a_difference_are_not_marked():
    left, right = diff("7011 TRONDHEIM NO", "7011 Bergen NO")
    assert [(s.text, s.changed) for s in left] == [("7011 ", False), ("TRONDHEIM", True), (" NO", False)]
    assert [(s.text, s.changed) for s in right] == [("7011 ", False), ("Bergen", True), (" NO", False)]


@pytest.mark.parametrize(("one", "other"), [("Storgata 1", "Bakken 22"), ("", "Oslo"), ("Oslo", "Oslo"), ("ab", "ba")])
def test_the_pieces_make_up_the_text_again(one, other):
    left, right = diff(one, other)
    assert "".join(s.text for s in left) == one
    assert "".join(s.text for s in right) == other


def test_what_is_left_alone_is_counted_and_explained():
    assert skipped_sentence("empties", 3).startswith("3 are left alone: the chosen value is empty.")
    assert skipped_sentence("whatever", 1) == "1 is left alone."
