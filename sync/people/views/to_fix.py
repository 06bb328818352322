"""To fix in Huma and Visma: what can't be decided here, as a list to print or to download."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection, audit
from connections.pages.request_params import number
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place, part_of_list
from sync.people.to_fix import ToFix, as_csv, to_fix

PER_PAGE = 500
"""So many that a printed page is nearly always the whole list."""


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the list."""
    rows = list(enumerate(to_fix(connection), 1))
    shown = part_of_list(
        rows,
        Place.from_data(request.GET),
        PER_PAGE,
        key_of=lambda row: (row[0],),
        mark=lambda row: str(row[0]),
        key=lambda mark: (number(mark),) if number(mark) else None,
    )
    context = page_context(request, connection, _("To fix in Huma and Visma"), current="people", page=shown)
    context["crumbs"].append({"label": _("People"), "url": reverse("admin:people", args=[connection.code])})
    return render(request, "sync/to_fix.html", context)


@require_POST
@connection_page
def download(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The list as a CSV file. An export, so it is in the audit trail."""
    rows: list[ToFix] = to_fix(connection)
    audit(request.user, "to_fix.exported", connection, rows=len(rows))
    answer: Any = StreamingHttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="to-fix-{connection.code}.csv"'
    return answer  # type: ignore[no-any-return]
