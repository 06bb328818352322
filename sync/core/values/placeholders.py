"""Texts in a field that aren't real values. Source: design, The fields (A placeholder is not a value)."""

import re

import phonenumbers

from sync.core.records.employee import Side

IN_HUMA, IN_VISMA = "placeholder_huma", "placeholder_visma"
"""The codes of ``reasons`` that a placeholder has as its problem: it is never sent to the other side."""

UNBOUNDED = "unbounded"
"""The problem of a workday that means "no beginning" or "no end": it counts as empty, and only a person may send it."""

_ROW = "01234567890"
"""Ascending digits, in the order of a keyboard. Descending ones are real numbers of people (98 76 54 32)."""

_SHORTEST_ROW, _SHORTEST_REPEAT = 5, 3
_NOT_A_DOMAIN = (".invalid", ".localhost")
"""Domains that are reserved, so that no mail to them ever arrives. Source: RFC 2606, 2."""

_FIRST_BIRTH = "1900-01-02"
"""The earliest real date of birth: systems that require one use 1 January 1900, or an earlier day, as a placeholder."""

_DIGITS_ONLY = re.compile(r"[\d\s().+/-]*")


def found_in(side: Side) -> str:
    """The problem of a placeholder on that side."""
    return IN_HUMA if side is Side.HUMA else IN_VISMA


def is_placeholder(problem: str) -> bool:
    """Whether a value's problem is that it is a placeholder."""
    return problem in (IN_HUMA, IN_VISMA)


def _repeats(digits: str) -> bool:
    return digits.count(digits[:1]) == len(digits) and (digits[0] == "0" or len(digits) >= _SHORTEST_REPEAT)


def is_account(compact: str) -> bool:
    """Whether an account without blanks repeats one digit. In an IBAN the check digits don't count."""
    digits = compact[2:] if compact[:2].isalpha() else compact
    if not digits.isdigit():
        return False
    return _repeats(digits) or (digits is not compact and _repeats(digits[2:]))


def is_phone(text: str) -> bool:
    """Whether a phone number repeats one digit or has ascending digits, with or without the country's code."""
    end = text[-_SHORTEST_REPEAT:]
    if end.isascii() and end.isdigit() and not (_repeats(end) or end in _ROW or len(end) < _SHORTEST_REPEAT):
        return False  # true for nearly all numbers
    if not _DIGITS_ONLY.fullmatch(text):
        return False
    digits = "".join(str(int(sign)) for sign in text if sign.isdecimal())
    return bool(digits) and (_is_no_number(digits) or any(map(_is_no_number, _without_country(text, digits))))


def _is_no_number(digits: str) -> bool:
    return _repeats(digits) or (len(digits) >= _SHORTEST_ROW and digits in _ROW)


def _without_country(text: str, digits: str) -> list[str]:
    """The number without the country's code, once for each code with which it may begin."""
    found = [digits[len(code) :] for code in ("0047", "47") if digits.startswith(code) and len(digits) >= 8 + len(code)]
    if text.startswith("+"):
        codes = [digits[:length] for length in (1, 2, 3)]
        found += [digits[len(code) :] for code in codes if int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    return [one for one in found if one]


def is_email(text: str) -> bool:
    """Whether an email's domain can't receive mail: it has no dot, or it is reserved."""
    local, _at, domain = text.lower().rpartition("@")
    if not (domain.replace("-", "").isalnum() or domain.endswith(_NOT_A_DOMAIN)):
        return False
    return bool(local) and "@" not in local and not any(map(str.isspace, text))  # otherwise it isn't an address at all


def is_unbounded(day: str | None) -> bool:
    """Whether an ISO date means "no beginning" or "no end": its year is 0001 or 9999."""
    return day is not None and not "0002" <= day < "9999"


def bounded(day: str | None) -> str | None:
    """The ISO date of a workday; ``None`` for none (also ""), and for one that means "no beginning" or "no end"."""
    return None if not day or is_unbounded(day) else day


def birth(day: str | None, today: str) -> str:
    """The ISO date of birth; "" for none, and for one that no employee can have."""
    return day if day and _FIRST_BIRTH <= day <= today else ""
