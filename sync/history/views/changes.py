"""History: every difference and change of ended syncs, over all of the user's connections, and one of them in full.

A search is sent by POST. The rest of the filter is the address, which has no value of a person.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connections.pages.permissions import hr_page
from sync.core.codes import Action
from sync.history import said
from sync.history.counting import FIGURES, Counts, count, shown
from sync.history.exports import MOST_IN_WORKBOOK, Export, TooMany
from sync.history.filters import HistoryFilter, all_of, among, asked, conditions, entries_of, visible
from sync.history.keyset import ENTRIES
from sync.history.keyset import page as page_of
from sync.history.lines import by_words, lines, person_url, whole
from sync.history.story import MOST, about, chapters
from sync.history.syncs import where
from sync.models import SyncRun
from sync.models.groups import OPEN_STATES
from sync.pages.paging import Place
from sync.wording.sentences import field_label

PER_PAGE = 25
OPEN_SHOWN = 3
FOLDED = ("decision", "by", "trigger", "since", "until")
"""The parts of the filter that are folded away until one of them is used."""


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest) -> HttpResponse:
    """Show the entries that the filter asks for, newest first, below a few figures."""
    data = request.POST if request.method == "POST" else request.GET
    wanted = asked(data, request.user)
    place = Place.from_data(data)
    if request.method == "POST" and not wanted.filter.search and not wanted.problems:
        return redirect(address({**wanted.filter.query, **place.query}))
    mine = dict(visible(request.user).order_by("name", "pk").values_list("pk", "code"))
    rows = entries_of(request.user)
    parts = conditions(wanted.filter)
    counts = count(rows, wanted.filter, parts, mine)
    here = page_of(whole(rows.filter(all_of(parts))), rows, ENTRIES, place, PER_PAGE)
    context = {
        **history_context(request, "history_changes", _("History")),
        "lines": list(lines(here.rows)),
        "page": here,
        "total": shown(counts.total),
        "number": counts.total,
        "wanted": wanted.filter,
        "problems": wanted.problems,
        "query": urlencode(wanted.filter.query) + "&" if wanted.filter.query else "",
        "hidden": wanted.filter.query,
        "selects": _selects(request, wanted.filter, counts, mine),
        "folded": any(getattr(wanted.filter, name) for name in FOLDED),
        "chips": _chips(wanted.filter),
        "figures": _figures(wanted.filter, counts),
        "many": len(mine) > 1,
        "nothing_at_all": not counts.total and not wanted.filter.active,
        "open_syncs": _open_syncs(request),
        "most_in_workbook": MOST_IN_WORKBOOK,
    }
    return render(request, "sync/history_changes.html", context)


@require_GET
@hr_page
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole story of the field and the person whom an entry is about."""
    mine = entries_of(request.user)
    found = get_object_or_404(whole(mine), pk=pk)
    rows = about(found, mine)
    creation = found.action == Action.CREATE
    told = list(chapters(rows, found.pk))
    label = _("Added") if creation else field_label(found.field)
    name = found.link.name if found.link else found.name
    context = {
        **history_context(request, "history_changes", f"{label}: {name or '–'}"),
        "entry": found,
        "name": name,
        "number": found.link.number if found.link else found.number,
        "label": label,
        "creation": creation,
        "chapters": told,
        "more": len(told) >= MOST,
        "person_url": person_url(found),
        "all_url": address({"link": str(found.link_id)}) if found.link_id else "",
        "field_url": address({"link": str(found.link_id), "field": found.field}) if found.link_id else "",
    }
    context["crumbs"] = [{"label": _("History"), "url": address({})}]
    return render(request, "sync/history_entry.html", context)


@require_POST
@hr_page
def export(request: HttpRequest) -> HttpResponse:
    """The entries that the filter asks for, as CSV or as a workbook."""
    wanted = asked(request.POST, request.user)
    kind = "xlsx" if request.POST.get("file") == "xlsx" else "csv"
    if wanted.problems:
        for problem in wanted.problems:
            messages.error(request, problem)
        messages.error(request, _("No file was made. Choose the filter again."))
        return redirect(address(wanted.filter.query))
    try:
        made = Export(request.user, wanted.filter, kind)
    except TooMany:
        text = _("An Excel file has at most %(most)s entries. Choose a narrower filter, or CSV.")
        messages.error(request, text % {"most": shown_whole(MOST_IN_WORKBOOK)})
        return redirect(address(wanted.filter.query))
    name = f"history-{timezone.localdate().isoformat()}.{kind}"
    if kind == "xlsx":
        mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        file: Any = FileResponse(made.xlsx(), as_attachment=True, filename=name, content_type=mime)
        return file  # type: ignore[no-any-return]
    answer: Any = StreamingHttpResponse(made.csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer  # type: ignore[no-any-return]


def shown_whole(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}".replace(",", "\u00a0")


def address(query: dict[str, str]) -> str:
    """The address of the list with a filter."""
    return reverse("admin:history_changes") + (f"?{urlencode(query)}" if query else "")


def history_context(request: HttpRequest, current: str, title: str) -> dict[str, Any]:
    """What all pages of the history share: the tabs, of which the current one is marked."""
    labels = {"history_changes": _("Changes"), "history_syncs": _("Syncs"), "history_audit": _("Who did what")}
    tabs = [
        {"url": reverse(f"admin:{name}"), "label": label, "current": name == current} for name, label in labels.items()
    ]
    return {**admin.site.each_context(request), "title": title, "tabs": tabs}


def _selects(
    request: HttpRequest, wanted: HistoryFilter, counts: Counts, mine: dict[int, str]
) -> dict[str, dict[str, Any]]:
    """The selects of the filter: their labels, and their choices with how many entries each would show."""
    names = dict(visible(request.user).filter(pk__in=mine).order_by("name", "pk").values_list("code", "name"))
    people = {name: by_words(name) for name in counts.people}
    choices = {
        "connection": (_("Connection"), _("All"), names if len(mine) > 1 else {}),
        "field": (_("Field"), _("All"), said.field_names()),
        "outcome": (_("Outcome"), _("All"), said.outcomes()),
        "time": (_("When"), _("Any time"), said.times()),
        "decision": (_("Decision"), _("All"), said.decisions()),
        "by": (_("Decided by"), _("Anybody"), people),
        "trigger": (_("Started by"), _("All"), said.triggers()),
    }
    return {
        part: {
            "label": label,
            "any": every,
            "choices": [
                (name, text, _counted(counts, part, name), name == getattr(wanted, part))
                for name, text in words.items()
            ],
        }
        for part, (label, every, words) in choices.items()
        if words
    }


def _counted(counts: Counts, part: str, name: str) -> str:
    """How many entries a choice would show; "" where counting would cost too much."""
    counted = counts.choices.get(part, {}).get(name)
    return "" if counted is None else shown(counted)


def _chips(wanted: HistoryFilter) -> list[dict[str, str]]:
    """What is active, each with the address without it."""
    return [
        {"label": said.part_words(name, getattr(wanted, name)), "url": address(wanted.without(name).query)}
        for name in wanted.active
        if name != "search"
    ]


def _figures(wanted: HistoryFilter, counts: Counts) -> list[dict[str, Any]]:
    """The figures at the top, each a link to its entries."""
    labels = {
        "today": _("Updated today"),
        "week": _("Updated in the last 7 days"),
        "waits": _("Waiting for approval"),
        "failed": _("Not done in the last 30 days"),
        "unknown": _("Not certain in the last 30 days"),
    }
    kept = {"connection": wanted.connection} if wanted.connection else {}
    return [
        {
            "number": shown(counts.figures[name]),
            "label": label,
            "url": address({**kept, **FIGURES[name].query}),
            "attention": bool(counts.figures[name]) and name not in ("today", "week"),
        }
        for name, label in labels.items()
    ]


def _open_syncs(request: HttpRequest) -> dict[str, Any]:
    """Syncs that haven't ended, whose differences aren't in the history yet."""
    rows = among(SyncRun.objects.filter(history_at=None, state__in=OPEN_STATES, dry=False), request.user)
    found = list(rows.select_related("connection").order_by("-pk")[: OPEN_SHOWN + 1])
    if not found:
        return {}
    return {
        "title": ngettext("A sync is open", "Syncs are open", len(found)),
        "runs": [(run.connection.name, where(run)) for run in found[:OPEN_SHOWN]],
        "more": len(found) > OPEN_SHOWN,
    }
