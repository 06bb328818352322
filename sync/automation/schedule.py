"""Scheduled syncs: the tick starts what is due, each slot exactly once."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connections.claims import as_seen, claim_row
from connections.models import Connection, audit
from connections.pauses.pausing import application_refused
from sync.automation.carrying_out import RULE
from sync.core.batches import batches
from sync.core.calendar.schedule import next_slot, spread_of
from sync.models import Conflict, EmployeeSnapshot, SyncRun
from sync.models.groups import CAME_TO_NOTHING, CARRIED_OUT, OPEN_STATES
from sync.runs.lifecycle import cancel
from sync.worker.queue import wake


def upcoming(connection: Connection, after: datetime | None = None) -> datetime | None:
    """When the connection's next scheduled sync is due; ``None`` if there is no schedule."""
    if not connection.automatic:
        return None
    return next_slot(
        connection.schedule,
        connection.schedule_hours,
        connection.schedule_time,
        spread_of(connection.code),
        after or timezone.now(),
    )


def start_due(connection_pk: int | None = None) -> list[SyncRun]:
    """Start the scheduled syncs that are due, of all connections or of one. A second caller at the same time finds the
    slot taken.

    Missed slots are made up for once, however many there were. The slot of a paused connection waits for the end of the
    pause; all slots wait while Visma refuses the installation's own credentials.
    """
    if application_refused():
        return []
    due = Connection.objects.filter(state=Connection.State.ACTIVE, automatic=True, schedule_next__lte=timezone.now())
    if connection_pk is not None:
        due = due.filter(pk=connection_pk)
    started = [run for connection in due if (run := _start(connection))]
    for run in started:
        forget_superseded(run.connection)
    return started


def _start(connection: Connection) -> SyncRun | None:
    """Take the slot and start a run; ``None`` if the slot was taken, or the last scheduled sync still runs."""
    with transaction.atomic():
        due = as_seen(connection, "schedule_next") & Q(state=Connection.State.ACTIVE, automatic=True)
        if not claim_row(Connection, connection.pk, due, schedule_next=upcoming(connection)):
            return None
        connection.refresh_from_db()
        try:
            with transaction.atomic():
                run = SyncRun.objects.create(
                    connection=connection,
                    trigger=SyncRun.Trigger.SCHEDULED,
                    rule_by=connection.automatic_by,
                    rule_at=connection.automatic_at,
                )
        except IntegrityError:
            return None  # the last one still runs, and reads everybody
        audit(RULE, "run.started", connection, run=run.pk, trigger=run.trigger)
        wake(run.pk)
    return run


def forget_superseded(connection: Connection) -> None:
    """Delete what earlier scheduled syncs read and left undecided, where the newest one that ended has it again.

    What they wrote or held stays, and so does a difference that is otherwise now, or over. Else several syncs a day
    would store everybody several times. The newest row says since when the difference is the same, and how often it
    was seen.
    """
    ended = connection.runs.filter(trigger=SyncRun.Trigger.SCHEDULED).exclude(state__in=OPEN_STATES)
    newest = ended.filter(state__in=CARRIED_OUT).first()
    old = ended.filter(Q(state__in=CAME_TO_NOTHING) | Q(pk__lt=newest.pk if newest else 0)).values("pk")
    EmployeeSnapshot.objects.filter(run__in=old).delete()
    in_vain = connection.runs.filter(trigger=SyncRun.Trigger.SCHEDULED, state__in=CAME_TO_NOTHING)
    Conflict.objects.filter(run__in=in_vain.values("pk"), decision="").delete()
    if newest is not None:
        _join(newest, Conflict.objects.filter(run__in=old, decision=""))


SAME = ("link_id", "field", "huma_fingerprint", "visma_fingerprint", "standing", "why")


def _join(newest: SyncRun, superseded: QuerySet[Conflict]) -> None:
    """Join the rows of earlier syncs with those of the newest one that say the same of the same field."""
    columns = ("run", "link", *SAME[1:], "decision", "first_seen_at", "seen_before")
    now = {(one.link_id, one.field): one for one in Conflict.objects.filter(run=newest).only(*columns)}
    rows = superseded.only(*columns, "run__read_at", "run__started_at").select_related("run").order_by("-run_id")
    other: set[tuple[int, str]] = set()
    joined, over = {}, []
    for row in rows.iterator(chunk_size=2000):
        key = (row.link_id, row.field)
        same = now.get(key)
        if same is None or key in other or any(getattr(row, name) != getattr(same, name) for name in SAME):
            other.add(key)  # what is older than another value is another story
            continue
        same.first_seen_at = row.first_seen_at or row.run.read_at or row.run.started_at
        same.seen_before += row.seen_before + 1
        joined[same.pk] = same
        over.append(row.pk)
    Conflict.objects.bulk_update(joined.values(), ["first_seen_at", "seen_before"], batch_size=500)
    for some in batches(over):
        Conflict.objects.filter(pk__in=some).delete()


def make_up(run: SyncRun) -> None:
    """Cancel a scheduled sync before it writes, and let it be made up for when the connection works again."""
    with transaction.atomic():
        if cancel(run, RULE):
            rows = Connection.objects.filter(pk=run.connection_id, automatic=True).exclude(schedule_next=None)
            rows.update(schedule_next=timezone.now())
    run.refresh_from_db()
