"""Second reads: people who were read after an event and brought nothing new are read once more a little later.

A read can be older than its event [A] (huma.md, H10). The event's row says who is still to be read, so neither a lost
task nor a dead worker loses it. Source: design, Always on (Real time).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connections.doctor.learning import learned
from connections.models import Connection
from sync.analysis.written_meanwhile import began
from sync.core.records.employee import Side
from sync.models import Change, Conflict, EmployeeLink, HumaEvent, Notice, SyncRun
from sync.worker.queue import wake_connection

MOST_AT_ONCE = 100
"""The most people who are read once more at a time, so that new events don't wait for too many."""
SLICE = 2.0
"""The seconds of a slice of a run that only reads people once more."""
OLD_READS = timedelta(minutes=5)
"""For how long after a write to Huma a read may still give the old value."""
WORTH_TRYING = timedelta(hours=1)
"""For how long a second read is tried that doesn't succeed."""


class Known:
    """What was known of a run's people before the run compared them, to find out what is new."""

    def __init__(self, run: SyncRun, links: Iterable[EmployeeLink]) -> None:
        self.run, self.links = run, {link.pk: link for link in links}
        self._prints: dict[tuple[int | None, str], set[str]] = defaultdict(set)
        for link in self.links.values():
            for stored in (link.baseline, link.seen):
                for field, prints in stored.items():
                    self._prints[link.pk, field].add(prints[0])
        earlier = Conflict.objects.filter(link__in=self.links).exclude(run=run)
        for pk, field, huma in earlier.order_by().values_list("link", "field", "huma_fingerprint").distinct():
            self._prints[pk, field].add(huma)
        self._notices = self._said()

    def news(self, moved: Collection[int]) -> list[str]:
        """The ids in Huma of the people about whom there is something new, after they were compared. ``moved``: the
        links that are now gone, outside or back."""
        found = {self.links[pk].huma_id for pk in moved if pk in self.links}
        rows = Conflict.objects.filter(run=self.run).values_list("link", "field", "huma_fingerprint")
        found |= {self.links[pk].huma_id for pk, field, huma in rows if pk and huma not in self._prints[pk, field]}
        for link in EmployeeLink.objects.filter(pk__in=self.links):
            moved_on = link.huma_position != self.links[link.pk].huma_position
            agreed = ((field, prints[0]) for field, prints in link.baseline.items())
            if moved_on or any(huma not in self._prints[link.pk, field] for field, huma in agreed):
                found.add(link.huma_id)
        found |= {huma_id for _kind, _key, huma_id in self._said() ^ self._notices}
        return sorted(found)

    def _said(self) -> set[tuple[str, str, str]]:
        new = Q(kind=Notice.Kind.NEW_PERSON, key__in=self.run.people)
        rows = Notice.objects.filter(Q(link__in=self.links) | new, connection=self.run.connection_id)
        return {(kind, key, huma_id or key) for kind, key, huma_id in rows.values_list("kind", "key", "link__huma_id")}


def plan(run: SyncRun, events: Iterable[HumaEvent]) -> None:
    """Set on each event that the run answered who is read once more, and when; doesn't save the events.

    A person who brought something new isn't, unless the run answered several events about them: the news may be of the
    first event only. A person who couldn't be read isn't, either.
    """
    events = list(events)
    told = Counter[str]()
    for event in events:
        told.update(dict.fromkeys(event.huma_ids, event.times))
    people = list(run.single_people.values_list("huma_id", "passed", "has_news"))
    passed, new = {one for one, over, _news in people if over}, {one for one, _over, news in people if news}
    at = timezone.now() + timedelta(seconds=settings.READ_AGAIN_SECONDS)
    when = {one: at for one, times in told.items() if one not in passed and (times > 1 or one not in new)}
    when |= {one: max(at, until) for one, until in _withheld(run).items() if one in told}
    for event in events:
        event.again_ids = [one for one in event.huma_ids if one in when]
        event.again_at = max((when[one] for one in event.again_ids), default=None)


def from_before_our_write(run: SyncRun, conflicts: QuerySet[Conflict]) -> dict[tuple[int | None, str, str], datetime]:
    """The values that Huma had before our recent writes, as (link, field, fingerprint), and until when they count.

    Our own writes cause events, and a read right after a write can be old: the replaced value would go to Visma as if
    somebody had chosen it. If somebody really changes it back, it waits until it can't be an old read any more.
    """
    rows = Change.objects.filter(link__in=conflicts.order_by().values("link"), side=Side.HUMA, state=Change.State.DONE)
    rows = rows.filter(settled_at__gte=began(run) - OLD_READS).order_by("settled_at")
    found = rows.values_list("link_id", "field", "pin", "settled_at")
    return {(link, field, pin): at + OLD_READS for link, field, pin, at in found if at}


def _withheld(run: SyncRun) -> dict[str, datetime]:
    """By ids in Huma, people of whom the run left something alone because it may be an old read, and until when."""
    conflicts = Conflict.objects.filter(run=run, decision="")
    old = from_before_our_write(run, conflicts)
    found: dict[str, datetime] = {}
    if old:
        for link, field, huma, huma_id in conflicts.values_list("link", "field", "huma_fingerprint", "link__huma_id"):
            if huma_id and (until := old.get((link, field, huma))):
                found[huma_id] = max(until, found.get(huma_id, until))
    return found


def waiting(**of: object) -> QuerySet[HumaEvent]:
    """The events with people to be read once more, which no run has taken yet."""
    return HumaEvent.objects.filter(again_at__isnull=False, again_run=None, **of)


def due() -> list[int]:
    """The connections with people who are due to be read once more."""
    rows = waiting(again_at__lte=timezone.now(), connection__state=Connection.State.ACTIVE)
    return list(rows.order_by().values_list("connection", flat=True).distinct())


def due_people(connection: Connection) -> set[str]:
    """The people to read once more now, ``MOST_AT_ONCE`` at a time; those who are read once more soon anyway wait."""
    now = timezone.now()
    soon = now + timedelta(seconds=settings.READ_AGAIN_SECONDS)
    events = waiting(connection=connection, again_at__lte=soon).order_by("again_at", "pk")
    rows = list(events.values_list("again_at", "again_ids"))
    later = {one for at, ids in rows if at and at > now for one in ids}
    found = dict.fromkeys(one for at, ids in rows if at and at <= now for one in ids if one not in later)
    return set(list(found)[:MOST_AT_ONCE])


def take(run: SyncRun) -> None:
    """Assign the due events to the run that reads their people once more."""
    rows = waiting(connection=run.connection_id, again_at__lte=timezone.now())
    mine = [pk for pk, ids in rows.values_list("pk", "again_ids") if not set(ids).isdisjoint(run.people)]
    rows.filter(pk__in=mine).update(again_run=run)


def finish(run: SyncRun) -> None:
    """End the second read of the people whom the run has read, whatever it found. If it left something of theirs alone
    because even this read may be old, they are read again when it can't be old any more."""
    people, withheld = set(run.people), _withheld(run)
    _learn(run)
    for event in HumaEvent.objects.filter(again_run=run, again_at__isnull=False):
        left = [one for one in event.again_ids if one not in people or one in withheld]
        at = max((withheld[one] for one in left if one in withheld), default=event.again_at)
        taken = {"again_run": None, "again_at": at} if left else {"again_at": None, "handled_at": timezone.now()}
        HumaEvent.objects.filter(pk=event.pk).update(again_ids=left, **taken)


def _learn(run: SyncRun) -> None:
    """Note that the first read after an event was old (H10): the second brought something new, without a new event."""
    again, told = set[str](), set[str]()
    for ids in HumaEvent.objects.filter(again_run=run, again_at__isnull=False).values_list("again_ids", flat=True):
        again |= set(ids)
    for ids in HumaEvent.objects.filter(run=run).values_list("huma_ids", flat=True):
        told |= set(ids)
    if again and run.single_people.filter(has_news=True, huma_id__in=again - told).exists():
        learned(run.connection_id, "H10", "old")


def give_back(run: SyncRun) -> None:
    """Let another run read these people once more, because this one failed for other reasons."""
    HumaEvent.objects.filter(again_run=run, again_at__isnull=False).update(again_run=None)


def give_up(connection: Connection, run: SyncRun | None = None) -> None:
    """Drop the second reads of all events of the connection, or of those of a run."""
    rows = HumaEvent.objects.filter(connection=connection, again_at__isnull=False)
    (rows.filter(again_run=run) if run else rows).update(again_at=None, again_ids=[])


def are_all(run: SyncRun) -> bool:
    """Whether the run only reads people once more, so that nobody waits for it."""
    return run.trigger == SyncRun.Trigger.REAL_TIME and not HumaEvent.objects.filter(run=run).exists()


def step_aside(run: SyncRun) -> None:
    """End a run that only reads people once more and can't at the moment, so that new events don't wait for it."""
    now = timezone.now()
    with transaction.atomic():
        mine = HumaEvent.objects.filter(again_run=run, again_at__isnull=False)
        mine.filter(handled_at__lt=now - WORTH_TRYING).update(again_at=None, again_ids=[])
        mine.update(again_run=None, again_at=now + timedelta(seconds=settings.READ_AGAIN_SECONDS))
        wake_connection(run.connection_id)
        run.delete()
