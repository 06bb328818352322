"""History, syncs: every sync of the user's connections, newest first."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connections.pages.permissions import hr_page
from sync.history import syncs
from sync.history.filters import among, visible
from sync.history.keyset import RUNS
from sync.history.keyset import page as page_of
from sync.history.views.changes import history_context
from sync.models import SyncRun
from sync.models.groups import AUTOMATIC
from sync.pages.paging import Place

PER_PAGE = 25
SHOW_MANUAL, SHOW_AUTOMATIC = "hand", "automatic"


@require_GET
@hr_page
def page(request: HttpRequest) -> HttpResponse:
    """Show the syncs, limited by connection, by how they were started, and by state."""
    connections = list(visible(request.user).order_by("name", "pk").values_list("code", "name", "pk"))
    starts = {SHOW_MANUAL: _("Manual"), SHOW_AUTOMATIC: _("Automatic")}
    states = {value: str(label) for value, label in SyncRun.State.choices}
    known = {"connection": {code: name for code, name, _pk in connections}, "show": starts, "state": states}
    problems, query = [], {}
    for name, choices in known.items():
        if text := request.GET.get(name, ""):
            if text in choices:
                query[name] = text
            else:
                problems.append(_unknown(name))
    mine = among(SyncRun.objects.filter(dry=False), request.user)
    rows = mine
    if code := query.get("connection"):
        rows = rows.filter(connection=next(pk for one, _name, pk in connections if one == code))
    if show := query.get("show"):
        rows = rows.filter(trigger__in=AUTOMATIC) if show == SHOW_AUTOMATIC else rows.exclude(trigger__in=AUTOMATIC)
    if state := query.get("state"):
        rows = rows.filter(state=state)
    here = page_of(rows.select_related("connection"), mine, RUNS, Place.from_data(request.GET), PER_PAGE)
    labels = {"connection": _("Connection"), "show": _("Started"), "state": _("State")}
    context = {
        **history_context(request, "history_syncs", _("History")),
        "rows": list(syncs.rows(here.rows)),
        "page": here,
        "problems": problems,
        "query": urlencode(query) + "&" if query else "",
        "filtered": bool(query),
        "selects": [
            (name, labels[name], [(value, text, value == query.get(name)) for value, text in choices.items()])
            for name, choices in known.items()
            if name != "connection" or len(choices) > 1
        ],
        "many": len(connections) > 1,
    }
    return render(request, "sync/history_syncs.html", context)


def _unknown(name: str) -> str:
    return {
        "connection": _("You have no connection with that code. That part of the filter was left out."),
        "show": _("A sync isn't started in such a way. That part of the filter was left out."),
        "state": _("A sync has no such state. That part of the filter was left out."),
    }[name]
