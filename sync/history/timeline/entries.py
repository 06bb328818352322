"""The timeline of one person, as entries with a sentence each, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from connections.models import Connection
from sync.core.records.employee import Side
from sync.history.timeline import differences, happenings
from sync.history.timeline.person import Whose, whose
from sync.history.timeline.step import Step
from sync.models import Change, Conflict, SyncRun
from sync.wording.timeline import tell

MOST = 5000
"""How many differences, and how many changes, a timeline goes back at most."""
RUN_COLUMNS = (
    *("trigger", "state", "started_by", "started_at", "read_at", "confirmed_by", "confirmed_at", "finished_at"),
    *("rule_by", "rule_at", "values_blanked_at", "connection"),
)


@dataclass(frozen=True)
class Entry:
    """One entry of a timeline. ``what``: a stable code; ``run``: the primary key of its sync, ``None`` without one."""

    at: datetime
    what: str
    sentence: str
    run: int | None
    step: Step


@dataclass
class Timeline:
    """A person with all their steps, the newest first, and the rows that the page needs besides."""

    person: Whose
    steps: list[Step]
    runs: dict[int, SyncRun]
    conflicts: list[Conflict]
    changes: list[Change]

    def entries(self, steps: Iterable[Step]) -> list[Entry]:
        """Some of the steps in the language that is active now."""
        return [Entry(one.at, one.what, tell(one.what, one.params, one.field), one.run, one) for one in steps]


def timeline(connection: Connection, side: str, vendor_id: str) -> list[Entry] | None:
    """Every step of the person with this id on this side, the newest first; ``None`` if nothing is known of them.

    In the active language, without values. At most 15 statements, however many entries there are.
    """
    found = timeline_of(connection, side, vendor_id)
    return None if found is None else found.entries(found.steps)


def timeline_of(connection: Connection, side: str, vendor_id: str) -> Timeline | None:
    """The same before it is put into words."""
    person = whose(connection, side, vendor_id)
    if person is None:
        return None
    conflicts, changes = _conflicts(person), _changes(person)
    told = happenings.gather(person)
    pks = {one.run_id for one in conflicts} | {one.run_id for one in changes} | happenings.runs_of(person, told)
    rows = SyncRun.objects.filter(pk__in=pks).only(*RUN_COLUMNS)
    runs = {run.pk: run for run in rows}
    outside = happenings.outside_pilot(person, told, runs.values())
    facts = differences.Facts(person.link, runs, conflicts, changes, outside)
    steps = [*differences.steps(facts), *happenings.steps(person, told, runs)]
    steps.sort(key=lambda one: one.place, reverse=True)
    return Timeline(person, steps, runs, conflicts, changes)


def _conflicts(person: Whose) -> list[Conflict]:
    rows = Conflict.objects.filter(link__in=person.links, run__dry=False).select_related("undoes")
    left = ("before", "after", "vendor_words", "comment")
    rows = rows.defer("values", "comment", *(f"undoes__{name}" for name in left))
    found = list(rows.order_by("-run_id")[:MOST])
    _say_why_forbidden(found)
    return found


def _say_why_forbidden(conflicts: Iterable[Conflict]) -> None:
    """Put the values into those differences that couldn't be sent: the sentence that says why needs some of them."""
    blocked = {one.pk: one for one in conflicts if one.blocked_to_visma or one.blocked_to_huma}
    if blocked:
        rows = Conflict.objects.filter(pk__in=blocked).only("values")
        for row in rows:
            blocked[row.pk].values = row.values


def _changes(person: Whose) -> list[Change]:
    """Their Changes; of creations, those of a person who was on one side only, too."""
    theirs = Q(link__in=person.links)
    for side in Side:
        if id_ := person.ids.get(side):
            theirs |= Q(snapshot__side=side, snapshot__vendor_id=id_, run__connection=person.connection)
    rows = Change.objects.filter(theirs, run__dry=False).select_related("write")
    some = rows.order_by("-pk").defer("before", "after", "vendor_words", "comment", "write__etag")
    return list(some[:MOST])
