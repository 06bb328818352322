"""The base of our commands: a user's mistake is one line on stderr, never a traceback."""

import logging
import sys
from typing import Any, NoReturn

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from connections.api.unseen import is_text, seen
from connections.fields import Unreadable
from connections.models import Connection

logger = logging.getLogger(__name__)


class OneLineCommand(BaseCommand):
    """A command whose error message is one line, with exit code 2.

    ``quiet``: log lines up to this level are left out, unless ``--verbosity 2`` asks for them.
    """

    _called_from_command_line: bool  # Django's own; call_command leaves it False
    quiet = logging.INFO

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser whose error message is one line."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if self._called_from_command_line:
            parser.error = _one_line  # type: ignore[method-assign]
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; stderr gets one line that says what is wrong."""
        if self._called_from_command_line and options["verbosity"] < 2:
            logging.disable(self.quiet)
        _refuse_halves(options)
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            raise mistake(_database_trouble(error)) from None
        except (Unreadable, ImproperlyConfigured) as error:
            raise mistake(str(error)) from None

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Report the installation's errors in one line. Warnings are left to web, worker and `manage.py check`."""
        if not self._called_from_command_line:
            return super().check(*args, **kwargs)
        errors = [one for one in run_checks() if one.is_serious() and not one.is_silenced()]
        if errors:
            raise mistake(" ".join(f"{one.msg} {one.hint or ''}" for one in errors))
        return None


def _refuse_halves(options: dict[str, Any]) -> None:
    """Refuse an argument in another encoding (half of a surrogate pair): it can't be stored, printed or sent."""
    for value in options.values():
        some = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(one, str) and not is_text(one) for one in some):
            raise mistake(_("An argument isn't UTF-8. Set the terminal to UTF-8, and type it again."))


def _database_trouble(error: Exception) -> str:
    """What to do about a database error, in words; never the SQL statement, which may hold values."""
    try:
        executor = MigrationExecutor(database)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        behind = False
    if behind:
        return _("The database isn't up to date. Run manage.py migrate first.")
    logger.debug("The database refused: %s", type(error).__name__)
    return _("The database doesn't answer, or is busy. Try again in a while; DATABASE_URL says where it is.")


def mistake(text: str) -> CommandError:
    """The error that ends a command with one line and exit code 2."""
    return CommandError(" ".join(text.split()), returncode=2)


def connection_called(code: str) -> Connection:
    """The connection with this code, in any state; without one the command ends."""
    connection = Connection.objects.filter(code=code).first()
    if connection is None:
        raise mistake(_("There is no connection with the code %s.") % code)
    return connection


def connected(code: str) -> Connection:
    """The connection with this code, whatever it waits for; if it is disconnected, too, the command ends."""
    connection = connection_called(code)
    if connection.state == Connection.State.DISCONNECTED:
        raise mistake(_("The connection is disconnected. Connect it again first."))
    return connection


def email_address(argument: str, text: str) -> str:
    """The email address given as this argument; the command ends if it isn't one."""
    text = seen(text)
    try:
        validate_email(text)
    except ValidationError:
        words = {"argument": argument, "address": text}
        raise mistake(_("%(argument)s: “%(address)s” isn't an email address.") % words) from None
    return text


def _one_line(message: str) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise SystemExit(2)
