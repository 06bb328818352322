"""Held: automatic changes that wait for an owner, who approves or rejects them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from connections.pages import request_params
from sync.automation import answering_held as service
from sync.pages.access import approval_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place
from sync.planning.planning import NumberNeeded
from sync.runs.lifecycle import NotAllowed
from sync.wording.sentences import sentence

ANSWERS = ("approve", "reject")


@require_GET
@approval_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show everything that is held, before → after."""
    found = service.held(connection, Place.from_data(request.GET))
    in_vain = found.in_vain
    context = page_context(
        request,
        connection,
        _("Waiting for approval"),
        current="attention",
        found=found,
        page=found.page,
        query="",
        active=connection.state == Connection.State.ACTIVE,
        in_vain=sentence(in_vain.failure, in_vain.failure_params) if in_vain else "",
    )
    return render(request, "sync/held.html", context)


@require_POST
@approval_page
def ask(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show how many are ticked and what will happen to them; nothing happens yet."""
    answer = request.POST.get("answer", "")
    everything = request.POST.get("all") == "1"
    ticked = request_params.numbers(request.POST.getlist("change"))
    if answer not in ANSWERS or not (everything or ticked):
        messages.warning(request, _("Nothing was ticked."))
        return _back(request, connection)
    selection = service.select(connection, None if everything else ticked, answer == "approve")
    if not selection.changes:
        return _nothing_left(request, connection, selection)
    return _ask(request, connection, answer, selection)


def _ask(
    request: HttpRequest, connection: Connection, answer: str, selection: service.Selection, error: str = ""
) -> HttpResponse:
    context = page_context(
        request,
        connection,
        _("Approve") if answer == "approve" else _("Reject"),
        current="attention",
        answer=answer,
        selection=selection,
        hidden=[("changes", ",".join(map(str, selection.pks))), *_place(request).items()],
        cancel_url=_address(request, connection),
        was_typed=request.POST.get("typed", ""),
        typed=str(selection.needs_number or ""),
        error=error,
    )
    context["crumbs"].append({"label": _("Waiting for approval"), "url": context["cancel_url"]})
    return render(request, "sync/held_ask.html", context)


@require_POST
@approval_page
def approve(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Approve exactly these. A second click, or another owner's, finds them answered."""
    pks = _asked(request)
    try:
        done = service.approve(connection, request.user, pks, request.POST.get("typed", ""))
    except NumberNeeded:
        selection = service.select(connection, pks, True)
        return _ask(request, connection, "approve", selection, _("That isn't the number. Nothing was approved."))
    except NotAllowed:
        messages.error(request, _("The connection isn't active, so nothing was approved."))
        return _back(request, connection)
    if not done.changes:
        return _nothing_left(request, connection)
    text = ngettext("%(n)s change was approved.", "%(n)s changes were approved.", done.changes) % {"n": done.changes}
    first = _("We fetch from both systems again first.")
    messages.success(request, f"{text} {first}")
    return _back(request, connection)


@require_POST
@approval_page
def reject(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Reject exactly these; nothing is written."""
    done = service.reject(connection, request.user, _asked(request))
    if not done.changes:
        return _nothing_left(request, connection)
    text = ngettext("%(n)s change was rejected.", "%(n)s changes were rejected.", done.changes) % {"n": done.changes}
    nothing = _("Nothing was sent.")
    messages.success(request, f"{text} {nothing}")
    return _back(request, connection)


def _asked(request: HttpRequest) -> list[int]:
    """The Changes about which the user was asked."""
    return request_params.numbers([request.POST.get("changes", "")])


def _nothing_left(
    request: HttpRequest, connection: Connection, selection: service.Selection | None = None
) -> HttpResponse:
    if selection and selection.doubted:
        text = _("Nothing was approved: first say whether these are still the same people in both systems.")
        messages.warning(request, text)
    elif selection and selection.outside:
        messages.warning(request, _("Nothing was approved: these people aren't in the pilot group."))
    elif selection and selection.blanked:
        messages.warning(request, _("Their values were deleted, so they can't be approved. They can be rejected."))
    else:
        messages.info(request, _("None of this is waiting any more: it was answered or replaced meanwhile."))
    return _back(request, connection)


def _place(request: HttpRequest) -> dict[str, str]:
    return Place.from_data(request.POST).query


def _address(request: HttpRequest, connection: Connection) -> str:
    """The address of the list, at the same place."""
    query = urlencode(_place(request))
    return reverse("admin:held", args=[connection.code]) + (f"?{query}" if query else "")


def _back(request: HttpRequest, connection: Connection) -> HttpResponse:
    return redirect(_address(request, connection))
