"""`manage.py web`: the web server, until it is told to stop."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, mistake
from humavisma.webserver import Limits, Web


class Command(OneLineCommand):
    """Exit codes: 0 told to stop, 2 the installation can't work, or the address is taken."""

    help = "Serves the pages and Huma's webhook. Stop it with SIGTERM or Ctrl-C: open requests are finished first."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = Limits()
        parser.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT", help="default: 127.0.0.1:8000")
        parser.add_argument(
            "--threads", type=_count, default=usual.threads, metavar="N", help=f"default: {usual.threads}"
        )
        parser.add_argument(
            "--clients",
            type=_count,
            default=usual.clients,
            metavar="N",
            help=f"connections at once (default: {usual.clients}); beyond, who waits for longest makes room",
        )
        parser.add_argument(
            "--patience",
            type=_count,
            default=round(usual.patience),
            metavar="SECONDS",
            help=f"in which a request must have arrived (default: {usual.patience:g})",
        )
        parser.add_argument(
            "--trusted-proxy",
            default="127.0.0.1",
            metavar="ADDRESS",
            help="whose X-Forwarded-Proto counts (default: 127.0.0.1; * is everybody's)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        try:
            from humavisma.wsgi import application
        except SystemExit:  # the reason is printed already; 2 is a command's exit code for it
            raise SystemExit(2) from None
        limits = Limits(clients=options["clients"], patience=options["patience"], threads=options["threads"])
        try:
            web = Web(application, options["bind"], limits, options["trusted_proxy"])
        except (OSError, ValueError):
            text = _("--bind: %(address)s can't be listened on. Is it an address of this machine, and free?")
            raise mistake(text % {"address": options["bind"]}) from None
        web.run()


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 1_000_000:
        return int(text)
    raise ArgumentTypeError(f"{text} isn't a number above 0")
