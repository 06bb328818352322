"""Syncs: a run in a list, with its outcome and where it leads."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count

from sync.core.deciding.report import Totals, totals
from sync.models import Change, SyncRun
from sync.pages.steps import continue_url, result_url
from sync.wording.sentences import sentence

TONES = {"finished": "success", "failed": "danger", "stopped": "warning", "applying": "accent"}


def rows(runs: Iterable[SyncRun]) -> Iterator[dict[str, Any]]:
    """The runs, each with what a list shows of it; their connections are read already."""
    runs = list(runs)
    counted = _totals([run.pk for run in runs])
    for run in runs:
        yield {
            "run": run,
            "by": run.started_by or ("" if run.is_automatic else "–"),
            "url": where(run),
            "tone": TONES.get(run.state, "accent" if run.is_open else ""),
            "totals": counted[run.pk],
            "sentence": sentence(run.failure, run.failure_params),
        }


def where(run: SyncRun) -> str:
    """The address of the run's result, or for an open one, where it goes on; "" for a cancelled one."""
    return continue_url(run.connection, run) if run.is_open else result_url(run.connection, run)


def _totals(pks: list[int]) -> dict[int, Totals]:
    by_run: dict[int, Counter[str]] = {pk: Counter() for pk in pks}
    found = Change.objects.filter(run__in=pks).values_list("run_id", "state").annotate(n=Count("pk")).order_by()
    for run_pk, state, count in found:
        by_run[run_pk][state] = count
    return {pk: totals(counts) for pk, counts in by_run.items()}
