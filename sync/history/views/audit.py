"""Who did what: the audit trail of all of one's connections, and one entry with its rows."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connections.pages.audit_kinds import kinds
from connections.pages.permissions import hr_page
from sync.history import audit
from sync.history.audit import AuditFilter
from sync.history.views.changes import history_context
from sync.pages.paging import Place


@require_GET
@hr_page
def page(request: HttpRequest) -> HttpResponse:
    """Show who did what: superusers over all connections, others over theirs. The address holds the filter."""
    shown = AuditFilter.from_data(request.GET)
    person = audit.person_of(request.user, shown.person) if shown.person else None
    rows = audit.connections_shown(request.user)
    if (shown.person and person is None) or (shown.connection and shown.connection not in {row.code for row in rows}):
        raise Http404
    found = audit.page(request.user, shown, Place.from_data(request.GET))
    query = urlencode(shown.as_data())
    context = _context(
        request,
        _("Who did what"),
        shown=shown,
        person=person,
        connections=rows,
        kinds=kinds(),
        page=found,
        total=min(found.total, audit.MOST_COUNTED),
        more=found.total > audit.MOST_COUNTED,
        lines=audit.lines(found.entries),
        query=f"{query}&" if query else "",
    )
    return render(request, "sync/audit.html", context)


@require_GET
@hr_page
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one entry with what it opens to: its differences, its changes, its people, or old and new settings."""
    found = audit.opened(request.user, pk, Place.from_data(request.GET))
    if found is None:
        raise Http404
    context = _context(request, _("What was done"), found=found, line=found.line, page=found.page, query="")
    context["crumbs"].append({"label": _("Who did what"), "url": "../"})
    return render(request, "sync/audit_entry.html", context)


def _context(request: HttpRequest, title: str, **extra: Any) -> dict[str, Any]:
    return {**history_context(request, "history_audit", title), "crumbs": [], **extra}
