"""The pages of readiness: the list, the button for a test email, and the page to which its link leads."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connections.models import Connection
from sync.pages.access import early_page
from sync.pages.page_context import page_context
from sync.readiness import mail_check
from sync.readiness.shown import readiness
from sync.runs.lifecycle import NotAllowed


@require_GET
@early_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The whole list of one connection."""
    if connection.state == Connection.State.DISCONNECTED:
        return _gone(request, connection)
    ready = readiness(connection)[connection.pk]
    context = page_context(request, connection, _("Getting ready"), current="connection", ready=ready)
    return render(request, "sync/ready.html", context)


@require_POST
@early_page
def send(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Send a test email to whoever asks for it."""
    if connection.state == Connection.State.DISCONNECTED:
        return _gone(request, connection)
    try:
        address = mail_check.send(connection, request.user)
    except NotAllowed:
        messages.error(request, _("Your account has no email address. Ask your administrator to add one."))
    else:
        text = _("A test email to %(address)s is on its way. Click the link in it.")
        messages.success(request, text % {"address": address})
    return redirect("admin:ready", connection.code)


def _gone(request: HttpRequest, connection: Connection) -> HttpResponse:
    messages.error(request, _("The connection is disconnected. Connect it again first."))
    return redirect("admin:connection", connection.code)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def arrived(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the link, for whoever has the email; no login. Opening it changes nothing, so that a mail scanner
    doesn't tick the item."""
    try:
        row = mail_check.of_link(token)
    except mail_check.DeadLink:
        return render(request, "sync/mail_check.html", {"dead": True, "days": mail_check.LINK_DAYS}, status=404)
    done = request.method == "POST" and mail_check.arrived(row)
    response = render(request, "sync/mail_check.html", {"name": row.connection.name, "done": done})
    response["X-Robots-Tag"] = "noindex"
    return response
