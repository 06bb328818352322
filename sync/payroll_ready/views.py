"""The page *Ready for payroll*, and its file."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection, audit
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.payroll_ready.changes import grouped
from sync.payroll_ready.report import report
from sync.payroll_ready.workbook import as_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show whether payroll can be run, what waits, and what changed."""
    found = report(connection)
    context = page_context(
        request,
        connection,
        _("Ready for payroll"),
        current="payroll_ready",
        report=found,
        groups=grouped(found.changes),
    )
    return render(request, "sync/payroll_ready.html", context)


@require_POST
@connection_page
def download(request: HttpRequest, connection: Connection) -> Any:
    """The same as a workbook. An export, so it is in the audit trail."""
    found = report(connection)
    audit(request.user, "payroll_ready.exported", connection, rows=len(found.changes) + len(found.waits))
    name = f"ready-for-payroll-{connection.code}.xlsx"
    return FileResponse(as_workbook(found, request.user), as_attachment=True, filename=name, content_type=XLSX)
