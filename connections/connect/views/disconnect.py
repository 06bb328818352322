"""Disconnect: say what stops and what stays, then do it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connections.connect.disconnecting import disconnect
from connections.models import Connection
from connections.pages.nav import page_context
from connections.pages.permissions import connection_for, hr_page


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Ask first; after *Disconnect*, go to the connection's page."""
    connection = connection_for(request.user, code)
    if connection.state == Connection.State.DISCONNECTED:
        return redirect("admin:connection", code)
    if request.method == "POST":
        disconnect(connection, request.user)
        messages.success(request, _("Disconnected. The API key is deleted."))
        return redirect("admin:connection", code)
    return render(request, "connections/disconnect.html", page_context(request, connection, _("Disconnect")))
