"""Makes, renews and checks connections. Each of these makes an audit entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from connections.api.vendor import Vendor
from connections.doctor.due import ask_soon
from connections.models import Connection, audit, name_of
from connections.owner_settings import recipients
from connections.pages.permissions import connections_of
from connections.pairing import releasing
from connections.pairing.release_requests import look_again
from connections.pairing.reservations import one_at_a_time
from connections.pauses.pausing import application_works, end, is_refused
from connections.vendors.clients import forget_clients
from connections.vendors.probe import Probe, Trouble, ask_both

ACCESS = ("huma_client_id", "huma_client_secret", "sunset", "state", "pause_reason")
"""The columns that change when a connection gets credentials."""


class NotConnected(Exception):
    """Nothing was stored; ``troubles`` say why, for ``vendors.connect_errors``."""

    def __init__(self, *troubles: Trouble) -> None:
        super().__init__(", ".join(f"{trouble.side} {trouble.code}".strip() for trouble in troubles))
        self.troubles = troubles


@dataclass(frozen=True)
class Access:
    """The credentials for both sides. The repr holds no secret."""

    tenant_id: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return "Access(…)"

    def ask(self) -> Probe:
        """Ask both vendors; raises ``NotConnected`` unless both accept the credentials."""
        probe = ask_both(self.tenant_id, self.client_id, self.client_secret)
        if not probe.ok:
            raise NotConnected(*probe.troubles)
        application_works()
        return probe


def access_of(connection: Connection) -> Access:
    """The stored credentials of a connection."""
    return Access(connection.tenant_id, connection.huma_client_id, connection.huma_client_secret)


def connected(tenant_id: str) -> Connection | None:
    """The connection that has this Tenant ID now."""
    return Connection.objects.exclude(state=Connection.State.DISCONNECTED).filter(tenant_id=tenant_id).first()


def connect(
    user: Any, access: Access, chosen: Mapping[str, Any], owner: User | None = None, confirmed: bool = False
) -> Connection:
    """Ask both sides, then store a connection. ``user`` confirmed the authority (or is a command's name).

    ``owner`` becomes its owner. ``chosen``: some of the settings of ``settings.changing``; ``confirmed``: the
    recipients of payroll notices among them count as confirmed. A disconnected connection of the same owner to the same
    pair is used again, with all that was known of its people. A new pairing may have to wait for its release (see
    ``pairing.releasing``). Raises ``NotConnected``; then nothing is stored.
    """
    probe = access.ask()
    try:
        with transaction.atomic():
            one_at_a_time()
            connection = _ended_before(access, probe, owner) or Connection(tenant_id=access.tenant_id)
            again = connection.pk is not None
            for name, value in chosen.items():
                setattr(connection, name, value)
            _use(connection, access, probe)
            connection.state, connection.pause_reason = Connection.State.WAITING, ""
            connection.huma_organization_id = probe.organization_id
            connection.authority_confirmed_by = name_of(user)
            connection.authority_confirmed_at = timezone.now()
            connection.save()
            if owner is not None:
                connection.owners.add(owner)
            audit(
                user, "connection.reconnected" if again else "connection.made", connection, owner=name_of(owner or "")
            )
            releasing.begin(connection, user)
            recipients.keep(connection, user, confirmed)
            ask_soon(connection)
    except IntegrityError:  # somebody else connected this tenant first
        raise NotConnected(Trouble("", "tenant_taken")) from None
    except releasing.Reserved:
        raise NotConnected(_reserved(user)) from None
    forget_clients(connection)
    return connection


def renew(connection: Connection, user: Any, client_id: str, client_secret: str) -> None:
    """Store new credentials for the same Huma organisation; a disconnected connection is connected again.

    Raises ``NotConnected``; then the old credentials stay.
    """
    access = Access(connection.tenant_id, client_id, client_secret)
    probe = _same_organisation(connection, access.ask())
    try:
        with transaction.atomic():
            one_at_a_time()
            row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
            again = row.state == Connection.State.DISCONNECTED
            _use(row, access, probe)
            if again:
                row.state, row.pause_reason = Connection.State.WAITING, ""
            row.save(update_fields=ACCESS)
            audit(user, "connection.reconnected" if again else "credentials.renewed", row)
            if again:
                releasing.begin(row, user)
            else:
                look_again(row)
            _end_refusal(row, user)
            ask_soon(row)
    except releasing.Reserved:
        raise NotConnected(_reserved(user)) from None
    except IntegrityError:  # it was disconnected, and another connection has the company now
        raise NotConnected(Trouble("", "tenant_taken")) from None
    forget_clients(connection)
    connection.refresh_from_db()


def check(connection: Connection, user: Any) -> None:
    """Ask both sides with the stored credentials; ends a pause for refused ones. Raises ``NotConnected``."""
    access = access_of(connection)
    probe = _same_organisation(connection, access.ask())
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        if access_of(row) == access:  # else the credentials were renewed or deleted meanwhile
            _use(row, access, probe)
            row.save(update_fields=ACCESS)
            _end_refusal(row, user)
    connection.refresh_from_db()


def _ended_before(access: Access, probe: Probe, owner: User | None) -> Connection | None:
    """The owner's own disconnected connection of the same pair; another owner's is never used again."""
    mine = Connection.objects.all() if owner is None else connections_of(owner)
    rows = mine.filter(
        tenant_id=access.tenant_id,
        huma_organization_id=probe.organization_id,
        state=Connection.State.DISCONNECTED,
    )
    return rows.order_by("-pk").first()


def _reserved(user: Any) -> Trouble:
    """The trouble for a Tenant ID that is reserved for another organisation; only superusers are told that it is."""
    told = isinstance(user, str) or user.is_superuser
    return Trouble("", "tenant_reserved" if told else "tenant_taken")


def _same_organisation(connection: Connection, probe: Probe) -> Probe:
    if probe.organization_id != connection.huma_organization_id:
        raise NotConnected(Trouble(Vendor.HUMA, "other_organisation"))
    return probe


def _use(connection: Connection, access: Access, probe: Probe) -> None:
    """Store the credentials that were found to work."""
    connection.huma_client_id, connection.huma_client_secret = access.client_id, access.client_secret
    connection.sunset = probe.sunset


def _end_refusal(row: Connection, user: Any) -> None:
    """End a pause for refused credentials; a pause by hand stays."""
    if is_refused(row):
        row.retry_tries = 0
        end(row, user, "connection.works_again")
