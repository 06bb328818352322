"""Huma's own integration with Visma writes there too: as long as it is on, nothing is written by itself.

Each look at everybody in Huma says whether it is; one person in whom it is seen is enough. Automatic updates then
rest, and can't be turned on. What Huma tells of waits, a scheduled sync reads and writes nothing; when it is gone,
both catch up. In between those in whom it was seen are looked at again. Source: design, Always on (Two writers).
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.api.errors import FORBIDDEN, ContractBroken, Rejected, VendorError
from connections.bugs import bug_report
from connections.models import PROGRAM, Connection, audit
from sync.core.employee import Employee
from sync.models import SyncRun
from sync.reading.reader import reader_for
from sync.worker.queue import wake_connection

logger = logging.getLogger(__name__)

REMEMBERED = 20
"""So many of those in whom it was seen are looked at again."""
AGAIN = timedelta(minutes=15)
COLUMNS = ("other_writer", "other_writer_people", "other_writer_count", "other_writer_at", "other_writer_next")


def rests(connection: Connection) -> bool:
    """Whether another integration writes to Visma, as far as was seen."""
    return bool(connection.other_writer)


def noted(run: SyncRun, people: Iterable[Employee], *, everybody: bool) -> None:
    """What a run has read of people in Huma. Only where it was ``everybody`` it is gone when nobody has it.

    Called at the beginning of the transaction that stores the rest of what was read: the connection's row is locked
    before those of its people, as everywhere.
    """
    if run.dry:
        return
    having = [(one.id, one.writers[0]) for one in people if one.writers]
    if not having and not (everybody and rests(run.connection)):
        return
    row = Connection.objects.select_for_update(no_key=True).get(pk=run.connection_id)
    if having:
        _seen(row, having, everybody)
    else:
        _gone(row, catch_up=run.trigger != SyncRun.Trigger.SCHEDULED)


def _seen(row: Connection, having: list[tuple[str, str]], everybody: bool) -> None:
    begins, now = not row.other_writer, timezone.now()
    ids = [id_ for id_, _name in having]
    known = [] if everybody else [id_ for id_ in row.other_writer_people if id_ not in ids]
    row.other_writer = Counter(name for _id, name in having).most_common(1)[0][0]
    row.other_writer_people = [*ids, *known][:REMEMBERED]
    row.other_writer_count = len(ids) if everybody else max(row.other_writer_count, len(ids) + len(known))
    row.other_writer_at, row.other_writer_next = now, now + AGAIN
    row.save(update_fields=COLUMNS)
    if begins:
        audit(PROGRAM, "two_writers.seen", row, name=row.other_writer)


def _gone(row: Connection, *, catch_up: bool) -> None:
    if not row.other_writer:
        return
    row.other_writer, row.other_writer_people, row.other_writer_count = "", [], 0
    row.other_writer_at = row.other_writer_next = None
    row.save(update_fields=COLUMNS)
    audit(PROGRAM, "two_writers.gone", row)
    if catch_up:
        Connection.objects.filter(pk=row.pk).exclude(schedule_next=None).update(schedule_next=timezone.now())
    wake_connection(row.pk)


def look(connection: Connection) -> bool:
    """Look again at those in whom it was seen; True where none of them has it any more, and what waited goes on.

    Where Huma can't be asked, it is taken to be on still.
    """
    if not rests(connection):
        return True
    still = _is_still_on(connection)
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        if still:
            Connection.objects.filter(pk=row.pk).update(other_writer_next=timezone.now() + AGAIN)
        elif row.other_writer_at == connection.other_writer_at:  # else it was seen again meanwhile
            _gone(row, catch_up=True)
    connection.refresh_from_db()
    return not rests(connection)


def _is_still_on(connection: Connection) -> bool:
    """Whether one of those in whom it was seen has it, one after the other; a person who can't be read says nothing."""
    reader, told = reader_for(connection, []), False
    for user_id in connection.other_writer_people:
        try:
            found = reader.huma(user_id, listed=True)
        except VendorError as error:
            logger.info("Connection %s can't look whether another integration is on: %s", connection.pk, error)
            if isinstance(error, Rejected | ContractBroken) or error.status == FORBIDDEN:
                continue
            return True
        except Exception as error:  # nothing but one person's document was looked at
            logger.error("Connection %s met a bug in one person: %s", connection.pk, bug_report(error))
            continue
        if found is not None and found.writers:
            return True
        told = True
    return not told


def look_after(seconds: float = 10.0) -> None:
    """Look again, for about ``seconds``, where automatic updates rest and it is time. Called often."""
    give_up = time.monotonic() + seconds
    resting = Connection.objects.filter(state=Connection.State.ACTIVE, automatic=True).exclude(other_writer="")
    for row in resting.filter(other_writer_next__lte=timezone.now()).order_by("other_writer_next"):
        mine = Connection.objects.filter(pk=row.pk, other_writer_next=row.other_writer_next)
        if time.monotonic() > give_up:
            return
        if mine.update(other_writer_next=timezone.now() + AGAIN):
            look(row)


def why(connection: Connection) -> str:
    """Why automatic updates rest, or can't be turned on: what was seen, of how many, when, and what to do."""
    if not rests(connection):
        return ""
    count, at = connection.other_writer_count, localtime(connection.other_writer_at or timezone.now())
    seen = ngettext(
        "Huma's own integration “%(name)s” changes Visma too: %(n)d person had it when we fetched from Huma on %(at)s.",
        "Huma's own integration “%(name)s” changes Visma too: %(n)d people had it when we fetched from Huma on %(at)s.",
        count,
    )
    todo = _(
        "Two programs that change the same fields overwrite each other. Turn that integration off in Huma, under "
        "Settings → Integrations."
    )
    words = {"name": connection.other_writer, "n": count, "at": date_format(at, "SHORT_DATETIME_FORMAT")}
    return f"{seen % words} {todo}"
