"""Reads a pairs file: who in Huma is who in Visma, as a company says it. Source: design, Fixed interfaces.

CSV with the columns ``huma_email``, ``huma_id`` and ``visma_number``; commas or semicolons; UTF-8 or cp1252. Further
columns are for the reader, such as the names in the template, and are left alone.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from itertools import chain

from sync.core.csv_cells import begins_formula, unguarded
from sync.core.immutable import record
from sync.core.reasons import Reason
from sync.core.values.text import clean

COLUMNS = ("huma_email", "huma_id", "visma_number")
LONGEST_CELL = 320
"""Characters of a cell that are kept; no email is longer."""
_AS_TEXT = re.compile(r'="([^"]*)"')
"""How people write a number with zeros in front, so that a spreadsheet keeps them."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
"""A line with its end. ``str.splitlines`` would end lines within a cell, such as at a form feed."""
_END = "\x01"
"""Stands after the last line, and in no file: a cell that has it was never closed."""
_SEPARATOR = re.compile(r"\s*sep=(.)\s*", re.IGNORECASE)


class NoPairs(Exception):
    """The file can't be used; ``reason`` says why."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.reason = Reason(code, params)


@record
class PairRow:
    """One row that is filled in. ``row``: its number, the headings being row 1. ``formula``: a cell has a formula."""

    row: int
    email: str
    huma_id: str
    number: str
    formula: bool = False


@record
class PairsFile:
    """The rows of a file. ``unfilled``: how many rows name nobody on one of the sides, as the template's do."""

    rows: tuple[PairRow, ...]
    unfilled: int

    def to_json(self) -> dict[str, object]:
        """The file's content as JSON-able data, for an encrypted column."""
        return {
            "rows": [[one.row, one.email, one.huma_id, one.number, one.formula] for one in self.rows],
            "unfilled": self.unfilled,
        }


def from_json(data: Mapping[str, object]) -> PairsFile:
    """The file that ``to_json`` wrote."""
    rows = data["rows"]
    assert isinstance(rows, list)
    return PairsFile(tuple(PairRow(*row) for row in rows), int(str(data["unfilled"])))


def large(most_bytes: int) -> NoPairs:
    """Why a file of more bytes can't be used."""
    return NoPairs("pairs_large", kb=most_bytes // 1000)


def read_pairs(content: bytes, most_bytes: int, most_rows: int) -> PairsFile:
    """The rows of a file; at most ``most_bytes`` + 1 of it are needed. Raises ``NoPairs``."""
    if len(content) > most_bytes:
        raise large(most_bytes)
    lines = _lines(_text_of(content))
    head, places = 0, None
    rows: list[PairRow] = []
    unfilled = 0
    for number, cells in lines:
        if cells[-1:] and cells[-1].endswith(_END):
            if cells == [_END]:
                break
            raise NoPairs("pairs_quote", row=number - head + 1 if places else 1)
        if not any(cell.strip() for cell in cells):
            continue
        if places is None:
            head, places = number, _places(cells)
            continue
        if len(rows) + unfilled >= most_rows:
            raise NoPairs("pairs_rows", most=most_rows)
        found = _row(number - head + 1, cells, places)
        if (found.email or found.huma_id) and found.number:
            rows.append(found)
        else:
            unfilled += 1
    if places is None:
        raise NoPairs("pairs_empty")
    if not rows:
        raise NoPairs("pairs_unfilled")
    return PairsFile(tuple(rows), unfilled)


def _text_of(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text
    raise NoPairs("pairs_binary")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the table with their numbers, and at last ``_END``: alone, unless a cell was never closed."""
    first, _break, rest = text.partition("\n")
    named = _SEPARATOR.fullmatch(first)
    if named:
        text, sign = rest, named[1]
    else:
        heading = next((line for line in text.splitlines() if line.strip()), "")
        sign = ";" if ";" in heading else ","
    if sign not in (",", ";"):
        raise NoPairs("pairs_columns")
    lines = chain((found[0] for found in _LINE.finditer(text)), [_END])
    number = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=sign), 1):
            yield number, cells
    except csv.Error:  # a cell without an end, which is nearly always a quotation mark without one
        raise NoPairs("pairs_quote", row=number + 1) if '"' in text else NoPairs("pairs_binary") from None


def _places(headings: list[str]) -> dict[str, int]:
    """Where each known column is. Raises ``NoPairs`` if one that is needed is missing, or twice there."""
    named = [clean(cell).casefold().replace(" ", "_") for cell in headings]
    places = {column: named.index(column) for column in COLUMNS if named.count(column) == 1}
    twice = next((column for column in COLUMNS if named.count(column) > 1), "")
    if twice:
        raise NoPairs("pairs_column_twice", column=twice)
    if "visma_number" not in places or not ("huma_email" in places or "huma_id" in places):
        raise NoPairs("pairs_columns")
    return places


def _row(number: int, cells: list[str], places: Mapping[str, int]) -> PairRow:
    found = {column: _cell(cells[place]) if place < len(cells) else "" for column, place in places.items()}
    formula = any(begins_formula(text) for text in found.values())
    email, huma_id, visma_number = (unguarded(found.get(column, "")) for column in COLUMNS)
    return PairRow(number, email, huma_id, visma_number, formula)


def _cell(text: str) -> str:
    text = clean(text[: 2 * LONGEST_CELL])
    as_text = _AS_TEXT.fullmatch(text)
    return (as_text[1].strip() if as_text else text)[:LONGEST_CELL]
