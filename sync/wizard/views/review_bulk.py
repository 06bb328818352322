"""One choice for everything that a filter shows: first how many it decides and leaves alone, then the click."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from connections.models import Connection
from sync.models import SyncRun
from sync.pages.access import open_run_page
from sync.pages.page_context import page_context
from sync.pages.steps import step_url
from sync.runs.lifecycle import NotAllowed
from sync.wizard import review
from sync.wizard.review import Decided, ReviewFilter
from sync.wizard.views.review import FOR_A_PERSON, filter_fields, filter_query, filter_sentence
from sync.wording.sentences import decision_label, skipped_sentence


def _asked(request: HttpRequest) -> tuple[ReviewFilter, str]:
    choice = request.POST.get("choice", "")
    if choice not in FOR_A_PERSON:
        raise Http404
    return ReviewFilter.from_data(request.POST), choice


def _label(choice: str) -> str:
    return _("As suggested") if choice == "suggested" else decision_label(choice)


def left_alone(done: Decided) -> list[str]:
    """What a choice for many leaves alone, and why."""
    return [skipped_sentence(code, count) for code, count in sorted(done.skipped.items())]


@require_POST
@open_run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show how many differences the choice would decide, and what it leaves alone; nothing is saved yet."""
    shown, choice = _asked(request)
    try:
        preview = review.preview_bulk(run, shown, choice)
    except NotAllowed:
        return redirect(step_url("sync_users", connection))
    other = shown.apply(run).exclude(decision="").exclude(decision=choice).count() if choice else 0
    points = left_alone(preview)
    if other:
        points.append(
            ngettext(
                "%(n)s of them already has another choice, and gets this one.",
                "%(n)s of them already have another choice, and get this one.",
                other,
            )
            % {"n": other}
        )
    context: dict[str, Any] = page_context(
        request,
        connection,
        _("One choice for many"),
        step="review",
        run=run,
        choice=choice,
        choice_label=_label(choice),
        count=preview.changed,
        points=points,
        filter_sentence=filter_sentence(shown),
        hidden=[*filter_fields(shown), ("choice", choice)],
        back_url=_back(connection, shown),
    )
    return render(request, "sync/review_bulk.html", context)


@require_POST
@open_run_page
def decide(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Save the choice for everything that the filter shows."""
    shown, choice = _asked(request)
    try:
        done = review.decide_bulk(run, request.user, shown, choice)
    except NotAllowed:
        return redirect(step_url("sync_users", connection))
    text = ngettext("Saved for %(n)s difference.", "Saved for %(n)s differences.", done.changed) % {"n": done.changed}
    messages.success(request, " ".join([text, *left_alone(done)]))
    return redirect(_back(connection, shown))


def _back(connection: Connection, shown: ReviewFilter) -> str:
    query = filter_query(shown).rstrip("&")
    return step_url("review", connection) + (f"?{query}" if query else "")
