"""A person's timeline: what waits now, and every step. A POST asks *Was it this value?*."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connections.models import Connection
from sync.core.fields.registry import names
from sync.history.timeline import was_it
from sync.history.timeline.entries import Entry, Timeline, timeline_of
from sync.history.timeline.step import Step
from sync.history.timeline.values import Beside, beside, known
from sync.history.timeline.waiting import Line, Now, waiting
from sync.models import EmployeeLink, SyncRun
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place, part_of_list
from sync.pages.steps import continue_url, result_url
from sync.wording.link_keys import key_of
from sync.wording.people import Badge
from sync.wording.sentences import field_label, side_name
from sync.wording.timeline_page import had_it, had_it_not, how_to_type, tone_of, what_label

PER_PAGE = 100


@dataclass(frozen=True)
class Row:
    """One entry on the page. ``url``: the page of its sync, "" without one."""

    entry: Entry
    badge: Badge
    beside: Beside
    url: str
    sync: str


@require_http_methods(["GET", "POST"])
@connection_page
def page(request: HttpRequest, connection: Connection, side: str, vendor_id: str) -> HttpResponse:
    """Show the timeline of one person, or of one of their fields (``?field=``)."""
    found = timeline_of(connection, side, vendor_id)
    if found is None:
        raise Http404
    now = waiting(found)
    name = request.POST.get("field") or request.GET.get("field", "")
    name = name if name in names() else ""
    steps = [step for step in found.steps if not name or step.field == name]
    marks = [f"{len(steps) - index}" for index in range(len(steps))]
    numbered = list(enumerate(steps))
    shown = part_of_list(
        numbered,
        Place.from_data(request.GET),
        PER_PAGE,
        key_of=lambda one: (one[0],),
        mark=lambda one: marks[one[0]],
        key=lambda mark: (len(steps) - int(mark),) if mark in set(marks) else None,
    )
    context = page_context(
        request,
        connection,
        _("Timeline"),
        current="people",
        person=found.person,
        state=_state(found),
        now=now,
        lines=[(line, *_label_and_url(line, found)) for line in now.lines],
        page=shown,
        days=_days([step for _index, step in shown.object_list], found, now),
        name=name,
        fields=_fields(found.steps),
        label=field_label(name) if name else "",
        query=f"field={name}&" if name else "",
        help_text=how_to_type(name),
        **(_answer(request, found, now, name) if request.method == "POST" and name else {}),
    )
    people = {"label": _("People"), "url": reverse("admin:people", args=[connection.code])}
    their = {"label": found.person.name or "–", "url": _person_url(found)}
    context["crumbs"] += [people, their]
    return render(request, "sync/timeline.html", context)


def _person_url(found: Timeline) -> str:
    person = found.person
    return reverse("admin:person", args=[person.connection.code, person.side, person.vendor_id])


def _state(found: Timeline) -> str:
    """How the person is linked now, in a few words."""
    link = found.person.link
    if link is None:
        return _("Linked with nobody")
    if link.gone_from:
        return _("No longer in %(side)s") % {"side": side_name(link.gone_from)}
    if link.state == EmployeeLink.State.OUTSIDE:
        return _("Outside the selection")
    return str(key_of(link.linked_by).label)


def _label_and_url(line: Line, found: Timeline) -> tuple[str, str]:
    code = found.person.connection.code
    label = field_label(line.field) if line.field else ""
    if line.to == "person":
        return label, _person_url(found)
    return label, reverse(f"admin:{line.to}", args=[code]) if line.to else ""


def _fields(steps: Sequence[Step]) -> list[tuple[str, str, int]]:
    """The fields that have steps, with how many, in the registry's order."""
    counts = {name: sum(step.field == name for step in steps) for name in names()}
    return [(name, field_label(name), count) for name, count in counts.items() if count]


def _days(steps: list[Step], found: Timeline, now: Now) -> list[tuple[Any, list[Row]]]:
    rows_of = known(found, steps, now.differ)
    rows = [_row(entry, beside(entry.step, rows_of), found) for entry in found.entries(steps)]
    return [(day, list(some)) for day, some in groupby(rows, lambda row: timezone.localdate(row.entry.at))]


def _row(entry: Entry, more: Beside, found: Timeline) -> Row:
    run = found.runs.get(entry.run) if entry.run else None
    badge = Badge(what_label(entry.what), tone_of(entry.what))
    return Row(entry, badge, more, _run_url(found.person.connection, run), run.get_trigger_display() if run else "")


def _run_url(connection: Connection, run: SyncRun | None) -> str:
    if run is None:
        return ""
    return continue_url(connection, run) if run.is_open else result_url(connection, run)


def _answer(request: HttpRequest, found: Timeline, now: Now, name: str) -> Mapping[str, Any]:
    try:
        answer = was_it.ask(request.user, found, now.differ, name, request.POST.get("value", ""))
    except was_it.NoValue:
        return {"refused": _("That is no value of this field. Nothing was compared.")}
    except was_it.TooMany:
        return {"refused": _("You can ask 10 times an hour. Try again later.")}
    spans = [had_it(span.side, span.since, span.until) for span in answer.spans]
    return {"answers": spans or [had_it_not(answer.told)], "was": bool(spans)}
