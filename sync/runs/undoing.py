"""Undo: makes a run that begins at Confirm and puts back what earlier runs wrote.

Each of its differences names the Change that it undoes. The pin is what that Change made of the value, so a later edit
is never overwritten. Afterwards both sides are settled as they are then, which is the same as leaving the field as it
is: nothing sends it again until one side moves. Source: design, History (Undo).
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from connections.models import Connection, name_of
from sync.core.codes import Action, Standing
from sync.core.fields import field as field_named
from sync.core.records.employee import Own, Side
from sync.models import Change, Conflict, SyncRun, audit_people
from sync.models.groups import CARRIED_OUT, OPEN_STATES
from sync.planning.undoable import Judged, judge
from sync.runs.lifecycle import NotAllowed, latest_read, open_run, require_active


def changes_of(run: SyncRun) -> list[Change]:
    """What a run has written, for ``judge``. Raises ``NotAllowed``: writing, dry, blanked, or nothing."""
    if run.dry:
        raise NotAllowed("dry")
    if run.state in OPEN_STATES:
        raise NotAllowed("writing" if run.state == SyncRun.State.APPLYING else "state")
    written = Change.objects.filter(run=run, state=Change.State.DONE)
    if run.state not in CARRIED_OUT or not written.exists():
        raise NotAllowed("nothing")
    if run.values_blanked_at:
        raise NotAllowed("blanked")
    return list(written.only("pk").order_by("name", "number", "pk"))


def may_be_undone(run: SyncRun) -> bool:
    """Whether it is worth offering to undo a run: it wrote fields whose values are kept and that nobody has undone.

    Whether each of them can be undone says only ``judge``.
    """
    if run.state not in CARRIED_OUT or run.values_blanked_at or run.dry:
        return False
    written = Change.objects.filter(run=run, state=Change.State.DONE, action=Action.FIELD).exclude(conflict=None)
    undone = Conflict.objects.filter(undoes__in=written, outcome=Change.State.DONE)
    return written.exclude(pk__in=undone.values("undoes")).exists()


def undone_runs(run: SyncRun) -> list[SyncRun]:
    """The runs whose Changes an undo puts back, the oldest first."""
    undone = Conflict.objects.filter(run=run).exclude(undoes=None).order_by()
    return list(SyncRun.objects.filter(pk__in=undone.values("undoes__run")).order_by("pk"))


def start(connection: Connection, user: Any, changes: Iterable[Change]) -> SyncRun:
    """Make the run that undoes those of these Changes that can be undone; nothing is written before it is confirmed.

    Raises ``NotAllowed``: "inactive" for a paused or disconnected connection, "other_run" while another run of the
    wizard is open, "nothing" if none of them can be undone any more.
    """
    require_active(connection)
    latest = latest_read(connection)
    try:
        with transaction.atomic():
            Connection.objects.select_for_update(no_key=True).only("pk").get(pk=connection.pk)
            if open_run(connection):
                raise NotAllowed("other_run")
            chosen = [one.change for one in judge(connection, changes) if one.reason is None]
            if not chosen:
                raise NotAllowed("nothing")
            run = SyncRun.objects.create(
                connection=connection,
                trigger=SyncRun.Trigger.UNDO,
                state=SyncRun.State.CONFIRM,
                started_by=name_of(user),
                read_at=latest.read_at if latest else None,
                figures=latest.figures if latest else {},
            )
            now = timezone.now()
            by = name_of(user)
            Conflict.objects.bulk_create([_inverse(run, change, by, now) for change in chosen], batch_size=500)
            undone = sorted({change.run_id for change in chosen})
            people = {change.link_id for change in chosen if change.link_id}
            audit_people(user, "run.undo", connection, people, run=run.pk, undoes=undone, changes=len(chosen))
    except IntegrityError:
        raise NotAllowed("other_run") from None
    return run


def _inverse(run: SyncRun, change: Change, by: str, now: datetime) -> Conflict:
    """The difference that puts back what the Change overwrote. Its fingerprints are those of the baseline."""
    link, side, spec = change.link, Side(change.side), field_named(change.field)
    assert link is not None  # ``judge`` has asked
    back = spec.as_before(side, change.before)
    huma, visma = link.baseline[change.field]
    empties = spec.canonical(side, back) is None
    return Conflict(
        run=run,
        link=link,
        field=change.field,
        kind=Conflict.Kind.VALUE,
        standing=Standing.LEFT,
        values={side.value: change.after, side.other.value: _opposite(change), f"to_{side.value}": back},
        huma_fingerprint=huma,
        visma_fingerprint=visma,
        empties_huma=empties and side is Side.HUMA,
        empties_visma=empties and side is Side.VISMA,
        allow_clearing=empties,
        decision=Conflict.Decision.UNDO,
        decided_by=by,
        decided_at=now,
        undoes=change,
    )


def _opposite(change: Change) -> Own:
    """What the other side said when the Change was planned, which nobody overwrote then."""
    values = (change.conflict.values if change.conflict else None) or {}
    return values.get(Side(change.side).other.value)


def judged_of(run: SyncRun, links: Collection[int] | None = None) -> list[Judged]:
    """Everything that a run wrote, judged; ``links``: only of these people. Raises ``NotAllowed`` as ``changes_of``."""
    judged = judge(run.connection, changes_of(run))
    return judged if links is None else [one for one in judged if one.change.link_id in links]
