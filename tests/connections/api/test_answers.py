"""JSON in and out, without losing a digit."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connections.api.decoding import decode
from connections.api.responses import encode

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_what_is_read_is_what_was_written(body: Any) -> None:
    assert decode(encode(body)) == body


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_no_digit_of_a_number_is_lost(number: Decimal) -> None:
    text = str(number)
    if "." in text or "E" in text:
        assert Decimal(encode(decode(text.encode())).decode()) == number


def test_a_salary_of_many_digits_comes_back_digit_by_digit() -> None:
    sent = encode({"salary": decode(b'{"n": 33333.333333333333333333333333}')["n"], "surrogate": decode(b'"\\ud800"')})
    assert b'"salary": 33333.333333333333333333333333' in sent
    assert b'"\\ud800"' in sent
