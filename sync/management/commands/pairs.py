"""`manage.py pairs CODE FILE`: who is who, as a company's own list says it."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, mistake
from sync.command.pairs import PairsReport, link_pairs
from sync.core.pairs_file import NoPairs, PairsFile
from sync.management.commands.sync import Bar, active_connection
from sync.runs.pairs import most_bytes, read_file
from sync.wording.sentences import sentence


class Command(OneLineCommand):
    """Exit codes: 0 done, 1 some rows were refused, 2 could not run; then one line on stderr says why."""

    help = "Link people as a CSV file says (huma_email, huma_id, visma_number). Nothing is sent to Huma or Visma."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="the connection's code")
        parser.add_argument("file", metavar="FILE", help="the CSV file; - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="say what would be linked, and keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = active_connection(options["code"])
        file = _read(options["file"])
        bar = Bar()
        try:
            report = link_pairs(connection, file, options["dry_run"], bar.show)
        finally:
            bar.close()
        if options["json"]:
            error = {"error": report.error} if report.error else {}
            self.stdout.write(json.dumps({**report.result.as_dict(), **error}, ensure_ascii=False))
        elif not report.error or report.result.refused:
            self.stdout.write(_summary(report, options["dry_run"]))
        if report.error:
            raise mistake(report.error)
        if report.exit_code:
            sys.exit(report.exit_code)


def _read(name: str) -> PairsFile:
    most = most_bytes() + 1
    try:
        if name == "-":
            return read_file(sys.stdin.buffer.read(most))
        with open(name, "rb") as file:
            return read_file(file.read(most))
    except OSError as error:
        raise mistake(_("The file can't be read: %(why)s.") % {"why": error.strerror or ""}) from None
    except NoPairs as error:
        raise mistake(sentence(error.reason.code, error.reason.params)) from None


def _summary(report: PairsReport, dry: bool) -> str:
    found = report.result
    words = {
        "linked": found.linked,
        "possible": found.possible,
        "already": found.already,
        "refused": len(found.refused),
        "unfilled": found.unfilled,
    }
    text = (
        _(
            "Would be linked: %(linked)s. To be asked about: %(possible)s. Linked already: %(already)s. "
            "Refused: %(refused)s. Not filled in: %(unfilled)s. Nothing was kept."
        )
        if dry
        else _(
            "Linked: %(linked)s. To be asked about, under Review: %(possible)s. Linked already: %(already)s. "
            "Refused: %(refused)s. Not filled in: %(unfilled)s. Nothing was sent to Huma or Visma."
        )
    )
    row = _("Row %(row)s: %(reason)s")
    lines = [row % {"row": number, "reason": sentence(why.code, why.params)} for number, why in found.refused]
    return "\n".join([text % words, *lines])
