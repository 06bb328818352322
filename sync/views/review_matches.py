"""Possible matches: two people who may be one, side by side, to link or to call different."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.models import Connection
from sync import typed
from sync.models import PossibleMatch, SyncRun
from sync.services import matches
from sync.services.runs import NotAllowed
from sync.views.review import progress_context
from sync.views.steps import open_run_page, page_context


@require_GET
@open_run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """All possible matches of the run, open ones first."""
    context = page_context(
        request,
        connection,
        _("Review"),
        step="review",
        run=run,
        cards=matches.matches(run),
        **progress_context(run),
    )
    return render(request, "sync/review_matches.html", context)


@require_POST
@open_run_page
def decide(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Link the two, call them different, or take the latter back."""
    pk, choice = typed.number(request.POST.get("match")), request.POST.get("choice", "")
    if not pk:
        raise Http404
    try:
        if choice == "link":
            matches.link_match(run, request.user, pk)
            messages.success(request, _("Linked. Where the two disagree, it stands among the differences now."))
        elif choice == "different":
            matches.call_different(run, request.user, pk)
            messages.success(request, _("Kept apart: they are different people, and aren't asked about again."))
        elif choice == "reopen":
            matches.reopen_match(run, request.user, pk)
        else:
            raise Http404
    except NotAllowed as refusal:
        text = _("One of the two is linked to somebody else meanwhile.")
        messages.warning(request, text if refusal.code == "taken" else _("Somebody else decided this meanwhile."))
    except PossibleMatch.DoesNotExist:
        messages.warning(request, _("Somebody else decided this meanwhile."))
    return redirect(reverse("admin:review_matches", args=[connection.code]))
