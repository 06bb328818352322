"""Runs: every run of a connection, with its outcome."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connections.models import Connection
from sync.history import syncs
from sync.models.groups import AUTOMATIC
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place, by_pk, part

PER_PAGE = 25
NEWEST_FIRST = ("-pk",)
SHOW_MANUAL, SHOW_AUTOMATIC = "hand", "automatic"
"""What the address says about which runs are shown."""


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the runs, the newest first: those that people started, or automatic ones."""
    show = SHOW_AUTOMATIC if request.GET.get("show") == SHOW_AUTOMATIC else SHOW_MANUAL
    automatic = connection.runs.filter(trigger__in=AUTOMATIC)
    by_hand = connection.runs.exclude(trigger__in=AUTOMATIC)
    rows = automatic if show == SHOW_AUTOMATIC else by_hand
    shown = part(
        rows.select_related("connection"),
        by_pk(connection.runs.all(), NEWEST_FIRST),
        Place.from_data(request.GET),
        PER_PAGE,
    )
    context = page_context(
        request,
        connection,
        _("Syncs"),
        current="history",
        page=shown,
        query=f"show={show}&" if show == SHOW_AUTOMATIC else "",
        show=show,
        counts=[(SHOW_MANUAL, _("Manual"), by_hand.count()), (SHOW_AUTOMATIC, _("Automatic"), automatic.count())],
        rows=list(syncs.rows(shown.object_list)),
    )
    return render(request, "sync/history.html", context)
