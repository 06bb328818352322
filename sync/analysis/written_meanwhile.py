"""What was decided and written while a run was reading: what the run read of these people may be older."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from sync.analysis.pilot_scope import PilotScope, pilot_scope
from sync.core.records.employee import Side
from sync.models import Change, Conflict, LeftOut, SyncRun
from sync.models.groups import MANUAL, OPEN_STATES, SETTLED
from sync.models.links import StaysOut

WROTE = (*SETTLED, Change.State.PLANNED, Change.State.UNKNOWN)
"""Outcomes of a Change after which the person's data has changed, or may have."""


def began(run: SyncRun) -> datetime:
    """When the run began to read."""
    return run.reading_began_at or run.started_at


def written_meanwhile(run: SyncRun) -> set[int]:
    """The links to which another run has written since this one began to read, or is writing."""
    rows = Change.objects.filter(run__connection=run.connection_id, state__in=WROTE, link__isnull=False)
    rows = rows.exclude(run=run)
    ended = rows.filter(settled_at__gte=began(run)).values_list("link_id", flat=True)
    under_way = rows.filter(settled_at=None, run__state=SyncRun.State.APPLYING).values_list("link_id", flat=True)
    return {link for link in (*ended, *under_way) if link}


@dataclass(frozen=True)
class Closed:
    """What a run doesn't write any more, whatever was decided in it.

    ``left_out``: who and which fields stay out. ``settled``: the differences that another run has settled since this
    one began to read: (link, field, Huma's, Visma's fingerprint). ``pilot_scope``: everyone, or the pilot group.
    """

    left_out: StaysOut
    settled: Set[tuple[int, str, str, str]]
    pilot_scope: PilotScope


def closed_to(run: SyncRun) -> Closed:
    """What is closed to the run now."""
    left_out = LeftOut.objects.filter(connection=run.connection_id).in_memory()
    return Closed(left_out, settled_elsewhere(run), pilot_scope(run.connection_id))


def settled_elsewhere(run: SyncRun) -> set[tuple[int, str, str, str]]:
    rows = Change.objects.filter(run__connection=run.connection_id, state__in=SETTLED, settled_at__gte=began(run))
    found = rows.exclude(run=run).values_list("link_id", "field", "side", "source", "pin")
    return {
        (link, field, source, pin) if side == Side.VISMA else (link, field, pin, source)
        for link, field, side, source, pin in found
        if link
    }


def chosen_by_hand(run: SyncRun) -> set[tuple[int, str]]:
    """(link, field) of what a person has decided in the connection's open run; no rule decides about these."""
    rows = Conflict.objects.filter(
        run__connection=run.connection_id, run__trigger__in=MANUAL, run__state__in=OPEN_STATES
    )
    return set(rows.exclude(decision="").values_list("link_id", "field"))
