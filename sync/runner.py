"""Works a run off in slices, for a worker's task, the command or a test. The errors of a run are handled here."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import F, Q
from django.utils import timezone

from connections.api.errors import BadCredentials, VendorError
from connections.bug_report import bug_report
from connections.models import Connection
from connections.pauses.pausing import credentials_refused
from connections.vendors.clients import clients_for
from sync.analysis.analyse import analyse
from sync.analysis.persist import load, store
from sync.automation import carrying_out, real_time
from sync.automation.schedule import make_up
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.models import SyncRun
from sync.models.groups import BY_ITSELF, CHECKS, SINGLE, UNATTENDED, WORKING
from sync.planning.approved_changes import come_back
from sync.planning.putting_on_hold import overtake_gone
from sync.reading.failures import CannotRead, reason_for_reading
from sync.reading.fetch import Fetch
from sync.reading.lists.programs import seen_by
from sync.reading.snapshots import load_skipped
from sync.runs import lifecycle, second_reads
from sync.runs.events import not_handled
from sync.runs.finish import finish
from sync.runs.lifecycle import forget_values
from sync.runs.stillness import listening
from sync.worker.lease import Lease
from sync.writing.slices import apply_slice

logger = logging.getLogger(__name__)

AWAY_PAUSE = 1.0
OLD = timedelta(hours=1)
"""What was read longer ago isn't written automatically."""


def advance(run_pk: int, seconds: float | None = None) -> float | None:
    """Work off one slice. Returns the seconds until there is more to do, or ``None`` if there isn't.

    A second caller finds the lease taken, or the run in another state, and does nothing.
    """
    with Lease(SyncRun, run_pk) as lease:
        if lease.lost:
            return None
        run = SyncRun.objects.select_related("connection").get(pk=run_pk)
        if not works(run) or run.dry:
            return None
        if run.state != SyncRun.State.FETCHING:  # reading updates it whenever it stores something
            SyncRun.objects.filter(pk=run_pk).update(touched_at=timezone.now())
        with listening(run):
            return _slice(run, lease, settings.SLICE_SECONDS if seconds is None else seconds)


def _slice(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    try:
        if run.state == SyncRun.State.APPLYING:
            return _write(run, lease, seconds)
        if run.attempts >= settings.MAX_ATTEMPTS:
            raise CannotRead(Reason("interrupted"))
        return _read_and_go_on(run, lease, seconds)
    except CannotRead as error:
        fail(run, error.reason)
    except VendorError as error:
        logger.warning("Run %s failed while it read: %s", run.pk, error)
        fail(run, reason_for_reading(error))
        if isinstance(error, BadCredentials):
            credentials_refused(run.connection, error)
    except (OperationalError, InterfaceError) as error:
        return _database_away(run, error)
    except Exception as error:
        logger.error("Run %s met a bug: %s", run.pk, bug_report(error))
        if run.state == SyncRun.State.APPLYING:
            SyncRun.objects.filter(pk=run.pk).update(attempts=F("attempts") + 1)
            raise
        fail(run, Reason("bug"))
    return None


def is_working() -> Q:
    """A query for the runs that a worker should work on."""
    return Q(state__in=WORKING) | Q(state=SyncRun.State.REVIEW, trigger__in=BY_ITSELF)


def works(run: SyncRun) -> bool:
    """Whether a worker should work on the run."""
    return run.state in WORKING or (run.state == SyncRun.State.REVIEW and run.trigger in BY_ITSELF)


def _read_and_go_on(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    """Read; an automatic run then begins to write."""
    if run.trigger == SyncRun.Trigger.SCHEDULED and not _may_go_on(run):
        return None
    if run.state == SyncRun.State.FETCHING:
        read = real_time.read_slice if run.trigger in SINGLE else read_slice
        pause = read(run, lease, seconds)
        if run.trigger not in BY_ITSELF or run.pk is None:
            return pause
        run.refresh_from_db()
        if run.state == SyncRun.State.FETCHING:
            return pause
    if lease.lost or not carrying_out.carry_out(run):
        return 0.0 if run.state == SyncRun.State.FETCHING else None  # the end of the other run wakes this one
    return _write(run, lease, seconds)


def _write(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    """Write; when everything has its outcome, end the run."""
    pause = apply_slice(run, lease, seconds)
    if pause is None and not lease.lost:
        finish(run)
    return pause


def _may_go_on(run: SyncRun) -> bool:
    """Whether a scheduled sync may read or begin to write now.

    It is made up for later if the connection is paused, or if it waited so long for another run that its read is old.
    """
    connection = Connection.objects.get(pk=run.connection_id)
    old = run.read_at is not None and timezone.now() - run.read_at > OLD
    if connection.state != Connection.State.ACTIVE or old:
        make_up(run)
        return False
    return bool(run.progress) or not real_time.is_writing(connection)  # the end of the other run wakes this one


def _database_away(run: SyncRun, error: Exception) -> float:
    """Handle a lost connection to our database, no fault of the run: it goes on in a moment, or by the tick."""
    logger.warning("Run %s: the database hung up (%s).", run.pk, type(error).__name__)
    close_old_connections()
    SyncRun.objects.filter(pk=run.pk).update(attempts=F("attempts") + 1)
    return AWAY_PAUSE


def _read(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    """Read one slice; returns the seconds until there is more to read, ``None`` when both sides are complete."""
    fetch = Fetch(run)
    return None if fetch.slice(lease, seconds) else fetch.pause


def read_slice(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    """Read for about ``seconds``; when both sides are complete, compare them.

    Returns the seconds until there is more to do, ``None`` when the run is in review.
    """
    pause = _read(run, lease, seconds)
    if pause is not None:
        return pause
    today = timezone.localdate()
    asked, passed = run.progress["asked"], load_skipped(run)
    programs = seen_by(run)
    humas, vismas = load(run, Side.HUMA), load(run, Side.VISMA)
    analysis = analyse(run.connection, humas, vismas, today, run.passed_checks, asked, passed, programs)
    if lease.lost:
        return None
    store(run, analysis, today)
    if run.trigger not in BY_ITSELF:
        overtake_gone(run)
    remember_sunset(run)
    return None


def remember_sunset(run: SyncRun) -> None:
    """Store a vendor's announcement that an interface will end, for the connection's page."""
    clients = clients_for(run.connection)
    sunset = clients.visma.sunset or clients.huma.sunset
    if sunset:
        Connection.objects.filter(pk=run.connection_id).update(sunset=sunset[:60])


def fail(run: SyncRun, reason: Reason) -> None:
    """End a run that couldn't read. What it read is kept only if somebody may still pass the check that stopped it."""
    before_writing = UNATTENDED if run.trigger in BY_ITSELF else (SyncRun.State.FETCHING,)
    failed = lifecycle.fail(run, reason, before_writing)
    if failed and (reason.code not in CHECKS or run.trigger in BY_ITSELF):
        forget_values(run)
    if failed and second_reads.are_all(run):
        # The first read succeeded, and nobody waits for this one, so nothing of it is kept.
        second_reads.give_back(run) if real_time.is_refusal(reason.code) else second_reads.give_up(run.connection, run)
        run.delete()
        return
    if failed and run.trigger in SINGLE:
        if not real_time.is_refusal(reason.code):
            second_reads.give_up(run.connection, run)
        not_handled(run)
        come_back(run)
    run.refresh_from_db()


def drive(run: SyncRun, after_slice: Callable[[SyncRun], None] | None = None, seconds: float | None = None) -> SyncRun:
    """Work in the foreground until the run waits for a person or has ended. Needs no worker."""
    while True:
        pause = advance(run.pk, seconds)
        try:
            run.refresh_from_db()
        except SyncRun.DoesNotExist:  # it found nothing, so it was deleted
            run.state = SyncRun.State.FINISHED
            return run
        if after_slice:
            after_slice(run)
        if not works(run):
            return run
        time.sleep(min(0.2 if pause is None else pause, 1.0))
