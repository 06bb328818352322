"""Text and phone numbers in one form for both sides."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.values.text import clean, e164, loose
from tests.sync.core.documents import modest


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Kari", "Kari"),
        ("  Kari\t\n", "Kari"),
        ("\u00a0Kari\u2003", "Kari"),
        ("A\u030ase", "\u00c5se"),
        ("Anne  Marie", "Anne  Marie"),
        ("", ""),
        ("   ", ""),
        (None, ""),
        (17, "17"),
    ],
)
def test_text_is_trimmed_and_composed(written: object, read: str) -> None:
    assert clean(written) == read


@modest
@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@modest
@given(st.text())
def test_one_or_two_code_points_make_no_difference(text: str) -> None:
    assert clean(unicodedata.normalize("NFD", text)) == clean(unicodedata.normalize("NFC", text))


def test_capitals_and_spaces_are_only_a_matter_of_spelling() -> None:
    assert loose("Anne  MARIE") == loose("annemarie") != loose("Anna Marie")
    assert loose("Y\u0131lmaz") == loose("YILMAZ") == loose("Yilmaz")


@pytest.mark.parametrize(
    "text",
    ["22334455", "+47 22 33 44 55", "0047 22334455", "+4722334455", "4722334455", "(+47) 22-33-44-55", " 22.33.44.55 "],
)
def test_a_phone_number_is_the_same_however_it_is_written(text: str) -> None:
    assert e164(text) == "+4722334455"


@pytest.mark.parametrize(
    ("text", "number"),
    [("+46 8 123 456 78", "+46812345678"), ("0046812345678", "+46812345678"), ("+44 20 7946 0958", "+442079460958")],
)
def test_other_countries_need_their_code(text: str, number: str) -> None:
    assert e164(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "call the desk",
        "22334455 ext. 12",  # E.164 would lose the extension
        "22334455/99887766",
        "22334455 / 99887766",
        "2233445a",
        "800 TAXIX",  # letters on the keys aren't digits to a payroll clerk
        "22 33 44 5O",
        "22334455 (private)",
        "+999 12345678",
    ],
)
def test_what_is_not_one_phone_number_is_not_a_phone_number(text: str) -> None:
    assert e164(text) is None


@pytest.mark.parametrize("text", ["+31 6 10990695", "+31 06 10990695", "+31 006 10990695", "0031 0006 10990695"])
def test_a_prefix_that_was_dialled_too_much_goes(text: str) -> None:
    assert e164(text) == "+31610990695"


@modest
@given(st.text(alphabet="+0123456789 ()-./,;x", max_size=22) | st.from_regex(r"\+[1-9][0-9]{1,2}0{0,3}[0-9]{5,9}"))
def test_e164_of_e164_is_itself(text: str) -> None:
    number = e164(text)
    assert number is None or e164(number) == number
