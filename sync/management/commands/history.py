"""`manage.py history [CODE]`: what was different, decided and sent, newest first."""

import os
import shutil
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, connection_called, mistake
from connections.pages.request_params import searched
from sync.command.history import as_json, as_text, export
from sync.core.fields import FIELDS
from sync.history.exports import MOST_IN_WORKBOOK, Export, TooMany
from sync.history.filters import DECISIONS, OUTCOMES, HistoryFilter, day


class Command(OneLineCommand):
    """Exit codes: 0 done, 2 could not run; then one line on stderr says why."""

    help = "The history of all connections or of one: what was different, what was decided, and what was sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "code", metavar="CODE", nargs="?", default="", help="the connection's code; without it, all"
        )
        parser.add_argument("--person", metavar="TEXT", default="", help="a part of the name or the Employment ID")
        parser.add_argument("--field", choices=[spec.name for spec in FIELDS], default="", help="only this field")
        parser.add_argument("--decision", choices=DECISIONS, default="", help="only what was decided so")
        parser.add_argument("--outcome", choices=OUTCOMES, default="", help="only what ended so")
        parser.add_argument("--since", metavar="DATE", default="", help="from this day on, such as 2026-01-31")
        parser.add_argument("--until", metavar="DATE", default="", help="up to and including this day")
        parser.add_argument("--format", choices=("text", "json", "csv", "xlsx"), default="text", help="default: text")
        parser.add_argument("--output", metavar="FILE", default="", help="write to this file instead of the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = options["format"]
        if kind == "xlsx" and not options["output"]:
            raise mistake(_("An Excel file needs --output FILE."))
        wanted = _filter(options)
        try:
            found = export(wanted, kind)
        except TooMany:
            text = _("An Excel file has at most %(most)s entries. Choose a narrower filter, or CSV.")
            raise mistake(text % {"most": MOST_IN_WORKBOOK}) from None
        with _opened(self.stdout, options["output"], kind) as file:
            if kind == "xlsx":
                with found.xlsx() as made:
                    shutil.copyfileobj(made, file)
                return
            for text in _texts(found, kind):
                file.write(text)


def _texts(found: Export, kind: str) -> Iterable[str]:
    if kind == "csv":
        return found.csv()
    words = as_json if kind == "json" else as_text
    return (f"{one}\n" for one in words(found.lines()))


def _filter(options: dict[str, Any]) -> HistoryFilter:
    if options["code"]:
        connection_called(options["code"])
    days = {}
    for name in ("since", "until"):
        days[name] = day(options[name]) if options[name] else None
        if options[name] and days[name] is None:
            raise mistake(
                _("--%(name)s: “%(text)s” isn't a day such as 2026-01-31.") % {"name": name, "text": options[name]}
            )
    since, until = days["since"], days["until"]
    if since and until and since > until:
        raise mistake(_("--since is later than --until."))
    if options["person"] and not searched(options["person"]):
        raise mistake(_("--person: a part of a name, or an Employment ID."))
    return HistoryFilter(
        connection=options["code"],
        field=options["field"],
        decision=options["decision"],
        outcome=options["outcome"],
        since=since,
        until=until,
        search=searched(options["person"]),
    )


@contextmanager
def _opened(terminal: Any, name: str, kind: str) -> Iterator[IO[Any]]:
    """What is written to: the file, or the terminal."""
    if not name:
        terminal.ending = ""
        yield terminal
        return
    how: dict[str, Any] = {"mode": "wb"} if kind == "xlsx" else {"mode": "w", "encoding": "utf-8", "newline": ""}
    try:
        with open(name, opener=_private, **how) as file:
            yield file
    except OSError as error:
        raise mistake(_("The file can't be written: %(why)s.") % {"why": error.strerror or ""}) from None


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)  # a new file is the user's alone
