"""Recipients of payroll notices, and whether they have confirmed their address: until then no name is sent to it.

A connection's ``payroll_contacts`` lists them; each has a ``PayrollRecipient`` row with what is known of the address.
The link to confirm is signed and expires. When the address is removed, the row goes, and its links stop working.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection, PayrollRecipient, audit, name_of
from connections.signals import recipients_added

LINK_DAYS = 14
"""How long a link to confirm works; after that it can be sent again."""
_SALT = "connections.recipients"


class DeadLink(Exception):
    """The link is too old, wasn't made here, or is for an address that isn't a recipient any more."""


def same(address: str) -> str:
    """An address in the form in which addresses are compared."""
    return address.strip().lower()


def keep(connection: Connection, who: Any, confirmed: bool = False) -> None:
    """Bring the recipients' rows in line with the connection's list, in the caller's transaction.

    ``confirmed``: new addresses count as confirmed (a command named them); else they are asked to confirm. The row of a
    removed address is deleted, and the links that were sent to it stop working.
    """
    wanted = {same(address) for address in connection.payroll_contacts if same(address)}
    rows = connection.payroll_recipients
    rows.exclude(address__in=wanted).delete()
    known = set(rows.values_list("address", flat=True))
    new = [PayrollRecipient(connection=connection, address=address) for address in sorted(wanted - known)]
    PayrollRecipient.objects.bulk_create(new, ignore_conflicts=True)
    if confirmed:
        for row in rows.filter(confirmed_at=None):
            _confirm(row, name_of(who))
    elif new:
        recipients_added.send(Connection, connection=connection)


def confirmed(connection: Connection) -> list[str]:
    """The recipients who may be told names, in the order of the list."""
    return _those(connection, True)


def unconfirmed(connection: Connection) -> list[str]:
    """The recipients who haven't confirmed their address yet, in the order of the list."""
    return _those(connection, False)


def is_recipient(connection: Connection, address: str) -> bool:
    """Whether the address is still in the connection's list."""
    return same(address) in {same(one) for one in connection.payroll_contacts}


def _those(connection: Connection, wanted: bool) -> list[str]:
    known = {row.address for row in connection.payroll_recipients.all() if row.confirmed_at}
    each_once = {same(address): address.strip() for address in connection.payroll_contacts if same(address)}
    return [address for key, address in each_once.items() if (key in known) is wanted]


@dataclass(frozen=True)
class Shown:
    """One recipient on the connection's page; ``pk``: the row that can be asked again, or 0."""

    address: str
    confirmed: bool
    pk: int = 0
    asked_at: datetime | None = None


def shown(connection: Connection) -> list[Shown]:
    """The recipients; those who have confirmed come first."""
    rows = {row.address: row for row in connection.payroll_recipients.all()}
    found = []
    for address in [*confirmed(connection), *unconfirmed(connection)]:
        row = rows.get(same(address))
        if row is None:
            found.append(Shown(address, False))
        else:
            done = row.confirmed_at is not None
            found.append(Shown(address, done, 0 if done else row.pk, row.asked_at))
    return found


def somebody_hears(connection: Connection) -> bool:
    """Whether at least one recipient of payroll notices has confirmed the address."""
    return bool(confirmed(connection))


def link(row: PayrollRecipient) -> str:
    """The path at which an address is confirmed; it contains no name and no address."""
    return reverse("confirm_recipient", args=[signing.dumps([row.pk, row.key], salt=_SALT)])


def of_link(token: str) -> PayrollRecipient:
    """The recipient whose link this is; raises ``DeadLink``."""
    try:
        pk, key = signing.loads(token, salt=_SALT, max_age=LINK_DAYS * 86400)
    except (signing.BadSignature, ValueError, TypeError):
        raise DeadLink from None
    rows = PayrollRecipient.objects.select_related("connection").filter(pk=pk, key=key)
    row = rows.exclude(connection__state=Connection.State.DISCONNECTED).first()
    if row is None:
        raise DeadLink
    return row


def confirm(row: PayrollRecipient) -> bool:
    """Note that somebody who reads this address's mail has clicked; False if it was confirmed before."""
    return _confirm(row, "")


def _confirm(row: PayrollRecipient, by: str) -> bool:
    rows = PayrollRecipient.objects.filter(pk=row.pk, confirmed_at=None)
    if not rows.update(confirmed_at=timezone.now(), confirmed_by=by[:150]):
        return False
    audit(by or row.address[:150], "recipient.confirmed", row.connection, address=row.address)
    return True
