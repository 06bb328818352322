"""`manage.py connect`: what the Connect page does, from a terminal."""

import getpass
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from connections.api.unseen import seen
from connections.command_line import OneLineCommand, email_address, mistake
from connections.connect import connecting
from connections.models import Connection
from connections.owner_settings import changing, owners
from connections.pages.form_fields import CLIENT_SHAPE, SECRET_SHAPE, TENANT_SHAPE, as_guid
from connections.releases.answering import release_by_command
from connections.supported import end_reasons, is_end_reason
from connections.vendors.connect_errors import explain
from connections.vendors.probe import Trouble

VARIABLE = "HUMA_CLIENT_SECRET"
"""The environment variable that may hold the secret."""
LONGEST_SECRET = 1000
"""The most characters that are read of a file; a secret has 36."""


class Command(OneLineCommand):
    """Exit codes: 0 connected (or credentials renewed), 2 not; then one line on stderr says why."""

    help = "Connect Huma with a Visma.net Payroll company; the same pair again renews its API key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, metavar="N", help="what the connection is called")
        parser.add_argument("--tenant-id", required=True, metavar="T", help="from Visma.net")
        parser.add_argument("--huma-client-id", required=True, metavar="C", help="from Huma's Open API settings")
        parser.add_argument(
            "--huma-client-secret", metavar="S", help=f"from the same place; better in {VARIABLE}, or in a file"
        )
        parser.add_argument(
            "--huma-client-secret-file", metavar="FILE", help="a file with nothing else in it; - is standard input"
        )
        parser.add_argument("--confirm-authority", action="store_true", help="you may connect these two; required")
        parser.add_argument("--owner", metavar="USERNAME", help="who sees it and can synchronize")
        parser.add_argument(
            "--notify", action="append", default=[], metavar="EMAIL", help="who gets the results; repeat for more"
        )
        parser.add_argument(
            "--payroll", action="append", default=[], metavar="EMAIL", help="who gets payroll's notices; repeat"
        )
        parser.add_argument("--end-reason", metavar="CODE", help="Visma's code, used where Huma has no end reason")
        parser.add_argument(
            "--huma-group", action="append", default=[], metavar="ID", help="a group that new Huma users join; repeat"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["confirm_authority"]:
            raise mistake(_("Add --confirm-authority: you need the authority to connect this company's two systems."))
        access = connecting.Access(
            tenant_id=_guid(options["tenant_id"], "--tenant-id", TENANT_SHAPE),
            client_id=_guid(options["huma_client_id"], "--huma-client-id", CLIENT_SHAPE),
            client_secret=_secret(options["huma_client_secret"], options["huma_client_secret_file"]),
        )
        chosen, owner = _chosen(options), _owner(options["owner"])
        try:
            connection = self._connect(access, chosen, owner)
        except connecting.NotConnected as refused:
            raise mistake(" ".join(explain(trouble).line for trouble in refused.troubles)) from None
        self.stdout.write(f"{connection.name}: {connection.code}")

    def _connect(self, access: connecting.Access, chosen: dict[str, Any], owner: User | None) -> Connection:
        who = "manage.py connect"
        existing = connecting.connected(access.tenant_id)
        if existing is None:
            return connecting.connect(who, access, chosen, owner, confirmed=True)
        try:
            connecting.renew(existing, who, access.client_id, access.client_secret)
        except connecting.NotConnected as refused:
            if any(trouble.code == "other_organisation" for trouble in refused.troubles):
                raise connecting.NotConnected(Trouble("", "tenant_taken")) from None
            raise
        release_by_command(existing, who)
        changing.change_settings(existing, who, chosen, confirmed=True)
        if owner is not None:
            owners.add_owner(existing, who, owner)
        return existing


def _chosen(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that were given; the others stay as they are."""
    name = seen(options["name"])
    most = Connection._meta.get_field("name").max_length or 0
    if not 0 < len(name) <= most:
        raise mistake(_("--name takes 1 to %(most)d characters.") % {"most": most})
    chosen: dict[str, Any] = {"name": name}
    for argument, setting in (("notify", "recipients"), ("payroll", "payroll_contacts")):
        if options[argument]:
            given = [email_address(f"--{argument}", one) for one in options[argument]]
            chosen[setting] = list(dict.fromkeys(given))
    if options["end_reason"]:
        if not is_end_reason(options["end_reason"]):
            codes = ", ".join(code for code, _words in end_reasons())
            raise mistake(_("--end-reason takes one of: %(codes)s") % {"codes": codes})
        chosen["default_end_reason"] = options["end_reason"]
    if options["huma_group"]:
        groups = [_group(one) for one in options["huma_group"]]
        chosen["huma_groups"] = list(dict.fromkeys(groups))
    return chosen


def _guid(value: str, argument: str, wrong_shape: Any) -> str:
    try:
        return as_guid(value)
    except ValueError:
        raise mistake(f"{argument}: {wrong_shape}") from None


def _group(value: str) -> str:
    """The id of a group as Huma writes it; only Huma knows whether the group exists."""
    if not 0 < len(value) <= 64 or seen(value) != value or " " in value:
        raise mistake(_("--huma-group takes a group's ID of 1 to 64 characters, without spaces."))
    return value


def _secret(given: str | None, file: str | None) -> str:
    """The Client secret from the one place that has it. In a file or the environment no process list shows it."""
    if given is not None and file is not None:
        raise mistake(_("Give --huma-client-secret or --huma-client-secret-file, not both."))
    if given is not None:
        return _guid(given, "--huma-client-secret", SECRET_SHAPE)
    if file is not None:
        return _guid(_content(file), "--huma-client-secret-file", SECRET_SHAPE)
    if os.environ.get(VARIABLE):
        return _guid(os.environ[VARIABLE], VARIABLE, SECRET_SHAPE)
    text = _("Huma's Client secret is missing: set %(variable)s, or give --huma-client-secret-file.")
    raise mistake(text % {"variable": VARIABLE})


def _content(file: str) -> str:
    """The content of the file, or of standard input; the shape of a secret is checked later."""
    try:
        text = _from_standard_input() if file == "-" else _from_file(file)
    except (OSError, ValueError, EOFError, KeyboardInterrupt):  # the file doesn't exist, can't be read, or isn't text
        raise mistake(_("--huma-client-secret-file: %(file)s can't be read.") % {"file": file}) from None
    if not text.strip():
        raise mistake(_("--huma-client-secret-file: %(file)s is empty.") % {"file": file})
    return text


def _from_file(file: str) -> str:
    with Path(file).open(encoding="utf-8-sig") as opened:  # Windows editors may begin it with a byte order mark
        return opened.read(LONGEST_SECRET)


def _from_standard_input() -> str:
    if sys.stdin is None:
        raise OSError("there is no standard input")
    if sys.stdin.isatty():  # typed or pasted: the terminal doesn't show it
        return getpass.getpass("Client secret: ")
    return sys.stdin.read(LONGEST_SECRET).removeprefix("\ufeff")


def _owner(username: str | None) -> User | None:
    """The staff user with that name; a superuser may be one, too."""
    if username is None:
        return None
    try:
        return owners.find_staff(username)
    except owners.NoSuchUser:
        text = _("--owner: no user who can sign in is called “%(who)s”. Add the user first, as staff.")
        raise mistake(text % {"who": username}) from None
