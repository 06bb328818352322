"""What becomes of the events from Huma that a run answers."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from connections.models import Connection
from sync.analysis.pilot_scope import pilot_scope
from sync.core.batches import BATCH
from sync.core.records.employee import Side
from sync.models import Change, EmployeeLink, HumaEvent, SyncRun
from sync.runs import second_reads

REFUSED_ACCESS = ("bad_credentials", "application_refused")
"""Reasons of failed Changes that are tried again when the access works."""


def answered(run: SyncRun) -> None:
    """Mark the events of a run that was carried out as answered. If a pause cut it short, they wait for its end."""
    if _was_cut_short(run):
        not_handled(run)
    else:
        handled(run)


def _was_cut_short(run: SyncRun) -> bool:
    changes = Change.objects.filter(run=run)
    paused = Connection.objects.filter(pk=run.connection_id, paused_at__gte=run.confirmed_at or run.started_at)
    if paused.exists():
        cut = Q(state=Change.State.STOPPED) | Q(state=Change.State.FAILED, reason__in=REFUSED_ACCESS)
    else:
        cut = Q(state=Change.State.FAILED, reason="application_refused")
    return changes.filter(cut).exists()


def handled(run: SyncRun) -> None:
    """Mark the run's events as done, and plan the second read of people who brought nothing new. People of whom Huma
    told meanwhile are next."""
    events = list(HumaEvent.objects.filter(run=run, state=HumaEvent.State.TAKEN))
    second_reads.plan(run, events)
    left_alone = _outside(run)
    for event in events:
        event.state, event.handled_at = HumaEvent.State.DONE, timezone.now()
        event.outside = len(left_alone.intersection(event.huma_ids))
    changed = ["state", "handled_at", "outside", "again_at", "again_ids"]
    HumaEvent.objects.bulk_update(events, changed, batch_size=BATCH)
    second_reads.finish(run)


def _outside(run: SyncRun) -> set[str]:
    """The ids in Huma of the run's people who are outside the pilot group: whatever they changed, it was left alone."""
    scope = pilot_scope(run.connection_id)
    if scope.everyone:
        return set()
    links = EmployeeLink.objects.filter(connection=run.connection_id, huma_id__in=run.people)
    inside = {link.huma_id for link in links.same_person() if scope.includes_link(link)}
    return {one for one in run.people if one not in inside and not scope.includes_person(Side.HUMA, one)}


def not_handled(run: SyncRun) -> None:
    """Let the run's events wait again, because the run ended without a result; not those that came again meanwhile."""
    second_reads.give_back(run)
    for event in HumaEvent.objects.filter(run=run, state=HumaEvent.State.TAKEN):
        try:
            with transaction.atomic():
                HumaEvent.objects.filter(pk=event.pk).update(state=HumaEvent.State.WAITING, run=None)
        except IntegrityError:
            HumaEvent.objects.filter(pk=event.pk).update(state=HumaEvent.State.DONE, handled_at=timezone.now())
