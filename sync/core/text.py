"""Text, phone numbers and dates in canonical form."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import phonenumbers

DEFAULT_COUNTRY = "NO"

_NORWEGIAN = re.compile(r"(?:\+47)?([2-9]\d{7})", re.ASCII)
_LETTER_AFTER_DIGIT = re.compile(r"\d.*[^\W\d_]", re.DOTALL)


def clean(text: Any) -> str:
    """Text as it is written to a vendor: trimmed, composed (NFC); "" for nothing."""
    if text is None:
        return ""
    text = str(text)
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()


def loose(text: str) -> str:
    """Text without capitals and spaces: what is left when only the spelling differs."""
    return "".join(text.casefold().split())


def e164(text: str) -> str | None:
    """A phone number in E.164, Norway being the default country; ``None`` for what isn't one.

    A number with an extension isn't one: E.164 would lose the extension. Nor are letters digits, as on a keypad.
    """
    plain = _NORWEGIAN.fullmatch(text.replace(" ", ""))  # nearly all of them, forty times as fast
    return f"+47{plain[1]}" if plain else _parsed(text)


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> str | None:
    if _LETTER_AFTER_DIGIT.search(text):
        return None
    try:
        number = phonenumbers.parse(text, DEFAULT_COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # Each reading takes off one prefix too many ("+31 00 6…"): what is written must read as itself.
    return found if found == text else e164(found)
