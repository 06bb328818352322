"""The start page: what waits for the user, and their connections."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from connections.pages.permissions import connections_of, hr_page
from connections.pages.request_params import number, searched
from sync.attention.dashboard import Entry, by_pay_day, entries, order_of, payroll
from sync.core.all_right import Answer
from sync.pages.paging import Part, Place, part_of_list
from sync.payroll_ready.verdicts import Ready, verdicts
from sync.readiness.shown import Readiness, readiness
from sync.situation.all_right import answers
from sync.situation.lines import item
from sync.situation.what_waits import Situation, attention, situation
from sync.wording.all_right import said

SEARCH_FROM = 10
A_PAGE = 20
NAMED = 3
ITEMS = 8
"""How many waiting things are shown at once; a link shows the rest."""


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Show the page; from SEARCH_FROM connections on with a search, which is sent by POST. ``?all=1`` shows all."""
    search = searched(request.POST.get("q"))
    place = Place.from_data(request.POST if request.method == "POST" else request.GET)
    connections = list(connections_of(request.user))
    here = situation(connections)
    found = [row for row in connections if search.casefold() in row.name.casefold()]
    many = len(connections) >= SEARCH_FROM
    shown = _by_pay_day(here, found, place) if many else _by_urgency(here, found, place)
    waits = attention(here, installation=request.user.is_superuser, named=NAMED)
    most = len(waits) if request.GET.get("all") else ITEMS
    rows = {row.pk: row for row in connections}
    on_page = [rows[entry.pk] for entry in shown.object_list]
    right, ready = answers(here, waits, on_page), readiness(*on_page)
    paid = verdicts(here, waits, right, on_page)
    context = {
        **admin.site.each_context(request),
        "connections": [_complete(entry, rows[entry.pk], right, ready, paid) for entry in shown.object_list],
        "items": [item(one) for one in waits[:most]],
        "more": max(0, len(waits) - most),
        "inbox": bool(connections) and not search and shown.start == 1,
        "connect_url": reverse("admin:connect"),
        "search": many,
        "q": search,
        "page": shown,
        **(extra_context or {}),
    }
    return render(request, "admin/index.html", context)


def _by_urgency(here: Situation, connections: list[Connection], place: Place) -> Part[Entry]:
    """A page of the list of a few connections: those that need attention first."""
    return part_of_list(
        entries(here, connections),
        place,
        A_PAGE,
        key_of=lambda entry: entry.order,
        mark=lambda entry: entry.mark,
        key=lambda mark: order_of(mark, connections),
    )


def _by_pay_day(here: Situation, connections: list[Connection], place: Place) -> Part[Entry]:
    """A page of the table of many connections: the next pay day first."""
    keys = by_pay_day(connections, timezone.now())
    return part_of_list(
        sorted(entries(here, connections), key=lambda entry: keys[entry.pk]),
        place,
        A_PAGE,
        key_of=lambda entry: keys[entry.pk],
        mark=lambda entry: str(entry.pk),
        key=lambda mark: keys.get(number(mark)),
    )


def _complete(
    entry: Entry,
    connection: Connection,
    right: Mapping[int, Answer],
    ready: Mapping[int, Readiness],
    paid: Mapping[int, Ready],
) -> Entry:
    """The entry with the answers whether it is all right and whether payroll can be run, and with what is left to set
    up."""
    left = ready[entry.pk].in_short if entry.pk in ready else ""
    url = reverse("admin:ready", args=[connection.code])
    return replace(
        entry, right=said(right[entry.pk]).in_short, ready=left, ready_url=url, payroll=payroll(paid[entry.pk])
    )
