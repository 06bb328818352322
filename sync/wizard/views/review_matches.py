"""Possible matches: two people side by side, to link or to call different; groups with the same evidence together."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from connections.pages import request_params
from sync.models import PossibleMatch, SyncRun
from sync.pages.access import open_run_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place
from sync.runs.lifecycle import NotAllowed
from sync.wizard import match_groups, matches
from sync.wizard.views.review import progress_context

MOST_SHOWN = 2000
"""The most pairs of a group that are listed on its page."""


@require_GET
@open_run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show groups that can be answered together, then the other possible matches: open and strong ones first."""
    shown, cards = matches.matches(run, Place.from_data(request.GET))
    context = page_context(
        request,
        connection,
        _("Review"),
        step="review",
        run=run,
        groups=match_groups.groups(run),
        cards=cards,
        page=shown,
        query="",
        **progress_context(run),
    )
    return render(request, "sync/review_matches.html", context)


@require_GET
@open_run_page
def group(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show all pairs of a group, and ask whether they are the same people."""
    found = match_groups.group(run, request.GET.get("group", ""))
    return _ask(request, connection, run, found) if found else redirect(_matches(connection))


def _ask(
    request: HttpRequest, connection: Connection, run: SyncRun, found: match_groups.Group, error: str = ""
) -> HttpResponse:
    context = page_context(
        request,
        connection,
        _("Possible matches"),
        step="review",
        run=run,
        group=found,
        pairs=match_groups.members(run, found.key)[:MOST_SHOWN],
        error=error,
    )
    return render(request, "sync/review_match_group.html", context)


@require_POST
@open_run_page
def decide_group(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Link all pairs of a group after their number was typed; or take that back."""
    key = request.POST.get("group", "")
    try:
        if request.POST.get("choice") == "undo":
            undone = match_groups.undo_group(run, request.user, key)
            text = ngettext("%(n)d linked pair was undone.", "%(n)d linked pairs were undone.", undone)
            messages.success(request, text % {"n": undone})
            return redirect(_matches(connection))
        found = match_groups.group(run, key)
        if found and request_params.number(request.POST.get("typed")) != found.open:
            return _ask(request, connection, run, found, _("Type the number of pairs: %(n)d.") % {"n": found.open})
        linked = match_groups.link_group(run, request.user, key, found.open if found else 0)
        text = ngettext(
            "%(n)d person is linked. If the two systems disagree about them, you find it among the differences now.",
            "%(n)d people are linked. If the two systems disagree about them, you find it among the differences now.",
            linked,
        )
        messages.success(request, text % {"n": linked})
    except NotAllowed:
        messages.warning(request, _("The list changed meanwhile. Nothing was linked."))
    return redirect(_matches(connection))


@require_POST
@open_run_page
def decide(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Link the two, call them different, or take the latter back."""
    pk, choice = request_params.number(request.POST.get("match")), request.POST.get("choice", "")
    if not pk:
        raise Http404
    try:
        if choice == "link":
            confirmed = request.POST.get("births") == "differ"
            matches.link_match(run, request.user, pk, births_confirmed=confirmed)
            messages.success(
                request,
                _("Linked. If the two systems disagree about the person, you find it among the differences now."),
            )
        elif choice == "different":
            matches.call_different(run, request.user, pk)
            messages.success(request, _("Marked as different people. You aren't asked about them again."))
        elif choice == "reopen":
            matches.reopen_match(run, request.user, pk)
        else:
            raise Http404
    except NotAllowed as refusal:
        if refusal.code == "births":
            return _ask_once_more(request, connection, run, pk)
        text = _("One of the two has been linked to somebody else meanwhile.")
        messages.warning(request, text if refusal.code == "taken" else _("Somebody else decided this meanwhile."))
    except PossibleMatch.DoesNotExist:
        messages.warning(request, _("Somebody else decided this meanwhile."))
    return redirect(_matches(connection, request.POST))


def _ask_once_more(request: HttpRequest, connection: Connection, run: SyncRun, pk: int) -> HttpResponse:
    card = matches.card(run, pk)
    context = page_context(
        request,
        connection,
        _("Possible matches"),
        step="review",
        run=run,
        names=(card.huma.name, card.visma.name),
        action_url=reverse("admin:review_matches_decide", args=[connection.code]),
        cancel_url=_matches(connection, request.POST),
        hidden=[("match", pk), ("choice", "link"), ("births", "differ"), *Place.from_data(request.POST).query.items()],
    )
    return render(request, "sync/births_differ.html", context)


def _matches(connection: Connection, data: Mapping[str, Any] | None = None) -> str:
    """The address of the page; at the place that ``data`` names, if it does."""
    query = urlencode(Place.from_data(data).query) if data else ""
    return reverse("admin:review_matches", args=[connection.code]) + (f"?{query}" if query else "")
