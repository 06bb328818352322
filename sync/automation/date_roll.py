"""The daily look for people whose selected position has changed or ended: it makes a notice and writes nothing.

Nobody edits anything on such a day, so neither an event nor a comparison of values shows it. Source: design, Always
on (Date roll).
"""

import hashlib
import logging
import time
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from connections.api.backoff import doubled
from connections.api.errors import BadCredentials, VendorError
from connections.claims import claim_row
from connections.models import Connection
from connections.pauses.pausing import credentials_refused
from sync.analysis import skipped_people
from sync.analysis.links.linking import nearest_change
from sync.analysis.links.single_pairs import is_left_out
from sync.analysis.notices import tell
from sync.analysis.unread import each_alone, skipped_for_a_bug
from sync.core.records.employee import Employee, Position, Side
from sync.core.records.positions import Turn, turn
from sync.core.records.presence import Presence
from sync.core.records.same_employment import describe
from sync.core.records.skipping import Skipped
from sync.models import DateRoll, EmployeeLink, Notice
from sync.reading.one_person import Elsewhere, PersonSkipped
from sync.reading.presence import store_presence
from sync.reading.reader import Reader, reader_for
from sync.worker.pool import Pool, is_over

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)
"""How long a claim keeps other workers from the same look."""

Both = tuple[Employee | None, Employee | None] | Presence | Skipped
"""A person as both sides have them, or where they are instead, or why they are passed over."""


def due_links(connection: Connection, today: date) -> QuerySet[EmployeeLink]:
    """The links whose selected position was expected to change by today."""
    return connection.links.filter(state=EmployeeLink.State.LINKED, changes_on__lte=today)


def due() -> list[int]:
    """The primary keys of connections whose look of today is due now."""
    today, now = timezone.localdate(), timezone.now()
    rows = Connection.objects.filter(state=Connection.State.ACTIVE, automatic=True)
    rows = rows.filter(links__state=EmployeeLink.State.LINKED, links__changes_on__lte=today).distinct()
    seen_to = DateRoll.objects.filter(Q(day__gte=today) | Q(not_before__gt=now))
    return list(rows.exclude(pk__in=seen_to.values("pk")).values_list("pk", flat=True))


def look(connection: Connection) -> bool:
    """Look at some people, for one slice; True if there are more to look at now.

    Each local day is looked at once, whoever calls. If a vendor doesn't answer, it is tried again the same day; for a
    paused connection, after the pause.
    """
    today = timezone.localdate()
    if connection.state != Connection.State.ACTIVE or not connection.automatic:
        return False
    DateRoll.objects.get_or_create(connection=connection, defaults={"not_before": timezone.now()})
    due_now = (Q(day=None) | Q(day__lt=today)) & Q(not_before__lte=timezone.now())
    if not claim_row(DateRoll, connection.pk, due_now, not_before=timezone.now() + CLAIM):
        return False
    roll = DateRoll.objects.get(pk=connection.pk)
    try:
        last = _slice(connection, roll, today)
    except VendorError as error:
        logger.warning("Connection %s: positions are looked at later: %s", connection.pk, error)
        if isinstance(error, BadCredentials):
            credentials_refused(connection, error)
        _later(roll)
        return False
    except Exception:
        _later(roll)
        raise
    rows = DateRoll.objects.filter(pk=roll.pk)
    if last is None:
        rows.update(day=today, tries=0, after_link=0, not_before=timezone.now())
    else:
        rows.update(tries=0, after_link=last, not_before=timezone.now())
    return last is not None


def _slice(connection: Connection, roll: DateRoll, today: date) -> int | None:
    """Look at people in parallel until the time is over; returns the last link's primary key, ``None`` after all."""
    deadline = time.monotonic() + settings.SLICE_SECONDS
    links = list(due_links(connection, today).filter(pk__gt=roll.after_link).order_by("pk"))
    reader = reader_for(connection, links)
    size = settings.SYNC_CONCURRENCY
    with Pool[EmployeeLink, Both]("roll", size) as pool:
        for begin in range(0, len(links), size):
            some = links[begin : begin + size]
            if begin and is_over(deadline):
                return links[begin - 1].pk
            wanted = [link for link in some if not is_left_out(link)]
            for link, both in pool.each(partial(_read, reader), wanted):
                _look_at(connection, link, both, today)
            DateRoll.objects.filter(pk=roll.pk).update(after_link=some[-1].pk, not_before=timezone.now() + CLAIM)
    return None


def _read(reader: Reader, link: EmployeeLink) -> Both:
    """Read a person on both sides. Trouble that concerns only this person is returned, so that the others go on."""
    try:
        return reader.huma(link.huma_id, all_positions=True), reader.visma_person(link.visma_id)
    except Elsewhere:
        return Presence("outside")
    except PersonSkipped as over:
        return over.passed


def _look_at(connection: Connection, link: EmployeeLink, both: Both, today: date) -> None:
    """Handle a person who was read or passed over; a bug concerns only them."""

    def tell_of(link: EmployeeLink) -> None:
        if not isinstance(both, Skipped):
            with transaction.atomic():
                _tell_of(connection, link, both, today)

    passed = [both] if isinstance(both, Skipped) else []
    each_alone([link], tell_of, lambda one, error: passed.append(skipped_for_a_bug(Side.HUMA, one.huma_id, error)))
    looked_at = [] if passed else [(Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id)]
    skipped_people.remember(connection, passed, looked_at)


def _tell_of(
    connection: Connection, link: EmployeeLink, both: tuple[Employee | None, Employee | None] | Presence, today: date
) -> None:
    """Make the notice, and store the day of the next change; once, even if another worker looks at the same time."""
    if isinstance(both, Presence):
        store_presence({link.pk: both})
        return
    huma, visma = both
    if huma is None or visma is None or link.changes_on is None:
        return  # they are gone or can't be read, which a read of everybody reports
    since = link.changes_on - timedelta(days=1)
    turns: dict[str, Turn | None] = {
        Side.HUMA: turn(huma.positions, since, today, link.huma_position),
        Side.VISMA: turn(visma.positions, since, today, link.visma_position),
    }
    with transaction.atomic():
        mine = EmployeeLink.objects.filter(pk=link.pk, changes_on=link.changes_on)
        if mine.update(changes_on=nearest_change(huma, visma, today)) and any(turns.values()):
            tell(connection, Notice.Kind.POSITION, _key(link, huma, visma, turns), link=link, params={
                Side.HUMA: describe_side(huma, turns[Side.HUMA]), Side.VISMA: describe_side(visma, turns[Side.VISMA]),
            })  # fmt: skip


def describe_side(employee: Employee, turned: Turn | None) -> dict[str, Any]:
    """One side of the notice: the position now and before, as periods of ISO dates, and what happened to it.

    ``what``: "" nothing, another (position) or ended.
    """
    now = turned.now if turned else employee.position
    another = turned is not None and (turned.before and turned.before.id) != (turned.now and turned.now.id)
    return {
        "what": "another" if another else "ended" if turned else "",
        "before": _period(turned.before) if turned and another else "",
        "now": _period(now),
    }


def _period(position: Position | None) -> str:
    return describe(position) if position else ""


def _key(link: EmployeeLink, huma: Employee, visma: Employee, turns: dict[str, Turn | None]) -> str:
    """The key of the notice: the person's present positions, and which of them have ended."""
    said = [huma.selected, visma.selected, *(bool(one and one.ended) for one in turns.values())]
    return f"{link.pk}:{hashlib.sha256(repr(said).encode()).hexdigest()[:40]}"


def _later(roll: DateRoll) -> None:
    pause = timezone.now() + timedelta(minutes=doubled(roll.tries + 1, first=1, longest=60))
    DateRoll.objects.filter(pk=roll.pk).update(tries=F("tries") + 1, not_before=pause)
