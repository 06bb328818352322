"""A value that a person typed becomes the canonical form that a read of the same value has."""

import pytest

from sync.core.fields.typed import typed


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        ("phone", "22 33 44 55", "+4722334455"),
        ("email", " Post@X.no ", "post@x.no"),
        ("first_workday", "14.1.2026", "2026-01-14"),
        ("last_workday", "2026-06-30", ("2026-06-30", "arbeidstakerHarSagtOppSelv")),
        ("bank_account", "1234.56 78903", ("no", "12345678903")),
        ("bank_account", "NO93 8601 1117 947", ("no", "86011117947")),
        ("bank_account", "SE45 5000 0000 0583 9825 7466 ESSESESS", ("iban", "SE4550000000058398257466", "ESSESESS")),
        ("address", "Storgata 1, 0155 Oslo", ("Storgata 1", "0155", "Oslo", "NO")),
        ("address", "Storgatan 1, 111 22 Stockholm, se", ("Storgatan 1", "111 22", "Stockholm", "SE")),
    ],
)
def test_it_is_read_as_people_write_it(field, text, found):
    assert found in typed(field, text)


@pytest.mark.parametrize(
    ("field", "text"), [("phone", " "), ("first_workday", "31.2.2026"), ("bank_account", "0" * 11)]
)
def test_what_is_no_value_is_none(field, text):
    assert typed(field, text) == ()
