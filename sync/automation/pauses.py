"""What the sync does at a pause: runs stop, owners are told once, and afterwards everything is caught up.

Receives ``connections.signals``.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from connections.models import PROGRAM, AuditEntry, Connection
from connections.pauses.pausing import is_refused
from sync.mail import letters
from sync.models import Change, Letter, SyncRun
from sync.models.groups import BY_ITSELF, UNATTENDED
from sync.runs.events import REFUSED_ACCESS, not_handled
from sync.runs.lifecycle import cancel, stop
from sync.worker.queue import wake_connection

MOMENT = timedelta(seconds=30)
"""How long before a pause the run may have ended whose refused credentials caused it."""


def pause_begins(sender: Any, *, connection: Connection, entry: AuditEntry, **more: Any) -> None:
    """Cancel automatic runs and tell the owners.

    A pause by hand also stops a run that writes; what was sent is followed to its end. With refused credentials such a
    run ends anyway. A run in the wizard stays, but can't be confirmed before the pause is over.
    """
    for run in connection.runs.filter(trigger__in=BY_ITSELF, state__in=UNATTENDED):
        if cancel(run, PROGRAM):
            not_handled(run)
    if not is_refused(connection):
        for run in connection.runs.filter(state=SyncRun.State.APPLYING):
            stop(run, entry.who)
    _tell(Letter.Kind.PAUSED, connection, entry)


def pause_ends(sender: Any, *, connection: Connection, entry: AuditEntry, **more: Any) -> None:
    """Tell the owners, and catch up."""
    _tell(Letter.Kind.RESUMED, connection, entry)
    if connection.paused_at:
        catch_up(connection, connection.paused_at)


def application_refused(sender: Any, *, since: datetime, **more: Any) -> None:
    """Tell the superusers."""
    letters.write(Letter.Kind.APPLICATION_REFUSED, f"application:{since.isoformat()}", letters.superusers())


def application_works(sender: Any, *, since: datetime, **more: Any) -> None:
    """Tell the superusers, and wake what waited."""
    letters.write(Letter.Kind.APPLICATION_WORKS, f"app_works:{since.isoformat()}", letters.superusers())
    for connection in Connection.objects.filter(state=Connection.State.ACTIVE):
        catch_up(connection, since)


def catch_up(connection: Connection, since: datetime) -> None:
    """Take up what waited, and let a scheduled sync run now if one has failed since ``since``."""
    scheduled = connection.runs.filter(trigger=SyncRun.Trigger.SCHEDULED, finished_at__gte=since - MOMENT)
    cut = scheduled.exclude(state=SyncRun.State.FINISHED)
    failed = Change.objects.filter(run__in=scheduled, state=Change.State.FAILED, reason__in=REFUSED_ACCESS)
    if cut.exists() or failed.exists():
        Connection.objects.filter(pk=connection.pk).exclude(schedule_next=None).update(schedule_next=timezone.now())
    wake_connection(connection.pk)


def _tell(kind: str, connection: Connection, entry: AuditEntry) -> None:
    since = connection.paused_at.isoformat() if connection.paused_at else ""
    key = f"{kind}:{connection.pk}:{since}"
    letters.write(kind, key, letters.owners(connection), connection, entry=entry.pk)
