"""The whole run in the foreground, as `manage.py sync` does it: the wizard's own services, one after the other."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.api.errors import VendorError
from connections.models import Connection, audit
from sync import runner
from sync.analysis import candidates
from sync.analysis.analyse import analyse
from sync.analysis.persist import load, store
from sync.analysis.relooking import to_look_at
from sync.command.employees import NotOne, failures, find, whom_it_passed_over
from sync.core.codes import CreateGroup, Standing
from sync.core.employee import Side
from sync.core.reasons import Reason
from sync.core.report import Totals
from sync.mail import letters
from sync.models import Conflict, SyncRun
from sync.models.groups import BY_HAND, STEPS
from sync.planning.planning import make_plan
from sync.reading.failures import CannotRead, reason_for_reading
from sync.reading.fetch import Fetch
from sync.reading.programs import seen_by
from sync.reading.snapshots import load_passed
from sync.runs import lifecycle
from sync.wizard import creation
from sync.wizard.confirm import PlanChanged, confirm
from sync.wizard.result import created
from sync.wizard.review import ReviewFilter, decide_bulk
from sync.wording.sentences import sentence
from sync.worker.lease import Lease

NAME = "command"
ABANDONED = timedelta(minutes=2)
Progress = Callable[[SyncRun], None]


@dataclass(frozen=True)
class Options:
    """What the command's arguments ask for; ``conflicts``: huma, visma, suggested or leave (decide nothing).

    ``only``: whom it decides about, as ``employees.find`` takes it; everybody where nobody is named.
    """

    conflicts: str = "leave"
    create_in_huma: bool = False
    create_in_visma: bool = False
    allow_clearing: bool = False
    dry_run: bool = False
    confirm_large: bool = False
    only: tuple[str, ...] = ()


@dataclass
class Report:
    """What came of it. ``as_dict`` is the command's JSON; ``exit_code`` is 0 done, 1 with failures, 2 could not run."""

    run: int
    state: str
    matched: int = 0
    conflicts: int = 0
    totals: Totals = field(default_factory=Totals)
    created: dict[str, int] = field(default_factory=lambda: {Side.HUMA: 0, Side.VISMA: 0})
    failures: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[dict[str, str]] = field(default_factory=list)
    error: str = ""
    resumed: int | None = None

    @property
    def exit_code(self) -> int:
        """What the process ends with."""
        if self.error:
            return 2
        passed_over = bool(self.passed_over) and self.state != SyncRun.State.CONFIRM  # a dry run only tells
        return 0 if self.totals.is_clean and not passed_over else 1

    def as_dict(self) -> dict[str, Any]:
        """One JSON-able object, as the design's Fixed interfaces name it."""
        found: dict[str, Any] = {
            "run": self.run,
            "state": self.state,
            "matched": self.matched,
            "conflicts": self.conflicts,
            "changes": self.totals.as_dict(),
            "created": self.created,
            "failures": self.failures,
            "passed_over": self.passed_over,
        }
        if self.resumed is not None:
            found["resumed"] = self.resumed
        if self.error:
            found["error"] = self.error
        return found


def whole_run(connection: Connection, options: Options, progress: Progress) -> Report:
    """Read, decide, confirm, write. An interrupted applying run is finished first; one open in the wizard is left."""
    resumed = None if options.dry_run else finish_interrupted(connection, progress)
    report = _dry_run(connection, options, progress) if options.dry_run else _run(connection, options, progress)
    report.resumed = resumed
    letters.send_due(connection)
    return report


def finish_interrupted(connection: Connection, progress: Progress) -> int | None:
    """Finish and mail the run that was writing when its process died; its id, or ``None``."""
    abandoned = SyncRun.objects.filter(
        connection=connection, trigger=SyncRun.Trigger.COMMAND, touched_at__lt=timezone.now() - ABANDONED
    )
    for old in abandoned.filter(state__in=(SyncRun.State.FETCHING, *STEPS)):
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
    while options.confirm_large and run.state == SyncRun.State.FAILED and run.failure in lifecycle.CHECKS:
        lifecycle.resume_after(run, run.failure)
        audit(NAME, "run.check_passed", connection, run=run.pk, check=run.failure)
        run.refresh_from_db()
        runner.drive(run, progress, seconds=1)
    if run.state != SyncRun.State.REVIEW:
        lifecycle.forget_values(run)  # nobody can answer the check any more
        return report(run)
    try:
        _decide(run, options)
    except NotOne as error:
        lifecycle.cancel(run, NAME)
        found = report(run)
        found.error = _not_one(error)
        return found
    plan = make_plan(run)
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
    """Have it written; False where a person's run is writing. One that came by itself is carried out first."""
    while True:
        try:
            confirm(run, NAME, make_plan(run).fingerprint, large=True)
            return True
        except PlanChanged:  # something was settled by itself meanwhile
            continue
        except (lifecycle.NotAllowed, IntegrityError) as refusal:
            writing = SyncRun.objects.filter(connection=run.connection_id, state=SyncRun.State.APPLYING)
            if getattr(refusal, "code", "applying") != "applying" or writing.filter(trigger__in=BY_HAND).exists():
                return False
            for other in writing:
                runner.drive(other, progress, seconds=1)


def _decide(run: SyncRun, options: Options) -> None:
    """Decide as told. Raises ``NotOne`` before anything is decided, where ``only`` names nobody or several people."""
    people = [find(run.connection, text, run) for text in options.only]
    shown = [ReviewFilter(show="all", link=one.link) for one in people if one.link]
    if options.conflicts != "leave":
        for one in shown if options.only else [ReviewFilter(show="all")]:
            decide_bulk(run, NAME, one, options.conflicts, options.allow_clearing)
    for target, wanted in ((Side.HUMA, options.create_in_huma), (Side.VISMA, options.create_in_visma)):
        if wanted and options.only:
            rows = candidates.possible(run, target).filter(create_group=CreateGroup.MAIN)
            named = {(one.side, one.vendor_id) for one in people}
            ids = [pk for pk, *who in rows.values_list("pk", "side", "vendor_id") if tuple(who) in named]
            creation.choose(run, NAME, ids, True)
        elif wanted:
            creation.choose_all(run, NAME, target, True)


def _not_one(error: NotOne) -> str:
    if error.several:
        return _("--only: “%(who)s” is more than one person. Name one as link:N, huma:ID or visma:ID.") % {
            "who": error.text
        }
    return _("--only: there is nobody called “%(who)s”.") % {"who": error.text}


def _too_large(run: SyncRun, people: int, threshold: int) -> Report:
    with transaction.atomic():
        SyncRun.objects.filter(pk=run.pk).update(
            state=SyncRun.State.FAILED,
            failure="over_threshold",
            failure_params={"people": people, "threshold": threshold},
            finished_at=timezone.now(),
        )
        lifecycle.forget_values(run)
        audit(NAME, "run.failed", run.connection, run=run.pk, check="over_threshold")
    run.refresh_from_db()
    return report(run)


def report(run: SyncRun) -> Report:
    """The report of a run as it is now."""
    ended_well = run.state in (SyncRun.State.FINISHED, SyncRun.State.STOPPED)
    return Report(
        run=run.pk,
        state=run.state,
        matched=run.figures.get("linked", 0),
        conflicts=Conflict.objects.filter(run=run, standing=Standing.ASKS).count(),
        totals=lifecycle.run_totals(run),
        created=created(run),
        failures=failures(run),
        passed_over=whom_it_passed_over(run),
        error="" if ended_well else sentence(run.failure or "bug", run.failure_params),
    )


def _dry_run(connection: Connection, options: Options, progress: Progress) -> Report:
    """Everything up to Confirm, and nothing of it kept: no link, no baseline, no run, no mail."""
    run = SyncRun.objects.create(connection=connection, trigger=SyncRun.Trigger.COMMAND, started_by=NAME, dry=True)
    try:
        _read(run, progress)
        return _plan_only(run, options)
    except CannotRead as error:
        return _dry_failure(run, error.reason)
    except VendorError as error:
        return _dry_failure(run, reason_for_reading(error))
    except NotOne as error:
        return Report(run=run.pk, state=SyncRun.State.CANCELLED.value, error=_not_one(error))
    finally:
        SyncRun.objects.filter(pk=run.pk).delete()


def _read(run: SyncRun, progress: Progress) -> None:
    with Lease(SyncRun, run.pk) as lease:
        while not (fetch := Fetch(run)).slice(lease, min(1.0, settings.SLICE_SECONDS)):
            if lease.lost:
                raise CannotRead(Reason("interrupted"))
            progress(run)
            time.sleep(min(fetch.pause, 1.0))
        progress(run)


def _plan_only(run: SyncRun, options: Options) -> Report:
    today = timezone.localdate()
    passed = set(lifecycle.CHECKS) if options.confirm_large else set()
    asked, over = run.progress["asked"], load_passed(run)
    analysis = analyse(
        run.connection, load(run, Side.HUMA), load(run, Side.VISMA), today, passed, asked, over, seen_by(run)
    )
    with transaction.atomic():
        store(run, analysis, today)
        _decide(run, options)
        plan = make_plan(run)
        found = Report(
            run=run.pk,
            state=SyncRun.State.CONFIRM.value,
            matched=run.figures.get("linked", 0),
            conflicts=Conflict.objects.filter(run=run, standing=Standing.ASKS).count(),
            totals=Totals(planned=len(plan.items)),
            passed_over=whom_it_passed_over(run),
        )
        transaction.set_rollback(True)
    return found


def links_to_look_at(connection: Connection) -> int | str:
    """How many links a read of both sides would ask about; a sentence where they couldn't be read. Nothing is kept."""
    run = SyncRun.objects.create(connection=connection, trigger=SyncRun.Trigger.COMMAND, started_by=NAME, dry=True)
    try:
        _read(run, lambda _run: None)
        today = timezone.localdate()
        asked, over = run.progress["asked"], load_passed(run)
        analysis = analyse(
            connection, load(run, Side.HUMA), load(run, Side.VISMA), today, set(lifecycle.CHECKS), asked, over
        )
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
