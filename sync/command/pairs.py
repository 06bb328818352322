"""A pairs file in the foreground, for `manage.py pairs`: with the wizard's open read, or with a read of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.api.errors import VendorError
from connections.models import Connection, audit
from sync import runner
from sync.analysis.analyse import analyse
from sync.analysis.judging_pairs import Judged, Outcome, doubt, judge
from sync.analysis.persist import load, store
from sync.command.deciding import NAME
from sync.command.dry_run import Progress, read_both
from sync.core.pairs_file import NoPairs, PairsFile
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.models import EmployeeLink, SyncRun
from sync.models.groups import CHECKS
from sync.reading.failures import CannotRead, reason_for_reading
from sync.reading.lists.programs import seen_by
from sync.reading.snapshots import load_skipped
from sync.runs import lifecycle, pairs
from sync.runs.lifecycle import NotAllowed
from sync.runs.pairs import Result
from sync.wording.sentences import sentence


@dataclass(frozen=True)
class PairsReport:
    """What came of the file; ``error``: why it couldn't be used."""

    result: Result
    error: str = ""

    @property
    def exit_code(self) -> int:
        """The exit code of the process."""
        return 2 if self.error else int(bool(self.result.refused))


def link_pairs(connection: Connection, file: PairsFile, dry: bool, progress: Progress) -> PairsReport:
    """Link whom the file names, or with ``dry`` only say what would be linked. Reads both sides if nobody just has."""
    try:
        run = pairs.fresh_read(connection)
        if run is not None and dry:
            return _report(judge(run, file), file)
        if dry:
            return _dry(connection, file, progress)
        if run is not None and not pairs.is_stopped(run):
            return _report(pairs.apply(run, NAME, judge(run, file)), file)
        return _with_own_read(connection, file, progress)
    except NoPairs as error:
        return _failure(error.reason, file)
    except CannotRead as error:
        return _failure(error.reason, file)
    except VendorError as error:
        return _failure(reason_for_reading(error), file)
    except NotAllowed:
        return PairsReport(_nothing(file), _("A sync is sending right now. Wait until it has ended, then try again."))


def _report(judged: list[Judged], file: PairsFile) -> PairsReport:
    why = doubt(judged)
    error = sentence(why.code, why.params) if why else ""
    return PairsReport(pairs.result_of(judged, file.unfilled), error)


def _failure(reason: Reason, file: PairsFile, judged: Iterable[Judged] = ()) -> PairsReport:
    """Nobody was linked; rows that are refused whatever the reason is keep theirs."""
    return PairsReport(_nothing(file, judged), sentence(reason.code, reason.params))


def _nothing(file: PairsFile, judged: Iterable[Judged] = ()) -> Result:
    return Result(0, 0, 0, file.unfilled, pairs.result_of(judged, 0).refused)


def _dry(connection: Connection, file: PairsFile, progress: Progress) -> PairsReport:
    """Read both sides and compare, and keep nothing of it."""
    run = SyncRun.objects.create(connection=connection, trigger=SyncRun.Trigger.COMMAND, started_by=NAME, dry=True)
    try:
        read_both(run, progress)
        today, asked = timezone.localdate(), run.progress["asked"]
        humas, vismas = load(run, Side.HUMA), load(run, Side.VISMA)
        analysis = analyse(connection, humas, vismas, today, set(CHECKS), asked, load_skipped(run), seen_by(run))
        with transaction.atomic():
            store(run, analysis, today)
            judged = judge(run, file)
            transaction.set_rollback(True)
        return _report(judged, file)
    finally:
        SyncRun.objects.filter(pk=run.pk).delete()


def _with_own_read(connection: Connection, file: PairsFile, progress: Progress) -> PairsReport:
    """Read both sides, link, and keep the links only. An earlier command's abandoned run ends like any other's."""
    run = SyncRun.objects.create(connection=connection, trigger=SyncRun.Trigger.COMMAND, started_by=NAME)
    audit(NAME, "run.started", connection, run=run.pk, trigger=run.trigger)
    try:
        runner.drive(run, progress, seconds=1)
        if run.state != SyncRun.State.REVIEW and not pairs.is_stopped(run):
            return _failure(Reason(run.failure or "bug", run.failure_params), file)
        judged = pairs.apply(run, NAME, judge(run, file))
        run.refresh_from_db()
        if run.state == SyncRun.State.FETCHING:  # it compares again, with what the file says
            runner.drive(run, progress, seconds=1)
            run.refresh_from_db()
            if run.state != SyncRun.State.REVIEW:
                return _failure(Reason(run.failure or "bug", run.failure_params), file, judged)
            judged = [one for one in judged if one.outcome is not Outcome.LINK or _is_linked(connection, one)]
        return _report(judged, file)
    finally:
        if not lifecycle.cancel(run, NAME):
            lifecycle.forget_values(run)


def _is_linked(connection: Connection, one: Judged) -> bool:
    huma, visma = one.couple
    rows = EmployeeLink.objects.filter(connection=connection, huma_id=huma, visma_id=visma)
    return rows.filter(state=EmployeeLink.State.LINKED).exists()
