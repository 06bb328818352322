"""A whole run in the foreground, for `manage.py sync`: it calls the functions of the wizard one after the other."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import Connection, audit
from sync import runner
from sync.analysis.written_meanwhile import closed_to
from sync.command.deciding import NAME, Options, OutsidePilot, decide, refused
from sync.command.dry_run import Progress, dry_run
from sync.command.employees import NotOne
from sync.command.report import Report, report
from sync.core.reasons import Reason
from sync.mail import letters
from sync.models import SyncRun
from sync.models.groups import BEFORE_WRITING, BY_HAND, CHECKS, OPEN_STATES
from sync.planning.planning import make_plan
from sync.runs import lifecycle
from sync.wizard.confirm import PlanChanged, confirm

ABANDONED = timedelta(minutes=2)


def whole_run(connection: Connection, options: Options, progress: Progress) -> Report:
    """Read, decide, confirm, write. An interrupted applying run is finished first; a run open in the wizard stays."""
    resumed = None if options.dry_run else finish_interrupted(connection, progress)
    report = dry_run(connection, options, progress) if options.dry_run else _run(connection, options, progress)
    report.resumed = resumed
    letters.send_due(connection)
    return report


def finish_interrupted(connection: Connection, progress: Progress) -> int | None:
    """Finish and mail a run that was writing when its process died; returns its id, or ``None``."""
    abandoned = SyncRun.objects.filter(
        connection=connection, trigger=SyncRun.Trigger.COMMAND, touched_at__lt=timezone.now() - ABANDONED
    )
    for old in abandoned.filter(state__in=BEFORE_WRITING):
        lifecycle.cancel(old, NAME)
    interrupted = SyncRun.objects.filter(connection=connection, state=SyncRun.State.APPLYING).first()
    if interrupted is not None:
        runner.drive(interrupted, progress, seconds=1)
    letters.send_due(connection)
    return interrupted.pk if interrupted else None


def _run(connection: Connection, options: Options, progress: Progress) -> Report:
    run = SyncRun.objects.create(connection=connection, trigger=SyncRun.Trigger.COMMAND, started_by=NAME)
    audit(NAME, "run.started", connection, run=run.pk, trigger=run.trigger)
    runner.drive(run, progress, seconds=1)
    while options.confirm_large and run.state == SyncRun.State.FAILED and run.failure in CHECKS:
        lifecycle.resume_after(run, run.failure)
        audit(NAME, "run.check_passed", connection, run=run.pk, check=run.failure)
        run.refresh_from_db()
        runner.drive(run, progress, seconds=1)
    if run.state != SyncRun.State.REVIEW:
        lifecycle.forget_values(run)  # nobody can pass the check any more
        return report(run)
    try:
        decide(run, options)
    except (NotOne, OutsidePilot) as error:
        lifecycle.cancel(run, NAME)
        found = report(run)
        found.error = refused(error)
        return found
    plan = make_plan(run, closed_to(run))
    if plan.over_threshold and not options.confirm_large:
        return _too_large(run, plan.people, plan.threshold)
    if not _confirm(run, progress):
        lifecycle.cancel(run, NAME)
        found = report(run)
        found.error = _("Another sync of this connection is sending. Try again when it has ended.")
        return found
    runner.drive(run, progress, seconds=1)
    return report(run)


def _confirm(run: SyncRun, progress: Progress) -> bool:
    """Let the plan be written; False if a person's run is writing. An automatic run is finished first."""
    while True:
        try:
            confirm(run, NAME, make_plan(run, closed_to(run)).fingerprint, large=True)
            return True
        except PlanChanged:  # an automatic run settled something meanwhile
            continue
        except (lifecycle.NotAllowed, IntegrityError) as refusal:
            writing = SyncRun.objects.filter(connection=run.connection_id, state=SyncRun.State.APPLYING)
            if getattr(refusal, "code", "applying") != "applying" or writing.filter(trigger__in=BY_HAND).exists():
                return False
            for other in writing:
                runner.drive(other, progress, seconds=1)


def _too_large(run: SyncRun, people: int, threshold: int) -> Report:
    with transaction.atomic():
        lifecycle.fail(run, Reason("over_threshold", {"people": people, "threshold": threshold}), OPEN_STATES)
        lifecycle.forget_values(run)
        audit(NAME, "run.failed", run.connection, run=run.pk, check="over_threshold")
    run.refresh_from_db()
    return report(run)
