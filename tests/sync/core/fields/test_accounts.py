"""Bank accounts: the account as Visma has it, or would have it."""

from typing import Any

import pytest

from connections.api.decoding import WrongShape
from sync.core.deciding.automatic_limits import Disagreement, writes_by_itself
from sync.core.deciding.compare import Difference
from sync.core.deciding.plan import look_twice
from sync.core.fields import field
from sync.core.fields.bank import of_another_country, problem
from sync.core.reasons import Reason
from sync.core.records.employee import Side, Value
from tests.sync.core.documents import (
    ACCOUNT,
    NORWEGIAN_IBAN,
    SWEDISH_BIC,
    SWEDISH_IBAN,
    TODAY,
    Doc,
    both,
    compared,
    huma_doc,
    read_huma,
    read_visma,
    visma_doc,
    wrap,
)

BANK = field("bank_account")
SEVEN_DIGITS, WRONG = "6011794", "86011117948"


def huma(**value: Any) -> Value:
    return read_huma(huma_doc(bankAccount=wrap({"code": "x", **value}))).values["bank_account"]


def visma(**method: Any) -> Value:
    return read_visma(visma_doc(salaryPaymentMethod=method)).values["bank_account"]


def national(number: str = ACCOUNT, country: str = "NO", **more: Any) -> Doc:
    return {"type": "national", "number": number, "country": country, **more}


def international(iban: str = SWEDISH_IBAN, bic: str | None = SWEDISH_BIC, **more: Any) -> Doc:
    return {"type": "international", "iban": iban, "bic": bic, **more}


@pytest.mark.parametrize(
    ("value", "account"),
    [
        (national(), ("no", ACCOUNT)),
        (national("8601.11.17947"), ("no", ACCOUNT)),
        (national(" 8601 11 17947 ", "no"), ("no", ACCOUNT)),
        (national("", "NO"), None),
        (national("5839-8257466", "SE"), None),
        (national(SEVEN_DIGITS), ("no", SEVEN_DIGITS)),
        (national(NORWEGIAN_IBAN), ("no", ACCOUNT)),
        (national(iban="", bic=""), ("no", ACCOUNT)),
        (national(iban=SWEDISH_IBAN, bic=SWEDISH_BIC), ("no", ACCOUNT)),
        (international(number=ACCOUNT, country="NO"), ("iban", SWEDISH_IBAN, SWEDISH_BIC)),
        ({"type": "something new", "iban": SWEDISH_IBAN, "bic": SWEDISH_BIC}, ("huma's type", "something new")),
        ({"type": "something new", "number": ACCOUNT, "country": "NO"}, ("huma's type", "something new")),
        ({"type": "something new", "iban": "", "number": None}, None),
        ({"type": "", "iban": SWEDISH_IBAN, "bic": SWEDISH_BIC}, ("iban", SWEDISH_IBAN, SWEDISH_BIC)),
        ({"type": " International", "iban": SWEDISH_IBAN, "number": "1"}, ("iban", SWEDISH_IBAN, None)),
        (national(iban=None, bic=None), ("no", ACCOUNT)),
        (international(), ("iban", SWEDISH_IBAN, SWEDISH_BIC)),
        (international("se45 5000 0000 0583 9825 7466", "ndeasess"), ("iban", SWEDISH_IBAN, SWEDISH_BIC)),
        (international(bic="NDEASESSXXX"), ("iban", SWEDISH_IBAN, SWEDISH_BIC)),
        (international(bic="NDEASESS123"), ("iban", SWEDISH_IBAN, "NDEASESS123")),
        (international(bic=""), ("iban", SWEDISH_IBAN, None)),
        (international(bic=None), ("iban", SWEDISH_IBAN, None)),
        (international(number="", country=""), ("iban", SWEDISH_IBAN, SWEDISH_BIC)),
        (international(NORWEGIAN_IBAN, "DNBANOKK"), ("no", ACCOUNT)),
        (international("NO93 8601 1117 947", None), ("no", ACCOUNT)),
        (international("NO9386011117948", "DNBANOKK"), ("iban", "NO9386011117948", "DNBANOKK")),
        (international("", ""), None),
    ],
)
def test_an_account_in_huma_is_what_it_would_become_in_visma(value: Doc, account: object) -> None:
    assert huma(**value).canonical == account


@pytest.mark.parametrize(
    ("method", "account"),
    [
        ({"paymentType": "cash", "internationalBankAccount": False}, None),
        ({"paymentType": "cash", "localBankAccount": ACCOUNT}, None),
        ({"paymentType": "Bank", "localBankAccount": "8601 11 17947"}, ("no", ACCOUNT)),
        ({"paymentType": None, "localBankAccount": ""}, None),
        ({"internationalBankAccount": False}, None),
        (
            {"paymentType": "bank", "internationalBankAccount": True, "internationalIban": SWEDISH_IBAN}
            | {"internationalBankSwift": "NDEASESSXXX", "internationalBankCountry": "SE"},
            ("iban", SWEDISH_IBAN, SWEDISH_BIC),
        ),
        ({"paymentType": "bank", "internationalIban": SWEDISH_IBAN}, ("iban", SWEDISH_IBAN, None)),
        (
            {"paymentType": "bank", "internationalBankAccount": True, "internationalIban": NORWEGIAN_IBAN},
            ("no", ACCOUNT),
        ),
        (
            {"paymentType": "bank", "internationalBankAccount": False, "internationalIban": SWEDISH_IBAN}
            | {"localBankAccount": ACCOUNT},
            ("no", ACCOUNT),
        ),
        ({"paymentType": "bank", "internationalBankAccount": True, "localBankAccount": ACCOUNT}, ("no", ACCOUNT)),
    ],
)
def test_an_account_in_visma_is_read_by_its_kind(method: Doc, account: object) -> None:
    assert visma(**method).canonical == account


def test_an_account_without_a_way_of_payment_is_not_taken_for_an_empty_one() -> None:
    assert not visma(localBankAccount=ACCOUNT).readable


@pytest.mark.parametrize("account", [{}, {"localBankAccount": ACCOUNT}, {"internationalIban": SWEDISH_IBAN}])
@pytest.mark.parametrize("huma_value", [None, national(), national("5839-8257466", "SE")])
def test_a_way_of_payment_that_nobody_knows_is_not_taken_for_an_empty_one(huma_value: Doc | None, account: Doc) -> None:
    one = difference(huma_value, {"paymentType": "cheque\u200b", **account})
    assert one.forbidden[Side.HUMA] == Reason("unknown_payment_type", {"code": "cheque"})
    assert one.kind == ("value" if huma_value else "huma_empty")
    assert (one.suggestion, one.by_hand) == ("", True)
    assert Side.VISMA in one.to


@pytest.mark.parametrize("method", [{"paymentType": "cash"}, {"paymentType": "bank", "localBankAccount": ACCOUNT}])
def test_a_kind_of_account_that_nobody_knows_is_not_taken_for_none(method: Doc) -> None:
    one = difference({"type": "x" * 100, "number": ACCOUNT, "country": "NO"}, method)
    assert one.forbidden[Side.VISMA] == Reason("unknown_account_type", {"code": f"{'x' * 39}…"})
    assert one.kind != "huma_empty"
    assert one.to[Side.HUMA] == (None if method["paymentType"] == "cash" else national())


def difference(huma_value: Doc | None, method: Doc) -> Difference:
    """The difference between the accounts of the two sides."""
    value = huma_value and {"code": "x", **huma_value}
    two = both(huma_doc(bankAccount=wrap(value)), visma_doc(salaryPaymentMethod=method))
    (found,) = compared(two).differences
    return found


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (None, ""),
        (("no", ACCOUNT), ""),
        (("no", WRONG), "bad_check_digits"),
        (("no", SEVEN_DIGITS), "bad_account"),
        (("no", "860111179470"), "bad_account"),
        (("no", "8601111794X"), "bad_account"),
        (("no", "٨٦٠١١١١٧٩٤٧"), "bad_account"),
        (("iban", SWEDISH_IBAN, SWEDISH_BIC), ""),
        (("iban", SWEDISH_IBAN, None), ""),
        (("iban", "SE4650000000058398257466", SWEDISH_BIC), "bad_check_digits"),
        (("iban", "NO9386011117948", "DNBANOKK"), "bad_check_digits"),
        (("iban", "SE45", SWEDISH_BIC), "bad_account"),
        (("iban", "ZZ4550000000058398257466", SWEDISH_BIC), "bad_account"),
        (("iban", "XK051212012345678906", "NCBVXKPR"), ""),
        (("iban", "XK051212012345678906", "PCBKXKPRXXX"), ""),
        (("iban", "XK051212012345678906", "NCBVXK"), "bad_account"),
        (("iban", SWEDISH_IBAN, "NDEAXXSS"), "bad_account"),
        (("iban", SWEDISH_IBAN, "NDEA"), "bad_account"),
        (("iban", SWEDISH_IBAN, "NDEAZZSS"), "bad_account"),
    ],
)
def test_a_wrong_account_is_recognised_before_it_is_sent(account: Any, code: str) -> None:
    assert problem(account) == code


def test_a_norwegian_iban_around_a_wrong_account_number_is_wrong() -> None:
    from schwifty import IBAN

    iban = str(IBAN.generate("NO", bank_code=WRONG[:4], account_code=WRONG[4:10]))
    broken = next(
        candidate
        for check in range(98)
        if (candidate := f"NO{check:02}{WRONG}") != iban and problem(("iban", candidate, None)) == ""
    )
    value = huma(**international(broken))
    assert value.canonical == ("no", WRONG)
    assert value.problem == "bad_check_digits"


@pytest.mark.parametrize(
    ("huma_value", "method"),
    [
        (None, {"paymentType": "cash"}),
        (national("5839-8257466", "SE"), {"paymentType": "cash"}),
        (national("5839-8257466", "SE"), None),
        (international(NORWEGIAN_IBAN, "DNBANOKK"), {"paymentType": "bank", "localBankAccount": ACCOUNT}),
        (
            international(bic=None),
            {"paymentType": "bank", "internationalBankAccount": True, "internationalIban": SWEDISH_IBAN}
            | {"internationalBankSwift": SWEDISH_BIC},
        ),
    ],
)
def test_accounts_agree_where_writing_would_change_nothing(huma_value: Doc | None, method: Doc) -> None:
    two = both(
        huma_doc(bankAccount=wrap(huma_value and {"code": "x", **huma_value})), visma_doc(salaryPaymentMethod=method)
    )
    assert "bank_account" in compared(two).agreed


def test_a_bic_that_only_visma_has_is_never_lost() -> None:
    method = {"paymentType": "bank", "internationalBankAccount": True, "internationalIban": "GB82WEST12345698765432"}
    two = both(
        huma_doc(bankAccount=wrap({"code": "x", **international(bic=None)})),
        visma_doc(salaryPaymentMethod={**method, "internationalBankSwift": "NWBKGB2L"}),
    )
    assert BANK.convert(Side.VISMA, two)["internationalBankSwift"] is None  # another account: its BIC isn't known
    assert BANK.convert(Side.HUMA, two) == {
        "type": "international",
        "iban": "GB82WEST12345698765432",
        "bic": "NWBKGB2L",
    }


def test_a_wrong_kind_of_value_names_the_property_and_not_the_value() -> None:
    with pytest.raises(WrongShape, match=r"salaryPaymentMethod\.localBankAccount") as caught:
        visma(paymentType="bank", localBankAccount=86011117947)
    assert "8601" not in str(caught.value)
    with pytest.raises(WrongShape, match="internationalBankAccount"):
        visma(paymentType="bank", internationalBankAccount="false", localBankAccount=ACCOUNT)
    with pytest.raises(WrongShape, match=r"bankAccount\.value\.number"):
        huma(type="national", number=86011117947, country="NO")


OTHER_COUNTRY = [
    (SWEDISH_IBAN, "NDEADKKK"),
    ("DE89370400440532013000", "COBAFRPP"),
    ("XK051212012345678906", "NCBAALTX"),
]
SAME_COUNTRY = [
    (SWEDISH_IBAN, SWEDISH_BIC),
    ("XK051212012345678906", "NCBVXKPR"),
    ("GB82WEST12345698765432", "NWBKGB2L"),
    ("GB82WEST12345698765432", "BARCJESH"),
    ("FR1420041010050500013M02606", "SOGEREPA"),
    ("FR1420041010050500013M02606", "BNPAFRPP"),
    ("FI2112345600000785", "AABAAX22"),
]


@pytest.mark.parametrize(("iban", "bic"), OTHER_COUNTRY)
def test_a_bic_of_another_country_is_looked_at_twice_and_never_written_by_itself(iban: str, bic: str) -> None:
    one = difference(international(iban, bic), {"paymentType": "bank", "localBankAccount": ACCOUNT})
    assert look_twice(BANK, Side.VISMA, ("no", ACCOUNT), one.huma.canonical, TODAY) == "twice_bic"
    assert Side.VISMA in one.to
    assert "bic_note" in {note.code for note in one.notes}
    assert not written_by_itself(one)


@pytest.mark.parametrize(("iban", "bic"), SAME_COUNTRY)
def test_the_bic_of_the_country_or_of_its_territory_is_ordinary(iban: str, bic: str) -> None:
    one = difference(international(iban, bic), {"paymentType": "bank", "localBankAccount": ACCOUNT})
    assert look_twice(BANK, Side.VISMA, ("no", ACCOUNT), one.huma.canonical, TODAY) == "twice_account"
    assert written_by_itself(one)


def written_by_itself(one: Difference) -> bool:
    """Whether an automatic run writes it where only Huma moved."""
    moved = Disagreement(
        field=one.field,
        standing=one.standing,
        why="huma_moved",
        prints=one.prints,
        blocked=Side.VISMA in one.forbidden,
        empties=one.empties(Side.VISMA),
        by_bulk=one.by_bulk,
        by_hand=one.by_hand,
    )
    return writes_by_itself(moved, huma_wins=False)


@pytest.mark.parametrize("account", [None, ("no", ACCOUNT), ("iban", SWEDISH_IBAN, None), ("huma's type", "x")])
def test_without_a_bic_there_is_no_other_country(account: Any) -> None:
    assert not of_another_country(account)
