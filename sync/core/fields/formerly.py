"""The canonical forms of the first version of the app, if today's are different.

A fingerprint that it stored still stands for the same value, so it isn't a move. Source: design, Who is right.
"""

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from sync.core.records.employee import Canonical, Own, Side
from sync.core.values.text import e164


def trimmed(raw: Any) -> str:
    """Text with its invisible characters, but without lone surrogates, which have no fingerprint."""
    text = "" if raw is None else str(raw).encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", text).strip()


def text(raw: Any) -> Canonical:
    """A name, or an Employment ID."""
    return trimmed(raw) or None


def email(raw: Any) -> Canonical:
    """An email, also for a placeholder."""
    return trimmed(raw).lower() or None


def phone(raw: Any) -> Canonical:
    """A phone number, also for a placeholder."""
    plain = trimmed(raw)
    return (e164(plain) or f"text:{plain}") if plain else None


def address(parts: Iterable[Any]) -> Canonical:
    """An address from its line, postal code, city and country."""
    line, code, city, country = map(trimmed, parts)
    return (line, code, city, country.upper()) if line or code or city else None


def account(
    side: Side, own: Own, local: Callable[[Own], Canonical], international: Callable[[Own, Own], Canonical]
) -> Canonical:
    """A bank account, also for a placeholder or an unknown kind."""
    if not own:
        return None
    if side is Side.VISMA:
        if str(own.get("paymentType") or "").lower() != "bank":
            return None
        iban, number = own.get("internationalIban"), own.get("localBankAccount")
        if iban and (own.get("internationalBankAccount") or not number):
            return international(iban, own.get("internationalBankSwift"))
        return local(number)
    if own.get("iban") and (str(own.get("type") or "").lower() == "international" or not own.get("number")):
        return international(own.get("iban"), own.get("bic"))
    return local(own.get("number")) if trimmed(own.get("country")).upper() == "NO" else None
