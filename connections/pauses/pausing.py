"""Pauses a connection, by hand or because its credentials are refused, and resumes it.

If the *application's* credentials are refused, that concerns the installation, and no connection is paused. Each pause
begins with ``paused_at`` and ends once, so a receiver of the signals can report each pause exactly once.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections import signals
from connections.api.errors import BadCredentials
from connections.api.vendor import Vendor
from connections.models import PROGRAM, AuditEntry, Connection, Installation, audit, name_of
from connections.pauses.refusal_codes import REFUSED_CREDENTIALS, refusal

BY_HAND = "by_hand"
COLUMNS = ("state", "pause_reason", "paused_by", "paused_at", "paused_until", "retry_next", "retry_tries")
QUIET = timedelta(days=2)
"""If credentials are refused again within this time, the waiting times go on from where they had grown to."""


def pause(connection: Connection, user: Any, until: date | None = None) -> None:
    """Pause the connection until and including a day (Europe/Oslo), or until somebody resumes it.

    Calling it again changes the day.
    """
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        begins = row.state == Connection.State.ACTIVE
        same = row.pause_reason == BY_HAND and row.paused_until == until
        works = row.state in (Connection.State.ACTIVE, Connection.State.PAUSED)  # else there is nothing to pause
        if works and (begins or not same):
            row.state, row.pause_reason, row.paused_until = Connection.State.PAUSED, BY_HAND, until
            row.paused_by, row.retry_next, row.retry_tries = name_of(user), None, 0
            row.paused_at = timezone.now() if begins else row.paused_at
            row.save(update_fields=COLUMNS)
            action = "connection.paused_until" if until else "connection.paused"
            entry = audit(user, action, row, reason=BY_HAND, until=until.isoformat() if until else "")
            if begins:
                signals.paused.send(Connection, connection=row, entry=entry)
    connection.refresh_from_db()


def resume(connection: Connection, user: Any) -> bool:
    """End a pause that was made by hand; False if there is none.

    A pause for refused credentials ends when they are accepted.
    """
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        by_hand = row.state == Connection.State.PAUSED and row.pause_reason == BY_HAND
        if by_hand:
            end(row, user, "connection.resumed")
    connection.refresh_from_db()
    return by_hand


def end(row: Connection, who: Any, action: str) -> AuditEntry:
    """End the pause of a locked row inside a transaction, and send the signal. ``paused_at`` keeps the last pause."""
    row.state, row.pause_reason, row.paused_until, row.retry_next = Connection.State.ACTIVE, "", None, None
    row.save(update_fields=COLUMNS)
    entry = audit(who, action, row)
    signals.resumed.send(Connection, connection=row, entry=entry)
    return entry


def is_refused(connection: Connection) -> bool:
    """Whether the connection is paused because its credentials are refused."""
    return connection.state == Connection.State.PAUSED and connection.pause_reason.startswith(REFUSED_CREDENTIALS)


def credentials_refused(connection: Connection, error: BadCredentials) -> None:
    """Pause the connection because a vendor refused its credentials, or note that the installation's are refused.

    However many threads meet the refusal, it counts once. ``connection`` has the credentials that were used: if others
    are stored by now, the refusal says nothing about them.
    """
    if error.application:
        application_is_refused()
        return
    side = error.side or Vendor.HUMA
    if not Connection.objects.filter(pk=connection.pk, state=Connection.State.ACTIVE).exists():
        return
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        if row.state != Connection.State.ACTIVE or (side == Vendor.HUMA and _access(row) != _access(connection)):
            return
        now = timezone.now()
        again = row.audit.filter(action="connection.works_again", at__gte=now - QUIET).exists()
        row.state, row.pause_reason, row.paused_by = Connection.State.PAUSED, refusal(side, error.code), ""
        row.paused_at, row.paused_until, row.retry_tries = now, None, row.retry_tries if again else 0
        row.retry_next = now + interval(row.retry_tries)
        row.save(update_fields=COLUMNS)
        entry = audit(PROGRAM, "connection.refused", row, reason=row.pause_reason, code=error.code)
        signals.paused.send(Connection, connection=row, entry=entry)


def application_refused() -> bool:
    """Whether Visma refuses the installation's own credentials; then nothing starts automatically."""
    return Installation.objects.filter(pk=1, visma_refused_at__isnull=False).exists()


def application_works() -> None:
    """Note that Visma gave a token for the installation's own credentials."""
    if not application_refused():
        return
    with transaction.atomic():
        row = Installation.objects.select_for_update().get(pk=1)
        since = row.visma_refused_at
        if since is not None:
            row.visma_refused_at, row.retry_next, row.retry_tries = None, None, 0
            row.save()
            audit(PROGRAM, "application.works")
            signals.application_works.send(Installation, since=since)


def application_is_refused() -> None:
    """Note that Visma refused the installation's own credentials; however many threads meet it, it counts once."""
    if application_refused():
        return
    with transaction.atomic():
        Installation.objects.get_or_create(pk=1)
        row = Installation.objects.select_for_update().get(pk=1)
        if row.visma_refused_at is None:
            row.visma_refused_at, row.retry_tries = timezone.now(), 0
            row.retry_next = row.visma_refused_at + interval(0)
            row.save()
            audit(PROGRAM, "application.refused")
            signals.application_refused.send(Installation, since=row.visma_refused_at)


def interval(tries: int) -> timedelta:
    """How long to wait before refused credentials are tried again, after ``tries`` tries."""
    minutes = settings.CREDENTIALS_RETRY_MINUTES
    return timedelta(minutes=minutes[min(tries, len(minutes) - 1)])


def _access(connection: Connection) -> tuple[str, str]:
    return connection.huma_client_id, connection.huma_client_secret
