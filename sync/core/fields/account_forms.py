"""The forms in which accounts are written into each system, and put back as they were.

Which account becomes what on the other side is decided in ``bank``.
"""

from datetime import date

from sync.core.fields.base import NO_TRACE, Trace
from sync.core.records.document import Doc
from sync.core.records.employee import Canonical, Own, Side

NATIONAL, INTERNATIONAL = "national", "international"
"""[A] the values of ``type`` in Huma. Source: huma.md, Writing."""

BANK, CASH = "bank", "cash"
LOCAL_KEYS = ("localBankAccount",)
INTERNATIONAL_KEYS = (
    "internationalIban",
    "internationalBankSwift",
    "internationalBankCountry",
    "internationalRemittanceCountry",
)
TEXTS_IN_VISMA = ("paymentType", *LOCAL_KEYS, *INTERNATIONAL_KEYS)


def for_visma(account: Canonical) -> Own:
    """The account in the form of Visma's ``salaryPaymentMethod``; ``None`` for cash."""
    if not isinstance(account, tuple):
        return None
    if account[0] == "no":
        return {"paymentType": BANK, "internationalBankAccount": False, "localBankAccount": account[1]}
    country = (account[1] or "")[:2]  # [A] both properties have the country of the IBAN
    return {
        "paymentType": BANK,
        "internationalBankAccount": True,
        "internationalIban": account[1],
        "internationalBankSwift": account[2],
        "internationalBankCountry": country,
        "internationalRemittanceCountry": country,
    }


def for_huma(account: Canonical) -> Own:
    """The account in the form of Huma's ``bankAccount`` input; ``None`` clears it."""
    if not isinstance(account, tuple):
        return None
    if account[0] == "no":
        return {"type": NATIONAL, "number": account[1], "country": "NO"}
    return {"type": INTERNATIONAL, "iban": account[1], "bic": account[2]}


def write_visma(doc: Doc, after: Own, today: date) -> None:
    """Writes the account: the properties of the other kind are removed, unknown ones stay."""
    method = dict(doc.get("salaryPaymentMethod") or {})
    for key in (*LOCAL_KEYS, *INTERNATIONAL_KEYS):
        method.pop(key, None)
    after = after or {"paymentType": CASH, "internationalBankAccount": False}
    doc["salaryPaymentMethod"] = {**method, **{key: value for key, value in after.items() if value is not None}}


def as_before(target: Side, before: Own) -> Own:
    """The old account with its kind; in Huma without the parts that were empty."""
    if target is Side.VISMA or not before:
        return before
    return {key: part for key, part in before.items() if part} or None


def back_to_visma(doc: Doc, before: Own, trace: Trace | None, today: date) -> Trace:
    """Put the old account back with all properties of its kind, and none of the other."""
    if not before:
        write_visma(doc, None, today)
        return NO_TRACE
    ours = {*TEXTS_IN_VISMA, "internationalBankAccount"}
    kept = {key: value for key, value in (doc.get("salaryPaymentMethod") or {}).items() if key not in ours}
    doc["salaryPaymentMethod"] = {**kept, **before}
    return NO_TRACE
