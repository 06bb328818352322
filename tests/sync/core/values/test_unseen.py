"""No text that is compared, stored or written has invisible characters."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connections.api.decoding import WrongShape
from sync.core.deciding.automatic_limits import Disagreement, writes_by_itself
from sync.core.fields import FIELDS
from sync.core.records.employee import Employee, Side, from_json, to_json
from sync.core.values.text import clean, loose, visible
from tests.sync.core.documents import (
    ACCOUNT,
    PRINT,
    both,
    compared,
    huma_doc,
    huma_place,
    modest,
    read_huma,
    read_visma,
    visma_doc,
    visma_place,
    wrap,
)

UNSEEN = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "zero-width non-joiner": "\u200c",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "left-to-right mark": "\u200e",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "Arabic letter mark": "\u061c",
    "soft hyphen": "\u00ad",
    "NUL": "\x00",
    "bell": "\x07",
    "delete": "\x7f",
    "a control character of Latin 1": "\x9f",
    "unit separator": "\x1f",
    "half a pair": "\ud83d",
    "the other half": "\ude00",
    "variation selector": "\ufe0f",
    "variation selector of the second kind": "\U000e0100",
    "tag": "\U000e0041",
    "Mongolian vowel separator": "\u180e",
    "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "no character": "\uffff",
    "interlinear anchor": "\ufff9",
    "invisible times": "\u2062",
}
BREAKS = ["\n", "\r\n", "\r", "\v", "\f", "\t", "\x85", "\u2028", "\u2029", " \n ", "\n\n", "\u00a0\r\n"]
unseen = pytest.mark.parametrize("sign", UNSEEN.values(), ids=UNSEEN)


@unseen
def test_it_goes_wherever_it_stands(sign: str) -> None:
    assert clean(f"{sign}Ka{sign}ri{sign}") == "Kari"
    assert clean(sign) == clean(f" {sign} ") == ""
    assert clean(f"A{sign}\u030ase") == "\u00c5se"


@pytest.mark.parametrize("blanks", BREAKS)
def test_a_line_break_is_one_space(blanks: str) -> None:
    assert clean(f"Storgata 1{blanks}H0201") == "Storgata 1 H0201"
    assert clean(f"{blanks}Storgata 1{blanks}") == "Storgata 1"


@pytest.mark.parametrize("text", ["Anne  Marie", "Kåre", "O’Brien", "Nguyễn Văn", "مریم", "王小明", "x@y.no", "#-_~^"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert clean(text) == visible(text) == text


TEXTS = st.text(st.characters(codec=None, exclude_categories=[])) | st.text(
    st.sampled_from([*UNSEEN.values(), *"aA \u00a0\u030a\n\r\u2028"])
)


@modest
@given(TEXTS)
@example("a \u200b\n \u2028b")
@example("\u030a\u200b \u00ad")
def test_clean_text_stays_clean(text: str) -> None:
    found = clean(text)
    assert clean(found) == visible(found) == found
    assert found == found.strip()
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, found))
    assert json.loads(json.dumps(found)) == found.encode().decode()


@modest
@given(TEXTS, st.sampled_from(list(UNSEEN.values())), st.integers(0, 50))
def test_texts_that_differ_only_in_it_are_equal(text: str, sign: str, place: int) -> None:
    assert clean(text[:place] + sign + text[place:]) == clean(text)


DIRTY = "\u200b{}\u00ad"


def dirty(text: str) -> str:
    """The text with a sign in its middle and at both ends that nobody sees."""
    return DIRTY.format(f"{text[:3]}\u202e\x00{text[3:]}\ud800")


HUMA = {
    "givenName": "Kari",
    "familyName": "Nordmann",
    "email": "kari@example.com",
    "phone": "22334455",
    "employmentId": "1017",
}
ADDRESS = {"line1": "Storgata 1", "line2": "", "line3": "", "postalCode": "0150", "city": "Oslo", "country": "NO"}
VISMA_ADDRESS = {"streetName": "Storgata 1", "zipCode": "0150", "cityName": "Oslo", "countryCode": "NO"}


def huma(write: Any = str) -> Employee:
    """Somebody in Huma, each text as ``write`` makes it."""
    doc = huma_doc(
        **{name: wrap(write(text)) for name, text in HUMA.items()},
        homeAddress=wrap({key: write(text) if text else "" for key, text in ADDRESS.items()}),
        bankAccount=wrap({"type": write("national"), "number": write(ACCOUNT), "country": write("NO")}),
        birthDate=wrap(write("1990-05-17")),
    )
    place = huma_place(lastDayOfWork=wrap("2026-12-31"), endReason=wrap(write("employee_resigned")))
    return read_huma(doc, place)


def visma(write: Any = str) -> Employee:
    """The same person in Visma."""
    doc = visma_doc(
        personNames=[{"firstName": write("Kari"), "lastName": write("Nordmann"), "activeStart": "2020-01-01"}],
        emails=[{"type": write("business"), "address": write("kari@example.com")}],
        phones=[{"type": write("business"), "number": write("22334455")}],
        address={key: write(text) for key, text in VISMA_ADDRESS.items()},
        number=write("1017"),
        salaryPaymentMethod={"paymentType": write("bank"), "localBankAccount": write(ACCOUNT)},
        externalIds=[{"key": "huma", "value": write("h1")}],
        dateOfBirth=write("1990-05-17"),
    )
    place = visma_place(activeEnd="2026-12-31", positionEndReason=[write("arbeidstakerHarSagtOppSelv")])
    return read_visma(doc, place)


def test_people_whose_texts_differ_only_in_it_agree() -> None:
    assert huma(dirty) == huma()
    assert visma(dirty) == visma()


@pytest.mark.parametrize(
    ("huma_says", "why", "writes"), [("Kari", "huma_moved", True), ("Kari\u200b", "was_left", False)]
)
def test_what_a_person_left_as_it_is_is_not_overwritten_because_it_stopped_counting(
    huma_says: str, why: str, writes: bool
) -> None:
    """Once the sign counted: the fingerprint that was left is another one, though nobody changed anything."""
    left = PRINT("given_name", 1, "Kari\u200b"), PRINT("given_name", 1, "Karianne")
    two = both(
        huma_doc(givenName=wrap(huma_says)),
        visma_doc(personNames=[{"firstName": "Karianne", "lastName": "Nordmann"}]),
    )
    (one,) = compared(two, {"given_name": left}).differences
    moved = Disagreement(one.field, one.standing, one.why, one.prints, False, False, one.by_bulk, by_hand=one.by_hand)
    assert one.why == why
    assert writes_by_itself(moved, huma_wins=False) is writes


def test_nothing_of_it_is_stored() -> None:
    """But what the version before made of the value, which nobody is shown and nothing is written from."""
    for employee in (huma(dirty), visma(dirty)):
        kept = to_json(employee)
        assert from_json(json.loads(json.dumps(kept))) == employee
        stored = json.dumps({**kept, "values": {name: parts[:-1] for name, parts in kept["values"].items()}})
        assert not [sign for sign in ("200b", "00ad", "202e", "0000", "d800") if f"\\u{sign}" in stored]


def test_a_line_break_in_a_street_is_a_space_in_what_is_written() -> None:
    home = {**ADDRESS, "line1": "Storgata 1\r\nH0201"}
    two = both(huma_doc(homeAddress=wrap(home)), visma_doc(address={"countryCode": "NO"}))
    (found,) = compared(two).differences
    assert found.to[Side.VISMA]["streetName"] == "Storgata 1 H0201"


WILD = st.text(st.sampled_from([*UNSEEN.values(), *"kKåa@.no 0123456789\n'’-"]), max_size=30)


@modest
@given(WILD, WILD, WILD)
def test_whatever_is_written_can_be_seen(name: str, email: str, street: str) -> None:
    home = {**ADDRESS, "line1": street, "city": name}
    one = huma_doc(
        givenName=wrap(name),
        email=wrap(email),
        phone=wrap(street),
        employmentId=wrap(name),
        bankAccount=wrap({"type": "international", "iban": street, "bic": name}),
        homeAddress=wrap(home),
    )
    other = visma_doc(
        personNames=[{"firstName": street, "lastName": email}],
        emails=[{"type": "business", "address": name}],
        phones=[{"type": "business", "number": email}],
        address={"streetName": email, "cityName": street, "countryCode": "NO"},
        number=street,
    )
    for difference in compared(both(one, other)).differences:
        for after in difference.to.values():
            for text in after.values() if isinstance(after, dict) else [after]:
                assert not isinstance(text, str) or text == clean(text)


@unseen
def test_an_id_with_it_is_no_id(sign: str) -> None:
    with pytest.raises(WrongShape):
        read_huma(huma_doc(f"h{sign}1"))
    with pytest.raises(WrongShape):
        read_visma(visma_doc(f"v{sign}1"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "O’Brien"),
        ("O'Brien", "O‘Brien"),
        ("O'Brien", "OʼBrien"),
        ("O'Brien", "O´brien"),
        ("O'Brien", "O`Brien"),
        ("O'Brien", "Oʹ BRIEN"),
        ("Anne-Marie", "Anne‐Marie"),
        ("Anne-Marie", "Anne‑Marie"),
        ("Anne-Marie", "Anne – marie"),
    ],
)
def test_another_apostrophe_or_hyphen_is_a_difference_of_spelling_only(one: str, other: str) -> None:
    assert clean(one) != clean(other)
    assert loose(clean(one)) == loose(clean(other))
    two = both(huma_doc(familyName=wrap(one)), visma_doc(personNames=[{"firstName": "Kari", "lastName": other}]))
    (difference,) = compared(two).differences
    assert (difference.field, difference.kind) == ("family_name", "spelling")


@pytest.mark.parametrize(("one", "other"), [("Anne-Marie", "Anne Marie"), ("OBrien", "O'Brien"), ("Åse", "Ase")])
def test_a_sign_more_or_less_is_another_value(one: str, other: str) -> None:
    assert loose(one) != loose(other)


def test_every_field_is_in_these_tests() -> None:
    read = {spec.name for spec in FIELDS if huma().canonical(spec.name) is not None}
    assert read == {spec.name for spec in FIELDS}
