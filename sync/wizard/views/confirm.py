"""Confirm: exactly what will be written where, and the one click that starts it."""

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection
from connections.pages.request_params import number
from sync.models import SyncRun
from sync.models.groups import BY_HAND, STEPS
from sync.pages.access import connection_page, plan_page
from sync.pages.page_context import inactive, page_context
from sync.pages.steps import continue_url, step_url
from sync.planning.planning import NumberNeeded
from sync.runs import lifecycle
from sync.runs.undoing import undone_runs
from sync.wizard import confirm as service
from sync.wording.undo import undo_title

TICKS = "ticks"
"""The number of boxes that the page had. Unticked people are left out, and without a ticked box nobody is left."""
MOMENT, LOOK_AGAIN = 3.0, 0.2  # seconds


@require_http_methods(["GET", "POST"])
@plan_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show the plan for the present decisions; a POST limits it to the ticked people."""
    only = _ticked(request, run) if request.method == "POST" else []
    if request.method == "POST" and not only:
        messages.warning(request, _("Nobody was ticked, so everybody is shown."))
        return redirect(step_url("confirm", connection))
    return _page(request, connection, run, only)


def _ticked(request: HttpRequest, run: SyncRun) -> list[str]:
    """The people to whom the page's boxes limit it; empty for everybody."""
    if TICKS not in request.POST:
        return request.POST.getlist("only")
    shown = request.POST.getlist("shown")
    if len(request.POST.getlist("only")) == number(request.POST[TICKS]):
        return shown
    found = service.ticked_people(run, shown or None, request.POST.getlist("only"))
    return shown if found is None else found


def _page(
    request: HttpRequest, connection: Connection, run: SyncRun, only: list[str], notice: str = "", error: str = ""
) -> HttpResponse:
    shown = service.build(run, only or None)
    context: dict[str, Any] = page_context(
        request,
        connection,
        undo_title(undone_runs(run)) if run.is_undo else _("Confirm"),
        step="confirm",
        run=run,
        shown=shown,
        only=only,
        notice=notice,
        error=error,
        was_typed=request.POST.get("number", ""),
    )
    return render(request, "sync/confirm.html", context)


def _confirm(run: SyncRun, request: HttpRequest) -> None:
    """Confirm the run. An automatic run writes only for a moment, so it is waited for, up to MOMENT seconds."""
    until = time.monotonic() + MOMENT
    data = request.POST
    boxes = TICKS in data
    only = data.getlist("shown" if boxes else "only") or None
    ticks = data.getlist("only") if boxes else None
    while True:
        try:
            fingerprint, typed = data.get("fingerprint", ""), data.get("number", "")
            service.confirm(run, request.user, fingerprint, typed, only=only, ticks=ticks)
            return
        except lifecycle.NotAllowed as refusal:
            by_hand = run.connection.runs.filter(state=SyncRun.State.APPLYING, trigger__in=BY_HAND)
            if refusal.code != "applying" or time.monotonic() > until or by_hand.exists():
                raise
        time.sleep(LOOK_AGAIN)


@require_POST
@connection_page
def run_now(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Start writing exactly the shown plan. A second click, or a reload, leads to the run of the first."""
    run = lifecycle.open_run(connection) or lifecycle.latest_run(connection)
    if run is None:
        return redirect(step_url("sync_users", connection))
    if run.state in STEPS:
        only = _ticked(request, run)
        try:
            _confirm(run, request)
        except service.NobodyTicked:
            text = _("Nobody is ticked, so nothing was sent.")
            return _page(request, connection, run, request.POST.getlist("shown"), notice=text)
        except service.PlanChanged:
            text = _("The plan has changed since you opened this page. Nothing was sent. Check it again.")
            return _page(request, connection, run, only, notice=text)
        except NumberNeeded:
            return _page(request, connection, run, only, error=_("That isn't the number. Nothing was sent."))
        except service.TooOld:
            return _page(request, connection, run, only)
        except lifecycle.NotAllowed as refusal:
            writing = _(
                "Another sync of this connection is sending right now. Wait until it has ended, then click again."
            )
            text = inactive() if refusal.code == "inactive" else writing
            return _page(request, connection, run, only, notice=text)
    return redirect(continue_url(connection, run))
