"""Text, phone numbers and dates in canonical form."""

import unicodedata
from functools import lru_cache
from typing import Any

import phonenumbers

DEFAULT_COUNTRY = "NO"


def clean(text: Any) -> str:
    """Text as it is written to a vendor: trimmed, composed (NFC); "" for nothing."""
    return unicodedata.normalize("NFC", str(text)).strip() if text is not None else ""


def loose(text: str) -> str:
    """Text without capitals and spaces: what is left when only the spelling differs."""
    return "".join(text.casefold().split())


@lru_cache(maxsize=50_000)
def e164(text: str) -> str | None:
    """A phone number in E.164, Norway being the default country; ``None`` for what isn't one.

    A number with an extension isn't one: E.164 would lose the extension.
    """
    try:
        number = phonenumbers.parse(text, DEFAULT_COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
