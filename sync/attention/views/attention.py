"""Attention: what waits in one connection, with the people whom notices are about; and closing notices."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from connections.pages.request_params import number
from sync.analysis.notices import close, waiting
from sync.models import Notice
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place, by_pk, part
from sync.situation.lines import item, of_notice
from sync.situation.what_waits import attention, situation

PER_PAGE = 50
NEWEST_FIRST = ("-pk",)
MOST_NAMED = 1000
"""The most notices that are closed with one click."""


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show everything that waits in the connection; with ``kind``, all people whom that kind of notice is about."""
    kind = _kind(request.GET.get("kind"))
    here = situation([connection])
    items = [item(one) for one in attention(here, installation=request.user.is_superuser)]
    context = page_context(
        request,
        connection,
        _("Needs your attention"),
        current="attention",
        items=[one for one in items if not kind or one.waits.kind == kind],
        kind=kind,
        **(_people(request, connection, kind) if kind else {}),
    )
    return render(request, "sync/attention.html", context)


def _kind(text: str | None) -> str:
    return text if text in Notice.Kind.values else ""


def _people(request: HttpRequest, connection: Connection, kind: str) -> dict[str, Any]:
    rows = waiting(connection).filter(kind=kind).select_related("link")
    order = by_pk(Notice.objects.filter(connection=connection), NEWEST_FIRST)
    shown = part(rows, order, Place.from_data(request.GET), PER_PAGE)
    newest = rows.values_list("pk", flat=True).first()
    return {
        "page": shown,
        "people": [of_notice(connection, notice) for notice in shown.object_list],
        "newest": newest or 0,
        "query": f"kind={kind}&",
    }


@require_POST
@connection_page
def done(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Close a notice, or all of a kind that the page has shown; later ones stay."""
    kind, newest = _kind(request.POST.get("kind")), number(request.POST.get("newest"))
    if kind and newest:
        rows = waiting(connection).filter(kind=kind, pk__lte=newest)
        pks = list(rows.values_list("pk", flat=True)[:MOST_NAMED])
    else:
        pks = [number(request.POST.get("notice"))]
    closed = close(connection, request.user, pks)
    if closed and not getattr(request, "htmx", False):
        text = ngettext("%(n)d notice is closed.", "%(n)d notices are closed.", closed)
        messages.success(request, text % {"n": closed})
    if request.POST.get("from") == "start":
        return redirect(reverse("admin:index"))
    place = Place.from_data(request.POST).query
    query = f"?{urlencode({'kind': kind, **place})}" if kind else ""
    return redirect(reverse("admin:attention", args=[connection.code]) + query)
