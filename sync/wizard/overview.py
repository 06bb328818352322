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
from sync.models.groups import BY_HAND, CARRIED_OUT, ONE_SIDE_EMPTY
from sync.runs.lifecycle import reads
from sync.runs.ordinary_people import PROPOSED, Ordinary, ordinary_people
from sync.runs.pilot_members import outside_of
from sync.wizard.matches import open_count
from sync.wizard.review import UNASKED, headings


@dataclass(frozen=True)
class Overview:
    """The figures of a run.

    ``only_huma`` and ``only_visma`` are by heading of ``core.create``. ``worth`` has the codes of
    ``analysis.worth_knowing`` with the number of people, where there are any. ``outside_pilot``: how many differences
    nobody can decide, because these people are outside the pilot group; ``differences`` is without them.
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
    outside_pilot: int = 0
    outside_pilot_people: int = 0

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
    outside = outside_of(run, run.connection) if run.connection.pilot else (0, 0)
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
        outside_pilot=outside[0],
        outside_pilot_people=outside[1],
    )


def proposal(run: SyncRun) -> list[Ordinary] | None:
    """The people with whom a first run may begin; ``None`` later, and once there was a pilot group."""
    connection = run.connection
    if connection.pilot or connection.pilot_version:
        return None
    if connection.runs.filter(trigger__in=BY_HAND, state__in=CARRIED_OUT).exists():
        return None
    return ordinary_people(connection, PROPOSED)


def _now(run: SyncRun) -> dict[str, Any]:
    conflicts, shown = Conflict.objects.filter(run=run), headings(run.connection)
    asks = shown["all"]
    counted = conflicts.aggregate(
        differences=Count("pk", filter=asks),
        people=Count("link", distinct=True, filter=asks),
        one_side_empty=Count("pk", filter=asks & Q(kind__in=ONE_SIDE_EMPTY)),
        spelling=Count("pk", filter=asks & Q(kind=Conflict.Kind.SPELLING)),
        new=Count("pk", filter=asks & Q(is_new=True)),
        **{f"standing_{code}": Count("pk", filter=shown[code]) for code in UNASKED},
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
