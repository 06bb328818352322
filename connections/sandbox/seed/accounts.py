"""Every way in which the two sides can disagree about a bank account, or agree in other words."""

from __future__ import annotations

from collections.abc import Callable

from schwifty import IBAN

from connections.sandbox.seed.people import Pair, local_account


def account_differs(pair: Pair) -> None:
    pair.bank({"type": "national", "number": local_account(pair.random), "country": "NO"})


def account_missing_in_huma(pair: Pair) -> None:
    pair.bank(None)


def account_missing_in_visma(pair: Pair) -> None:
    pair.cash()


def account_wrong_digits(pair: Pair) -> None:
    wrong = str((int(pair.account[-1]) + 1) % 10)
    pair.bank({"type": "national", "number": pair.account[:-1] + wrong, "country": "NO"})


def account_swedish(pair: Pair) -> None:
    """A Swedish national account becomes cash: the sides agree."""
    pair.bank({"type": "national", "number": "8327-9 123 456 789-0", "country": "SE"})
    pair.cash()


def _german(pair: Pair) -> str:
    return str(IBAN.generate("DE", bank_code="10010010", account_code=f"{int(pair.number):010}"))


def account_international(pair: Pair) -> None:
    pair.bank({"type": "international", "iban": _german(pair), "bic": "PBNKDEFF100"})
    pair.cash()


def account_international_agrees(pair: Pair) -> None:
    iban = _german(pair)
    pair.bank(
        {"type": "international", "iban": " ".join(iban[i : i + 4] for i in range(0, 22, 4)), "bic": "PBNKDEFF100"}
    )
    pair.employee["salaryPaymentMethod"] = {
        "paymentType": "bank", "internationalBankAccount": True, "internationalIban": iban,
        "internationalBankSwift": "PBNKDEFF100", "internationalBankCountry": "DE",
        "internationalRemittanceCountry": "DE", "feeCarriedBy": "employer",
    }  # fmt: skip


def account_norwegian_iban(pair: Pair) -> None:
    """A Norwegian IBAN is the national account inside it; a second address line is Huma's own."""
    iban = str(IBAN.generate("NO", bank_code=pair.account[:4], account_code=pair.account[4:10]))
    pair.bank({"type": "international", "iban": iban, "bic": "DNBANOKK"})
    pair.user["homeAddress"] |= {"line2": "c/o Nabo", "line3": "Oppgang B"}


WAYS: tuple[Callable[[Pair], None], ...] = (
    account_differs,
    account_missing_in_huma,
    account_missing_in_visma,
    account_wrong_digits,
    account_swedish,
    account_international,
    account_international_agrees,
    account_norwegian_iban,
)
