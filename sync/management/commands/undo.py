"""`manage.py undo RUN`: puts back what a sync wrote, in the foreground, without a worker."""

import json
import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, mistake
from connections.models import Connection
from connections.pages.request_params import number
from connections.pauses.credential_retry import ask_now
from sync.command.report import Report
from sync.command.undo import CannotUndo, undo
from sync.management.commands.sync import Bar, summary
from sync.models import SyncRun
from sync.wording.undo import refusal


class Command(OneLineCommand):
    """Exit codes: 0 done, 1 done with failures, 2 could not run; then one line on stderr says why."""

    quiet = logging.WARNING
    help = "Put back what a sync wrote, where the value is still the one that it wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", metavar="RUN", help="the number of the sync, as `sync --json` prints it")
        parser.add_argument(
            "--only",
            action="append",
            default=[],
            metavar="EMPLOYEE",
            help="only for this person: an Employment ID, link:N, huma:ID or visma:ID; repeat for more",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be put back, and keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        run = _run(options["run"])
        bar = Bar()
        try:
            found = undo(run, tuple(options["only"]), options["dry_run"], bar.show)
        except CannotUndo as refused:
            raise mistake(str(refused)) from None
        finally:
            bar.close()
        if options["json"]:
            self.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False))
        if found.report.error:
            raise mistake(found.report.error)
        if not options["json"]:
            self.stdout.write(_text(found.report, found.not_undone))
        if found.report.exit_code:
            sys.exit(found.report.exit_code)


def _run(text: str) -> SyncRun:
    """The run with this number, of an active connection; ends the command with one line if there is none."""
    run = SyncRun.objects.select_related("connection").filter(pk=number(text)).first()
    if run is None:
        raise mistake(_("There is no sync “%(run)s”.") % {"run": text})
    ask_now(run.connection)
    if run.connection.state != Connection.State.ACTIVE:
        raise mistake(refusal("inactive"))
    return run


def _text(report: Report, not_undone: list[dict[str, str]]) -> str:
    kept = [f"{one['employee']} {one['field']}: {one['reason']}" for one in not_undone]
    return "\n".join([summary(report), *([_("Not put back:"), *kept] if kept else [])])
