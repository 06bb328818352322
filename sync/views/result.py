"""Result: what came of a run, in counts that add up and in sentences."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from sync.models import SyncRun
from sync.views.steps import continue_url, page_context, run_page


@require_GET
@run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """What became of every Change; a run that is still open is shown where it is."""
    if run.is_open:
        return redirect(continue_url(connection, run))
    context = page_context(request, connection, _("Result"), step="result", run=run)
    return render(request, "sync/result.html", context)


@require_POST
@run_page
def retry(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    return redirect(continue_url(connection, run))
