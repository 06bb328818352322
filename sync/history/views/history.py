"""Runs: every run of a connection, with its outcome."""

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from connections.models import Connection
from sync.core.deciding.report import Totals, totals
from sync.models import Change, SyncRun
from sync.models.groups import AUTOMATIC
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place, by_pk, part
from sync.pages.steps import continue_url, result_url
from sync.wording.sentences import sentence

PER_PAGE = 25
NEWEST_FIRST = ("-pk",)
TONES = {"finished": "success", "failed": "danger", "stopped": "warning", "applying": "accent"}
SHOW_MANUAL, SHOW_AUTOMATIC = "hand", "automatic"
"""What the address says about which runs are shown."""


@require_GET
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the runs, the newest first: those that people started, or automatic ones."""
    show = SHOW_AUTOMATIC if request.GET.get("show") == SHOW_AUTOMATIC else SHOW_MANUAL
    automatic = connection.runs.filter(trigger__in=AUTOMATIC)
    by_hand = connection.runs.exclude(trigger__in=AUTOMATIC)
    rows = automatic if show == SHOW_AUTOMATIC else by_hand
    shown = part(rows, by_pk(connection.runs.all(), NEWEST_FIRST), Place.from_data(request.GET), PER_PAGE)
    counted = _totals([run.pk for run in shown.object_list])
    context = page_context(
        request,
        connection,
        _("Syncs"),
        current="history",
        page=shown,
        query=f"show={show}&" if show == SHOW_AUTOMATIC else "",
        show=show,
        counts=[(SHOW_MANUAL, _("Manual"), by_hand.count()), (SHOW_AUTOMATIC, _("Automatic"), automatic.count())],
        rows=[_row(connection, run, counted[run.pk]) for run in shown.object_list],
    )
    return render(request, "sync/history.html", context)


def _row(connection: Connection, run: SyncRun, counts: Totals) -> dict[str, Any]:
    return {
        "run": run,
        "by": run.started_by or ("" if run.is_automatic else "–"),
        "url": continue_url(connection, run) if run.is_open else result_url(connection, run),
        "tone": TONES.get(run.state, "accent" if run.is_open else ""),
        "totals": counts,
        "sentence": sentence(run.failure, run.failure_params),
    }


def _totals(pks: list[int]) -> dict[int, Totals]:
    by_run: dict[int, Counter[str]] = {pk: Counter() for pk in pks}
    rows = Change.objects.filter(run__in=pks).values_list("run_id", "state").annotate(n=Count("pk")).order_by()
    for run_pk, state, count in rows:
        by_run[run_pk][state] = count
    return {pk: totals(counts) for pk, counts in by_run.items()}
