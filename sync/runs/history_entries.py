"""Enters ended runs into the history: one entry for each difference, and for each Change without one.

A run is entered when it has ended. ``SyncRun.history_at`` says that it was; whoever changes a Change afterwards takes
that back (``Changes.enter_again``). What a killed worker left, and runs of before the history, ``enter_waiting`` finds.
"""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from sync.core.batches import batches
from sync.core.fields.bank import last_digits
from sync.core.matching.person_names import search_words
from sync.core.records.employee import Own, Side
from sync.models import Change, Conflict, HistoryEntry, SyncRun
from sync.models.groups import CARRIED_OUT

ACCOUNT = "bank_account"
RUNS_AT_ONCE = 20
ROWS_AT_ONCE = 2000
MAY_CHANGE = ("at", "link", "outcome", "reason", "by", "decision", "change")
"""What may be otherwise when a run is entered again: somebody answered about a Change that was held."""


def enter(run: SyncRun) -> None:
    """Enter all differences and Changes of an ended run, in batches. What is entered already is brought up to date."""
    now = timezone.now()
    differences = Conflict.objects.filter(run=run).order_by("pk").values_list("pk", flat=True)
    for some in batches(differences.iterator(), ROWS_AT_ONCE):
        _store(list(_of_differences(some)), "conflict")
    changes = Change.objects.filter(run=run, conflict=None).order_by("pk").values_list("pk", flat=True)
    for some in batches(changes.iterator(), ROWS_AT_ONCE):
        _store(list(_of_changes(some)), "change")
    SyncRun.objects.filter(pk=run.pk).update(history_at=now)


def enter_waiting(connection_pk: int | None = None) -> int:
    """Enter some ended runs that aren't in the history as they are now, the newest first; returns how many.

    ``connection_pk``: only those of one connection.
    """
    rows = SyncRun.objects.filter(history_at=None, state__in=CARRIED_OUT, dry=False)
    if connection_pk is not None:
        rows = rows.filter(connection=connection_pk)
    runs = list(rows.order_by("-pk")[:RUNS_AT_ONCE])
    for run in runs:
        enter(run)
    return len(runs)


def _store(entries: list[HistoryEntry], key: str) -> None:
    """Store the entries; ``key``: the column that says for which difference or Change they are."""
    HistoryEntry.objects.bulk_create(
        entries, batch_size=500, update_conflicts=True, unique_fields=[key], update_fields=MAY_CHANGE
    )


def _of_differences(pks: list[int]) -> Iterator[HistoryEntry]:
    rows = Conflict.objects.filter(pk__in=pks).select_related("run", "link").order_by("pk")
    changes = {one.conflict_id: one for one in Change.objects.filter(conflict__in=pks).order_by("pk")}
    for conflict in rows.defer("link__baseline", "link__seen", "link__written", "run__progress", "run__figures"):
        change = changes.get(conflict.pk)
        entry = _entry(conflict.run, change)
        entry.conflict = conflict
        entry.link = conflict.link
        entry.name, entry.number = conflict.link.name, conflict.link.number
        entry.field, entry.suggestion, entry.why = conflict.field, conflict.suggestion, conflict.why
        entry.decision, entry.by = conflict.decision, conflict.decided_by
        times = (_when(change) if change else None, conflict.decided_at, conflict.run.read_at, conflict.run.started_at)
        entry.at = next(time for time in times if time is not None)
        entry.tails |= _tails(conflict.field, conflict.values or {})
        yield entry


def _of_changes(pks: list[int]) -> Iterator[HistoryEntry]:
    rows = Change.objects.filter(pk__in=pks).select_related("run", "link", "snapshot").order_by("pk")
    for change in rows.defer("snapshot__payload", "run__progress", "run__figures"):
        entry = _entry(change.run, change)
        entry.link = change.link
        entry.name, entry.number = change.name, change.number
        entry.words = "" if change.link else search_words(change.name, change.number)[:400]
        entry.field = change.field
        entry.by = (change.snapshot and change.snapshot.create_chosen_by) or change.run.confirmed_by
        entry.at = _when(change) or change.run.finished_at or change.run.started_at
        yield entry


def _entry(run: SyncRun, change: Change | None) -> HistoryEntry:
    entry = HistoryEntry(connection_id=run.connection_id, run=run, trigger=run.trigger, action="field", tails={})
    if change is not None:
        entry.change = change
        entry.action, entry.side = change.action, change.side
        held = change.state == Change.State.HELD
        entry.outcome, entry.reason = (held and change.answer) or change.state, change.reason
        entry.tails = _tails(change.field, {"before": change.before, "after": change.after}, change.side)
    return entry


def _when(change: Change) -> datetime | None:
    return change.settled_at or change.answered_at


def _tails(field: str, values: dict[str, Own], side: str = "") -> dict[str, str]:
    """The last three digits of the accounts among ``values``, by their keys."""
    if field != ACCOUNT:
        return {}
    wanted = ("before", "after") if side else tuple(Side)
    return {str(key): last_digits(Side(side or key), values.get(key)) for key in wanted}
