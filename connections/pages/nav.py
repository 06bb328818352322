"""The sidebar with the pages of one connection. It knows the sync's pages only by the names of their addresses."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.models import Connection

BEFORE_RELEASE = ("webhook", "connection")
"""The pages that show nothing of Visma, so they are open while a connection waits for its release."""


def connection_nav(connection: Connection, current: str) -> list[dict[str, Any]]:
    """The sidebar's entries; ``current`` is the name of the address of the page that is shown."""
    pages = (
        ("sync_users", _("Synchronize users"), "sync"),
        ("attention", _("Needs your attention"), "warning"),
        ("payroll_ready", _("Ready for payroll"), "success"),
        ("people", _("People"), "people"),
        ("history", _("Syncs"), "history"),
        ("automatic", _("Automatic updates"), "clock"),
        ("webhook", _("Notices from Huma"), "arrow"),
        ("connection", _("Connection"), "settings"),
    )
    early = connection.state == Connection.State.WAITING
    return [
        {
            "label": label,
            "url": reverse(f"admin:{name}", args=[connection.code]),
            "icon": icon,
            "current": name == current,
        }
        for name, label, icon in pages
        if not early or name in BEFORE_RELEASE
    ]


def page_context(request: HttpRequest, connection: Connection, title: str, **extra: Any) -> dict[str, Any]:
    """The context of a page under the connection's own page."""
    return {
        **admin.site.each_context(request),
        "title": title,
        "crumbs": [{"label": connection.name, "url": reverse("admin:connection", args=[connection.code])}],
        "connection": connection,
        "connection_name": connection.name,
        "connection_nav": connection_nav(connection, "connection"),
        **extra,
    }
