"""What our commands for a terminal share: a user's mistake is one line on stderr, never a traceback."""

import logging
import sys
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from connections.models import Connection


class OneLineCommand(BaseCommand):
    """A command whose complaints are one line; exit code 2 for what couldn't be done.

    ``quiet``: log lines up to this level are left out, unless ``--verbosity 2`` asks for them.
    """

    _called_from_command_line: bool  # Django's own; call_command leaves it False
    quiet = logging.INFO

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser whose complaints are one line."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if self._called_from_command_line:
            parser.error = _one_line  # type: ignore[method-assign]
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command with stderr for the one line that says what is wrong."""
        if self._called_from_command_line and options["verbosity"] < 2:
            logging.disable(self.quiet)
        return super().execute(*args, **options)


def mistake(text: str) -> CommandError:
    """What ends a command with one line and exit code 2."""
    return CommandError(" ".join(text.split()), returncode=2)


def connection_called(code: str) -> Connection:
    """The connection with this code, whatever its state; the command ends where there is none."""
    connection = Connection.objects.filter(code=code).first()
    if connection is None:
        raise mistake(_("There is no connection with the code %s.") % code)
    return connection


def email_address(argument: str, text: str) -> str:
    """An email address that was given as this argument; the command ends where it isn't one."""
    try:
        validate_email(text)
    except ValidationError:
        words = {"argument": argument, "address": text}
        raise mistake(_("%(argument)s: “%(address)s” isn't an email address.") % words) from None
    return text


def _one_line(message: str) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise SystemExit(2)
