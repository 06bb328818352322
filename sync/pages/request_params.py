"""What comes with a request, made into what the code can use."""

MOST_DIGITS = 18
"""So many fit into a row's number in every database."""
LONGEST_SEARCH = 100


def number(text: object) -> int:
    """A row's or a page's number; 0 for anything that isn't one, and no row has that."""
    digits = str(text or "")
    return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else 0


def searched(text: object) -> str:
    """What somebody searches for; without control characters, which PostgreSQL can't look for."""
    return "".join(char if char.isprintable() else " " for char in str(text or "")).strip()[:LONGEST_SEARCH]
