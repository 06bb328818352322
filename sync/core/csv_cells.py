"""Text in the cells of a CSV file that people open in a spreadsheet: it must not begin a formula there."""

_STARTS = frozenset("=+-@\t\r\n")
"""With one of these a spreadsheet takes a cell for a formula. Source: OWASP, CSV Injection."""
_WIDE = str.maketrans("＝＋－＠", "=+-@")
"""The same signs in full width, which some spreadsheets treat alike."""


def guarded(text: str) -> str:
    """The text as a cell that isn't a formula: with an apostrophe in front, if it would begin one."""
    return f"'{text}" if begins_formula(text) else text


def unguarded(text: str) -> str:
    """The text of a cell that ``guarded`` wrote; any other text as it is."""
    return text[1:] if text[:1] == "'" and begins_formula(text[1:]) else text


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula."""
    return text.lstrip(" \u00a0")[:1].translate(_WIDE) in _STARTS if text.strip(" \u00a0") else False
