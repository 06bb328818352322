"""Removes invisible characters from text that somebody typed or pasted."""

import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn"})
"""Unicode categories: control and format characters (zero-width, soft hyphens, directions), surrogates, unassigned."""
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
"""Characters that are invisible although their category doesn't say so."""
BREAKS = frozenset("\t\n\v\f\r\x85")
"""Control characters that separate words, as a space does."""


def seen(text: str) -> str:
    """The visible text, composed (NFC), with single spaces between the words; "" if nothing is left."""
    if text.isascii() and text.isprintable():  # nearly all texts
        return " ".join(text.split())
    shown = "".join(sign for sign in text if sign in BREAKS or _is_shown(sign))
    return unicodedata.normalize("NFC", " ".join(shown.split()))


def is_all_seen(text: str) -> bool:
    """Whether all characters of the text are visible; of the blanks, only a plain space is."""
    return text.isprintable() and FILLERS.isdisjoint(text)


def is_text(text: str) -> bool:
    """Whether the text is complete: bytes of another encoding than UTF-8 become lone surrogates in arguments."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _is_shown(sign: str) -> bool:
    return sign not in FILLERS and unicodedata.category(sign) not in UNSEEN
