"""`manage.py connections`: all connections, whether each is all right, and what is left to set up. Asks no vendor."""

import json
from argparse import ArgumentParser
from typing import Any

from django.utils.timezone import localtime

from connections.command_line import OneLineCommand, connection_called
from connections.models import Connection
from sync.core.all_right import Answer
from sync.readiness.shown import Readiness, readiness
from sync.situation.all_right import answers
from sync.situation.what_waits import attention, situation
from sync.wording.all_right import said


class Command(OneLineCommand):
    """Exit codes: 0 done, 2 could not run; then one line on stderr says why."""

    help = "All connections: whether each is all right, and what is left to set up. Nothing is fetched or sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", nargs="?", help="only the connection with this code")
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [connection_called(options["code"])] if options["code"] else list(Connection.objects.all())
        here = situation(rows)
        right, ready = answers(here, attention(here), rows), readiness(*rows)
        if options["json"]:
            found = [_as_json(row, right[row.pk], ready.get(row.pk)) for row in rows]
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"{row.code} {row.name}: {said(right[row.pk]).text}")
            for item in ready[row.pk].to_do if row.pk in ready else ():
                self.stdout.write(f"  {item.title}: {item.sentence}")


def _as_json(connection: Connection, right: Answer, ready: Readiness | None) -> dict[str, Any]:
    checked = localtime(right.checked_at).isoformat(timespec="seconds") if right.checked_at else None
    items = ready.items if ready else ()
    return {
        "code": connection.code,
        "name": connection.name,
        "state": connection.state,
        "right": {
            "state": right.state,
            "agree": right.agree,
            "people": right.people,
            "waits": dict(right.parts),
            "checked": checked,
            "sentence": said(right).text,
        },
        "ready": [{"item": one.code, "status": one.status, "sentence": one.sentence} for one in items],
    }
