"""What people do with runs: start, read again, cancel, stop, pass a check; and how far a run is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from connections.models import Connection, audit, name_of
from sync.core.codes import Action
from sync.core.deciding.report import Totals, totals
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.models import Change, Conflict, EmployeeSnapshot, SyncRun
from sync.models.groups import BEFORE_WRITING, BY_HAND, CHECKS, MANUAL, OPEN_STATES, PART, STEPS, WORKING
from sync.planning.approved_changes import come_back
from sync.runs.stillness import silent_for, still_for
from sync.worker.heartbeat import worker_alive
from sync.worker.queue import wake


class NotAllowed(Exception):
    """The action isn't possible now; ``code`` says why: superuser, typed, other_run, state, inactive."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_run(connection: Connection) -> SyncRun | None:
    """The open manual run, if there is one."""
    return connection.runs.filter(state__in=OPEN_STATES, trigger__in=MANUAL).first()


def latest_run(connection: Connection) -> SyncRun | None:
    """The newest run that a person started; the wizard doesn't show automatic runs."""
    return connection.runs.filter(trigger__in=BY_HAND).first()


def reads(connection: Connection) -> QuerySet[SyncRun]:
    """The runs that read both sides completely, the newest first; other runs have only some people."""
    return connection.runs.exclude(read_at=None).exclude(trigger__in=PART).order_by("-pk")


def latest_read(connection: Connection) -> SyncRun | None:
    """The newest run that read both sides completely."""
    return reads(connection).first()


def start(connection: Connection, user: Any, trigger: str = SyncRun.Trigger.MANUAL, **extra: Any) -> SyncRun:
    """Start reading both sides, or return the run that is already open. A second click never makes a second run.

    Choices that a failed reading should have kept are kept by this run. Raises ``NotAllowed("inactive")``.
    """
    existing = open_run(connection) if trigger in MANUAL else None
    if existing:
        return existing
    require_active(connection)
    if trigger == SyncRun.Trigger.MANUAL:
        extra.setdefault("continues", _whose_choices_wait(connection))
    try:
        with transaction.atomic():
            run = SyncRun.objects.create(connection=connection, trigger=trigger, started_by=name_of(user), **extra)
            for doubted in connection.runs.filter(state=SyncRun.State.FAILED, failure__in=CHECKS):
                forget_values(doubted)
            audit(user, "run.started", connection, run=run.pk, trigger=trigger)
            wake(run.pk)
    except IntegrityError:  # another request has started one
        other = open_run(connection)
        if other is None:
            raise
        return other
    return run


def require_active(connection: Connection) -> None:
    """Raise ``NotAllowed("inactive")`` unless the connection is active in the database now."""
    if not Connection.objects.filter(pk=connection.pk, state=Connection.State.ACTIVE).exists():
        raise NotAllowed("inactive")


def _whose_choices_wait(connection: Connection) -> SyncRun | None:
    """The last run, if it was to read again, failed, and nobody has given it up: its choices wait."""
    last = connection.runs.filter(trigger__in=MANUAL).first()
    return last if last and last.state == SyncRun.State.FAILED and last.continues_id else None


def end(run: SyncRun, state: str, from_states: Collection[str], **facts: Any) -> bool:
    """End a run that is in one of ``from_states``, and store ``facts`` with it; False if its state was another one."""
    rows = SyncRun.objects.filter(pk=run.pk, state__in=from_states)
    return bool(rows.update(state=state, finished_at=timezone.now(), **facts))


def fail(run: SyncRun, reason: Reason, from_states: Collection[str]) -> bool:
    """End a run that can't continue, with the reason; False if its state was another one."""
    why = {"failure": reason.code, "failure_params": dict(reason.params)}
    return end(run, SyncRun.State.FAILED, from_states, **why)


def cancel(run: SyncRun, user: Any) -> bool:
    """Cancel a run that hasn't written anything, and forget the values that it read. False if it is too late."""
    with transaction.atomic():
        if not end(run, SyncRun.State.CANCELLED, BEFORE_WRITING):
            return False
        forget_values(run)
        come_back(run)
        audit(user, "run.cancelled", run.connection, run=run.pk)
    run.refresh_from_db()
    return True


def forget_values(run: SyncRun) -> None:
    """Delete what was read of people, and the values of differences that nobody will decide any more.

    People who couldn't be created keep their values, so that it can be tried again.
    """
    failed = Change.objects.filter(run=run, action=Action.CREATE, state=Change.State.FAILED).values("snapshot")
    EmployeeSnapshot.objects.filter(run=run).exclude(pk__in=failed).update(payload=None)
    if run.confirmed_at is None:
        Conflict.objects.filter(run=run).update(values=None)


def read_again(run: SyncRun, user: Any) -> SyncRun:
    """Read both sides again; choices are kept if neither value has moved."""
    with transaction.atomic():
        if run.state in OPEN_STATES and not cancel(run, user):
            raise NotAllowed("state")
        return start(run.connection, user, continues=run)


def stop(run: SyncRun, user: Any) -> None:
    """Stop a run that is writing: what was sent is followed to its end, the rest isn't sent."""
    rows = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.APPLYING, stop_requested_by="")
    if rows.update(stop_requested_by=name_of(user)):
        audit(user, "run.stop_requested", run.connection, run=run.pk)
        wake(run.pk)


def go(run: SyncRun, state: str) -> None:
    """Store the wizard's step; only between review, create and confirm."""
    SyncRun.objects.filter(pk=run.pk, state__in=STEPS).update(state=state, touched_at=timezone.now())
    run.refresh_from_db(fields=["state"])


def check_number(run: SyncRun) -> int:
    """The number to type to pass the check that stopped the run."""
    params = run.failure_params
    return int(params.get("lost") or params.get("people") or 0)


def pass_check(run: SyncRun, user: Any, typed: str = "") -> None:
    """Let a run go on that a plausibility check has stopped.

    A superuser confirms that it is the same company; other checks are passed by typing the number. Raises
    ``NotAllowed``.
    """
    check = run.failure
    if run.state != SyncRun.State.FAILED or check not in CHECKS:
        raise NotAllowed("state")
    if SyncRun.objects.filter(connection=run.connection_id, trigger__in=MANUAL, pk__gt=run.pk).exists():
        raise NotAllowed("other_run")
    if check == "same_company" and not user.is_superuser:
        raise NotAllowed("superuser")
    if check != "same_company" and typed.strip() != str(check_number(run)):
        raise NotAllowed("typed")
    require_active(run.connection)
    try:
        with transaction.atomic():
            resume_after(run, check)
            if check == "same_company":
                Connection.objects.filter(pk=run.connection_id).update(same_company_confirmed_by=name_of(user))
            audit(user, "run.check_passed", run.connection, run=run.pk, check=check)
            wake(run.pk)
    except IntegrityError:
        raise NotAllowed("other_run") from None
    run.refresh_from_db()


def resume_after(run: SyncRun, check: str) -> None:
    """Let a stopped run go on with what it has read."""
    run.passed_checks = [*run.passed_checks, check]
    SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.FAILED).update(
        state=SyncRun.State.FETCHING, passed_checks=run.passed_checks, failure="", failure_params={}, finished_at=None
    )


@dataclass(frozen=True)
class Live:
    """How far a run is.

    ``waiting_for_worker``: for some seconds nobody has worked on it, and no worker is alive. ``still``: for how many
    seconds nothing has moved; 0 while something moves. ``silent``: by side, for how many seconds it hasn't answered.
    """

    state: str
    huma_read: int
    huma_total: int | None
    visma_read: int
    visma_done: bool
    totals: Totals
    waiting_for_worker: bool
    stopping: bool
    trouble: tuple[str, ...] = ()
    still: int = 0
    silent: Mapping[str, int] = field(default_factory=dict)


def live(run: SyncRun) -> Live:
    """How far the run is, for pages that poll."""
    progress = run.progress or {}
    huma, visma = progress.get(Side.HUMA, {}), progress.get(Side.VISMA, {})
    works = run.state in WORKING
    idle = (timezone.now() - run.touched_at).total_seconds()
    still = still_for(run) if works else 0.0
    is_still = still >= settings.STILL_SECONDS
    silent = silent_for(run) if works and not is_still else {}
    return Live(
        state=run.state,
        huma_read=huma.get("read", 0),
        huma_total=huma.get("total"),
        visma_read=visma.get("read", 0),
        visma_done=visma.get("stage") == "done",
        totals=run_totals(run),
        waiting_for_worker=works and idle > settings.WORKER_MISSING_SECONDS and not worker_alive(),
        stopping=bool(run.stop_requested_by) and run.state == SyncRun.State.APPLYING,
        trouble=tuple(side for side in progress.get("trouble", ()) if side not in silent),
        still=int(still) if is_still else 0,
        silent=silent,
    )


def run_totals(run: SyncRun) -> Totals:
    """The totals of the run's Changes so far."""
    rows = Change.objects.filter(run=run).values_list("state").annotate(n=Count("pk")).order_by()
    return totals(dict(rows))
