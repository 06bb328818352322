"""A dry run: does everything up to Confirm, and keeps nothing of it."""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.api.errors import VendorError
from connections.models import Connection
from sync.analysis.analyse import analyse
from sync.analysis.links.relooking import to_look_at
from sync.analysis.persist import load, store
from sync.analysis.written_meanwhile import closed_to
from sync.command.deciding import NAME, Options, OutsidePilot, decide, refused
from sync.command.employees import NotOne, whom_it_skipped
from sync.command.report import Report
from sync.core.codes import Standing
from sync.core.deciding.report import Totals
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.models import Conflict, SyncRun
from sync.models.groups import CHECKS
from sync.planning.planning import make_plan
from sync.reading.failures import CannotRead, reason_for_reading
from sync.reading.fetch import Fetch
from sync.reading.lists.programs import seen_by
from sync.reading.snapshots import load_skipped
from sync.runs.pilot_members import note_pilot, noted_pilot
from sync.wording.sentences import sentence
from sync.worker.lease import Lease

Progress = Callable[[SyncRun], None]


def dry_run(connection: Connection, options: Options, progress: Progress) -> Report:
    """Do everything up to Confirm, and keep nothing of it: no link, no baseline, no run, no mail."""
    run = SyncRun.objects.create(connection=connection, trigger=SyncRun.Trigger.COMMAND, started_by=NAME, dry=True)
    try:
        read_both(run, progress)
        return _plan_only(run, options)
    except CannotRead as error:
        return _dry_failure(run, error.reason)
    except VendorError as error:
        return _dry_failure(run, reason_for_reading(error))
    except (NotOne, OutsidePilot) as error:
        return Report(run=run.pk, state=SyncRun.State.CANCELLED.value, error=refused(error))
    finally:
        SyncRun.objects.filter(pk=run.pk).delete()


def read_both(run: SyncRun, progress: Progress) -> None:
    """Read both sides to the end. Raises ``CannotRead`` and vendor errors."""
    with Lease(SyncRun, run.pk) as lease:
        while not (fetch := Fetch(run)).slice(lease, min(1.0, settings.SLICE_SECONDS)):
            if lease.lost:
                raise CannotRead(Reason("interrupted"))
            progress(run)
            time.sleep(min(fetch.pause, 1.0))
        progress(run)


def _plan_only(run: SyncRun, options: Options) -> Report:
    today = timezone.localdate()
    passed = set(CHECKS) if options.confirm_large else set()
    asked, over = run.progress["asked"], load_skipped(run)
    analysis = analyse(
        run.connection, load(run, Side.HUMA), load(run, Side.VISMA), today, passed, asked, over, seen_by(run)
    )
    with transaction.atomic():
        store(run, analysis, today)
        decide(run, options)
        plan = make_plan(run, closed_to(run))
        note_pilot(run)
        found = Report(
            run=run.pk,
            state=SyncRun.State.CONFIRM.value,
            matched=run.figures.get("linked", 0),
            conflicts=Conflict.objects.filter(run=run, standing=Standing.ASKS).count(),
            totals=Totals(planned=len(plan.items)),
            passed_over=whom_it_skipped(run),
            pilot=noted_pilot(run),
        )
        transaction.set_rollback(True)
    return found


def links_to_look_at(connection: Connection) -> int | str:
    """How many links a read of both sides would ask about, or a sentence if it fails. Keeps nothing."""
    run = SyncRun.objects.create(connection=connection, trigger=SyncRun.Trigger.COMMAND, started_by=NAME, dry=True)
    try:
        read_both(run, lambda _run: None)
        today = timezone.localdate()
        asked, over = run.progress["asked"], load_skipped(run)
        analysis = analyse(connection, load(run, Side.HUMA), load(run, Side.VISMA), today, set(CHECKS), asked, over)
        with transaction.atomic():
            store(run, analysis, today)
            found = to_look_at([connection]).count()
            transaction.set_rollback(True)
        return found
    except CannotRead as error:
        return sentence(error.reason.code, error.reason.params)
    except VendorError as error:
        reason = reason_for_reading(error)
        return sentence(reason.code, reason.params)
    finally:
        SyncRun.objects.filter(pk=run.pk).delete()


def _dry_failure(run: SyncRun, reason: Reason) -> Report:
    return Report(run=run.pk, state=SyncRun.State.FAILED.value, error=sentence(reason.code, reason.params))
