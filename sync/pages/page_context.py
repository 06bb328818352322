"""What the templates of a connection's pages need, and a message that several of them have."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from connections.models import Connection
from connections.pages.nav import connection_nav
from sync.models import SyncRun
from sync.pages.steps import steps


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


def inactive() -> str:
    """The message if a paused or disconnected connection should do something."""
    return gettext("The connection isn't active, so nothing was started.")
