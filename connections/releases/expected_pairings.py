"""Pairings that a superuser expects: who will connect which company, entered singly or from a table (CSV)."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from connections.api.unseen import seen
from connections.models import Connection, ExpectedPairing, audit
from connections.owner_settings.owners import NoSuchUser, find_staff
from connections.pages.form_fields import TENANT_SHAPE, as_guid
from connections.pages.permissions import require_administrator
from connections.pairing.reservations import one_at_a_time, reserved

MOST_BYTES = 200_000
MOST_ROWS = 1000
HEADINGS = ("tenantid", "tenant")
"""How the heading of the first column may begin, in a table with headings; spaces and dashes don't count."""


class NoTable(Exception):
    """The file can't be read as a table; the message says why."""


@dataclass(frozen=True)
class Row:
    """One line of a table: its number, its content, and either the user that it means or what is wrong with it."""

    line: int
    tenant_id: str
    who: str
    user: User | None = None
    error: str = ""


def check(tenant: str, who: str, others: Iterable[str] = ()) -> tuple[str, User]:
    """The Tenant ID and the user that a row means; raises ``ValueError`` with a sentence.

    ``others``: the Tenant IDs of the rows above in the same table.
    """
    try:
        tenant_id = as_guid(seen(tenant))
    except ValueError:
        raise ValueError(str(TENANT_SHAPE)) from None
    try:
        user = find_staff(seen(who))
    except NoSuchUser:
        text = _("No user here is called “%(who)s”, or several are.")
        raise ValueError(text % {"who": who}) from None
    if tenant_id in others:
        raise ValueError(_("This Tenant ID is in an earlier row already."))
    if Connection.objects.exclude(state=Connection.State.DISCONNECTED).filter(tenant_id=tenant_id).exists():
        raise ValueError(_("This Tenant ID is already connected."))
    if reserved().filter(tenant_id=tenant_id).exists():
        raise ValueError(_("This Tenant ID is reserved for another Huma organisation. Free it first."))
    if ExpectedPairing.objects.filter(tenant_id=tenant_id, used_at=None).exists():
        raise ValueError(_("This Tenant ID is entered already."))
    return tenant_id, user


def expect(by: User, pairs: Iterable[tuple[str, User]]) -> int:
    """Store expected pairings; those that exist already stay as they are. Returns how many are new. Superusers only."""
    require_administrator(by)
    return sum(_expect(by, tenant_id, user) for tenant_id, user in pairs)


def _expect(by: User, tenant_id: str, user: User) -> bool:
    try:
        with transaction.atomic():
            ExpectedPairing.objects.create(tenant_id=tenant_id, user=user, added_by=by.get_username())
            audit(by, "pairing.expected", tenant=tenant_id, user=user.get_username())
    except IntegrityError:
        return False
    return True


def remove(by: User, pk: int) -> bool:
    """Remove an expected pairing; False if it was used or removed meanwhile. Superusers only."""
    require_administrator(by)
    with transaction.atomic():
        one_at_a_time()
        found = ExpectedPairing.objects.filter(pk=pk, used_at=None).select_related("user").first()
        if found is None:
            return False
        audit(by, "pairing.not_expected", tenant=found.tenant_id, user=found.user.get_username())
        found.delete()
    return True


def too_large() -> str:
    """The sentence for a file of more than ``MOST_BYTES`` or ``MOST_ROWS``."""
    return _("The file is too large: at most %(most)d rows.") % {"most": MOST_ROWS}


def text_of(content: bytes) -> str:
    """The text of a file: UTF-8, or cp1252 as Excel writes it. Raises ``NoTable``."""
    if len(content) > MOST_BYTES:
        raise NoTable(too_large())
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NoTable(_("The file isn't a table of text. Save it as CSV."))


def read(text: str) -> list[Row]:
    """The rows of a table with a Tenant ID and a username or email address in each. Raises ``NoTable``.

    Commas or semicolons separate the columns; a first line with headings and empty lines are left out.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise NoTable(_("The file is empty."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise NoTable(_("The file isn't a table of text. Save it as CSV.")) from None
    if _is_heading(lines[0][1]):
        lines = lines[1:]
    if not 0 < len(lines) <= MOST_ROWS:
        raise NoTable(_("The file needs 1 to %(most)d rows.") % {"most": MOST_ROWS})
    rows: list[Row] = []
    for number, cells in lines:
        rows.append(_row(number, cells, [row.tenant_id for row in rows if row.user]))
    return rows


def _is_heading(cells: list[str]) -> bool:
    return seen(cells[0]).casefold().replace(" ", "").replace("-", "").replace("_", "").startswith(HEADINGS)


def _row(number: int, cells: list[str], others: list[str]) -> Row:
    tenant, who = (seen(cell) for cell in (*cells, "", "")[:2])
    if any(cell.strip() for cell in cells[2:]):
        return Row(number, tenant, who, error=_("A row has two columns: Tenant ID, and who will connect."))
    try:
        tenant_id, user = check(tenant, who, others)
    except ValueError as error:
        return Row(number, tenant, who, error=str(error))
    return Row(number, tenant_id, who, user)


def as_table(rows: Iterable[Row]) -> str:
    """The rows that can be stored, in the form that ``read`` accepts."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows((row.tenant_id, row.user.get_username()) for row in rows if row.user)
    return out.getvalue()
