"""A value that a person typed, in the canonical form of its field. Source: design, Privacy."""

import re
from datetime import date

from sync.core.fields.bank import BANK
from sync.core.fields.end_reasons import END_REASONS
from sync.core.fields.registry import field
from sync.core.records.employee import Canonical, Own, Side
from sync.core.values.text import clean

LONGEST_TYPED = 300
_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_CITY = re.compile(r"(\d[\d ]*)\s+(.*)")
_BIC = re.compile(r"[A-Za-z]{6}[A-Za-z0-9]{2}(?:[A-Za-z0-9]{3})?")


def typed(name: str, text: str) -> tuple[Canonical, ...]:
    """The canonical forms that the typed text may stand for; none if it is no value of the field.

    More than one: an end reason isn't typed, so each may have come with the day. An IBAN is typed with the SWIFT/BIC
    behind it. An address is typed as on an envelope: street, postal code and city, and maybe a country.
    """
    text = clean(text[:LONGEST_TYPED])
    found = [field(name).canonical(Side.VISMA, own) for own in _own(name, text)] if text else []
    return tuple(one for one in dict.fromkeys(found) if one is not None)


def _own(name: str, text: str) -> list[Own]:
    """What was typed, in Visma's own form."""
    match name:
        case "first_workday":
            return [day] if (day := _day(text)) else []
        case "last_workday":
            day = _day(text)
            return [{"date": day, "reason": reason} for reason in (None, *END_REASONS)] if day else []
        case "bank_account":
            return [_account(text)]
        case "address":
            return _addresses(text)
    return [text]


def _day(text: str) -> str:
    """The ISO date of "2026-01-14", "14.1.2026" or "14/01/2026"; "" for anything else."""
    if found := _DAY.fullmatch(text):
        text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _account(text: str) -> Own:
    """A Norwegian account, or an IBAN with or without the SWIFT/BIC behind it."""
    words = text.split()
    if not words[0][:2].isalpha():
        return {"paymentType": BANK, "localBankAccount": text}
    bic = words.pop() if len(words) > 1 and _BIC.fullmatch(words[-1]) else None
    own = {"internationalIban": "".join(words), "internationalBankSwift": bic}
    return {"paymentType": BANK, "internationalBankAccount": True, **own}


def _addresses(text: str) -> list[Own]:
    """The address with the country that was typed, else as one in Norway and as one without a country."""
    parts = [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]
    country = parts.pop().upper() if len(parts) > 1 and re.fullmatch(r"[A-Za-z]{2}", parts[-1]) else ""
    code, city = "", ""
    if len(parts) > 1 and (found := _CITY.fullmatch(parts[-1])):
        code, city = found[1].strip(), found[2]
        parts.pop()
    own = {"streetName": ", ".join(parts), "zipCode": code, "cityName": city}
    return [{**own, "countryCode": one} for one in ([country] if country else ["NO", ""])]
