"""What the pages of a connection share: access, the step bar, and which run a page is about."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from connections.models import Connection
from connections.pages.nav import connection_nav
from connections.pages.permissions import approvable_by, connection_for, connections_of, hr_page
from sync.models import SyncRun
from sync.models.groups import BY_HAND, STEPS, WITH_RESULT, WITHOUT_DIFFERENCES
from sync.runs import lifecycle

WIZARD_STEPS: tuple[tuple[str, Promise], ...] = (
    ("sync_users", gettext_lazy("Synchronize users")),
    ("overview", gettext_lazy("Overview")),
    ("review", gettext_lazy("Review")),
    ("create", gettext_lazy("Create")),
    ("confirm", gettext_lazy("Confirm")),
    ("run", gettext_lazy("Sync")),
    ("result", gettext_lazy("Result")),
)
PAGES_BEFORE_WRITING = ("overview", "review", "create", "confirm")
OF_A_RUN = ("run", "result")
OF_AN_UNDO = ("confirm", "run", "result")
"""The steps of an undo: nothing is read, and nothing is chosen but whom it is for."""

RunView = Callable[[HttpRequest, Connection, SyncRun], HttpResponse]


@dataclass(frozen=True)
class Step:
    """One step of the bar. ``state``: done, current or todo; without a ``url`` it isn't a link."""

    label: str
    state: str
    url: str = ""


def step_url(name: str, connection: Connection, run: SyncRun | None = None) -> str:
    """The address of a step's page; ``run`` is needed for Run and Result."""
    if name in OF_A_RUN:
        return reverse(f"admin:{name}", args=[connection.code, run.pk]) if run else ""
    return reverse(f"admin:{name}", args=[connection.code])


def steps(connection: Connection, run: SyncRun | None, current: str) -> list[Step]:
    """The step bar of a page, with links to the pages that can be opened now."""
    shown = [step for step in WIZARD_STEPS if not (run and run.is_undo) or step[0] in OF_AN_UNDO]
    names = [name for name, _label in shown]
    come_to = step_of(run)
    reachable = ("sync_users", *PAGES_BEFORE_WRITING) if come_to in PAGES_BEFORE_WRITING else (come_to,)
    if current not in names or come_to not in names:
        return []
    at = names.index(current)
    furthest = max(at, names.index(come_to))
    return [
        Step(
            str(label),
            "current" if index == at else "done" if index < furthest else "todo",
            step_url(name, connection, run) if name in reachable else "",
        )
        for index, (name, label) in enumerate(shown)
    ]


def step_of(run: SyncRun | None) -> str:
    """The step that the run has reached."""
    if run is None or run.state in WITHOUT_DIFFERENCES:
        return "sync_users"
    if run.state in STEPS:
        return run.state
    return "run" if run.state == SyncRun.State.APPLYING else "result"


def continue_url(connection: Connection, run: SyncRun) -> str:
    """The address of the page where a person goes on with a run, or sees how far it is.

    A run that no person started waits for nobody: before it writes, that is the page of its result; for a cancelled
    one, the list of all runs.
    """
    if run.trigger not in BY_HAND and run.state != SyncRun.State.APPLYING:
        return step_url("history" if run.state == SyncRun.State.CANCELLED else "result", connection, run)
    come_to = step_of(run)
    return step_url("overview" if come_to == "review" else come_to, connection, run)


def result_url(connection: Connection, run: SyncRun | None) -> str:
    """The address of the result of a run that has ended; "" as long as it hasn't, and for a cancelled one."""
    return step_url("result", connection, run) if run and run.state in WITH_RESULT else ""


def page_context(
    request: HttpRequest,
    connection: Connection,
    title: str,
    *,
    step: str = "",
    run: SyncRun | None = None,
    current: str = "sync_users",
    **extra: Any,
) -> dict[str, Any]:
    """The context that every page needs; with ``step`` it has the step bar."""
    before = run is not None and run.is_before_writing
    return {
        **admin.site.each_context(request),
        "title": title,
        "crumbs": [{"label": connection.name, "url": reverse("admin:connection", args=[connection.code])}],
        "connection": connection,
        "connection_name": connection.name,
        "connection_nav": connection_nav(connection, current),
        "run": run,
        "steps": steps(connection, run, step) if step else [],
        "nothing_written": bool(step) and (run is None or before),
        **extra,
    }


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


def inactive() -> str:
    """The message if a paused or disconnected connection should do something."""
    return gettext("The connection isn't active, so nothing was started.")


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole page, even if htmx asked for a part of it."""
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
