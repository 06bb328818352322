"""The help page, by itself and beside the pages of a connection."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connections.models import Connection
from connections.pages.permissions import hr_page
from sync.help.content import context
from sync.pages.access import early_page
from sync.pages.page_context import page_context


@require_GET
@hr_page
def page(request: HttpRequest) -> HttpResponse:
    """The whole help on one page, with a table of contents; it shows nothing of any connection."""
    return render(request, "sync/help.html", {**admin.site.each_context(request), "title": _("Help"), **context()})


@require_GET
@early_page
def who_is_who(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The same page with the way around of a connection, for links to the part about matching."""
    return render(
        request, "sync/help.html", page_context(request, connection, _("Help"), current="people", **context())
    )
