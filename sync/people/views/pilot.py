"""The pilot group: who is in it, three ways to choose people, and *Everyone*."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from connections.api.errors import VendorError
from connections.models import Connection
from connections.pages import request_params
from connections.pages.request_params import searched
from connections.vendors.huma_groups import huma_locations, people_at
from sync.core.records.employee import Side
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.people.pilot_search import search_people
from sync.people.words import badges, connected
from sync.reading.failures import reason_for_reading
from sync.runs import pilot_group
from sync.runs.lifecycle import NotAllowed, latest_read
from sync.runs.ordinary_people import MOST, ordinary_people
from sync.runs.pilot_group import Added, Key
from sync.runs.pilot_members import group, outside_of
from sync.wording.pilot import left_words, outside_sentence
from sync.wording.sentences import sentence

OVERVIEW = "overview"
"""Where the form stood that added people, if it wasn't the group's own page."""


@require_http_methods(["GET", "POST"])
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the group. A search for people to add is sent by POST, so that no name is in an address."""
    search = searched(request.POST.get("search"))
    found = search_people(connection, search) if search else None
    now = group(connection)
    read = latest_read(connection)
    context = {
        **page_context(request, connection, _("Pilot group"), current="people"),
        "group": now,
        "members": [{"member": one, "left": left_words(one.left)} for one in now.members],
        "version": connection.pilot_version,
        "search": search,
        "found": found,
        "rows": [
            {"row": one, "badges": badges(one.person), "connected": connected(one.person)}
            for one in (found.found if found else ())
        ],
        "can_choose": read is not None,
        "most": MOST,
        "was_typed": "",
        **(_locations(connection) if "locations" in request.GET else {}),
    }
    return render(request, "sync/pilot.html", context)


def _locations(connection: Connection) -> dict[str, Any]:
    """Huma's locations, or a sentence if Huma gives no answer: the rest of the page works without them."""
    try:
        return {"locations": huma_locations(connection), "asks_location": True}
    except VendorError as error:
        reason = reason_for_reading(error)
        return {"locations_problem": sentence(reason.code, reason.params), "asks_location": True}


@require_POST
@connection_page
def add(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Add the ticked people, or those whom the overview proposed."""
    people = [key for text in request.POST.getlist("person") if (key := _key(text))]
    if not people:
        messages.warning(request, _("Nobody was ticked."))
        return _back(request, connection)
    how = "proposal" if request.POST.get("from") == OVERVIEW else "people"
    return _add(request, connection, people, how)


def _key(text: str) -> Key | None:
    side, _colon, vendor_id = text.partition(":")
    return (side, vendor_id) if side in tuple(Side) and vendor_id and "\0" not in vendor_id else None


@require_POST
@connection_page
def add_location(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Add everybody who is at a location in Huma now."""
    location = request.POST.get("location", "")
    try:
        if location not in {str(one["id"]) for one in huma_locations(connection)}:
            messages.warning(request, _("This location doesn't exist in Huma any more. The group is as it was."))
            return _back(request, connection)
        people = people_at(connection, location)
    except VendorError as error:
        reason = reason_for_reading(error)
        nothing = _("The group is as it was.")
        messages.error(request, f"{sentence(reason.code, reason.params)} {nothing}")
        return _back(request, connection)
    return _add(request, connection, [(Side.HUMA.value, one) for one in people], "location")


@require_POST
@connection_page
def add_ordinary(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Add a number of ordinary people who aren't in the group yet."""
    wanted = request_params.number(request.POST.get("number"))
    if not 1 <= wanted <= MOST:
        text = _("Enter a number from 1 to %(most)s. The group is as it was.") % {"most": MOST}
        messages.warning(request, text)
        return _back(request, connection)
    inside = set(connection.pilot_group.exclude(link=None).values_list("link", flat=True))
    people = ordinary_people(connection, wanted, {pk for pk in inside if pk})
    if not people:
        messages.warning(request, _("There is nobody else whom we would propose. Choose people by name."))
        return _back(request, connection)
    return _add(request, connection, [one.key for one in people], "ordinary")


@require_POST
@connection_page
def remove(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Take the ticked members out of the group."""
    pks = request_params.numbers(request.POST.getlist("member"))
    if not pks:
        messages.warning(request, _("Nobody was ticked."))
        return _back(request, connection)

    def change() -> None:
        if pilot_group.remove(connection, request.user, pks, _seen(request)):
            messages.success(request, _("Saved. Nothing is changed for them any more."))

    return _changed(request, connection, change)


@require_http_methods(["GET", "POST"])
@connection_page
def everyone(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask first, then let the connection work for everyone."""
    if request.method == "POST":

        def change() -> None:
            if pilot_group.everyone(connection, request.user, _seen(request)):
                messages.success(request, _everyone_said(connection))

        return _changed(request, connection, change)
    if not connection.pilot:
        messages.info(request, _("The connection works for everyone already."))
        return _back(request, connection)
    read = latest_read(connection)
    outside = outside_of(read, connection) if read else (0, 0)
    context = {
        **page_context(request, connection, _("Everyone"), current="people"),
        "group": group(connection),
        "outside": outside_sentence(*outside) if outside[0] else "",
        "version": connection.pilot_version,
    }
    return render(request, "sync/pilot_everyone.html", context)


def _everyone_said(connection: Connection) -> str:
    text = _("The connection works for everyone from now on.")
    if connection.automatic and connection.state == Connection.State.ACTIVE:
        starts = _("A sync of everybody starts now.")
        return f"{text} {starts}"
    return text


def _seen(request: HttpRequest) -> int:
    return request_params.number(request.POST.get("version"))


def _add(request: HttpRequest, connection: Connection, people: Iterable[Key], how: str) -> HttpResponse:
    def change() -> None:
        done = pilot_group.add(connection, request.user, people, _seen(request), how)
        said = messages.success if done.added else messages.warning
        said(request, _added(done))

    return _changed(request, connection, change)


def _added(done: Added) -> str:
    texts = []
    if done.added or not (done.known or done.unknown):
        joined = ngettext("%(n)s person joined the pilot group.", "%(n)s people joined the pilot group.", done.added)
        texts.append(joined % {"n": done.added})
    if done.known:
        known = ngettext("%(n)s was in it already.", "%(n)s were in it already.", done.known)
        texts.append(known % {"n": done.known})
    if done.unknown:
        unknown = ngettext(
            "%(n)s wasn't there at the last fetch, and didn't join.",
            "%(n)s weren't there at the last fetch, and didn't join.",
            done.unknown,
        )
        texts.append(unknown % {"n": done.unknown})
    return " ".join(texts)


def _changed(request: HttpRequest, connection: Connection, change: Callable[[], None]) -> HttpResponse:
    """Change the group, or say why not."""
    try:
        change()
    except NotAllowed as refusal:
        texts = {
            "changed": _("The pilot group was changed meanwhile. Your click was not saved: look at it again."),
            "state": _("A sync is sending right now. Wait until it has ended, then try again."),
        }
        messages.warning(request, texts[refusal.code])
    return _back(request, connection)


def _back(request: HttpRequest, connection: Connection) -> HttpResponse:
    name = OVERVIEW if request.POST.get("from") == OVERVIEW else "pilot"
    return redirect(f"admin:{name}", connection.code)
