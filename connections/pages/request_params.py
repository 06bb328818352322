"""Turns parameters of a request into values that the code can use."""

from collections.abc import Iterable

MOST_DIGITS = 18
"""The most digits of a primary key that fit in every database."""
LONGEST_SEARCH = 100


def number(text: object) -> int:
    """The number of a row or page; 0, which no row has, for anything that isn't a number."""
    digits = str(text or "")
    return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else 0


def numbers(texts: Iterable[str]) -> list[int]:
    """The numbers of rows, each of the texts having one or several between commas; what isn't a number is left out."""
    return [pk for text in texts for one in text.split(",") if (pk := number(one))]


def searched(text: object) -> str:
    """A search text without control characters, which PostgreSQL can't search for."""
    return "".join(char if char.isprintable() else " " for char in str(text or "")).strip()[:LONGEST_SEARCH]
