"""Links to look at again, because something now speaks against the two people being one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from connections.pages import request_params
from sync.analysis.links import relooking
from sync.core.matching.relook import other_employee
from sync.core.records.employee import Side
from sync.models import EmployeeLink, EmployeeSnapshot
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place, by_pk, part
from sync.runs import who_is_who
from sync.runs.lifecycle import NotAllowed, latest_read
from sync.wording.sentences import against_sentence

PER_PAGE = 50
BY_NAME = ("name", "pk")
TITLES: dict[str, Promise] = {
    "birth": gettext_lazy("The dates of birth differ"),
    "instead": gettext_lazy("Another employee in Visma may be the same person"),
    "names": gettext_lazy("The names have become different"),
}
NOTES: dict[str, Promise] = {
    "birth": gettext_lazy(
        "Automatic updates of these people have stopped. Compare the dates of birth in Huma and in Visma, and "
        "correct the wrong one. If they are two different people, say so here. Otherwise confirm that they are "
        "the same person."
    ),
    "instead": gettext_lazy(
        "The employment that the person is linked with has ended, and the person seems to have been created "
        "again in Visma. Automatic updates of these people have stopped, so that nothing is sent to the old "
        "employee."
    ),
    "names": gettext_lazy(
        "Automatic updates continue. The person may have a new name, or a user in Huma may have been given to "
        "somebody else."
    ),
}


@dataclass(frozen=True)
class Row:
    """One link with a doubt, and the employee who may be meant instead, if there is one."""

    link: EmployeeLink
    other: EmployeeSnapshot | None


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the links with a doubt, the gravest kind first; one kind at a time."""
    return _page(request, connection, request.GET.get("kind", ""))


def _page(request: HttpRequest, connection: Connection, kind: str, error: str = "") -> HttpResponse:
    counts = {kind: relooking.to_look_at([connection], kind).count() for kind in relooking.KINDS}
    if not counts.get(kind):
        kind = next((one for one in relooking.KINDS if counts[one]), "")
    rows = relooking.to_look_at([connection], kind) if kind else EmployeeLink.objects.none()
    order = by_pk(EmployeeLink.objects.filter(connection=connection), BY_NAME)
    shown = part(rows, order, Place.from_data(request.GET), PER_PAGE)
    context = page_context(
        request,
        connection,
        _("Still the same person?"),
        current="attention",
        kind=kind,
        note=NOTES.get(kind, ""),
        kinds=[(one, TITLES[one], counts[one]) for one in relooking.KINDS if counts[one]],
        rows=_rows(connection, list(shown.object_list)),
        page=shown,
        query=f"kind={kind}&",
        error=error,
        typed=request.POST.get("typed", ""),
    )
    return render(request, "sync/links.html", context)


def _rows(connection: Connection, links: list[EmployeeLink]) -> list[Row]:
    ids = [other for link in links if (other := other_employee(link.doubt))]
    seen = EmployeeSnapshot.objects.filter(run=latest_read(connection), side=Side.VISMA, vendor_id__in=ids)
    by_id = {one.vendor_id: one for one in seen.defer("payload")}
    return [Row(link, by_id.get(other_employee(link.doubt))) for link in links]


@require_POST
@connection_page
def still_right(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Confirm that one link is still right, or all of a kind after their number was typed."""
    kind = request.POST.get("kind", "")
    if kind in relooking.KINDS:
        links = list(relooking.to_look_at([connection], kind).values_list("pk", flat=True))
        if request_params.number(request.POST.get("typed")) != len(links):
            text = _("Nothing was changed. Type the number %(n)d to confirm.") % {"n": len(links)}
            return _page(request, connection, kind, text)
    else:
        links = [request_params.number(request.POST.get("link"))]
    confirmed = relooking.still_right(connection, request.user, links)
    text = ngettext("%(n)d linked person is confirmed.", "%(n)d linked people are confirmed.", confirmed)
    messages.success(request, text % {"n": confirmed})
    return _back(connection, request.POST.get("of", kind), request.POST)


@require_POST
@connection_page
def instead(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Link the person with the employee that the doubt names, instead of the one whose employment has ended."""
    link = get_object_or_404(
        relooking.to_look_at([connection], "instead"), pk=request_params.number(request.POST.get("link"))
    )
    try:
        who_is_who.link_instead(link, request.user)
        messages.success(request, _("Linked with the new employee. Nothing was sent to Huma or Visma."))
    except NotAllowed as error:
        messages.error(request, _refusals().get(error.code, _("That isn't possible now.")))
    return _back(connection, "instead", request.POST)


def _refusals() -> dict[str, str]:
    return {
        "state": _("A sync is sending right now. Wait until it has ended, then try again."),
        "taken": _("The new employee is linked to somebody else. Unlink those first."),
        "unread": _(
            "The new employee wasn't there at the last fetch from both systems. Synchronize users, then try again."
        ),
        "births": against_sentence("birth"),
    }


def _back(connection: Connection, kind: str, data: Mapping[str, Any]) -> HttpResponse:
    """Redirect to the list, at the same place."""
    query = urlencode({"kind": kind, **Place.from_data(data).query}) if kind in relooking.KINDS else ""
    return redirect(reverse("admin:links", args=[connection.code]) + (f"?{query}" if query else ""))
