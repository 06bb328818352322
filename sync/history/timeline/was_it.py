"""*Was it this value?*: a typed value is compared with the fingerprints that the history has of a person's field.

It also works after the values were blanked. Nothing that was typed is stored, logged or shown again.
Source: design, Privacy.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from connections.models import AuditEntry, audit, name_of
from sync.core.fields import field as field_named
from sync.core.fields.typed import typed
from sync.core.records.employee import Side
from sync.core.values.fingerprint import comparable
from sync.history.timeline.entries import Timeline
from sync.history.timeline.person import Whose
from sync.history.timeline.step import read_at
from sync.models import AuditedPerson, Change, Conflict
from sync.models.groups import CAME_TO_NOTHING
from sync.reading.reader import fingerprinter

ASKED = "value.asked"
MOST_AN_HOUR = 10
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


class TooMany(Exception):
    """The user has asked as often as they may within an hour."""


class NoValue(Exception):
    """The typed text is no value of the field."""


@dataclass(frozen=True)
class Seen:
    """A side had this fingerprint at this time. ``since_then``: it was seen to be so first, and not only by then."""

    side: str
    at: datetime
    print: str
    since_then: bool = True


@dataclass(frozen=True)
class Span:
    """A side had the value. ``since``: when it was first seen, ``None`` if that isn't known; ``until``: when another
    one was seen, ``None`` if none was."""

    side: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Answer:
    """``spans``: when which side had the value. ``told``: whether a "no" can be said without them."""

    spans: tuple[Span, ...]
    told: bool


def ask(user: Any, found: Timeline, differ: Mapping[str, Conflict], name: str, text: str) -> Answer:
    """Compare a typed value with what is known of the field ``name``. ``differ``: as ``waiting`` gives it.

    Raises ``NoValue`` if the text is no value of the field, and ``TooMany`` after 10 questions of a user within an
    hour, over all connections and processes. Each question is in the audit trail, without the value.
    """
    canonical = typed(name, text)
    if not canonical:
        raise NoValue
    _count(user, found.person, name)
    fingerprint, version = fingerprinter(found.person.connection), field_named(name).version
    return compare([fingerprint(name, version, one) for one in canonical], list(_seen(found, differ, name)))


def _count(user: Any, person: Whose, name: str) -> None:
    """Make the audit entry that counts; the user's row is locked meanwhile, so two processes don't count at once."""
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=user.pk)
        asked = AuditEntry.objects.filter(who=name_of(user), action=ASKED, at__gt=timezone.now() - HOUR)
        if asked.count() >= MOST_AN_HOUR:
            raise TooMany
        entry = audit(user, ASKED, person.connection, field=name, **({"link": person.link.pk} if person.link else {}))
        if person.link:
            AuditedPerson.objects.create(entry=entry, link=person.link)


def compare(wanted: Sequence[str], seen: Sequence[Seen]) -> Answer:
    """When which side had one of the ``wanted`` fingerprints.

    "No" can only be told where something was seen, and all of it in the present version of the canonical form.
    """
    spans = [span for side in Side for span in _spans(wanted, [one for one in seen if one.side == side])]
    told = bool(seen) and all(comparable(one.print, wanted[0]) for one in seen)
    return Answer(tuple(spans), told)


def _spans(wanted: Sequence[str], seen: Iterable[Seen]) -> Iterator[Span]:
    since: datetime | None = None
    inside = False
    ordered = sorted(seen, key=lambda one: one.at)
    for one in ordered:
        is_it = one.print in wanted
        if is_it and not inside:
            since = one.at if one.since_then else None
        elif inside and not is_it:
            yield Span(one.side, since, one.at)
        inside = is_it
    if inside:
        yield Span(ordered[-1].side, since, None)


def _seen(found: Timeline, differ: Mapping[str, Conflict], name: str) -> Iterator[Seen]:
    """What was seen on both sides: by reads that found a difference, before and after each write, and when settled."""
    conflicts = [one for one in found.conflicts if one.field == name]
    conflicts = [one for one in conflicts if found.runs[one.run_id].state not in CAME_TO_NOTHING]
    for conflict in conflicts:
        at = read_at(found.runs[conflict.run_id])
        yield Seen(Side.HUMA, at, conflict.huma_fingerprint)
        yield Seen(Side.VISMA, at, conflict.visma_fingerprint)
    for change in found.changes:
        if change.field == name and change.state == Change.State.DONE and change.settled_at:
            yield Seen(change.side, change.settled_at - MOMENT, change.pin, since_then=False)
            yield Seen(change.side, change.settled_at, change.becomes)
    link = found.person.link
    if link is not None and (pair := link.baseline.get(name)):
        mine = [one for one in conflicts if one.link_id == link.pk]
        at = _before(mine, pair, found) if name in differ else timezone.now()
        yield from (Seen(side, at, print_, since_then=False) for side, print_ in zip(Side, pair, strict=False))


def _before(conflicts: Sequence[Conflict], settled: Sequence[str], found: Timeline) -> datetime:
    """A time at which an open difference wasn't there yet, and the field was still as it had been settled last.

    That is before the newest reads in a row that found one side, at least, as it was settled.
    """
    first = None
    for conflict in sorted(conflicts, key=lambda one: one.run_id, reverse=True):
        now = conflict.huma_fingerprint, conflict.visma_fingerprint
        if first is not None and not any(one == other for one, other in zip(now, settled, strict=False)):
            break
        first = conflict
    return read_at(found.runs[first.run_id]) - MOMENT if first else timezone.now()
