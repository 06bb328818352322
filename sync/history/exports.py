"""The history as a file: CSV line by line, or a workbook; accounts are masked, and the audit has each export."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from connections.models import Connection, audit
from sync.core.csv_cells import guarded
from sync.history.filters import HistoryFilter, all_of, conditions, entries_of
from sync.history.keyset import ENTRIES, chunks
from sync.history.lines import Line, Value, blanked_words, line, whole
from sync.history.said import filter_words
from sync.models import HistoryEntry
from sync.pages.spreadsheets import Cell, Sheet, workbook
from sync.wording.sentences import nice_date, side_name

AT_ONCE = 1000
"""How many entries are in memory at a time."""
MOST_IN_WORKBOOK = 100_000
"""A longer workbook takes too long to make while somebody waits for it; CSV has no limit."""


class TooMany(Exception):
    """There are more entries than a workbook may have."""


class Export:
    """The entries that a filter asks for, to be written into a file. Making one writes the audit entry."""

    def __init__(self, user: Any, wanted: HistoryFilter, kind: str, rows: QuerySet[HistoryEntry] | None = None) -> None:
        """``rows``: what may be seen, if that isn't what ``user`` may see on pages. Raises ``TooMany``."""
        among = entries_of(user) if rows is None else rows
        self.wanted, self.who = wanted, user if isinstance(user, str) else user.get_username()
        self.rows = among.filter(all_of(conditions(wanted)))
        self.count = self.rows.count()
        if kind == "xlsx" and self.count > MOST_IN_WORKBOOK:
            raise TooMany
        self.at, self.language = timezone.now(), translation.get_language()
        named = {name: value for name, value in wanted.query.items() if name != "connection"}
        searched = {"searched": True} if wanted.search else {}  # what was typed may be a name
        audit(user, "history.exported", self._connection(user), rows=self.count, file=kind, filter=named, **searched)

    def _connection(self, user: Any) -> Connection | None:
        """The connection that the export is about, if it is about one."""
        if self.wanted.connection:
            return Connection.objects.filter(code=self.wanted.connection).first()
        mine = [] if isinstance(user, str) or user.is_superuser else list(Connection.objects.filter(owners=user)[:2])
        return mine[0] if len(mine) == 1 else None

    def lines(self) -> Iterator[Line]:
        """The entries, newest first, as many in memory as one chunk has."""
        for some in chunks(whole(self.rows), ENTRIES, AT_ONCE):
            yield from map(line, some)

    def about(self) -> list[tuple[str, str]]:
        """What the file is: who made it, when, with which filter, and how many entries there were."""
        at = timezone.localtime(self.at)
        return [
            (_("History"), "humavisma"),
            (_("By"), self.who),
            (_("When"), f"{nice_date(at.date().isoformat())}, {at:%H:%M}"),
            (_("Filter"), filter_words(self.wanted) or _("Everything")),
            (_("Entries"), str(self.count)),
        ]

    def csv(self) -> Iterator[str]:
        """The file, some lines at a time, as spreadsheets in Norway read it; no cell is a formula."""
        writer: Any = csv.writer(_Line(), delimiter=";")
        yield "\ufeff"
        with translation.override(self.language):
            head = writer.writerow(headings())
        yield head
        for some in chunks(whole(self.rows), ENTRIES, AT_ONCE):
            with translation.override(self.language):
                text = "".join(writer.writerow([guarded(_text(cell)) for cell in cells(line(one))]) for one in some)
            yield text

    def xlsx(self) -> IO[bytes]:
        """The workbook, open at its beginning."""
        rows: Iterable[list[Cell]] = (cells(one) for one in self.lines())
        return workbook(self.about(), [Sheet(_("Changes"), headings(), rows)])


class _Line:
    """Something to write to: returns what it is given, so that the file is made line by line."""

    def write(self, text: str) -> str:
        return text


def headings() -> list[str]:
    """The columns of the files."""
    return [
        _("When"),
        _("Connection"),
        _("Name"),
        _("Employment ID"),
        _("Field"),
        _("In Huma"),
        _("In Visma"),
        _("Suggested"),
        _("Why suggested"),
        _("Decision"),
        _("Decided by"),
        _("Started by"),
        _("Sent to"),
        _("Before"),
        _("After"),
        _("Outcome"),
        _("Reason"),
        _("Sync"),
    ]


def cells(one: Line) -> list[Cell]:
    """One entry as the cells of a row."""
    entry = one.entry
    return [
        entry.at,
        entry.connection.name,
        entry.name,
        entry.number,
        one.what,
        _cell(one, one.huma),
        _cell(one, one.visma),
        one.suggestion,
        one.why,
        one.decision,
        one.by,
        one.trigger,
        side_name(entry.side) if entry.side else "",
        _cell(one, one.before),
        _cell(one, one.after),
        one.outcome,
        one.reason,
        entry.run_id,
    ]


def _cell(one: Line, value: Value | None) -> str:
    if value is None:
        return ""
    if value.known or one.blanked_at is None:
        return value.text or _("empty")
    gone = blanked_words(one.blanked_at)
    return f"{value.shown} ({gone})" if value.shown else f"({gone})"


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else str(cell)
