"""Text, phone numbers and dates in canonical form."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import phonenumbers

DEFAULT_COUNTRY = "NO"

_NORWEGIAN = re.compile(r"(?:\+47)?([2-9]\d{7})", re.ASCII)
_LETTER_AFTER_DIGIT = re.compile(r"\d.*[^\W\d_]", re.DOTALL)


_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
"""Control and format characters (zero-width, bidirectional, soft hyphens, byte order mark), and lone surrogates."""

_BREAKS = frozenset("\t\n\v\f\r\x85\u2028\u2029")
_BLANKS = re.compile(r"\s+")

_ALSO_UNSEEN = (
    (0x034F, 0x034F),  # the grapheme joiner
    (0x115F, 0x1160),  # fillers of Hangul
    (0x17B4, 0x17B5),  # Khmer vowels that aren't shown
    (0x180B, 0x180F),  # variation selectors of Mongolian
    (0x2065, 0x2065),
    (0x3164, 0x3164),
    (0xFDD0, 0xFDEF),  # not characters at all
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)
"""Characters that are invisible in spite of their category. Source: Unicode, Default_Ignorable_Code_Point."""


_FIRST_UNSEEN_LETTER = chr(min(first for first, _last in _ALSO_UNSEEN))
"""All printable characters below this one are visible."""


class _Shown(dict[int, int | str | None]):
    """A table for ``str.translate``: line breaks become a space, invisible characters are removed, the rest stays."""

    def __missing__(self, code: int) -> int | str | None:
        self[code] = found = _shown(code)
        return found


def _shown(code: int) -> int | str | None:
    if chr(code) in _BREAKS:
        return "\n"
    if unicodedata.category(chr(code)) in _UNSEEN_CATEGORIES or code & 0xFFFE == 0xFFFE:
        return None
    return None if any(first <= code <= last for first, last in _ALSO_UNSEEN) else code


_SHOWN = _Shown()


def _one_blank(blanks: re.Match[str]) -> str:
    return " " if "\n" in blanks[0] else blanks[0]


def visible(text: str) -> str:
    """The text without invisible characters. Blanks with a line break or a tab among them become one space.

    Invisible joiners of letters (in Persian, in emoji) are removed, too. Source: design, What is written.
    """
    if text.isprintable() and (text.isascii() or max(text) < _FIRST_UNSEEN_LETTER):  # nearly all of them
        return text
    shown = text.translate(_SHOWN)
    return _BLANKS.sub(_one_blank, shown) if "\n" in shown else shown


def clean(text: Any) -> str:
    """Text as it is compared, stored and written: without invisible characters, trimmed, in NFC; "" for nothing."""
    if text is None:
        return ""
    plain = text if type(text) is str else str(text)
    if plain.isascii() and plain.isprintable():  # nearly all of them
        return plain.strip()
    shown = visible(plain)
    return (shown if shown.isascii() else unicodedata.normalize("NFC", shown)).strip()


_SAME_SIGN = str.maketrans(
    dict.fromkeys(
        "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u2032\u2035\uff07\u00b4`", "'"
    )
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-")
)
"""Kinds of apostrophes and hyphens that keyboards and programs use in place of each other."""


def loose(text: str) -> str:
    """Text without capitals and spaces, with one kind of apostrophe and hyphen: equal if only the spelling differs."""
    plain = text if text.isascii() and "`" not in text else text.translate(_SAME_SIGN)
    return "".join(plain.upper().casefold().split())


def e164(text: str) -> str | None:
    """A phone number in E.164, with Norway as the default country; ``None`` for a text that isn't a number.

    A number with an extension isn't accepted, because E.164 has no extensions; nor are letters in place of digits.
    """
    plain = _NORWEGIAN.fullmatch(text.replace(" ", ""))  # true for nearly all numbers, and forty times as fast
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
    # A wrong extra prefix ("+31 00 6…") goes at each reading; the written number must read as itself.
    return found if found == text else e164(found)
