"""The figures of the overview."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from sync.analysis.carried_decisions import last_finished
from sync.core.codes import Standing
from sync.core.employee import Side
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, SyncRun
from sync.models.groups import FOLLOWING
from sync.wizard.matches import open_count

WORTH = ("deactivated", "becomes_cash", "several_positions", "long_number", "no_number")
"""What is worth knowing, the most urgent first. Source: design, A run (Overview)."""


@dataclass(frozen=True)
class Overview:
    """The figures of one read; ``only_huma`` and ``only_visma`` are by heading of ``core.create``."""

    huma: int
    visma: int
    linked: int
    linked_by: dict[str, int]
    possible: int
    only_huma: dict[str, int]
    only_visma: dict[str, int]
    differences: int
    people: int
    one_side_empty: int
    spelling: int
    standing: dict[str, int]
    fields: dict[str, int]
    unreadable: dict[str, int]
    new: int
    new_since: datetime | None
    gone: int
    outside: int
    passed_over: int
    series_broken: bool
    worth: list[tuple[str, int]]

    @property
    def only_huma_total(self) -> int:
        """How many people are in Huma only."""
        return sum(self.only_huma.values())

    @property
    def only_visma_total(self) -> int:
        """How many people are in Visma only."""
        return sum(self.only_visma.values())


def overview(run: SyncRun) -> Overview:
    """The run's figures; those that change when people are linked or unlinked are counted anew."""
    figures: dict[str, Any] = {**run.figures, **({} if run.trigger in FOLLOWING else _now(run))}
    last = last_finished(run)
    return Overview(
        huma=figures.get(Side.HUMA, 0),
        visma=figures.get(Side.VISMA, 0),
        linked=figures.get("linked", 0),
        linked_by=figures.get("linked_by", {}),
        possible=open_count(run),
        only_huma=figures.get("only", {}).get(Side.HUMA, {}),
        only_visma=figures.get("only", {}).get(Side.VISMA, {}),
        differences=figures.get("differences", 0),
        people=figures.get("people", 0),
        one_side_empty=figures.get("one_side_empty", 0),
        spelling=figures.get("spelling", 0),
        standing=figures.get("standing", {}),
        fields=figures.get("fields", {}),
        unreadable=figures.get("unreadable", {}),
        new=figures.get("new", 0),
        new_since=last.finished_at if last else None,
        gone=figures.get("gone", 0),
        outside=figures.get("outside", 0),
        passed_over=figures.get("passed_over", 0),
        series_broken=bool(figures.get("series_broken")),
        worth=[(code, figures["worth"][code]) for code in WORTH if figures.get("worth", {}).get(code)],
    )


def _now(run: SyncRun) -> dict[str, Any]:
    conflicts = Conflict.objects.filter(run=run)
    asks = conflicts.filter(standing=Standing.ASKS)
    counted = asks.aggregate(
        differences=Count("pk"),
        people=Count("link", distinct=True),
        one_side_empty=Count("pk", filter=Q(kind__in=(Conflict.Kind.HUMA_EMPTY, Conflict.Kind.VISMA_EMPTY))),
        spelling=Count("pk", filter=Q(kind=Conflict.Kind.SPELLING)),
        new=Count("pk", filter=Q(is_new=True)),
    )
    people = EmployeeSnapshot.objects.filter(run=run, complete=True)
    alone = people.filter(link=None).exclude(create_group="").exclude(create_blocked="create_open_match")
    only: dict[str, dict[str, int]] = {Side.HUMA: {}, Side.VISMA: {}}
    for side, group, n in alone.values_list("side", "create_group").annotate(n=Count("pk")).order_by():
        only[side][group] = n
    return {
        **counted,
        "only": only,
        "linked": people.filter(side=Side.HUMA, link__state=EmployeeLink.State.LINKED).count(),
        "standing": dict(conflicts.values_list("standing").annotate(n=Count("pk")).order_by()),
        "fields": dict(asks.values_list("field").annotate(n=Count("pk")).order_by()),
    }
