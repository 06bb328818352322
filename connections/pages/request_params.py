"""Turns parameters of a request into values that the code can use."""

MOST_DIGITS = 18
"""The most digits of a primary key that fit in every database."""
LONGEST_SEARCH = 100


def number(text: object) -> int:
    """The number of a row or page; 0, which no row has, for anything that isn't a number."""
    digits = str(text or "")
    return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else 0


def searched(text: object) -> str:
    """A search text without control characters, which PostgreSQL can't search for."""
    return "".join(char if char.isprintable() else " " for char in str(text or "")).strip()[:LONGEST_SEARCH]
