"""The help page, and the address at which *Who is who* was before it became a part of it."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connections.models import Connection
from connections.pages.permissions import hr_page
from sync.help.content import context
from sync.help.sections import address
from sync.pages.steps import early_page


@require_GET
@hr_page
def page(request: HttpRequest) -> HttpResponse:
    """The whole help on one page, with a table of contents; it shows nothing of any connection."""
    return render(request, "sync/help.html", {**admin.site.each_context(request), "title": _("Help"), **context()})


@require_GET
@early_page
def who_is_who(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Lead to the part of the help about matching."""
    return redirect(address("who-is-who"))
