"""The core's shortcuts give the same results as the library."""

import hashlib
import hmac
import json

from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.no import kontonr

from sync.core.fields.bank import problem
from sync.core.fields.contact import _is_address, is_email
from sync.core.values.fingerprint import Fingerprinter
from sync.core.values.text import _parsed, clean, e164

KEY = bytes(range(32))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SPACES = st.sampled_from(["", " ", "  "])


@given(
    st.sampled_from(["", "+47", "+ 47", "+4 7"]),
    st.lists(st.tuples(st.sampled_from("0123456789"), SPACES), min_size=7, max_size=9),
)
@example("", [(digit, "") for digit in "47123456"])
@example("+47", [(digit, "") for digit in "80012345"])
def test_a_norwegian_number_is_read_as_the_library_reads_it(prefix: str, digits: list[tuple[str, str]]) -> None:
    text = prefix + "".join(digit + space for digit, space in digits)
    assert e164(text) == _parsed(text)


@given(st.from_regex(r"(0000)?[0-9]{0,11}", fullmatch=True))
@example("00004090403")
@example("86011117947")
@example("86011117949")
def test_an_accounts_check_digit_is_the_librarys(digits: str) -> None:
    expected = "bad_account" if len(digits) != 11 else "" if kontonr.is_valid(digits) else "bad_check_digits"
    assert problem(("no", digits)) == expected


@given(TEXTS, st.none() | TEXTS | st.lists(st.none() | TEXTS, max_size=4).map(tuple))
@example("address", ('a"b\\c\n', None, "Ås\u2028", "NO"))
def test_a_fingerprint_is_the_hmac_of_the_json(field: str, canonical: str | tuple[str | None, ...] | None) -> None:
    message = json.dumps([field, canonical], ensure_ascii=False, separators=(",", ":")).encode()
    expected = hmac.new(KEY, message, hashlib.sha256).hexdigest()[:40]
    assert Fingerprinter(KEY)(field, 3, canonical) == f"3:{expected}"


@given(TEXTS)
@example("A\u030a\u00a0")
def test_clean_text_is_composed_and_trimmed(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean("A\u030ase ") == "Åse"


@given(st.text("ka1_+-.@x", max_size=70) | st.emails().map(str.lower))
@example("kari@example.com")
@example("k@x-.no")
@example(f"kari@{'b' * 57}.no")
def test_a_plain_address_is_one_by_the_rule_too(text: str) -> None:
    assert is_email(text) == _is_address(text)
