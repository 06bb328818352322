"""Huma's own integration with Visma writes there, too. While it is on, nothing is written automatically.

Each read of everybody in Huma shows whether it is on; one person who has it is enough. Then automatic updates rest, and
can't be turned on: events from Huma wait, and a scheduled sync reads but writes nothing. When the integration is gone,
both catch up. In between, the people who had it are read again. Source: design, Always on (Two writers).
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
from connections.bug_report import bug_report
from connections.models import PROGRAM, Connection, audit
from sync.core.records.employee import Employee
from sync.models import SyncRun
from sync.reading.reader import reader_for
from sync.worker.queue import wake_connection

logger = logging.getLogger(__name__)

REMEMBERED = 20
"""How many of the people who had the integration are remembered, to be read again."""
AGAIN = timedelta(minutes=15)
COLUMNS = ("other_writer", "other_writer_people", "other_writer_count", "other_writer_at", "other_writer_next")


def rests(connection: Connection) -> bool:
    """Whether another integration writes to Visma, as far as it was seen."""
    return bool(connection.other_writer)


def noted(run: SyncRun, people: Iterable[Employee], *, everybody: bool) -> None:
    """Note who has the integration among the ``people`` in Huma whom a run read.

    Only a read of ``everybody`` can show that it is gone. Called at the beginning of the transaction that stores the
    rest of what was read, because the connection's row is always locked before those of its people.
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
    """Read the remembered people again; True if none of them has the integration any more. Then what waited goes on.

    If Huma gives no answer, the integration counts as still on.
    """
    if not rests(connection):
        return True
    still = _is_still_on(connection)
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        if still:
            Connection.objects.filter(pk=row.pk).update(other_writer_next=timezone.now() + AGAIN)
        elif row.other_writer_at == connection.other_writer_at:  # else a run saw it while we asked
            _gone(row, catch_up=True)
    connection.refresh_from_db()
    return not rests(connection)


def _is_still_on(connection: Connection) -> bool:
    """Whether one of the remembered people still has the integration; people who can't be read are skipped."""
    reader, told = reader_for(connection, []), False
    for user_id in connection.other_writer_people:
        try:
            found = reader.huma(user_id, listed=True)
        except VendorError as error:
            logger.info("Connection %s can't look whether another integration is on: %s", connection.pk, error)
            if isinstance(error, Rejected | ContractBroken) or error.status == FORBIDDEN:
                continue
            return True
        except Exception as error:  # the bug concerns one person's document
            logger.error("Connection %s met a bug in one person: %s", connection.pk, bug_report(error))
            continue
        if found is not None and found.writers:
            return True
        told = True
    return not told


def look_after(seconds: float = 10.0) -> None:
    """Look again at connections whose automatic updates rest and whose time has come, for about ``seconds``.

    Called often.
    """
    give_up = time.monotonic() + seconds
    resting = Connection.objects.filter(state=Connection.State.ACTIVE, automatic=True).exclude(other_writer="")
    for row in resting.filter(other_writer_next__lte=timezone.now()).order_by("other_writer_next"):
        mine = Connection.objects.filter(pk=row.pk, other_writer_next=row.other_writer_next)
        if time.monotonic() > give_up:
            return
        if mine.update(other_writer_next=timezone.now() + AGAIN):
            look(row)


def why(connection: Connection) -> str:
    """Why automatic updates rest, or can't be turned on: what was seen, how many have it, when, and what to do."""
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
