"""The start page: one's connections, what needs attention first."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from connections.access import connections_of, hr_page
from sync.services.start import entries
from sync.typed import searched

SEARCH_FROM = 10
A_PAGE = 20


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """From SEARCH_FROM connections on with a search, which is sent by POST."""
    search = searched(request.POST.get("q"))
    number = request.POST.get("page") or request.GET.get("page")
    shown = Paginator(entries(request.user, search), A_PAGE).get_page(number)
    context = {
        **admin.site.each_context(request),
        "connections": shown.object_list,
        "connect_url": reverse("admin:connect"),
        "search": connections_of(request.user).count() >= SEARCH_FROM,
        "q": search,
        "page": shown,
        **(extra_context or {}),
    }
    return render(request, "admin/index.html", context)
