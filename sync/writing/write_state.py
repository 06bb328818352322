"""The states of a Write, stored before and after each step that matters.

planned → claimed → **sending** (stored, with the time, before the request) → **accepted** (job address) → settled.
Only *planned* and *claimed* may be repeated without a look. A Write is settled once each of its Changes has an
outcome: done, nothing, moved, failed, unknown or stopped. Source: design, Writing safely.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from connections.api.backoff import half_of
from connections.api.errors import Problem
from sync.core.fields import field as field_named
from sync.core.records.employee import Side
from sync.core.values.spelling import mark
from sync.models import Change, Conflict, EmployeeLink, Write
from sync.models.groups import STEPS
from sync.reading.reader import fingerprinter
from sync.worker.lease import Lease

UNSENT = (Write.State.PLANNED, Write.State.CLAIMED)
SENT = (Write.State.SENDING, Write.State.ACCEPTED)
BASELINE_KEEPERS = frozenset({"waits_for_person", "email_exists", "number_not_given"})
"""Reasons of "already right" after which the field isn't settled, because nothing has changed there yet."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0


class TakenOver(Exception):
    """Another worker has this Write now, so this one must not touch it."""


def note_holder(writes: Iterable[Write], lease: Lease) -> None:
    """Store who works on these Writes; those that were sent keep their state.

    No condition decides who gets them: the lease of the run does, and every later step of a Write asks whether its
    holder is still the same.
    """
    held = list(writes)
    rows = Write.objects.filter(pk__in=[write.pk for write in held])
    rows.update(lease_holder=lease.holder, lease_until=timezone.now() + timedelta(seconds=lease.seconds_left))
    rows.filter(state=Write.State.PLANNED).update(state=Write.State.CLAIMED)
    for write in held:
        write.lease_holder = lease.holder
        if write.state == Write.State.PLANNED:
            write.state = Write.State.CLAIMED


def sending(write: Write, etag: str = "") -> None:
    """Store that the Write is about to be sent; from now on only a look at the vendor tells what happened."""
    _move(write, UNSENT, state=Write.State.SENDING, sent_at=timezone.now(), etag=etag[:200], tries=F("tries") + 1)


def accepted(write: Write, job_address: str) -> None:
    """Store that the vendor has accepted the Write; its job tells when it is done."""
    state, now = Write.State.ACCEPTED, timezone.now()
    _move(write, (Write.State.SENDING,), state=state, accepted_at=now, job_address=job_address, trouble_since=None)


def not_sent(write: Write, without_effect: bool = False) -> None:
    """Let the Write be sent from the start, because it had no effect. ``without_effect``: that is certain, so the try
    doesn't count."""
    tries = {"tries": F("tries") - 1} if without_effect else {}
    _move(write, (*UNSENT, *SENT), state=Write.State.CLAIMED, job_address="", etag="", **tries)


def split(write: Write, changes: Sequence[Change]) -> None:
    """Let these Changes be sent one by one: the first stays, each other gets its own Write."""
    copied = ("run", "link", "snapshot", "person_key", "order", "side", "document", "owner_id", "document_id")
    values = {name: getattr(write, name) for name in copied}
    with transaction.atomic():
        for change in changes[1:]:
            own = Write.objects.create(**values, state=Write.State.CLAIMED, lease_holder=write.lease_holder)
            Change.objects.filter(pk=change.pk).update(write=own)
        not_sent(write)


def in_trouble(write: Write) -> datetime:
    """Store since when the Write makes no progress, and return that time. Being accepted ends it."""
    if write.trouble_since is None:
        write.trouble_since = timezone.now()
        Write.objects.filter(pk=write.pk).update(trouble_since=write.trouble_since)
    return write.trouble_since


def out_of_trouble(write: Write) -> None:
    """Store that the vendor answers again."""
    if write.trouble_since is not None:
        write.trouble_since = None
        Write.objects.filter(pk=write.pk).update(trouble_since=None)


def patience_is_over(write: Write) -> bool:
    """Whether the Write has been in trouble for too long (UNAVAILABLE_MINUTES)."""
    return timezone.now() - in_trouble(write) > timedelta(minutes=settings.UNAVAILABLE_MINUTES)


def was_looked_for(write: Write) -> bool:
    """Whether UNAVAILABLE_MINUTES have passed since the Write was sent. Any answered look would have settled it."""
    return seconds_since(write.sent_at) > 60 * settings.UNAVAILABLE_MINUTES


def seconds_since(moment: datetime | None) -> float:
    """The seconds since ``moment``; 0 for ``None``."""
    return 0.0 if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def growing_pause(since: datetime | None, shortest: float = SHORTEST_PAUSE, longest: float = LONGEST_PAUSE) -> float:
    """Half of the time since ``since``, so that the pauses grow over slices and processes."""
    return half_of(seconds_since(since), shortest, longest)


def wait(write: Write, pause: float) -> None:
    """Store a pause of a second or more, so that a later slice or another process keeps it."""
    if pause >= 1:
        Write.objects.filter(pk=write.pk).update(not_before=timezone.now() + timedelta(seconds=pause))


def _move(write: Write, allowed: Sequence[str], **values: object) -> None:
    rows = Write.objects.filter(pk=write.pk)
    if not rows.filter(state__in=allowed, lease_holder=write.lease_holder).update(**values):
        if not rows.filter(lease_holder=write.lease_holder).exists():
            raise TakenOver
        raise AssertionError(f"Write {write.pk} can't go from {write.state} to {values['state']}.")
    write.refresh_from_db(fields=[*values])


def open_changes(write: Write) -> list[Change]:
    """The Write's Changes without an outcome."""
    return list(
        write.changes.filter(state=Change.State.PLANNED).select_related("conflict__undoes__write").order_by("pk")
    )


def settle(change: Change, state: str, reason: str = "", problems: Iterable[Problem] = ()) -> None:
    """Give a Change its outcome. If that settles the field, the baseline moves in the same transaction."""
    words = "\n".join(dict.fromkeys(problem.words for problem in problems if problem.words))
    with transaction.atomic():
        rows = Change.objects.filter(pk=change.pk, state=Change.State.PLANNED)
        if not rows.update(state=state, reason=reason, vendor_words="", settled_at=timezone.now()):
            return
        change.state, change.reason, change.vendor_words = state, reason, words
        if words:
            change.save(update_fields=["vendor_words"])
        if change.conflict_id:
            Conflict.objects.filter(pk=change.conflict_id).update(outcome=state)
        if state in (Change.State.DONE, Change.State.NOTHING) and reason not in BASELINE_KEEPERS:
            _renew_baseline(change)


def settle_all(changes: Iterable[Change], state: str, reason: str = "", problems: Iterable[Problem] = ()) -> None:
    """Give several Changes the same outcome."""
    found = tuple(problems)
    with transaction.atomic():
        for change in changes:
            settle(change, state, reason, found)


def finish(write: Write) -> bool:
    """Close the Write if all of its Changes have an outcome; True if it is closed."""
    if write.changes.filter(state=Change.State.PLANNED).exists():
        return False
    Write.objects.filter(pk=write.pk).update(
        state=Write.State.SETTLED, lease_holder="", lease_until=None, not_before=None, trouble_since=None
    )
    write.state = Write.State.SETTLED
    return True


def end(write: Write, state: str, reason: str = "", problems: Iterable[Problem] = ()) -> None:
    """Give all open Changes the same outcome, and close the Write."""
    with transaction.atomic():
        settle_all(open_changes(write), state, reason, problems)
        finish(write)


def _renew_baseline(change: Change) -> None:
    """Store the baseline (Huma's, Visma's) as it is after the write."""
    if not change.link_id or not change.field:
        return
    links = EmployeeLink.objects.select_related("connection").select_for_update(of=("self",))
    link = links.get(pk=change.link_id)
    to_visma = change.side == Side.VISMA
    link.baseline[change.field] = [change.source, change.becomes] if to_visma else [change.becomes, change.source]
    link.seen.pop(change.field, None)
    spec, side = field_named(change.field), Side(change.side)
    written = spec.canonical(side, change.after)  # the next read shows how the side spells it
    link.written[change.field] = mark(spec, side, written, fingerprinter(link.connection))
    link.save(update_fields=["baseline", "seen", "written"])
    waited = Change.objects.filter(link=change.link_id, field=change.field).waiting()
    waited.answer(Change.Answer.OVERTAKEN)
    _close_elsewhere(change)


def _close_elsewhere(change: Change) -> None:
    """Delete the same undecided difference in runs that wait for a person: nothing is left to decide about it."""
    before = (change.source, change.pin) if change.side == Side.VISMA else (change.pin, change.source)
    rows = Conflict.objects.filter(link=change.link_id, field=change.field, decision="", run__state__in=STEPS)
    rows.exclude(run=change.run_id).filter(huma_fingerprint=before[0], visma_fingerprint=before[1]).delete()
