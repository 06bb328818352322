"""`manage.py sync CODE`: a whole run in the foreground, without a worker."""

import json
import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _
from tqdm import tqdm

from connections.command_line import OneLineCommand, connected, mistake
from connections.models import Connection
from connections.pauses.credential_retry import ask_now
from sync.command.deciding import Options
from sync.command.report import Report
from sync.command.run import whole_run
from sync.models import SyncRun
from sync.models.groups import UNATTENDED
from sync.runs.lifecycle import live
from sync.wording.pilot import pilot_sentences
from sync.wording.sentences import sentence


class Command(OneLineCommand):
    """Exit codes: 0 done, 1 done with failures, 2 could not run; then one line on stderr says why."""

    quiet = logging.WARNING
    help = "Fetch from both systems, decide as the options say, and send. By default nothing is decided or sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="the connection's code")
        parser.add_argument(
            "--conflicts",
            choices=("huma", "visma", "suggested", "leave"),
            default="leave",
            help="who is right about all differences; leave (default) decides nothing",
        )
        parser.add_argument("--create-in-huma", action="store_true", help="add to Huma who is in Visma only")
        parser.add_argument("--create-in-visma", action="store_true", help="add to Visma who is in Huma only")
        parser.add_argument("--allow-clearing", action="store_true", help="let --conflicts empty fields")
        parser.add_argument(
            "--only",
            action="append",
            default=[],
            metavar="EMPLOYEE",
            help="decide about nobody else: an Employment ID, link:N, huma:ID or visma:ID; repeat for more",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent, and keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--confirm-large", action="store_true", help="continue where a threshold would stop the sync"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        connection = active_connection(options["code"])
        bar = Bar()
        try:
            report = whole_run(
                connection,
                Options(
                    conflicts=options["conflicts"],
                    create_in_huma=options["create_in_huma"],
                    create_in_visma=options["create_in_visma"],
                    allow_clearing=options["allow_clearing"],
                    dry_run=options["dry_run"],
                    confirm_large=options["confirm_large"],
                    only=tuple(options["only"]),
                ),
                bar.show,
            )
        finally:
            bar.close()
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        if report.error:
            raise mistake(report.error)
        if not options["json"]:
            self.stdout.write(summary(report))
        if report.exit_code:
            sys.exit(report.exit_code)


def active_connection(code: str) -> Connection:
    """The active connection with this code; ends the command with one line if there is none."""
    connection = connected(code)
    if connection.state == Connection.State.WAITING:
        raise mistake(sentence("waits_for_release"))
    ask_now(connection)
    if connection.state != Connection.State.ACTIVE:
        raise mistake(_("The connection isn't active, so nothing was started."))
    return connection


def summary(report: Report) -> str:
    """The report as text: the totals, and what failed."""
    totals = report.totals
    pilot = pilot_sentences(report.pilot) if report.pilot else []
    if report.state == SyncRun.State.CONFIRM:
        would = _("%(planned)s changes would be sent. Nothing was sent.") % {"planned": totals.planned}
        return "\n".join([would, *pilot])
    lines = [
        _(
            "Sync %(run)s: %(planned)s planned = %(done)s updated + %(nothing)s already right + %(moved)s changed "
            "meanwhile + %(failed)s not done + %(unknown)s not certain + %(stopped)s stopped."
        )
        % {"run": report.run, **totals.as_dict()},
        *pilot,
        *(f"{f['employee']} {f['side']} {f.get('field') or f.get('action')}: {f['reason']}" for f in report.failures),
    ]
    return "\n".join(lines)


class Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.phase = ""

    def show(self, run: SyncRun) -> None:
        """Show how far the run is."""
        if not sys.stderr.isatty():
            return
        now = live(run)
        writes = run.state not in UNATTENDED
        phase = _("Sending") if writes else _("Fetching")
        if phase != self.phase:
            self.close()
            self.bar, self.phase = tqdm(desc=phase, file=sys.stderr, leave=True), phase
        self.bar.total = now.totals.planned if writes else now.huma_total
        self.bar.n = now.totals.settled if writes else now.huma_read
        self.bar.refresh()

    def close(self) -> None:
        """End the line."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None
