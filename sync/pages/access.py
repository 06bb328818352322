"""The decorators that decide who may open a page, and when. Everybody else gets a 404, or is sent to another page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from connections.models import Connection
from connections.pages.permissions import approvable_by, connection_for, connections_of, hr_page
from sync.models import SyncRun
from sync.models.groups import STEPS
from sync.pages.steps import continue_url, step_url
from sync.runs import lifecycle

RunView = Callable[[HttpRequest, Connection, SyncRun], HttpResponse]


def connection_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one of the user's own connections: ``view(request, connection, …)``; 404 for any other connection.

    Before the connection is released, everybody is redirected to the connection's own page.
    """
    return early_page(_after_release(view))


def approval_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a page on which held changes are approved or rejected; 404 for everybody who may not."""
    return _page_of(_after_release(view), approvable_by)


def early_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a page that shows nothing of Visma, so it is open before the release, too."""
    return _page_of(view, connections_of)


def _page_of(
    view: Callable[..., HttpResponse], among: Callable[[Any], QuerySet[Connection]]
) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        return view(request, connection_for(request.user, code, among), **kwargs)

    return hr_page(guarded)


def _after_release(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, connection: Connection, **kwargs: Any) -> HttpResponse:
        if connection.state == Connection.State.WAITING:
            return go_to(request, reverse("admin:connection", args=[connection.code]))
        return view(request, connection, **kwargs)

    return guarded


def open_run_page(view: RunView) -> Callable[..., HttpResponse]:
    """A page of the open run before anything is written: ``view(request, connection, run)``.

    Without such a run, the person is redirected to the page where the connection's run is. An undo has none of these
    pages but Confirm.
    """
    return _open_page(view, of_undo=False)


def plan_page(view: RunView) -> Callable[..., HttpResponse]:
    """The same for Confirm, which shows the plan of an undo, too."""
    return _open_page(view, of_undo=True)


def _open_page(view: RunView, of_undo: bool) -> Callable[..., HttpResponse]:
    @connection_page
    @wraps(view)
    def guarded(request: HttpRequest, connection: Connection) -> HttpResponse:
        run = lifecycle.open_run(connection)
        if run is None or run.state not in STEPS or (run.is_undo and not of_undo):
            return go_to(request, continue_url(connection, run) if run else step_url("sync_users", connection))
        return view(request, connection, run)

    return guarded


def run_page(view: RunView) -> Callable[..., HttpResponse]:
    """A page of one run of one of the user's own connections: ``view(request, connection, run)``."""

    @connection_page
    @wraps(view)
    def guarded(request: HttpRequest, connection: Connection, pk: int) -> HttpResponse:
        run = get_object_or_404(SyncRun, pk=pk, connection=connection)
        return view(request, connection, run)

    return guarded


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole page, even if htmx asked for a part of it."""
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
