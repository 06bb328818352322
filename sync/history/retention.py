"""Deletes on time: values after RETENTION_DAYS, the rest of a run after HISTORY_DAYS."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django_q.models import Task

from connections.models import AuditEntry
from sync.models import (
    AskedPair,
    Change,
    Conflict,
    EmployeeSnapshot,
    HistoryEntry,
    HumaEvent,
    Letter,
    Notice,
    PairsUpload,
    PassedPerson,
    PossibleMatch,
    SyncRun,
    Write,
)

RUNS_AT_ONCE = 50  # runs at a time
ROWS_AT_ONCE = 1000
"""Rows that one transaction deletes: whoever works in the wizard waits for one at most."""
MOST_ROWS = 50_000
"""Rows that one call deletes at most; the next one goes on, a minute later."""
_OF_A_RUN = (HistoryEntry, Change, Conflict, Write, PossibleMatch, EmployeeSnapshot)
"""What a run may have very many of, in the order in which it is deleted."""
DRY_RUN = timedelta(minutes=10)  # without a sign of life


def blank_values() -> int:
    """Blank the values, comments and vendors' words of runs that ended RETENTION_DAYS ago; returns the number of runs.

    Fingerprints, decisions and outcomes stay.
    """
    until = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    rows = SyncRun.objects.filter(finished_at__lt=until, values_blanked_at=None)
    ids = list(rows.values_list("pk", flat=True)[:RUNS_AT_ONCE])
    Task.objects.filter(stopped__lt=until).delete()  # the queue keeps failed tasks for ever
    with transaction.atomic():
        Conflict.objects.filter(run__in=ids).update(values=None, comment="")
        Change.objects.filter(run__in=ids).update(before=None, after=None, vendor_words="", comment="")
        EmployeeSnapshot.objects.filter(run__in=ids).delete()
        SyncRun.objects.filter(pk__in=ids).update(values_blanked_at=timezone.now())
    return len(ids)


def drop_dry_runs() -> int:
    """Delete what killed dry runs left, because a dry run keeps nothing; returns the number of runs."""
    rows = SyncRun.objects.filter(dry=True, touched_at__lt=timezone.now() - DRY_RUN)
    ids = list(rows.filter(Q(lease_until=None) | Q(lease_until__lt=Now())).values_list("pk", flat=True))
    SyncRun.objects.filter(pk__in=ids).delete()
    return len(ids)


def drop_uploads() -> None:
    """Delete uploaded pairs files that nobody has confirmed in time."""
    PairsUpload.objects.filter(until__lt=timezone.now()).delete()


def drop_history() -> int:
    """Delete runs, audit entries, emails and closed notices older than HISTORY_DAYS; returns the number of runs.

    Events from Huma, and pairs that a pairs file asks about, are deleted after RETENTION_DAYS.
    """
    now = timezone.now()
    until = now - timedelta(days=settings.HISTORY_DAYS)
    ids = _drop_runs(until)
    AuditEntry.objects.filter(at__lt=until).delete()
    Letter.objects.filter(made_at__lt=until).delete()
    Notice.objects.filter(closed_at__lt=until).delete()
    PassedPerson.objects.filter(over_at__lt=until).delete()
    until = now - timedelta(days=settings.RETENTION_DAYS)
    HumaEvent.objects.filter(handled_at__lt=until).delete()
    AskedPair.objects.filter(at__lt=until).delete()
    return ids


def _drop_runs(until: datetime) -> int:
    """Delete runs that ended before then, and all that belongs to them, the oldest first; returns how many runs.

    Each transaction deletes few rows, so that nobody waits for it. A run goes when nothing of it is left.
    """
    gone, left = 0, MOST_ROWS
    old = SyncRun.objects.filter(finished_at__lt=until).order_by("finished_at", "pk")
    for pk in list(old.values_list("pk", flat=True)[:RUNS_AT_ONCE]):
        for model in _OF_A_RUN:
            left = _drop_rows(model._default_manager.filter(run=pk), left)
        if left <= 0:
            return gone
        SyncRun.objects.filter(pk=pk).delete()
        gone += 1
    return gone


def _drop_rows(rows: QuerySet[Any], left: int) -> int:
    """Delete rows in small transactions, until ``left`` is used up; returns what is left of it."""
    while left > 0:
        pks = list(rows.order_by().values_list("pk", flat=True)[:ROWS_AT_ONCE])
        if not pks:
            return left
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=pks).delete()
        left -= len(pks)
    return left
