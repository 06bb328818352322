"""Run: what is being written, live, with Stop."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from sync.core.deciding.report import OUTCOMES
from sync.models import SyncRun
from sync.models.groups import BY_HAND
from sync.pages.access import go_to, run_page
from sync.pages.page_context import page_context
from sync.pages.steps import continue_url
from sync.runs import lifecycle
from sync.wording.rule import rule
from sync.wording.sentences import outcome_label


@require_GET
@run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show how far writing is; for a run that doesn't write, redirect to where it is."""
    if run.state != SyncRun.State.APPLYING:
        return redirect(continue_url(connection, run))
    step = "run" if run.trigger in BY_HAND else ""
    context = page_context(request, connection, _("Sync"), step=step, run=run, rule=rule(run), **_live(connection, run))
    return render(request, "sync/run.html", context)


def _live(connection: Connection, run: SyncRun) -> dict[str, Any]:
    live = lifecycle.live(run)
    counts = live.totals.as_dict()
    return {
        "live": live,
        "live_url": reverse("admin:run_live", args=[connection.code, run.pk]),
        "outcomes": [(name, outcome_label(name), counts[name]) for name in OUTCOMES if counts[name] or name == "done"],
    }


@require_GET
@run_page
def live(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """The part of the page with the progress, which the page polls."""
    if run.state != SyncRun.State.APPLYING:
        return go_to(request, continue_url(connection, run))
    context = {"connection": connection, "run": run, **_live(connection, run)}
    return render(request, "sync/partials/writing.html", context)


@require_POST
@run_page
def stop(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Stop the run: nothing more is sent; what was sent is followed to its end."""
    lifecycle.stop(run, request.user)
    messages.info(request, _("Stopping. What was sent already is followed until it is done. Nothing more is sent."))
    return redirect(continue_url(connection, run))
