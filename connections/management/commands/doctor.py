"""`manage.py doctor [CODE]`: what is so at a connection's own two systems."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, connection_called, mistake
from connections.doctor.check import NotNow, check
from connections.doctor.report import as_json, report, text_of
from connections.doctor.words import trouble_in_words, why_not_now
from connections.models import Connection


class Command(OneLineCommand):
    """Exit codes: 0 checked, 1 some of the connections couldn't be checked, 2 none; stderr says why, a line each."""

    help = (
        "Check what is so at a connection's own two systems, without CODE at those of every connection. Nothing is "
        "sent to them but questions, and the report holds no values."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", nargs="?", help="the connection's code")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["code"]:
            connection = connection_called(options["code"])
            trouble = _checked(connection)
            if trouble:
                raise mistake(trouble)
            self.stdout.write(_printed(connection, options["json"]))
            return
        self._all(options["json"])

    def _all(self, in_json: bool) -> None:
        """Check every connection; what can't be checked gets a line on stderr."""
        connections = list(Connection.objects.exclude(state=Connection.State.DISCONNECTED).order_by("pk"))
        if not connections:
            raise mistake(_("There is no connection to check."))
        done, troubles = [], []
        for connection in connections:
            trouble = _checked(connection)
            if trouble:
                troubles.append(f"{connection.code}: {trouble}")
            else:
                done.append(connection)
        if in_json and done:
            self.stdout.write(json.dumps({one.code: as_json(report(one)) for one in done}, ensure_ascii=False))
        elif done:
            self.stdout.write("\n".join(f"{one.name} ({one.code})\n{_printed(one, False)}" for one in done))
        for line in troubles[:-1]:
            self.stderr.write(line)
        if troubles:
            raise CommandError(troubles[-1], returncode=1 if done else 2)


def _checked(connection: Connection) -> str:
    """Check a connection; returns why not, or why the check ended early, "" if it went well."""
    try:
        return trouble_in_words(check(connection).trouble)
    except NotNow as not_now:
        return why_not_now(not_now.why)


def _printed(connection: Connection, in_json: bool) -> str:
    entries = report(connection)
    return json.dumps(as_json(entries), ensure_ascii=False) if in_json else text_of(connection, entries)
