"""When a connection is checked by itself: after it was connected, after an upgrade, and every month."""

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from connections.doctor.check import LEASE, NotNow, check
from connections.models import Connection, Diagnosis
from connections.signals import check_asked

AT_ONCE = 2
"""How many checks a tick starts at most, so that the syncs don't wait for them."""
SILENT = timedelta(seconds=30)
"""Twice as long as a check needs to say that it lives."""
AGAIN_AFTER_UPGRADE = timedelta(hours=1)
"""For how long a check with trouble isn't made again although the version is another one."""


def ask_soon(connection: Connection) -> None:
    """Have a worker check the connection soon. Called inside a transaction or without one."""
    now = timezone.now()
    if not Diagnosis.objects.filter(connection=connection).update(due_at=now):
        Diagnosis.objects.get_or_create(connection=connection, defaults={"due_at": now})
    check_asked.send(Connection, connection=connection)


def is_asked(row: Diagnosis | None) -> bool:
    """Whether a check is about to start."""
    return row is not None and not is_running(row) and row.due_at is not None and row.due_at <= timezone.now()


def is_running(row: Diagnosis | None) -> bool:
    """Whether somebody is checking now."""
    return row is not None and row.claimed_until is not None and row.claimed_until > timezone.now()


def is_silent(row: Diagnosis | None) -> bool:
    """Whether a check that is under way has given no sign of life for a while: it waits long, or was killed."""
    if row is None or row.claimed_until is None or not is_running(row):
        return False
    return row.claimed_until - LEASE < timezone.now() - SILENT


def due() -> list[int]:
    """The active connections that are to be checked now, a few at a time; those that were never asked for aren't."""
    now = timezone.now()
    upgraded = ~Q(version=settings.VERSION) & (Q(checked_at=None) | Q(checked_at__lt=now - AGAIN_AFTER_UPGRADE))
    rows = Diagnosis.objects.filter(Q(due_at__lte=now) | upgraded, connection__state=Connection.State.ACTIVE)
    idle = rows.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
    return list(idle.order_by("due_at", "pk").values_list("connection", flat=True)[:AT_ONCE])


def check_if_due(connection_pk: int) -> None:
    """Check a connection, unless another process does, or it isn't due any more. Safe to call twice."""
    row = Diagnosis.objects.select_related("connection").filter(connection=connection_pk).first()
    if row is None or is_running(row) or not (is_asked(row) or row.version != settings.VERSION):
        return
    with suppress(NotNow):
        check(row.connection)
