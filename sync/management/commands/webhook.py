"""`manage.py webhook CODE`: what to enter in Huma for its webhook, from a terminal."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, connected, mistake
from connections.owner_settings import webhook

NAME = "manage.py webhook"


class Command(OneLineCommand):
    """Exit codes: 0 printed, 2 not; then one line on stderr says why."""

    help = "Print the address and the signing key of a connection's webhook; the key is the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="the connection's code")
        parser.add_argument(
            "--rotate", action="store_true", help="make another signing key first; the old one stays valid for a while"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connected(options["code"])
        address = webhook.address(connection)
        if not address:
            raise mistake(_("SITE_URL isn't set, so the address of the webhook isn't known. Set it first."))
        if options["rotate"]:
            webhook.rotate(connection, NAME)
        self.stdout.write(f"{address}\n{connection.webhook_secret}")
