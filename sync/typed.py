"""What comes with a request, made into what the code can use."""

MOST_DIGITS = 18
"""So many fit into a row's number in every database."""


def number(text: object) -> int:
    """A row's or a page's number; 0 for anything that isn't one, and no row has that."""
    digits = str(text or "")
    return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else 0
