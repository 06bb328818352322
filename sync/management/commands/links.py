"""`manage.py links CODE`: how many links a person should look at."""

import json
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.command_line import OneLineCommand, mistake
from sync.analysis.links.relooking import to_look_at
from sync.command.dry_run import links_to_look_at
from sync.management.commands.sync import active_connection


class Command(OneLineCommand):
    """Exit codes: 0 done, 2 could not run; then one line on stderr says why."""

    help = "How many linked people may not be the same person after all. Nothing is sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="the connection's code")
        parser.add_argument(
            "--dry-run", action="store_true", help="fetch from both systems first, and keep nothing of it"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = active_connection(options["code"])
        if options["dry_run"]:
            found = links_to_look_at(connection)
            if isinstance(found, str):
                raise mistake(found)
        else:
            found = to_look_at([connection]).count()
        if options["json"]:
            self.stdout.write(json.dumps({"to_look_at": found}))
            return
        text = ngettext("%(n)d linked person to check.", "%(n)d linked people to check.", found)
        self.stdout.write(text % {"n": found} if found else _("Nothing speaks against any of the linked people."))
