"""A run of inverses in the foreground, for `manage.py undo`."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sync import runner
from sync.analysis.written_meanwhile import closed_to
from sync.command.deciding import NAME, OutsidePilot, refused
from sync.command.dry_run import Progress
from sync.command.employees import NotOne, called, find
from sync.command.report import Report, report
from sync.command.run import finish_interrupted
from sync.core.deciding.report import Totals
from sync.mail import letters
from sync.models import Change, SyncRun
from sync.planning.planning import make_plan
from sync.planning.undoable import Judged
from sync.runs import undoing
from sync.runs.lifecycle import NotAllowed
from sync.wizard.confirm import confirm
from sync.wording.undo import refusal, why_not_undone


@dataclass
class Undone:
    """The result: the report of the run that puts back, and what wasn't put back at all."""

    report: Report
    not_undone: list[dict[str, str]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object that the design's Fixed interfaces define."""
        return {**self.report.as_dict(), "not_undone": self.not_undone}


class CannotUndo(Exception):
    """Nothing was begun; the text is one sentence for the person who typed the command."""


def undo(run: SyncRun, only: tuple[str, ...], dry: bool, progress: Progress) -> Undone:
    """Put back what ``run`` wrote, for everybody or ``only`` for these people, as far as it can be put back.

    A run that was interrupted while it wrote is finished first; if that was this undo, the report is its. ``dry`` keeps
    nothing. Raises ``CannotUndo``.
    """
    resumed = None if dry else finish_interrupted(run.connection, progress)
    mine = _interrupted_undo_of(run, resumed)
    run.refresh_from_db()
    links = _links(run, only)
    try:
        judged = undoing.judged_of(run, links)
    except NotAllowed as refused_run:
        raise CannotUndo(refusal(refused_run.code)) from None
    found = Undone(Report(run=run.pk, state=run.state), [_stays(one) for one in judged if one.reason])
    if mine:
        found.report, found.not_undone = report(mine), []
    else:
        changes = [one.change for one in judged if one.reason is None]
        found.report = _dry(run, changes) if dry else _carry_out(run, changes, progress)
    found.report.resumed = resumed
    letters.send_due(run.connection)
    return found


def _interrupted_undo_of(run: SyncRun, resumed: int | None) -> SyncRun | None:
    """The finished run, if it is an undo of ``run``."""
    ended = SyncRun.objects.filter(pk=resumed, trigger=SyncRun.Trigger.UNDO).first() if resumed else None
    return ended if ended and run in undoing.undone_runs(ended) else None


def _links(run: SyncRun, only: tuple[str, ...]) -> set[int] | None:
    if not only:
        return None
    try:
        found = {find(run.connection, text).link for text in only}
    except (NotOne, OutsidePilot) as error:
        raise CannotUndo(refused(error)) from None
    return {link for link in found if link}


def _begin(run: SyncRun, changes: list[Change]) -> SyncRun:
    try:
        return undoing.start(run.connection, NAME, changes)
    except NotAllowed as error:
        raise CannotUndo(refusal(error.code)) from None


def _dry(run: SyncRun, changes: list[Change]) -> Report:
    with transaction.atomic():
        undo_run = _begin(run, changes)
        found = report(undo_run)
        found.error = ""
        found.totals = Totals(planned=len(make_plan(undo_run, closed_to(undo_run)).items))
        transaction.set_rollback(True)
    return found


def _carry_out(run: SyncRun, changes: list[Change], progress: Progress) -> Report:
    try:
        with transaction.atomic():  # a killed command leaves no run that waits for a person
            undo_run = _begin(run, changes)
            confirm(undo_run, NAME, make_plan(undo_run, closed_to(undo_run)).fingerprint)
    except NotAllowed:
        raise CannotUndo(_("Another sync of this connection is sending. Try again when it has ended.")) from None
    return report(runner.drive(undo_run, progress, seconds=1))


def _stays(one: Judged) -> dict[str, str]:
    assert one.reason is not None
    change = one.change
    return {
        "employee": called(change),
        "field": change.field or change.action,
        "reason": why_not_undone(one.reason),
    }
