"""Help: how people are matched. The page uses the core's own weights, so it can't say anything else."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connections.models import Connection
from sync.core.matching.evidence import STRONG_SHARED, THINGS, WEAK_AT_MOST, WEAK_SHARED
from sync.core.matching.match import BEST, SERIES_LEAST, SERIES_SHARE
from sync.pages.steps import connection_page, page_context
from sync.wording.sentences import agrees_label


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the keys, how much each thing counts, and what speaks against a match."""
    context = page_context(
        request,
        connection,
        _("Who is who"),
        current="people",
        weights=[_weight(thing) for thing in THINGS],
        most=WEAK_SHARED,
        best=BEST,
        series={"share": round(100 * SERIES_SHARE), "least": SERIES_LEAST},
    )
    return render(request, "sync/who_is_who.html", context)


def _weight(thing: str) -> dict[str, Any]:
    """How much one thing counts: strong or weak up to a number of people in each system, else not at all."""
    strong = 0 if thing in WEAK_AT_MOST else STRONG_SHARED
    return {"label": agrees_label(thing), "strong": strong, "weak": range(strong + 1, WEAK_SHARED + 1)}
