"""Workbooks (XLSX) of people's data: made in a private file that is gone as soon as nobody has it open."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count, islice
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from sync.core.csv_cells import begins_formula

Cell = str | int | datetime | date | None
MOST_ROWS = 1_048_576
"""The rows of one sheet, headings included. Source: Microsoft, Excel specifications and limits."""
LONGEST_TEXT = 32_767
"""The letters of one cell. Source: as above."""
NARROWEST, WIDEST = 14, 48
"""Columns, in letters."""
NAME_OF_ABOUT = 31
"""The letters of a sheet's name. Source: as above."""


@dataclass(frozen=True)
class Sheet:
    """One list. ``rows`` are read once, from the first to the last, and need not fit in memory."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def workbook(about: list[tuple[str, str]], sheets: list[Sheet]) -> IO[bytes]:
    """A workbook, open at its beginning: a first sheet with ``about`` (label and text), then the lists.

    The file has no name on the disk: it is gone when it is closed, also if the download is broken off or the process
    ends. Times are Europe/Oslo's. Texts stay texts: none becomes a formula, a link or a number.
    """
    made: IO[bytes] = tempfile.TemporaryFile(prefix="humavisma-")  # noqa: SIM115  # whoever asked for it closes it
    try:
        with tempfile.TemporaryDirectory(prefix="humavisma-") as private:
            _fill(made, private, about, sheets)
        made.seek(0)
    except BaseException:
        made.close()
        raise
    return made


def _fill(made: IO[bytes], private: str, about: list[tuple[str, str]], sheets: list[Sheet]) -> None:
    options = {
        "constant_memory": True,
        "tmpdir": private,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(made, options) as book:
        look = _Looks(book)
        first = book.add_worksheet(_("About this file")[:NAME_OF_ABOUT])
        first.set_column(0, 0, 24)
        first.set_column(1, 1, 80)
        for number, (label, text) in enumerate(about):
            look.write(first, number, 0, label, heading=True)
            look.write(first, number, 1, text)
        for sheet in sheets:
            _list(book, look, sheet)


class _Looks:
    """How cells look, and how each kind of value is written."""

    def __init__(self, book: Any) -> None:
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"valign": "top"})
        # Excel shows such a text as it is, and keeps it a text even after somebody has edited the cell.
        self.quoted = book.add_format({"valign": "top", "quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"})

    def write(self, sheet: Any, row: int, column: int, value: Cell, *, heading: bool = False) -> None:
        """Write one value; ``None`` and "" leave the cell empty."""
        if isinstance(value, datetime):
            local = timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
            sheet.write_datetime(row, column, local, self.time)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.day)
        elif isinstance(value, int):
            sheet.write_number(row, column, value, self.text)
        elif value:
            look = self.heading if heading else self.quoted if begins_formula(value) else self.text
            sheet.write_string(row, column, value[:LONGEST_TEXT], look)


def _list(book: Any, look: _Looks, sheet: Sheet) -> None:
    """Write a list, on more than one sheet if it is too long for one."""
    left = iter(sheet.rows)
    for part in count(1):
        page, last = book.add_worksheet(_sheet_name(sheet.title, part)), 0
        page.freeze_panes(1, 0)
        for column, heading in enumerate(sheet.headings):
            page.set_column(column, column, min(max(NARROWEST, len(heading) + 2), WIDEST))
            look.write(page, 0, column, heading, heading=True)
        for last, row in enumerate(islice(left, MOST_ROWS - 1), 1):
            for column, value in enumerate(row):
                look.write(page, last, column, value)
        page.autofilter(0, 0, last, len(sheet.headings) - 1)
        following = next(left, None)
        if following is None:
            return
        left = chain([following], left)


def _sheet_name(title: str, part: int) -> str:
    """A name that every spreadsheet accepts, each once."""
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title).strip() or "1"
    more = f" ({part})" if part > 1 else ""
    return plain[: NAME_OF_ABOUT - len(more)] + more
