"""Synchronize users: start a run, watch how both sides are read, go on with the run, or cancel it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from sync.core.records.employee import Side
from sync.models import SyncRun
from sync.models.groups import BY_HAND, CARRIED_OUT, STEPS, TYPED_CHECKS
from sync.pages.access import connection_page, go_to, open_run_page
from sync.pages.page_context import inactive, page_context
from sync.pages.steps import continue_url, step_url
from sync.runs import lifecycle
from sync.wording.sentences import sentence


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show what a sync does, how far reading is, or why it stopped."""
    return _page(request, connection)


def _page(request: HttpRequest, connection: Connection, check_error: str = "") -> HttpResponse:
    run = lifecycle.open_run(connection)
    latest = run or lifecycle.latest_run(connection)
    failed = latest if latest and latest.state == SyncRun.State.FAILED else None
    context = page_context(
        request,
        connection,
        _("Synchronize users"),
        step="sync_users",
        run=run,
        failed=_failure(request, failed, check_error) if failed else None,
        last=_last_written(connection),
        continue_url=continue_url(connection, run) if run else "",
        can_start=connection.state == Connection.State.ACTIVE,
        **_live(connection, run),
    )
    return render(request, "sync/sync_users.html", context)


def _live(connection: Connection, run: SyncRun | None) -> dict[str, Any]:
    if run is None or run.state != SyncRun.State.FETCHING:
        return {}
    live = lifecycle.live(run)
    return {
        "live": live,
        "live_url": reverse("admin:sync_live", args=[connection.code]),
        "troubled": " · ".join("Huma" if side == Side.HUMA else "Visma" for side in live.trouble),
    }


def _last_written(connection: Connection) -> SyncRun | None:
    ended = connection.runs.filter(state__in=CARRIED_OUT)
    return ended.filter(trigger__in=BY_HAND).first()


def _failure(request: HttpRequest, run: SyncRun, check_error: str) -> dict[str, Any]:
    """Why reading stopped, and what helps: typing a number, a superuser, or only reading again."""
    return {
        "run": run,
        "sentence": sentence(run.failure, run.failure_params),
        "typed": str(lifecycle.check_number(run)) if _can_be_typed(run) else "",
        "same_company": run.failure == "same_company",
        "may_confirm": request.user.is_superuser,
        "credentials": run.failure.startswith("credentials_"),
        "error": check_error,
    }


def _can_be_typed(run: SyncRun) -> bool:
    """Whether typing a number passes the check. An empty Visma can be right only for a company without links."""
    return run.failure in TYPED_CHECKS and not (run.failure == "visma_empty" and run.failure_params.get("linked"))


@require_GET
@connection_page
def live(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The part of the page with the progress, which the page polls."""
    run = lifecycle.open_run(connection)
    if run is None:
        return go_to(request, step_url("sync_users", connection))
    if run.state != SyncRun.State.FETCHING:
        return go_to(request, continue_url(connection, run))
    context = {"connection": connection, "run": run, **_live(connection, run)}
    return render(request, "sync/partials/reading.html", context)


@require_POST
@connection_page
def start(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Start reading both sides; a second click leads to the run of the first."""
    if connection.state != Connection.State.ACTIVE:
        messages.error(request, inactive())
        return redirect(step_url("sync_users", connection))
    run = lifecycle.start(connection, request.user)
    return redirect(continue_url(connection, run))


@require_POST
@connection_page
def cancel(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Cancel the open run; nothing was written."""
    run = lifecycle.open_run(connection)
    if run is None or lifecycle.cancel(run, request.user):
        messages.success(request, _("The sync was cancelled. Nothing was sent."))
    else:
        messages.warning(request, _("It was too late to cancel: the sync is sending already. You can stop it here."))
        return redirect(continue_url(connection, run))
    return redirect(step_url("sync_users", connection))


@require_POST
@connection_page
def read_again(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Read both sides again; choices are kept if neither value has moved."""
    run = lifecycle.open_run(connection)
    try:
        run = lifecycle.read_again(run, request.user) if run else lifecycle.start(connection, request.user)
    except lifecycle.NotAllowed as refusal:
        writing = _("The sync is sending already, so you can't fetch again now.")
        messages.warning(request, inactive() if refusal.code == "inactive" else writing)
    return redirect(continue_url(connection, run) if run else step_url("sync_users", connection))


@require_POST
@connection_page
def check(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Pass a check that stopped the run: by the typed number, or because a superuser says it is the same company."""
    run = lifecycle.latest_run(connection)
    if run is None:
        return redirect(step_url("sync_users", connection))
    try:
        lifecycle.pass_check(run, request.user, request.POST.get("typed", ""))
    except lifecycle.NotAllowed as refusal:
        if refusal.code == "typed":
            return _page(request, connection, _("That isn't the number. Nothing was started."))
        texts = {
            "superuser": _("Only an administrator can confirm this."),
            "other_run": _("Another sync was started meanwhile."),
            "inactive": inactive(),
        }
        messages.warning(request, texts.get(refusal.code, _("This was decided meanwhile.")))
    return redirect(step_url("sync_users", connection))


@require_POST
@open_run_page
def go(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Go to another page of the wizard; the run stores it, so that Continue leads there."""
    state = request.POST.get("state", "")
    if state not in STEPS:
        raise Http404
    lifecycle.go(run, state)
    return redirect(step_url(state, connection))
