"""Result: the outcome of a run, in counts that add up and in sentences."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from sync.core.deciding.report import OUTCOMES, Totals
from sync.models import Change, Letter, SyncRun
from sync.models.groups import BY_HAND
from sync.pages.access import run_page
from sync.pages.page_context import inactive, page_context
from sync.pages.steps import continue_url, step_url
from sync.planning.payday import next_cutoff
from sync.runs import lifecycle
from sync.runs.result_email import result_of
from sync.runs.undoing import may_be_undone, undone_runs
from sync.wizard.result import result
from sync.wizard.retry import retry_failed
from sync.wording.pilot import pilot_sentences
from sync.wording.rule import rule
from sync.wording.sentences import outcome_label, sentence
from sync.wording.undo import undo_title

ALWAYS_OPEN = ("held", "failed", "unknown", "moved", "stopped")


@require_GET
@run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show the outcome of every Change; for an open run, redirect to where it is."""
    by_hand = run.trigger in BY_HAND
    if run.is_open and (by_hand or not run.is_before_writing):
        return redirect(continue_url(connection, run))
    if run.state == SyncRun.State.CANCELLED:
        messages.info(request, _("That sync was cancelled. Nothing was sent."))
        return redirect(continue_url(connection, run))
    found = result(run)
    context = page_context(
        request,
        connection,
        undo_title(undone_runs(run)) if run.is_undo else _("Result"),
        step="result" if by_hand and run.state != SyncRun.State.FAILED else "",
        run=run,
        current="history",
        found=found,
        counts=counts(found.totals),
        failure=sentence(run.failure, run.failure_params),
        held_until=next_cutoff(connection, Change.objects.filter(run=run).waiting()) if found.held_waiting else "",
        mail_sentence=mail_sentence(run),
        pilot_lines=pilot_sentences(found.pilot) if found.pilot else [],
        rule=rule(run),
        by_hand=by_hand,
        may_ask=by_hand and run.state == SyncRun.State.FINISHED,
        always_open=ALWAYS_OPEN,
        can_undo=connection.state == Connection.State.ACTIVE and may_be_undone(run),
        can_retry=found.can_retry
        and connection.state == Connection.State.ACTIVE
        and not lifecycle.open_run(connection),
    )
    return render(request, "sync/result.html", context)


def counts(totals: Totals) -> list[tuple[str, str, int]]:
    """The outcomes, which add up to what was planned; only those with zero aren't shown."""
    numbers = totals.as_dict()
    return [(name, outcome_label(name), numbers[name]) for name in OUTCOMES if numbers[name] or name == "done"]


def mail_sentence(run: SyncRun) -> str:
    """Whether the result was sent by email, and what happens if not."""
    letter = result_of(run)
    if letter is None:
        return ""
    texts = {
        Letter.State.SENT: _("The result was sent by email."),
        Letter.State.WAITING: _("The result is being sent by email."),
        Letter.State.FAILED: _("The email with the result couldn't be sent. Tell your administrator."),
    }
    if letter.state == Letter.State.WAITING and letter.tries > 1:
        return _("The email with the result couldn't be sent yet: the mail server didn't accept it. We try again.")
    return texts[Letter.State(letter.state)]


@require_POST
@run_page
def retry(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Retry what failed: make a new run that begins at Confirm."""
    try:
        again = retry_failed(run, request.user)
    except lifecycle.NotAllowed as refusal:
        nothing = _("There is nothing left to retry.")
        messages.info(request, inactive() if refusal.code == "inactive" else nothing)
        return redirect(step_url("result", connection, run))
    if again.retry_of_id != run.pk:
        messages.info(request, _("Another sync is open already. Finish or cancel it first."))
    return redirect(continue_url(connection, again))
