"""People: everyone on both sides of a connection, and who is who. Searches are sent by POST, never in an address."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection
from connections.pages import request_params
from connections.pages.request_params import searched
from sync.analysis.pilot_scope import pilot_scope
from sync.core.matching.relook import kind_of
from sync.core.records.employee import Side
from sync.models import LeftOut, SyncRun
from sync.models.groups import OPEN_STATES
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place
from sync.people import everyone
from sync.people.card import PersonCard, card
from sync.people.pilot_search import is_member
from sync.people.words import badges, connected, filter_labels, why_different, why_linked, why_paired_anew, why_possible
from sync.runs import lifecycle, who_is_who
from sync.runs.lifecycle import NotAllowed
from sync.wording.create_groups import NOTES, TITLES
from sync.wording.people import Badge, badges_of
from sync.wording.sentences import against_sentence, field_label, side_name
from sync.wording.skipped_people import why_skipped

ALWAYS_OFFERED = ("linked", "only_huma", "only_visma")


@require_http_methods(["GET", "POST"])
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the list, limited by a search and a filter."""
    data = request.POST if request.method == "POST" else request.GET
    search = searched(request.POST.get("search"))
    show, place = data.get("show", ""), Place.from_data(data)
    if request.method == "POST" and not search:
        return redirect(_list_address(connection, show, place))
    labels = filter_labels()
    show = show if show in labels else ""
    found = everyone.people(connection, search, show, place)
    rows = [{"person": p, "badges": badges(p), "connected": connected(p)} for p in found.page.object_list]
    context = {
        **page_context(request, connection, _("People"), current="people"),
        "found": found,
        "rows": rows,
        "search": search,
        "show": show,
        "filters": [
            (code, label, found.counts.get(code))
            for code, label in labels.items()
            if found.counts.get(code) or code in ALWAYS_OFFERED or code == show
        ],
        "query": urlencode({"show": show}) + "&" if show else "",
    }
    return render(request, "sync/people.html", context)


def _list_address(connection: Connection, show: str, place: Place) -> str:
    query = urlencode({**({"show": show} if show else {}), **place.query})
    return reverse("admin:people", args=[connection.code]) + (f"?{query}" if query else "")


@require_http_methods(["GET", "POST"])
@connection_page
def person(request: HttpRequest, connection: Connection, side: str, vendor_id: str) -> HttpResponse:
    """Show one person: both sides' values, why linked or not, what can be done. POST searches for a counterpart."""
    shown = _card(connection, side, vendor_id)
    search = searched(request.POST.get("search"))
    across = Side.VISMA if shown.person.side == Side.HUMA else Side.HUMA
    context = {
        **_person_context(request, connection, shown),
        "across": across,
        "across_name": side_name(across),
        "search": search,
        "found": everyone.counterparts(connection, across, search) if search else [],
    }
    return render(request, "sync/people_person.html", context)


@require_POST
@connection_page
def link(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Link the person of the page with the chosen one."""
    huma, visma = request.POST.get("huma", ""), request.POST.get("visma", "")
    confirmed = request.POST.get("births") == "differ"
    try:
        who_is_who.link(connection, request.user, huma, visma, births_confirmed=confirmed)
    except NotAllowed as error:
        if error.code == "births":
            return _births_differ(request, connection, huma, visma)
        messages.error(request, _not_now(error))
        return _to_person(connection, *((Side.HUMA, huma) if huma else (Side.VISMA, visma)))
    messages.success(request, _("They are linked now. Nothing was sent to Huma or Visma."))
    return _to_person(connection, Side.HUMA, huma)


def _births_differ(request: HttpRequest, connection: Connection, huma: str, visma: str) -> HttpResponse:
    """Ask once more before two people with different dates of birth are linked."""
    names = [_card(connection, side, id_).person.name for side, id_ in ((Side.HUMA, huma), (Side.VISMA, visma))]
    context = {
        **page_context(request, connection, _("People"), current="people"),
        "names": names,
        "action_url": reverse("admin:people_link", args=[connection.code]),
        "cancel_url": reverse("admin:person", args=[connection.code, Side.HUMA, huma]),
        "hidden": [("huma", huma), ("visma", visma), ("births", "differ")],
    }
    return render(request, "sync/births_differ.html", context)


@require_http_methods(["GET", "POST"])
@connection_page
def unlink(request: HttpRequest, connection: Connection, side: str, vendor_id: str) -> HttpResponse:
    """Ask whether two people are different, and then unlink them."""
    shown = _card(connection, side, vendor_id)
    if shown.person.link is None:
        return _to_person(connection, side, vendor_id)
    if request.method == "GET":
        context = {**_person_context(request, connection, shown), "side": side, "vendor_id": vendor_id}
        return render(request, "sync/people_unlink.html", context)
    try:
        who_is_who.unlink(shown.person.link, request.user)
        messages.success(request, _("They are different people from now on. Nothing was sent to Huma or Visma."))
    except NotAllowed as error:
        messages.error(request, _not_now(error))
    return _to_person(connection, side, vendor_id)


@require_POST
@connection_page
def leave_out(request: HttpRequest, connection: Connection, side: str, vendor_id: str) -> HttpResponse:
    """Leave a person out for good, with the reason."""
    shown = _card(connection, side, vendor_id)
    why = request.POST.get("why", "")
    try:
        who_is_who.leave_out(connection, request.user, side, vendor_id, shown.person.name, why)
        messages.success(request, _("%(name)s is left out from now on.") % {"name": shown.person.name})
    except NotAllowed as error:
        messages.error(request, _not_now(error))
    return _to_person(connection, side, vendor_id)


@require_POST
@connection_page
def take_back(request: HttpRequest, connection: Connection, side: str, vendor_id: str) -> HttpResponse:
    """Let a person, or one of their fields, take part again."""
    row = get_object_or_404(LeftOut, connection=connection, pk=request_params.number(request.POST.get("left_out")))
    try:
        who_is_who.take_back(row, request.user)
        messages.success(request, _("%(name)s is included again.") % {"name": row.name})
    except NotAllowed as error:
        messages.error(request, _not_now(error))
    if everyone.person(connection, side, vendor_id) is None:
        return redirect("admin:people", connection.code)
    return _to_person(connection, side, vendor_id)


def _person_context(request: HttpRequest, connection: Connection, shown: PersonCard) -> dict[str, Any]:
    person = shown.person
    context = page_context(request, connection, person.name or _("Person"), current="people")
    context["crumbs"].append({"label": _("People"), "url": reverse("admin:people", args=[connection.code])})
    open_run = lifecycle.open_run(connection)
    return {
        **context,
        "card": shown,
        "person": person,
        "badges": [*badges(person), *_of_pilot(connection, person)],
        "sides": [(side, getattr(person, side), _side_badges(person, side)) for side in Side],
        "connected": connected(person),
        "linked_why": why_linked(person.link) if person.link else "",
        "doubt": kind_of(person.link.doubt) if person.link and person.doubted else "",
        "against": against_sentence(kind_of(person.link.doubt)) if person.link and person.doubted else "",
        "paired_anew": why_paired_anew(person.link) if person.link else "",
        "maybe": [(other, why_possible(other.match)) for other in shown.maybe if other.match],
        "unread": [(side_name(one.side), why_skipped(one)) for one in person.unread],
        "different": [(other, why_different(other.link)) for other in shown.not_she if other.link],
        "heading": TITLES.get(shown.create_group, ""),
        "heading_note": NOTES.get(shown.create_group, ""),
        "across_name": side_name(Side.VISMA if person.side == Side.HUMA else Side.HUMA),
        "fields_out": [(row, field_label(row.field)) for row in person.fields_out],
        "writing": bool(open_run and open_run.state == SyncRun.State.APPLYING),
        "open_run": open_run if open_run and open_run.state in OPEN_STATES else None,
    }


def _of_pilot(connection: Connection, person: everyone.Person) -> list[Badge]:
    """Whether a person is in the pilot group, if there is one."""
    scope = pilot_scope(connection.pk)
    if scope.everyone:
        return []
    inside = is_member(scope, person)
    return [Badge(_("In the pilot group"), "accent") if inside else Badge(_("Outside the pilot group"))]


def _side_badges(person: everyone.Person, side: str) -> list[Any]:
    seen = getattr(person, side)
    return badges_of(seen) if seen else []


def _card(connection: Connection, side: str, vendor_id: str) -> PersonCard:
    found = card(connection, side, vendor_id) if side in tuple(Side) else None
    if found is None:
        raise Http404
    return found


def _to_person(connection: Connection, side: str, vendor_id: str) -> HttpResponse:
    if not vendor_id:
        return redirect("admin:people", connection.code)
    return redirect("admin:person", connection.code, side, vendor_id)


def _not_now(error: NotAllowed) -> str:
    return {
        "state": _("A sync is sending right now. Wait until it has ended, then try again."),
        "taken": _("One of them is linked to somebody else. Unlink those first."),
        "unread": _(
            "One of them wasn't there at the last fetch from both systems. Synchronize again, then try once more."
        ),
    }.get(error.code, _("That isn't possible now."))
