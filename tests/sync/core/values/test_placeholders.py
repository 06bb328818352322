"""A placeholder is not a value: it agrees with empty, and is never sent."""

from typing import Any

import pytest

from sync.core.deciding.automatic_limits import Disagreement, writes_by_itself
from sync.core.deciding.compare import Difference
from sync.core.deciding.create import creation, refused
from sync.core.deciding.plan import bulk_refusal
from sync.core.fields import field
from sync.core.matching.match import match
from sync.core.records.employee import Side, Value
from sync.core.values.placeholders import birth, is_account, is_email, is_phone
from tests.sync.core.documents import (
    ACCOUNT,
    PRINT,
    SWEDISH_IBAN,
    TODAY,
    Doc,
    both,
    compared,
    day,
    huma_doc,
    huma_place,
    read_huma,
    read_visma,
    visma_doc,
    wrap,
)

PHONES = [
    "00000000",
    "+47 00 00 00 00",
    "0047 00000000",
    "11111111",
    "99999999",
    "+4799999999",
    "0",
    "000",
    "tel 00000000",
]
PHONES += ["12345678", "23456789", "34567890", "+47 12345678", "+4723456789", "4712345678", "0123456"]
PHONES += ["123456789", "12 34 56 78", "+46 0000 0000", "+1 555 555 5555", "00–00–00–00", "٠٠٠٠٠٠٠٠", "\u200b00000000"]
REAL_PHONES = [
    "22334455",
    "40000000",
    "90909090",
    "45678901",
    "12121212",
    "+46812345678",
    "112",
    "1234",
    "11112222",
    "+4798765432",
]
REAL_PHONES += ["call me", "12345678 ext. 9"]
ACCOUNTS = [
    "00000000000",
    "11111111111",
    "9999.99.99999",
    "0000 00 00000",
    "0",
    "000",
    "NO9300000000000",
    "SE0000000000000000",
]
REAL_ACCOUNTS = [ACCOUNT, "12345678903", SWEDISH_IBAN, "11111111112", "NO9386011117947", "GB82WEST12345698765432"]
EMAILS = ["ukjent@ukjent", "a@b", "x@localhost", "kari@firma.invalid", "kari@INVALID", "kari@pc.localhost"]
REAL_EMAILS = ["kari@example.com", "kari@invalid.no", "kari@localhost.no", "kari@notinvalid.com"]


@pytest.mark.parametrize("text", PHONES)
def test_one_digit_or_digits_in_a_row_are_no_phone(text: str) -> None:
    assert phone(text).canonical is None
    assert phone(text).problem == "placeholder_huma"


@pytest.mark.parametrize("text", REAL_PHONES)
def test_other_numbers_are_phones(text: str) -> None:
    assert phone(text).canonical is not None
    assert phone(text).problem == ""


@pytest.mark.parametrize("text", ACCOUNTS)
@pytest.mark.parametrize("country", ["NO", "SE"])
def test_one_digit_is_no_account(text: str, country: str) -> None:
    for own in ({"type": "national", "number": text, "country": country}, {"type": "international", "iban": text}):
        value = read_huma(huma_doc(bankAccount=wrap(own))).values["bank_account"]
        assert (value.canonical, value.problem) == (None, "placeholder_huma")
    for method in ({"localBankAccount": text}, {"internationalBankAccount": True, "internationalIban": text}):
        document = visma_doc(salaryPaymentMethod={"paymentType": "bank", **method})
        value = read_visma(document).values["bank_account"]
        assert (value.canonical, value.problem) == (None, "placeholder_visma")


@pytest.mark.parametrize("text", REAL_ACCOUNTS)
def test_other_numbers_are_accounts(text: str) -> None:
    assert not is_account(text)


@pytest.mark.parametrize("text", EMAILS)
def test_an_address_that_goes_nowhere_is_no_email(text: str) -> None:
    value = read_huma(huma_doc(email=wrap(text))).values["email"]
    assert (value.canonical, value.problem) == (None, "placeholder_huma")


@pytest.mark.parametrize("text", [*REAL_EMAILS, "call me", "a b@c", "@b", "a@", "a@b@c", "kari@x,no", "kari@.invalid,"])
def test_other_addresses_are_emails_or_wrong_ones(text: str) -> None:
    assert not is_email(text)


@pytest.mark.parametrize("text", ["", "+", "-", "   "])
def test_nothing_is_no_placeholder(text: str) -> None:
    assert not any(says(text) for says in (is_phone, is_account, is_email))


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("1900-01-01", ""),
        ("0001-01-01", ""),
        ("1899-12-30", ""),
        ("9999-12-31", ""),
        (day(1), ""),
        (None, ""),
        ("1900-01-02", "1900-01-02"),
        ("1970-01-01", "1970-01-01"),
        ("2000-01-01", "2000-01-01"),
    ],
)
def test_a_date_of_birth_that_nobody_has_says_nothing(written: str | None, known: str) -> None:
    assert birth(written, TODAY.isoformat()) == known
    assert read_huma(huma_doc(birthDate=wrap(written))).birth == known
    assert read_visma(visma_doc(dateOfBirth=written)).birth == known


def phone(text: str) -> Value:
    return read_huma(huma_doc(phone=wrap(text))).values["phone"]


BOTH: dict[str, tuple[Doc, Doc, Doc, Doc]] = {
    "phone": (
        {"phone": wrap("00000000")},
        {"phone": wrap("22334455")},
        {"phones": [{"type": "business", "number": "12345678"}]},
        {"phones": [{"type": "business", "number": "99887766"}]},
    ),
    "email": (
        {"email": wrap("ukjent@ukjent")},
        {"email": wrap("kari@x.no")},
        {"emails": [{"type": "business", "address": "ukjent@firma.invalid"}]},
        {"emails": [{"type": "business", "address": "ola@x.no"}]},
    ),
    "bank_account": (
        {"bankAccount": wrap({"type": "national", "number": "00000000000", "country": "NO"})},
        {"bankAccount": wrap({"type": "national", "number": ACCOUNT, "country": "NO"})},
        {"salaryPaymentMethod": {"paymentType": "bank", "localBankAccount": "11111111111"}},
        {"salaryPaymentMethod": {"paymentType": "bank", "localBankAccount": "12345678903"}},
    ),
}
NOTHING: dict[str, tuple[Doc, Doc]] = {
    "phone": ({"phone": wrap()}, {"phones": []}),
    "email": ({"email": wrap()}, {"emails": []}),
    "bank_account": ({"bankAccount": wrap()}, {"salaryPaymentMethod": {"paymentType": "cash"}}),
}
each = pytest.mark.parametrize("name", BOTH)


def found(name: str, huma: Doc, visma: Doc, **more: Any) -> Difference | None:
    """The difference of a field between two documents."""
    comparison = compared(both(huma_doc(**huma), visma_doc(**visma)), **more)
    return next((one for one in comparison.differences if one.field == name), None)


@each
def test_it_agrees_with_empty_and_with_another_placeholder(name: str) -> None:
    false_huma, _huma, false_visma, _visma = BOTH[name]
    no_huma, no_visma = NOTHING[name]
    for huma, visma in ((false_huma, no_visma), (no_huma, false_visma), (false_huma, false_visma)):
        assert found(name, huma, visma) is None


@each
def test_huma_s_placeholder_neither_overwrites_nor_empties(name: str) -> None:
    false_huma, _huma, _false, visma = BOTH[name]
    one = found(name, false_huma, visma)
    assert one is not None
    assert one.forbidden[Side.VISMA].code == "placeholder_huma"
    assert not one.forbidden[Side.VISMA].params
    assert (one.kind, one.suggestion) == ("huma_empty", "visma")
    assert Side.HUMA in one.to


@each
def test_visma_s_placeholder_neither_overwrites_nor_empties(name: str) -> None:
    _false, huma, false_visma, _visma = BOTH[name]
    one = found(name, huma, false_visma)
    assert one is not None
    assert one.forbidden[Side.HUMA].code == "placeholder_visma"
    assert (one.kind, one.suggestion) == ("visma_empty", "huma")
    assert Side.VISMA in one.to


@each
def test_a_value_that_became_one_is_not_moved_but_lost(name: str) -> None:
    false_huma, huma, false_visma, visma = BOTH[name]
    was_huma, was_visma = settled(name, huma, visma)
    one = found(name, false_huma, visma, baseline={name: (was_visma, was_visma)})
    other = found(name, huma, false_visma, baseline={name: (was_huma, was_huma)})
    assert one is not None
    assert other is not None
    assert (one.suggestion, one.why) == ("visma", "huma_placeholder")
    assert (other.suggestion, other.why) == ("huma", "visma_placeholder")


@each
@pytest.mark.parametrize("huma_wins", [True, False])
def test_no_automatic_run_writes_for_it(name: str, huma_wins: bool) -> None:
    false_huma, huma, _false, visma = BOTH[name]
    was_huma, was_visma = settled(name, huma, visma)
    for baseline in ({}, {name: (was_visma, was_visma)}, {name: (was_huma, was_huma)}):
        one = found(name, false_huma, visma, baseline=baseline)
        assert one is not None
        assert not writes_by_itself(_stored(one), huma_wins)


@each
def test_no_choice_for_many_empties_by_it(name: str) -> None:
    false_huma, _huma, _false, visma = BOTH[name]
    one = found(name, false_huma, visma)
    assert one is not None
    refusal = bulk_refusal(
        choice="huma",
        by_bulk=one.by_bulk,
        blocked=one.forbidden[Side.VISMA].code,
        empties=one.empties(Side.VISMA),
        standing=one.standing,
        filter_standing="asks",
        allow_clearing=True,
    )
    assert refusal == "forbidden"


def settled(name: str, huma: Doc, visma: Doc) -> tuple[str, str]:
    two, spec = both(huma_doc(**huma), visma_doc(**visma)), field(name)
    return (
        PRINT(name, spec.version, two.value(Side.HUMA, name).canonical),
        PRINT(name, spec.version, two.value(Side.VISMA, name).canonical),
    )


def _stored(one: Difference) -> Disagreement:
    return Disagreement(
        field=one.field,
        standing=one.standing,
        why=one.why,
        prints=one.prints,
        blocked=Side.VISMA in one.forbidden,
        empties=one.empties(Side.VISMA),
        by_bulk=one.by_bulk,
        seen=("1:another", one.prints[1]),
        by_hand=one.by_hand,
    )


@pytest.mark.parametrize(
    ("huma", "visma"),
    [
        ({"phone": wrap("00000000")}, {"phones": [{"type": "business", "number": "00000000"}]}),
        ({"email": wrap("x@x")}, {"emails": [{"type": "business", "address": "x@x"}]}),
        ({"birthDate": wrap("1900-01-01")}, {"dateOfBirth": "1900-01-01"}),
        (
            {"bankAccount": wrap({"type": "national", "number": "00000000000", "country": "NO"})},
            {"salaryPaymentMethod": {"paymentType": "bank", "localBankAccount": "00000000000"}},
        ),
    ],
)
def test_it_vouches_for_nobody(huma: Doc, visma: Doc) -> None:
    stranger = {"personNames": [{"firstName": "Per", "lastName": "Hansen"}], "number": "7"}
    no_email = {"email": wrap(), "employmentId": wrap("7")}
    one = read_huma(huma_doc(**{**no_email, **huma}))
    other = read_visma(visma_doc(**{"emails": [], **stranger, **visma}))
    assert match([one], [other]).linked == ()


def test_who_is_created_gets_none_and_the_page_says_so() -> None:
    huma = read_huma(huma_doc(phone=wrap("00000000"), email=wrap("x@x"), **BOTH["bank_account"][0]), huma_place())
    made = creation(huma, TODAY, "")
    assert {name: reason.code for name, reason in made.omitted.items()} == dict.fromkeys(
        ("phone", "email", "bank_account"), "placeholder_huma"
    )
    assert not made.values.keys() & made.omitted.keys()


def test_nobody_is_created_in_huma_with_one_as_the_email() -> None:
    visma = read_visma(visma_doc(emails=[{"type": "business", "address": "ukjent@ukjent"}], number="7"))
    why = refused(visma, open_matches=[], left_out=[], numbers={}, huma_emails=[])
    assert why == "create_placeholder_email"
