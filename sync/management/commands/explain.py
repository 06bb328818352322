"""`manage.py explain CODE EMPLOYEE`: a person's timeline, a sentence a line. Source: design, Fixed interfaces."""

import json
from argparse import ArgumentParser
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, connection_called, mistake
from connections.models import Connection
from sync.command.employees import NotOne, find
from sync.core.records.employee import Side
from sync.history.timeline.entries import timeline
from sync.history.timeline.person import of_person
from sync.models import EmployeeLink
from sync.wording.moments import moment


class Command(OneLineCommand):
    """Says what happened with a person, the newest first. Without values."""

    help = "Print what happened with one person, the newest first, without values."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("code", help="the connection's code")
        parser.add_argument("employee", help="an Employment ID, link:N, huma:ID or visma:ID")
        parser.add_argument("--json", action="store_true", help="print one JSON array")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the entries."""
        connection = connection_called(options["code"])
        found = timeline(connection, *_whom(connection, options["employee"]))
        if found is None:
            raise mistake(_nobody(options["employee"]))
        if options["json"]:
            rows = [
                {"at": localtime(one.at).isoformat(), "what": one.what, "sentence": one.sentence, "run": one.run}
                for one in found
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for one in found:
            self.stdout.write(f"{moment(one.at)}  {one.sentence}")


def _whom(connection: Connection, text: str) -> tuple[str, str]:
    """The side and the id of the person whom the text names."""
    try:
        found = find(connection, text)
    except NotOne as error:
        if error.several:
            words = {"who": error.text}
            raise mistake(
                _("“%(who)s” is more than one person. Name one as link:N, huma:ID or visma:ID.") % words
            ) from None
        side, _colon, id_ = text.strip().partition(":")
        if side in tuple(Side) and id_:
            return side, id_  # somebody who isn't there any more may still have a timeline
        raise mistake(_nobody(text)) from None
    if found.link is None:
        return found.side, found.vendor_id
    return of_person(EmployeeLink.objects.get(pk=found.link))


def _nobody(text: str) -> str:
    return _("There is nobody called “%(who)s” in this connection.") % {"who": text}
