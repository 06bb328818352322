"""Bank account. Source: the user guide (Supported fields), design (The fields), visma-employee.md, huma.md."""

from datetime import date
from operator import mul

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.no import kontonr

from sync.core.employee import UNREADABLE, Canonical, Own, Side, Value
from sync.core.fields.base import Field, Pair, huma_value
from sync.core.reasons import Reason
from sync.core.reasons import gettext_noop as _
from sync.core.shape import Doc, as_bool, as_dict, as_text, wrapper
from sync.core.text import clean

NATIONAL, INTERNATIONAL = "national", "international"
"""[A] the values of ``type`` in Huma. Source: huma.md, Writing."""

BANK, CASH = "bank", "cash"
WEIGHTS = (6, 7, 8, 9, 4, 5, 6, 7, 8, 9)
"""Of the first ten digits of a Norwegian account."""
ZERO = ord("0")
LOCAL_KEYS = ("localBankAccount",)
INTERNATIONAL_KEYS = (
    "internationalIban",
    "internationalBankSwift",
    "internationalBankCountry",
    "internationalRemittanceCountry",
)
VISMA_KEYS = ("paymentType", "internationalBankAccount", *LOCAL_KEYS, *INTERNATIONAL_KEYS)
HUMA_KEYS = ("type", "number", "country", "iban", "bic")


def _compact(text: Own) -> str:
    trimmed = clean(text)
    return (trimmed if trimmed.isalnum() else "".join(filter(str.isalnum, trimmed))).upper()


def local(number: Own) -> Canonical:
    """A Norwegian account: ``("no", digits)``, also where somebody wrote its IBAN; empty without any."""
    compact = _compact(number)
    if not compact:
        return None
    return "no", compact[4:] if _is_norwegian_iban(compact) else compact


def international(iban: Own, bic: Own) -> Canonical:
    """``("iban", IBAN, BIC)``; a Norwegian IBAN is the national account inside it, where its check digits are right."""
    compact = _compact(iban)
    if not compact:
        return None
    if _is_norwegian_iban(compact):
        return ("no", compact[4:])
    swift = _compact(bic)
    return ("iban", compact, (swift[:8] if len(swift) == 11 and swift.endswith("XXX") else swift) or None)


def canonical(side: Side, own: Own) -> Canonical:
    """What the account is, or would become, in Visma: another country's national account is cash, the empty value."""
    if not own:
        return None
    if side is Side.VISMA:
        if str(own.get("paymentType") or "").lower() != BANK:
            return None
        iban, number = own.get("internationalIban"), own.get("localBankAccount")
        if iban and (own.get("internationalBankAccount") or not number):
            return international(iban, own.get("internationalBankSwift"))
        return local(number)
    if own.get("iban") and (str(own.get("type") or "").lower() == INTERNATIONAL or not own.get("number")):
        return international(own.get("iban"), own.get("bic"))
    return local(own.get("number")) if (own.get("country") or "").strip().upper() == "NO" else None


def agree(huma: Canonical, visma: Canonical) -> bool:
    """Equal, or the same IBAN and only Visma knows the SWIFT/BIC: it would stay."""
    if isinstance(huma, tuple) and isinstance(visma, tuple) and huma[0] == "iban" and huma[2] is None:
        return huma[:2] == visma[:2]
    return huma == visma


def becomes_cash(huma: Value) -> bool:
    """Whether Huma has an account that is cash in Visma: a national one of another country."""
    return bool(huma.own and huma.own.get("number")) and huma.canonical is None


def problem(account: Canonical) -> str:
    """Why the account can't be sent anywhere, as a code of ``reasons``; "" when it can."""
    if not isinstance(account, tuple):
        return ""
    if account[0] == "iban":
        return _iban_problem(account[1] or "") or (_bic_problem(account[2]) if account[2] else "")
    digits = account[1] or ""
    if not (len(digits) == 11 and digits.isascii() and digits.isdigit()):
        return "bad_account"
    return "" if _check_digit_is_right(digits) else "bad_check_digits"


def _check_digit_is_right(digits: str) -> bool:
    """What ``kontonr.is_valid`` says of eleven digits; it takes 30 times as long, for it cleans up each of them."""
    if digits.startswith("0000"):  # Postgiro's, which have a check digit of their own
        return bool(kontonr.is_valid(digits))
    weighted: int = sum(map(mul, WEIGHTS, digits.encode())) - ZERO * sum(WEIGHTS)
    return weighted % 11 == ord(digits[10]) - ZERO


def _is_norwegian_iban(compact: str) -> bool:
    return compact.startswith("NO") and len(compact) == 15 and _iban_problem(compact) == ""


def _iban_problem(iban: str) -> str:
    try:
        IBAN(iban)
    except SchwiftyException as error:
        return "bad_check_digits" if "Checksum" in type(error).__name__ else "bad_account"
    return ""


def _bic_problem(bic: str) -> str:
    try:
        BIC(bic)
    except SchwiftyException:
        return "bad_account"
    return ""


def _read_huma(details: Doc, position: Doc | None) -> Value:
    wrapped = wrapper(details, "bankAccount")
    value = as_dict((wrapped or {}).get("value"), "bankAccount.value")
    own = value and {key: as_text(value[key], f"bankAccount.{key}") for key in HUMA_KEYS if key in value}
    account = canonical(Side.HUMA, own)
    return huma_value(wrapped, own or None, account, problem(account))


def _read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
    method = as_dict(doc.get("salaryPaymentMethod"), "salaryPaymentMethod") or {}
    own = {key: method[key] for key in VISMA_KEYS if method.get(key) not in (None, "")}
    for key in own:
        check = as_bool if key == "internationalBankAccount" else as_text
        check(own[key], f"salaryPaymentMethod.{key}")
    if str(own.get("paymentType") or "").lower() not in (BANK, CASH) and own.keys() - {"internationalBankAccount"}:
        return UNREADABLE  # not one of the two that we know: anything but empty
    account = canonical(Side.VISMA, own)
    return Value(own or None, account, problem=problem(account))


def for_visma(account: Canonical) -> Own:
    """The account as Visma's ``salaryPaymentMethod`` has it; cash for none."""
    if not isinstance(account, tuple):
        return None
    if account[0] == "no":
        return {"paymentType": BANK, "internationalBankAccount": False, "localBankAccount": account[1]}
    country = (account[1] or "")[:2]  # [A] both country properties are the IBAN's
    return {
        "paymentType": BANK,
        "internationalBankAccount": True,
        "internationalIban": account[1],
        "internationalBankSwift": account[2],
        "internationalBankCountry": country,
        "internationalRemittanceCountry": country,
    }


def for_huma(account: Canonical) -> Own:
    """The account as Huma's ``bankAccount`` input wants it; ``None`` clears."""
    if not isinstance(account, tuple):
        return None
    if account[0] == "no":
        return {"type": NATIONAL, "number": account[1], "country": "NO"}
    return {"type": INTERNATIONAL, "iban": account[1], "bic": account[2]}


def _convert(target: Side, pair: Pair) -> Own:
    account = pair.value(target.other, "bank_account").canonical
    return for_visma(account) if target is Side.VISMA else for_huma(account)


def _forbids(target: Side, pair: Pair) -> Reason | None:
    source = pair.value(target.other, "bank_account")
    if source.problem:
        return Reason(source.problem)
    if isinstance(source.canonical, tuple) and source.canonical[0] == "iban" and not source.canonical[2]:
        return Reason("no_bic") if target is Side.HUMA else None
    return None


def _write_huma(details: Doc, after: Own) -> Doc:
    return {"bankAccount": after}


def _write_visma(doc: Doc, after: Own, today: date) -> None:
    """The other kind's properties go, unknown ones stay."""
    method = dict(as_dict(doc.get("salaryPaymentMethod"), "salaryPaymentMethod") or {})
    for key in (*LOCAL_KEYS, *INTERNATIONAL_KEYS):
        method.pop(key, None)
    after = after or {"paymentType": CASH, "internationalBankAccount": False}
    doc["salaryPaymentMethod"] = {**method, **{key: value for key, value in after.items() if value is not None}}


BANK_ACCOUNT = Field(
    name="bank_account",
    label=_("Bank account"),
    rule=_(
        "Only Norwegian national accounts are sent to Visma as they are; another country's national account becomes "
        "cash (no bank payment). Use an international account (IBAN and SWIFT/BIC) for other countries."
    ),
    look_twice="twice_account",
    clearable=frozenset(Side),
    read_huma=_read_huma,
    read_visma=_read_visma,
    canonical=canonical,
    convert=_convert,
    agree=agree,
    forbids=_forbids,
    write_huma=_write_huma,
    write_visma=_write_visma,
    json_paths=("bankAccount", "salaryPaymentMethod"),
)
