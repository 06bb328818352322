"""Text that somebody typed or pasted, without what can't be seen in it."""

import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn"})
"""Categories of Unicode: control and format signs (zero-width, soft hyphens, directions), halves of pairs, no signs."""
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
"""What shows nothing although its category doesn't say so."""
BREAKS = frozenset("\t\n\v\f\r\x85")
"""Control signs that part words, as a blank does."""


def seen(text: str) -> str:
    """Only what can be seen, composed (NFC), with single spaces between the words; "" where nothing is left."""
    if text.isascii() and text.isprintable():  # nearly all of them
        return " ".join(text.split())
    shown = "".join(sign for sign in text if sign in BREAKS or _is_shown(sign))
    return unicodedata.normalize("NFC", " ".join(shown.split()))


def is_all_seen(text: str) -> bool:
    """Whether each sign of it can be seen; of blanks only a plain space can."""
    return text.isprintable() and FILLERS.isdisjoint(text)


def is_text(text: str) -> bool:
    """Whether it came whole: bytes of another encoding than UTF-8 arrive in arguments as halves of pairs."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _is_shown(sign: str) -> bool:
    return sign not in FILLERS and unicodedata.category(sign) not in UNSEEN
