"""`manage.py automatic CODE`: what the page *Automatic updates* does, from a terminal."""

import json
from argparse import ArgumentParser
from typing import Any

from django.db import transaction
from django.forms import IntegerField
from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, connected, email_address, mistake
from connections.models import Connection
from connections.owner_settings import changing, owners
from connections.pages.permissions import is_owner_or_administrator
from sync.analysis import two_writers
from sync.automation import switching
from sync.automation.forms import NEEDED, AutomaticForm
from sync.runs.lifecycle import NotAllowed

NAME = "manage.py automatic"
TIME = "%H:%M"


class Command(OneLineCommand):
    """Exit codes: 0 done, 2 nothing was changed; then one line on stderr says why."""

    help = "Turn automatic updates on or off, change what is updated, and print the settings as one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="the connection's code")
        parser.add_argument("switch", nargs="?", choices=("on", "off"), help="turn automatic updates on or off")
        parser.add_argument(
            "--schedule", metavar="off|hours:N|daily:HH:MM", help="when everybody is fetched from both systems"
        )
        parser.add_argument(
            "--accounts",
            choices=Connection.Accounts.values,
            help="changed bank accounts: send at once, or wait for approval",
        )
        parser.add_argument(
            "--both-moved", choices=Connection.BothMoved.values, help="a value that changed in both systems"
        )
        parser.add_argument(
            "--payroll", action="append", metavar="EMAIL", help="who gets payroll's notices; repeat for more"
        )
        parser.add_argument("--by", metavar="USERNAME", help="in whose name: an owner of it, or an administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connected(options["code"])
        chosen = _chosen(connection, options)
        given = [email_address("--payroll", one) for one in options["payroll"] or ()]
        contacts = list(dict.fromkeys(given))
        who = NAME if options["by"] is None else _by(connection, options["by"])
        if options["switch"] == "on":
            two_writers.look(connection)  # the other integration may just have been turned off in Huma
        try:
            with transaction.atomic():
                switching.change(connection, who, chosen)
                if contacts:
                    changing.change_settings(connection, who, {"payroll_contacts": contacts}, confirmed=True)
                if options["switch"] == "on":
                    switching.turn_on(connection, who)
                elif options["switch"] == "off":
                    switching.turn_off(connection, who)
        except NotAllowed:
            connection.refresh_from_db()
            raise mistake(switching.refusal(connection)) from None
        self.stdout.write(json.dumps(_as_it_is(connection), ensure_ascii=False))


def _chosen(connection: Connection, options: dict[str, Any]) -> dict[str, Any]:
    """The named settings in the form of the page's form; the others stay as they are."""
    now = {name: getattr(connection, name) for name in switching.SETTINGS}
    given = {name: options[name] for name in ("accounts", "both_moved") if options[name]}
    if options["schedule"] is not None:
        given |= _schedule(options["schedule"])
    form = AutomaticForm(now | given, connection)
    if not form.is_valid():
        raise _wrong_schedule()
    return {name: form.chosen()[name] for name in given}


def _schedule(text: str) -> dict[str, str]:
    """The form's fields for off, hours:N or daily:HH:MM."""
    kind, _colon, rest = text.partition(":")
    field = NEEDED.get(kind, "")
    if bool(field) != bool(rest) or (field == "schedule_time" and len(rest) != len("HH:MM")):
        raise _wrong_schedule()
    return {"schedule": kind, **({field: rest} if field else {})}


def _wrong_schedule() -> Exception:
    hours = AutomaticForm.base_fields["schedule_hours"]
    assert isinstance(hours, IntegerField)
    text = _("--schedule takes off, hours:N (%(least)d to %(most)d) or daily:HH:MM.")
    return mistake(text % {"least": hours.min_value, "most": hours.max_value})


def _by(connection: Connection, username: str) -> Any:
    """The user in whose name the change is made."""
    try:
        user = owners.find_staff(username)
    except owners.NoSuchUser:
        text = _("--by: no user who can sign in is called “%(who)s”.")
        raise mistake(text % {"who": username}) from None
    if not is_owner_or_administrator(user, connection):
        raise mistake(
            _("--by: “%(who)s” is neither an owner of the connection nor an administrator.") % {"who": username}
        )
    return user


def _as_it_is(connection: Connection) -> dict[str, Any]:
    """The present settings, in the words of the arguments; ``by`` is empty if automatic updates are off."""
    hours, daily = Connection.Schedule.HOURS, Connection.Schedule.DAILY
    more: dict[str, Any] = {hours: connection.schedule_hours, daily: connection.schedule_time.strftime(TIME)}
    kind = str(connection.schedule)
    return {
        "automatic": connection.automatic,
        "schedule": f"{kind}:{more[kind]}" if kind in more else kind,
        "accounts": connection.accounts,
        "both_moved": connection.both_moved,
        "payroll": connection.payroll_contacts,
        "by": connection.automatic_by if connection.automatic else "",
    }
