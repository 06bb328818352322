"""Asks a recipient of payroll notices once more to confirm the address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connections.models import Connection
from sync.mail import payroll_letters
from sync.pages.access import connection_page


@require_POST
@connection_page
def again(request: HttpRequest, connection: Connection, pk: int) -> HttpResponse:
    """Send the link again, to an address in the connection's list."""
    if connection.state != Connection.State.DISCONNECTED and payroll_letters.ask_again(connection, request.user, pk):
        messages.success(request, _("The link is on its way."))
    else:
        messages.info(request, _("Nothing was sent: the address is confirmed, or isn't a recipient any more."))
    return redirect("admin:connection", connection.code)
