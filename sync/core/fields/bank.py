"""Bank account. Source: the user guide (Supported fields), design (The fields), visma-employee.md, huma.md."""

import re
from datetime import date

from phonenumbers import SUPPORTED_REGIONS

from sync.core.fields import formerly
from sync.core.fields.account_checks import bic_problem, check_digit_is_right, iban_problem
from sync.core.fields.account_forms import (
    BANK,
    CASH,
    INTERNATIONAL,
    NATIONAL,
    TEXTS_IN_VISMA,
    as_before,
    back_to_visma,
    for_huma,
    for_visma,
    write_visma,
)
from sync.core.fields.base import Field, Pair, huma_value, visma_value
from sync.core.reasons import Reason, shown_code
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc, shown, value_in
from sync.core.records.employee import UNREADABLE, Canonical, Own, Side, Value
from sync.core.values import placeholders
from sync.core.values.text import clean

UNKNOWN_TYPE, UNKNOWN_PAYMENT = "huma's type", "visma's payment"
"""The first part of a canonical account of an unknown kind; the second part is the code. It never counts as empty."""

_TEXTS_IN_HUMA = ("type", "number", "country", "iban", "bic")
TERRITORIES = {
    "FR": frozenset(["BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"]),
    "GB": frozenset(["GG", "IM", "JE"]),
    "FI": frozenset(["AX"]),
}
"""By country of an IBAN, the territories whose banks use it, too. Source: SWIFT, IBAN registry, notes on FR, GB, FI."""

_LIKE_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
UNKNOWN = {UNKNOWN_TYPE: "unknown_account_type", UNKNOWN_PAYMENT: "unknown_payment_type"}
"""Why an account of an unknown kind can't be sent, as codes of ``reasons``."""


def _compact(text: Own) -> str:
    return "".join(filter(str.isalnum, clean(text))).upper()


def local(number: Own) -> Canonical:
    """A Norwegian account as ``("no", digits)``, also if its IBAN was given; ``None`` for no account."""
    compact = _compact(number)
    if not compact:
        return None
    return "no", compact[4:] if _is_norwegian_iban(compact) else compact


def international(iban: Own, bic: Own) -> Canonical:
    """``("iban", IBAN, BIC)``; a Norwegian IBAN with right check digits becomes the national account in it."""
    compact = _compact(iban)
    if not compact:
        return None
    if _is_norwegian_iban(compact):
        return ("no", compact[4:])
    swift = _compact(bic)
    return ("iban", compact, (swift[:8] if len(swift) == 11 and swift.endswith("XXX") else swift) or None)


def canonical(side: Side, own: Own) -> Canonical:
    """The account as Visma has it, or would have it. Another country's national account becomes cash: the empty value.

    A placeholder is empty, too.
    """
    account = _account(side, own or {})
    return None if placeholders.is_account(_number(account)) else account


def _account(side: Side, own: Own) -> Canonical:
    code = _code(side, own)
    if side is Side.VISMA:
        if code not in (BANK, CASH, ""):
            return UNKNOWN_PAYMENT, code
        return _in_visma(own) if code == BANK else None
    if code not in (NATIONAL, INTERNATIONAL, ""):
        return (UNKNOWN_TYPE, code) if own.get("iban") or own.get("number") else None
    if own.get("iban") and (code == INTERNATIONAL or not own.get("number")):
        return international(own.get("iban"), own.get("bic"))
    return local(own.get("number")) if _country(own) == "NO" else None


def _in_visma(own: Own) -> Canonical:
    iban, number = own.get("internationalIban"), own.get("localBankAccount")
    if iban and (own.get("internationalBankAccount") or not number):
        return international(iban, own.get("internationalBankSwift"))
    return local(number)


def _code(side: Side, own: Own) -> str:
    """The side's code for the kind of account, or of payment, in lower case; "" if there is none."""
    return clean(own.get("type" if side is Side.HUMA else "paymentType")).lower()


def _country(own: Own) -> str:
    return clean(own.get("country")).upper()


def _number(account: Canonical) -> str:
    return (account[1] or "") if isinstance(account, tuple) and account[0] not in UNKNOWN else ""


def last_digits(side: Side, own: Own) -> str:
    """The last three digits of the side's account, which the history keeps; "" for none. Source: design, Privacy."""
    return _number(canonical(side, own))[-3:]


def _problem(side: Side, own: Own, account: Canonical) -> str:
    """Why the side's account can't be sent to the other side, as a code of ``reasons``; "" if it can."""
    if account is None and own and _is_placeholder(side, own):
        return placeholders.found_in(side)
    return (_national_problem(own) if side is Side.HUMA and account is None else "") or problem(account)


def _national_problem(own: Own) -> str:
    """Why a national account that isn't Norwegian doesn't become cash, as a code of ``reasons``; "" if it does.

    Only an account of another known country becomes cash.
    """
    number = clean(own.get("number"))
    if not number or (_code(Side.HUMA, own) == INTERNATIONAL and own.get("iban")):
        return ""
    if not any(map(str.isdigit, number)):
        return "bad_account"
    return "" if _country(own) in SUPPORTED_REGIONS else "unknown_account_country"


def has_account(huma: Value) -> bool:
    """Whether Huma has an account that would be none in Visma: another country's, or one that can't be understood."""
    return huma.canonical is None and (
        becomes_cash(huma) or bool(huma.problem and not placeholders.is_placeholder(huma.problem))
    )


def _is_placeholder(side: Side, own: Own) -> bool:
    """Whether the number is a placeholder. In Huma the numbers of other countries' accounts are checked, too."""
    number = _number(_account(side, own)) or (_compact(own.get("number")) if side is Side.HUMA else "")
    return placeholders.is_account(number)


def agree(huma: Canonical, visma: Canonical) -> bool:
    """Whether the two agree: they are equal, or the IBAN is and only Visma has the SWIFT/BIC, which would stay."""
    if isinstance(huma, tuple) and isinstance(visma, tuple) and huma[0] == "iban" and huma[2] is None:
        return huma[:2] == visma[:2]
    return huma == visma


def becomes_cash(huma: Value) -> bool:
    """Whether Huma has an account that becomes cash in Visma: a national one of another country."""
    return bool(huma.own and clean(huma.own.get("number"))) and huma.canonical is None and not huma.problem


def of_another_country(account: Canonical) -> bool:
    """Whether the SWIFT/BIC belongs to another country than the IBAN. Territories count as their country."""
    if not (isinstance(account, tuple) and account[0] == "iban" and account[2]):
        return False
    iban, bic = (account[1] or "")[:2], account[2][4:6]
    return bic != iban and bic not in TERRITORIES.get(iban, ())


def clue(account: Canonical) -> Canonical:
    """The account as evidence for matching, also with wrong check digits; ``None`` for a text that isn't an account.

    An IBAN comes without the SWIFT/BIC, which one side may not know.
    """
    if not isinstance(account, tuple) or account[0] in UNKNOWN:
        return None
    number = account[1] or ""
    if account[0] == "iban":
        return ("iban", number) if _LIKE_IBAN.fullmatch(number) else None
    return account if len(number) == 11 and number.isascii() and number.isdigit() else None


def problem(account: Canonical) -> str:
    """Why the account can't be sent, as a code of ``reasons``; "" if it can."""
    if not isinstance(account, tuple):
        return ""
    if account[0] in UNKNOWN:
        return UNKNOWN[account[0]]
    if account[0] == "iban":
        return iban_problem(account[1] or "") or (bic_problem(account[2]) if account[2] else "")
    digits = account[1] or ""
    if not (len(digits) == 11 and digits.isascii() and digits.isdigit()):
        return "bad_account"
    return "" if check_digit_is_right(digits) else "bad_check_digits"


def _is_norwegian_iban(compact: str) -> bool:
    return compact.startswith("NO") and len(compact) == 15 and iban_problem(compact) == ""


def _read_huma(details: Doc, position: Doc | None) -> Value:
    wrapped = details.get("bankAccount")
    said = value_in(wrapped) or {}
    own = {key: shown(said[key]) for key in _TEXTS_IN_HUMA if key in said}
    account = canonical(Side.HUMA, own)
    return huma_value(wrapped, own or None, account, _formerly_in_huma, _problem(Side.HUMA, own, account))


def _read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
    method = doc.get("salaryPaymentMethod") or {}
    own: dict[str, Own] = {key: shown(method[key]) for key in TEXTS_IN_VISMA if method.get(key)}
    if (is_international := method.get("internationalBankAccount")) is not None:
        own["internationalBankAccount"] = is_international
    if own and not _code(Side.VISMA, own):
        return UNREADABLE  # it isn't said how the salary is paid, which doesn't mean cash
    account = canonical(Side.VISMA, own)
    return visma_value(method, own or None, account, _formerly_in_visma, _problem(Side.VISMA, own, account))


def _formerly_in_huma(raw: Doc) -> Canonical:
    return formerly.account(Side.HUMA, raw, local, international)


def _formerly_in_visma(raw: Doc) -> Canonical:
    return formerly.account(Side.VISMA, raw, local, international)


def _convert(target: Side, pair: Pair) -> Own:
    account = pair.value(target.other, "bank_account").canonical
    return for_visma(account) if target is Side.VISMA else for_huma(account)


def _forbids(target: Side, pair: Pair) -> Reason | None:
    source = pair.value(target.other, "bank_account")
    if source.problem in UNKNOWN.values() and isinstance(source.canonical, tuple):
        return Reason(source.problem, {"code": shown_code(source.canonical[1])})
    if source.problem:
        return Reason(source.problem)
    if isinstance(source.canonical, tuple) and source.canonical[0] == "iban" and not source.canonical[2]:
        return Reason("no_bic") if target is Side.HUMA else None
    return None


def _write_huma(details: Doc, after: Own) -> Doc:
    return {"bankAccount": after}


BANK_ACCOUNT = Field(
    name="bank_account",
    label=_("Bank account"),
    rule=_(
        "Only Norwegian national accounts are sent to Visma as they are; another country's national account "
        "becomes cash (no bank payment). Use an international account (IBAN and SWIFT/BIC) for other countries. "
        "An account of one digit counts as empty, and isn't sent. A SWIFT/BIC of another country than the IBAN's "
        "is never sent automatically."
    ),
    look_twice="twice_account",
    look_closer=lambda account: "twice_bic" if of_another_country(account) else "",
    clue=clue,
    clearable=frozenset(Side),
    read_huma=_read_huma,
    read_visma=_read_visma,
    canonical=canonical,
    convert=_convert,
    agree=agree,
    forbids=_forbids,
    unfit=lambda target, own: _problem(target, own, canonical(target, own)),
    write_huma=_write_huma,
    write_visma=write_visma,
    as_before=as_before,
    back_to_visma=back_to_visma,
    json_paths=("bankAccount", "salaryPaymentMethod"),
)
