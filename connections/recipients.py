"""Recipients of payroll notices, and whether their address was confirmed: before that no name is sent to it.

A connection's ``payroll_contacts`` says who they are; a row of ``PayrollRecipient`` for each says what is known of it.
The link to confirm is signed, expires, and dies with the row when the address is removed.
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
"""So long a link to confirm works; then it can be sent again."""
_SALT = "connections.recipients"


class DeadLink(Exception):
    """The link was made for an address that isn't a recipient any more, is too old, or wasn't made here."""


def same(address: str) -> str:
    """An address as it is compared."""
    return address.strip().lower()


def keep(connection: Connection, who: Any, confirmed: bool = False) -> None:
    """Bring what is known of recipients in line with the connection's list, in the caller's transaction.

    ``confirmed``: whoever named them answers for their addresses (a command); else those who are new are asked. Who
    was removed is forgotten, and so are the links that were sent to them.
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
    """Whether the address still is in the connection's list."""
    return same(address) in {same(one) for one in connection.payroll_contacts}


def _those(connection: Connection, wanted: bool) -> list[str]:
    known = {row.address for row in connection.payroll_recipients.all() if row.confirmed_at}
    each_once = {same(address): address.strip() for address in connection.payroll_contacts if same(address)}
    return [address for key, address in each_once.items() if (key in known) is wanted]


@dataclass(frozen=True)
class Shown:
    """One recipient as the connection's page has them; ``pk``: of the row that can be asked again, or 0."""

    address: str
    confirmed: bool
    pk: int = 0
    asked_at: datetime | None = None


def shown(connection: Connection) -> list[Shown]:
    """The recipients: those who have confirmed first."""
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
    """Whether there is a recipient of payroll notices whose address was confirmed."""
    return bool(confirmed(connection))


def link(row: PayrollRecipient) -> str:
    """The path at which an address is confirmed. It names nobody."""
    return reverse("confirm_recipient", args=[signing.dumps([row.pk, row.key], salt=_SALT)])


def of_link(token: str) -> PayrollRecipient:
    """Whose link it is; raises ``DeadLink``."""
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
    """Somebody who reads the mail of this address has clicked; False when that was so before."""
    return _confirm(row, "")


def _confirm(row: PayrollRecipient, by: str) -> bool:
    rows = PayrollRecipient.objects.filter(pk=row.pk, confirmed_at=None)
    if not rows.update(confirmed_at=timezone.now(), confirmed_by=by[:150]):
        return False
    audit(by or row.address[:150], "recipient.confirmed", row.connection, address=row.address)
    return True
