"""Create: who is added to the side where they are missing. Nobody is ticked beforehand; choices are saved at once."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.api.errors import VendorError
from connections.models import Connection
from connections.pages import request_params
from connections.vendors.huma_groups import groups_for_page
from sync.analysis.links import candidates
from sync.core.records.employee import Side
from sync.models import EmployeeSnapshot, LeftOut, SyncRun
from sync.pages.access import go_to, open_run_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place
from sync.pages.steps import step_url
from sync.reading.failures import reason_for_reading
from sync.runs import who_is_who
from sync.runs.lifecycle import NotAllowed
from sync.wizard import creation, creation_lists
from sync.wording.sentences import sentence

TARGETS = (Side.VISMA, Side.HUMA)
KINDS = ("company", "location", "team")


@require_GET
@open_run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show both lists: people in Huma only, and people in Visma only."""
    opened, group = request.GET.get("to", ""), request.GET.get("group", "")
    place = Place.from_data(request.GET)
    lists = [
        creation_lists.page(run, target, group if target == opened else "", place if target == opened else 1)
        for target in TARGETS
    ]
    groups = _groups(connection, run) if "groups" in request.GET else {}
    context = {
        **page_context(request, connection, _("Create"), step="create", run=run),
        "lists": lists,
        "chosen": sum(one.chosen for one in lists),
        "invite": run.invites,
        **groups,
    }
    return render(request, "sync/create.html", context)


@require_POST
@open_run_page
def choose(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Tick one person (htmx), or save a whole form: only what the user changed in it."""
    target = _target(request)
    ticked = set(_numbers(request, "chosen"))
    toggled = set(_numbers(request, "toggle"))
    was = set(_numbers(request, "was"))
    on, off = (ticked & toggled, toggled - ticked) if toggled else (ticked - was, was - ticked)
    try:
        creation.choose(run, request.user, on, on=True)
        creation.choose(run, request.user, off, on=False)
    except NotAllowed:
        return go_to(request, step_url("create", connection))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "sync/partials/create_counts.html", _counts(run, target))
    messages.success(request, _("Saved."))
    if request.POST.get("from") == "person" and (
        one := EmployeeSnapshot.objects.filter(run=run, pk__in=on | off).first()
    ):
        return go_to(request, reverse("admin:person", args=[connection.code, one.side, one.vendor_id]))
    return _back(request, connection, target)


@require_POST
@open_run_page
def choose_all(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Tick the whole main list of a side, or untick everybody."""
    target = _target(request)
    try:
        creation.choose_all(run, request.user, target, on=request.POST.get("all") == "on")
    except NotAllowed:
        return go_to(request, step_url("create", connection))
    return _list_again(request, connection, run, target)


@require_POST
@open_run_page
def never(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Leave a person out; one click takes it back."""
    target = _target(request)
    try:
        row = creation.never_add(run, request.user, request_params.number(request.POST.get("person")))
    except EmployeeSnapshot.DoesNotExist as error:
        raise Http404 from error
    except NotAllowed:
        messages.error(request, _("A sync is sending right now. Wait until it has ended, then try again."))
        return go_to(request, step_url("create", connection))
    said = _("%(name)s is left out from now on. You can include them again further down, under “Never added”.")
    return _list_again(request, connection, run, target, said % {"name": row.name})


@require_POST
@open_run_page
def take_back(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Take back that a person is left out."""
    target = _target(request)
    row = get_object_or_404(LeftOut, connection=connection, pk=request_params.number(request.POST.get("left_out")))
    try:
        who_is_who.take_back(row, request.user)
    except NotAllowed:
        return go_to(request, step_url("create", connection))
    return _list_again(request, connection, run, target, _("%(name)s can be added again.") % {"name": row.name})


@require_GET
@open_run_page
def groups(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """The part of the page with the groups that new Huma users join; only this part asks Huma for its groups."""
    context = {"connection": connection, "invite": run.invites, **_groups(connection, run)}
    return render(request, "sync/partials/create_options.html", context)


@require_POST
@open_run_page
def options(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Save the groups and the invitation. Groups that couldn't be shown stay as they are."""
    shown = "groups_shown" in request.POST
    invite = request.POST.get("invite") == "on"
    try:
        creation.set_options(run, request.user, request.POST.getlist("group") if shown else None, invite)
    except NotAllowed:
        return go_to(request, step_url("create", connection))
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(_("Saved."))
    messages.success(request, _("Saved."))
    return _back(request, connection, Side.HUMA)


@require_POST
@open_run_page
def numbering(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Save whether Visma assigns numbers to people who have none in Huma."""
    try:
        creation.set_assigns_numbers(run, request.user, request.POST.get("assign") == "on")
    except NotAllowed:
        return go_to(request, step_url("create", connection))
    return _list_again(request, connection, run, Side.VISMA)


def _groups(connection: Connection, run: SyncRun) -> dict[str, Any]:
    """Huma's groups by kind, or a sentence if Huma gives no answer: the page works without them."""
    chosen = run.groups
    try:
        found = groups_for_page(connection)
    except VendorError as error:
        reason = reason_for_reading(error)
        return {"groups_problem": sentence(reason.code, reason.params), "groups_chosen": len(chosen)}
    labels = {"company": _("Companies"), "location": _("Locations"), "team": _("Teams")}
    by_kind = []
    for kind in KINDS:
        items = sorted((g for g in found if g.get("type") == kind), key=lambda g: str(g.get("name", "")).casefold())
        if items:
            rows = [{"id": g["id"], "name": g.get("name") or g["id"], "chosen": g["id"] in chosen} for g in items]
            by_kind.append((labels[kind], rows))
    return {"groups": by_kind, "groups_shown": True}


def _list_again(
    request: HttpRequest, connection: Connection, run: SyncRun, target: str, said: str = ""
) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        group, place = request.POST.get("group", ""), Place.from_data(request.POST)
        context = {
            "connection": connection,
            "list": creation_lists.page(run, target, group, place),
            "said": said,
            **_counts(run, target),
        }
        return render(request, "sync/partials/create_again.html", context)
    if said:
        messages.success(request, said)
    return _back(request, connection, target)


def _counts(run: SyncRun, target: str) -> dict[str, Any]:
    here = creation.chosen(run, target).count()
    return {
        "target": target,
        "list_chosen": here,
        "list_possible": candidates.possible(run, target).count(),
        "chosen": here + creation.chosen(run, Side.HUMA if target == Side.VISMA else Side.VISMA).count(),
        "oob": True,
    }


def _back(request: HttpRequest, connection: Connection, target: str) -> HttpResponse:
    """Redirect to the page, to the same place in the list."""
    place, group = Place.from_data(request.POST).query, request.POST.get("group", "")
    query = urlencode({"to": target, "group": group, **place}) if group else ""
    url = reverse("admin:create", args=[connection.code])
    return go_to(request, f"{url}{f'?{query}' if query else ''}#to-{target}")


def _target(request: HttpRequest) -> str:
    target = request.POST.get("to", "")
    if target not in TARGETS:
        raise Http404
    return target


def _numbers(request: HttpRequest, name: str) -> list[int]:
    return [request_params.number(text) for text in request.POST.getlist(name)]
