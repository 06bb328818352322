"""The release of a waiting connection: a superuser looks at it, asks the company, and approves or rejects it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connections.models import Connection, ReleaseRequest
from connections.pages.nav import page_context
from connections.pages.permissions import connection_for, hr_page
from connections.pairing import release_requests
from connections.releases import answering
from connections.releases.forms import AnswerForm, RefusalForm, ReleaseForm

View = Callable[[HttpRequest, Connection, ReleaseRequest], HttpResponse]


def _for_superusers(view: View) -> Callable[..., HttpResponse]:
    """A page about an open release request, for superusers; an owner is redirected to the connection's own page."""

    @hr_page
    @wraps(view)
    def guarded(request: HttpRequest, code: str) -> HttpResponse:
        connection = connection_for(request.user, code)
        asked = release_requests.open_request(connection)
        if not getattr(request.user, "is_superuser", False):
            messages.warning(request, _("Only an administrator can approve a connection."))
        elif connection.state != Connection.State.WAITING or asked is None:
            messages.info(request, _("This connection isn't waiting for approval: it was answered already."))
        else:
            return view(request, connection, asked)
        return redirect("admin:connection", code)

    return guarded


@require_GET
@_for_superusers
def page(request: HttpRequest, connection: Connection, asked: ReleaseRequest) -> HttpResponse:
    """Show who wants to connect what, what was counted, and how to make sure."""
    return render(request, "connections/release.html", _context(request, connection, asked))


def _context(request: HttpRequest, connection: Connection, asked: ReleaseRequest, **more: Any) -> dict[str, Any]:
    return page_context(request, connection, _("Approve the connection?"), asked=asked, **more)


@require_POST
@_for_superusers
def look_again(request: HttpRequest, connection: Connection, asked: ReleaseRequest) -> HttpResponse:
    """Count both sides anew."""
    release_requests.look_again(connection)
    return redirect("admin:connection_release", connection.code)


@require_http_methods(["GET", "POST"])
@_for_superusers
def approve(request: HttpRequest, connection: Connection, asked: ReleaseRequest) -> HttpResponse:
    """Ask once more, then release."""
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if _answer(request, form, answering.release):
            messages.success(request, _("Approved. Whoever connected it is told by email."))
        return redirect("admin:connection", connection.code)
    return render(request, "connections/release_approve.html", _context(request, connection, asked, form=form))


@require_http_methods(["GET", "POST"])
@_for_superusers
def reject(request: HttpRequest, connection: Connection, asked: ReleaseRequest) -> HttpResponse:
    """Ask for the reason, then disconnect."""
    form = RefusalForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if _answer(request, form, lambda pk, user: answering.refuse(pk, user, reason)):
            messages.success(request, _("Rejected. The API key is deleted, and whoever connected it is told."))
        return redirect("admin:connection", connection.code)
    return render(request, "connections/release_reject.html", _context(request, connection, asked, form=form))


def _answer(request: HttpRequest, form: AnswerForm, answer: Callable[[int, Any], Any]) -> bool:
    """Answer the request that was shown; False if it isn't the open one any more."""
    try:
        answer(form.cleaned_data["request"], request.user)
    except answering.Answered:
        messages.warning(request, _("It was answered, or connected again, meanwhile. Look at it again."))
        return False
    return True
