"""Undo: what can be put back and what can't, before the same Confirm as always."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection
from connections.pages.request_params import number
from sync.history.undo_preview import preview
from sync.models import Change, SyncRun
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.steps import continue_url, step_url
from sync.planning.undoable import judge
from sync.runs import lifecycle, undoing
from sync.wording.undo import refusal, undo_title

MOST = 1000
"""The most entries of the history that are chosen at once."""


@dataclass(frozen=True)
class _Wanted:
    """What somebody wants to undo: a whole run, or the Changes of entries of the history."""

    run: SyncRun | None
    entries: list[int]
    changes: list[Change]
    refused: str = ""


@require_http_methods(["GET", "POST"])
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show what an undo would put back. ``run``, or ``entries`` of the history, say of what; nothing is written."""
    wanted = _wanted(connection, request.POST if request.method == "POST" else request.GET)
    if wanted is None:
        messages.info(request, _("Choose what is to be undone in the history first."))
        return redirect(step_url("history", connection))
    return _page(request, connection, wanted)


def _wanted(connection: Connection, data: QueryDict) -> _Wanted | None:
    if data.get("run"):
        run = SyncRun.objects.filter(pk=number(data["run"]), connection=connection).first()
        if run is None:
            raise Http404
        try:
            return _Wanted(run, [], undoing.changes_of(run))
        except lifecycle.NotAllowed as refused:
            return _Wanted(run, [], [], refused.code)
    entries = [pk for pk in map(number, data.getlist("entries")[:MOST]) if pk]
    rows = Change.objects.filter(history__in=entries, history__connection=connection)
    changes = list(rows.only("pk").order_by("name", "number", "pk"))
    return _Wanted(None, entries, changes) if changes else None


def _page(
    request: HttpRequest, connection: Connection, wanted: _Wanted, notice: str = "", ticked: list[int] | None = None
) -> HttpResponse:
    other = lifecycle.open_run(connection)
    active = connection.state == Connection.State.ACTIVE
    refused = wanted.refused or ("" if active else "inactive") or ("other_run" if other else "")
    shown = preview(judge(connection, wanted.changes))
    context: dict[str, Any] = page_context(
        request,
        connection,
        undo_title([wanted.run]) if wanted.run else _("Undo changes"),
        current="history",
        shown=shown,
        wanted=wanted,
        undone=wanted.run,
        notice=notice,
        ticked=ticked,
        refused=refusal(refused) if refused else "",
        other_url=continue_url(connection, other) if other and refused == "other_run" else "",
        back_url=step_url("result", connection, wanted.run) if wanted.run else step_url("history", connection),
    )
    return render(request, "sync/undo.html", context)


@require_POST
@connection_page
def start(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Make the run that puts back what is ticked, and go to its Confirm."""
    wanted = _wanted(connection, request.POST)
    if wanted is None:
        return redirect(step_url("history", connection))
    ticked = [number(pk) for pk in request.POST.getlist("changes")]
    chosen = [change for change in wanted.changes if change.pk in set(ticked)]
    if not chosen and not wanted.refused:
        text = _("Nothing is ticked, so nothing was begun.")
        return _page(request, connection, wanted, text, ticked=[])
    try:
        run = undoing.start(connection, request.user, chosen)
    except lifecycle.NotAllowed as refused:
        code = wanted.refused or refused.code
        meanwhile = _("What you ticked can't be undone any more. Nothing was sent; below is how it is now.")
        return _page(request, connection, wanted, meanwhile if code == "nothing" else "", ticked)
    return redirect(continue_url(connection, run))
