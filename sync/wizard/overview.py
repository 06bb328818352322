"""The figures of the overview."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from sync.analysis import skipped_people, worth_knowing
from sync.analysis.carried_decisions import last_finished
from sync.analysis.links.candidates import only_on_one_side
from sync.core.fields import names
from sync.core.records.employee import Side
from sync.models import Conflict, EmployeeLink, SyncRun
from sync.models.groups import ONE_SIDE_EMPTY
from sync.runs.lifecycle import reads
from sync.wizard.matches import open_count
from sync.wizard.review import HEADINGS, UNASKED


@dataclass(frozen=True)
class Overview:
    """The figures of a run.

    ``only_huma`` and ``only_visma`` are by heading of ``core.create``. ``worth`` has the codes of
    ``analysis.worth_knowing`` with the number of people, where there are any.
    """

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
    """The run's figures. Those that open a list are counted in what the list shows now."""
    figures: dict[str, Any] = {**run.figures, **_now(run)}
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
        worth=[(code, n) for code, n in worth_knowing.counted(run.connection, reads(run.connection)).items() if n],
    )


def _now(run: SyncRun) -> dict[str, Any]:
    conflicts, asks = Conflict.objects.filter(run=run), HEADINGS["all"]
    counted = conflicts.aggregate(
        differences=Count("pk", filter=asks),
        people=Count("link", distinct=True, filter=asks),
        one_side_empty=Count("pk", filter=asks & Q(kind__in=ONE_SIDE_EMPTY)),
        spelling=Count("pk", filter=asks & Q(kind=Conflict.Kind.SPELLING)),
        new=Count("pk", filter=asks & Q(is_new=True)),
        **{f"standing_{code}": Count("pk", filter=HEADINGS[code]) for code in UNASKED},
        **{f"field_{name}": Count("pk", filter=asks & Q(field=name)) for name in names()},
    )
    only: dict[str, dict[str, int]] = {Side.HUMA: {}, Side.VISMA: {}}
    for side, group, n in only_on_one_side(run).values_list("side", "create_group").annotate(n=Count("pk")).order_by():
        only[side][group] = n
    links = EmployeeLink.objects.filter(connection=run.connection_id)
    states = dict(links.values_list("state").annotate(n=Count("pk")).order_by())
    return {
        **counted,
        "only": only,
        "linked": states.get(EmployeeLink.State.LINKED, 0),
        "gone": states.get(EmployeeLink.State.GONE, 0),
        "outside": states.get(EmployeeLink.State.OUTSIDE, 0),
        "passed_over": skipped_people.people(run.connection),
        "standing": {code: counted[f"standing_{code}"] for code in UNASKED},
        "fields": {name: n for name in names() if (n := counted[f"field_{name}"])},
    }
