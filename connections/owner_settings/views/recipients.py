"""A recipient of payroll notices confirms the address: with a link that needs no login, and a click on its page.

Opening the link changes nothing, so a mail scanner that opens it doesn't confirm.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from connections.owner_settings import recipients


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page with the button; after the click, say that the address is confirmed."""
    try:
        row = recipients.of_link(token)
    except recipients.DeadLink:
        return render(request, "connections/recipient.html", {"dead": True, "days": recipients.LINK_DAYS}, status=404)
    if request.method == "POST":
        recipients.confirm(row)
        row.refresh_from_db()
    context = {"row": row, "name": row.connection.name, "done": row.confirmed_at is not None}
    response = render(request, "connections/recipient.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
