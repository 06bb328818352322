"""Review: every difference, on a card for each employee; choices are saved at once."""

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection
from connections.pages import request_params
from sync.core.codes import Standing
from sync.models import Conflict, SyncRun
from sync.models.groups import ONE_SIDE_EMPTY
from sync.pages.access import go_to, open_run_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place
from sync.pages.steps import step_url
from sync.runs.lifecycle import NotAllowed
from sync.wizard import cards, review
from sync.wizard.matches import open_count
from sync.wizard.review import ReviewFilter
from sync.wording.sentences import decision_label, field_choices, field_label, kind_label, skipped_sentence

NEVER = "never"
"""The choice that is asked about before it is saved, for one difference at a time."""
FOR_A_PERSON = (*review.FOR_MANY, "suggested")
ALWAYS_SHOWN = ("undecided", "decided", "all")


@require_http_methods(["GET", "POST"])
@open_run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show the differences of a filter. A search is sent by POST, so that no name is in an address."""
    data = request.POST if request.method == "POST" else request.GET
    shown = ReviewFilter.from_data(data)
    place = Place.from_data(data)
    htmx = bool(getattr(request, "htmx", False))
    if request.method == "GET":
        shown = ReviewFilter.from_data({**data.dict(), "search": ""})
    elif not shown.search and not htmx:
        return redirect(_address(connection, shown, place))
    found = cards.page(run, shown, place)
    context = {
        **page_context(request, connection, _("Review"), step="review", run=run),
        **_list_context(connection, found, shown),
        **progress_context(run, found.progress),
    }
    if not htmx:
        return render(request, "sync/review.html", context)
    response = render(request, "sync/partials/review_list.html", context)
    if not shown.search:
        response["HX-Push-Url"] = _address(connection, shown, place)
    return response


def _address(connection: Connection, shown: ReviewFilter, place: Place | None = None) -> str:
    query = filter_query(shown) + (urlencode(place.query) if place else "")
    return step_url("review", connection) + (f"?{query.rstrip('&')}" if query else "")


def filter_query(shown: ReviewFilter) -> str:
    """The filter as the beginning of a query string, without the search, which must never be in an address."""
    parts: dict[str, Any] = {"field": shown.field, "kind": shown.kind, "new": int(shown.new), "link": shown.link}
    if shown.show != "undecided":
        parts["show"] = shown.show
    query = urlencode({key: value for key, value in parts.items() if value})
    return f"{query}&" if query else ""


def filter_fields(shown: ReviewFilter) -> list[tuple[str, str]]:
    """The filter as the hidden fields of a form."""
    values = (
        ("field", shown.field),
        ("kind", shown.kind),
        ("show", shown.show),
        ("search", shown.search),
        ("new", "1" if shown.new else ""),
        ("link", str(shown.link or "")),
    )
    return [(name, value) for name, value in values if value]


def _addresses_of_choices(connection: Connection) -> dict[str, str]:
    """The addresses to which the cards send choices, for a difference and for an employee."""
    names = {"decide_url": "admin:review_decide", "person_url": "admin:review_person"}
    return {key: reverse(name, args=[connection.code]) for key, name in names.items()}


def _list_context(connection: Connection, found: cards.ReviewPage, shown: ReviewFilter) -> dict[str, Any]:
    fields = found.facets["field"]
    return {
        "shown": shown,
        "found": found,
        **_addresses_of_choices(connection),
        "shows": _shows(shown, found.facets["show"]),
        "elsewhere": _elsewhere(found.facets["show"]),
        "fields": [
            (name, label, fields.get(name, 0)) for name, label in field_choices() if name in (*fields, shown.field)
        ],
        "kinds": _kinds(found.facets["kind"], shown.kind),
        "page": found.place,
        "query": filter_query(shown),
        "hidden": [*filter_fields(shown), *([("at", found.place.stays)] if found.place.stays else [])],
        "is_filtered": bool(shown.field or shown.kind or shown.search or shown.new or shown.link),
        "filter_sentence": filter_sentence(shown),
    }


def _shows(shown: ReviewFilter, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {
        "undecided": _("Not decided"),
        "decided": _("Decided"),
        "all": _("All"),
        "suggested": _("Suggested"),
        "impossible": _("Not possible"),
        "left": _("Left as is"),
        "former": _("Former employees"),
        "draft": _("Drafts in Visma"),
        review.OUTSIDE: _("Outside the pilot group"),
    }
    return [
        {"value": value, "label": label, "count": counts.get(value, 0), "current": value == shown.show}
        for value, label in labels.items()
        if value in ALWAYS_SHOWN or value == shown.show or counts.get(value)
    ]


def _elsewhere(counts: dict[str, int]) -> dict[str, int]:
    """How many differences nobody decides about: of people outside the pilot group, and those nobody is asked for."""
    return {"outside": counts.get(review.OUTSIDE, 0), "unasked": sum(counts.get(one, 0) for one in review.UNASKED)}


def _kinds(counts: dict[str, int], current: str) -> list[tuple[str, str, int]]:
    """The kinds that occur, with both empty ones as one."""
    kinds = [(kind, str(label), counts.get(kind, 0)) for kind, label in Conflict.Kind.choices]
    kinds.append(("empty", kind_label("empty"), sum(counts.get(kind, 0) for kind in ONE_SIDE_EMPTY)))
    return [row for row in kinds if row[2] or row[0] == current]


def filter_sentence(shown: ReviewFilter) -> str:
    """The filter in words, e.g. "Phone · Empty in Visma"."""
    parts = [field_label(shown.field)] if shown.field else []
    parts += [kind_label(shown.kind)] if shown.kind else []
    parts += [_("new")] if shown.new else []
    parts += [f"“{shown.search}”"] if shown.search else []
    return " · ".join(parts)


def progress_context(run: SyncRun, known: tuple[int, int] | None = None) -> dict[str, Any]:
    """How much of the review is done; ``known``: the result of ``review.progress``, if it is known."""
    decided, total = known or review.progress(run)
    return {"decided": decided, "total": total, "left": total - decided, "open_matches": open_count(run)}


@require_POST
@open_run_page
def decide(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Save the choice for one difference. A colleague's choice made meanwhile isn't overwritten; it is shown."""
    sure, expected = request.POST.get("sure") == NEVER, request.POST.get("expected", "")
    choice = NEVER if sure else request.POST.get("choice", "")
    if choice not in review.CHOICES:
        raise Http404
    notice, decided = "", None
    if "cancel" in request.POST:
        return _row(
            request, connection, run, _locked(run, request_params.number(request.POST.get("conflict"))), focus=expected
        )
    with transaction.atomic():
        conflict = _locked(run, request_params.number(request.POST.get("conflict")))
        if choice == NEVER != conflict.decision and not sure:
            return _ask_never(request, connection, run, conflict)
        if _changed_by_other(conflict, request.user.get_username(), expected, choice):
            notice = _colleague(conflict)
        else:
            try:
                decided = review.decide(run, request.user, [conflict.pk], choice, _chosen_at(request))
            except NotAllowed:
                return go_to(request, step_url("sync_users", connection))
    conflict.refresh_from_db()
    if decided and decided.skipped:
        outside = _("They aren't in the pilot group, so nothing is decided for them.")
        notice = outside if "outside" in decided.skipped else _("That choice isn't possible here.")
    saved = "" if notice else _("Saved: %(choice)s") % {"choice": decision_label(conflict.decision)}
    return _row(request, connection, run, conflict, notice=notice, saved=saved, focus=NEVER if sure else None)


def _row(request: HttpRequest, connection: Connection, run: SyncRun, conflict: Conflict, **more: Any) -> HttpResponse:
    """The difference's row again. ``focus``: the choice with the focus; ``asks_never``: show the question."""
    if not getattr(request, "htmx", False):
        return _page_again(request, connection, conflict.link_id)
    context = {
        "connection": connection,
        **_addresses_of_choices(connection),
        "row": cards.row(conflict),
        **more,
        **progress_context(run),
    }
    return render(request, "sync/partials/review_saved_row.html", context)


def _ask_never(request: HttpRequest, connection: Connection, run: SyncRun, conflict: Conflict) -> HttpResponse:
    """Ask whether a field of a person should never be synced again; nothing is saved before the answer."""
    if getattr(request, "htmx", False):
        return _row(request, connection, run, conflict, asks_never=True)
    kept = [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "choice")]
    context = page_context(
        request,
        connection,
        _("Review"),
        step="review",
        run=run,
        row=cards.row(conflict),
        hidden=[*kept, ("sure", NEVER)],
        cancel_url=f"{_back(request, connection)}#person-{conflict.link_id}",
    )
    return render(request, "sync/review_never.html", context)


def _chosen_at(request: HttpRequest) -> int:
    """When the person chose, in milliseconds of their browser's clock; 0 if it doesn't say."""
    return request_params.number(request.headers.get("X-Chosen-At"))


def _locked(run: SyncRun, pk: int) -> Conflict:
    conflict = Conflict.objects.select_for_update(of=("self",)).select_related("link").filter(run=run, pk=pk).first()
    if conflict is None:
        raise Http404
    return conflict


def _changed_by_other(conflict: Conflict, user: str, expected: str, choice: str) -> bool:
    return conflict.decision not in (expected, choice) and conflict.decided_by not in ("", user)


def _colleague(conflict: Conflict) -> str:
    return _("%(who)s chose “%(choice)s” meanwhile. Your click was not saved. Choose again to change it.") % {
        "who": conflict.decided_by,
        "choice": decision_label(conflict.decision),
    }


@require_POST
@open_run_page
def decide_person(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Save one choice for all differences of an employee; a field that it would empty is left alone."""
    link, choice = request_params.number(request.POST.get("link")), request.POST.get("choice", "")
    if choice not in FOR_A_PERSON or not link:
        raise Http404
    shown = ReviewFilter.from_data(request.POST)
    scope = ReviewFilter(show=shown.standing if shown.standing != Standing.ASKS else "all", link=link)
    seen = dict(item.split(":", 1) for item in request.POST.getlist("seen") if ":" in item)
    notice, saved = "", ""
    with transaction.atomic():
        rows = list(scope.apply(run).select_for_update(of=("self",)).select_related("link"))
        if not rows:
            raise Http404
        user = request.user.get_username()
        theirs = [row for row in rows if _changed_by_other(row, user, seen.get(str(row.pk), ""), choice)]
        if theirs:
            notice = _colleague(theirs[0])
        else:
            try:
                done = review.decide_bulk(run, request.user, scope, choice, chosen_at=_chosen_at(request))
            except NotAllowed:
                return go_to(request, step_url("sync_users", connection))
            saved = _("Saved for %(n)s.") % {"n": done.changed}
            notice = " ".join(skipped_sentence(code, count) for code, count in done.skipped.items())
    if not getattr(request, "htmx", False):
        return _page_again(request, connection, link)
    shown_rows = scope.apply(run).select_related("link").filter(pk__in=map(request_params.number, seen))
    context = {
        "connection": connection,
        **_addresses_of_choices(connection),
        "card": cards.card(shown_rows or rows),
        "shown": shown,
        "hidden": filter_fields(shown),
        "notice": notice,
        "saved": saved,
        **progress_context(run),
    }
    return render(request, "sync/partials/review_saved_card.html", context)


def _page_again(request: HttpRequest, connection: Connection, link: int) -> HttpResponse:
    """The same list again, without JavaScript. With a search it is the answer itself, so that no address has it."""
    if ReviewFilter.from_data(request.POST).search:
        return page(request, code=connection.code)
    return redirect(f"{_back(request, connection)}#person-{link}")


def _back(request: HttpRequest, connection: Connection) -> str:
    shown = ReviewFilter.from_data(request.POST)
    return _address(connection, shown, Place.from_data(request.POST))
