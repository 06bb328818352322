"""Huma's own integration with Visma writes there, too. While it is on, nothing is written automatically.

Each read of everybody in Huma shows whether it is on; one person who has it is enough. Then automatic updates rest, and
can't be turned on: events from Huma wait, and a scheduled sync reads but writes nothing. When the integration is gone,
or an owner says that Huma's entry is stale, both catch up. In between, the people who had it are read again. Source:
design, Always on (Two writers).
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.api.errors import FORBIDDEN, ContractBroken, Rejected, VendorError
from connections.api.shapes import is_stand_in
from connections.bug_report import bug_report
from connections.claims import claim_row
from connections.models import PROGRAM, Connection, audit, name_of
from sync.core.records.employee import Employee
from sync.core.records.writers import Integration, called
from sync.models import SeenIntegration, SyncRun
from sync.reading.failures import CannotRead
from sync.reading.reader import Reader, reader_for
from sync.worker.queue import wake_connection

logger = logging.getLogger(__name__)

REMEMBERED = 20
"""How many of the people who had the integration are remembered, to be read again."""
AGAIN = timedelta(minutes=15)
LOOKED_AT = 10
"""How many people of a new connection are looked at."""
MOST_ENTRIES = 20
NAME_LENGTH = 80
Entry = tuple[str, str]
"""The name and the type of an integration."""
Named = list[tuple[str, Integration]]
"""People's ids in Huma, each with an integration that they have."""
COLUMNS = ("other_writer", "other_writer_people", "other_writer_count", "other_writer_at", "other_writer_next")


def rests(connection: Connection) -> bool:
    """Whether another integration writes to Visma, as far as it was seen."""
    return bool(connection.other_writer)


def noted(run: SyncRun, people: Iterable[Employee], *, everybody: bool) -> None:
    """Note which integrations the ``people`` in Huma have whom a run read.

    Only a read of ``everybody`` can show that one is gone. Called at the beginning of the transaction that stores the
    rest of what was read, because the connection's row is always locked before those of its people.
    """
    if run.dry:
        return
    named = [(one.id, it) for one in people for it in one.integrations]
    if not named and not (everybody and (rests(run.connection) or entries(run.connection).exists())):
        return
    row = Connection.objects.select_for_update(no_key=True).get(pk=run.connection_id)
    _note(row, named, everybody, catch_up=run.trigger != SyncRun.Trigger.SCHEDULED)


def _note(row: Connection, named: Named, everybody: bool, catch_up: bool) -> None:
    stale = _stored(row, named, everybody)
    having = list(dict.fromkeys(id_ for id_, it in named if it.to_visma and it.entry not in stale))
    if having:
        _seen(row, len(having) if everybody else max(row.other_writer_count, len(having)))
    elif everybody:
        _gone(row, catch_up=catch_up)


def _stored(row: Connection, named: Named, everybody: bool) -> frozenset[Entry]:
    """Store what was seen; returns the entries that an owner has called stale."""
    ids: dict[Entry, list[str]] = defaultdict(list)
    fields: dict[Entry, dict[str, bool]] = defaultdict(dict)
    goes: dict[Entry, bool] = {}
    for id_, it in named:
        ids[it.entry].append(id_)
        goes[it.entry] = goes.get(it.entry, False) or it.to_visma
        for field, sure in it.fields:
            fields[it.entry][field] = fields[it.entry].get(field, False) or sure
    known = {(one.name, one.kind): one for one in entries(row)}
    if everybody:
        entries(row).filter(pk__in=[one.pk for entry, one in known.items() if entry not in ids]).delete()
    first = sorted(ids, key=lambda entry: (not goes[entry], -len(ids[entry])))[:MOST_ENTRIES]
    for entry in first:
        one = known.get(entry) or SeenIntegration(connection=row, name=entry[0], kind=entry[1])
        before = [] if everybody else [id_ for id_ in one.some if id_ not in ids[entry]]
        one.some = [*ids[entry], *before][:REMEMBERED]
        one.people = len(ids[entry]) if everybody else max(one.people, len(one.some))
        one.fields = fields[entry] if everybody else {**one.fields, **fields[entry]}
        one.to_visma, one.last_at = goes[entry], timezone.now()
        one.save()
    return frozenset(entry for entry, one in known.items() if one.stale_at and entry in ids)


def entries(connection: Connection) -> QuerySet[SeenIntegration]:
    """The other integrations that were seen in Huma, those that change Visma first."""
    return SeenIntegration.objects.filter(connection=connection)


def _live(connection: Connection) -> QuerySet[SeenIntegration]:
    """Those that change Visma, and that nobody has called stale."""
    return entries(connection).filter(to_visma=True, stale_at=None)


def _seen(row: Connection, count: int) -> None:
    """Let automatic updates rest because of what is stored. ``count``: how many people have it."""
    begins, now, live = not row.other_writer, timezone.now(), list(_live(row))
    row.other_writer = called(live[0].name, live[0].kind)[:NAME_LENGTH]
    row.other_writer_people = list(dict.fromkeys(id_ for one in live for id_ in one.some))[:REMEMBERED]
    row.other_writer_count = count
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


def say_stale(connection: Connection, user: Any, entry: int, stale: bool) -> bool:
    """Store an owner's word that an entry of Huma's is stale, or take it back; False if there is no such entry.

    A stale entry doesn't count, until a read of everybody shows it no more, or with another name or type.
    """
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        one = entries(row).filter(pk=entry, to_visma=True).first()
        if one is None:
            return False
        if bool(one.stale_at) != stale:
            one.stale_by, one.stale_at = (name_of(user), timezone.now()) if stale else ("", None)
            one.save(update_fields=["stale_by", "stale_at"])
            name = called(one.name, one.kind)
            audit(user, "two_writers.stale" if stale else "two_writers.not_stale", row, name=name)
            most = max((each.people for each in _live(row)), default=0)
            _seen(row, most) if most else _gone(row, catch_up=True)
    connection.refresh_from_db()
    return True


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
            _live(row).delete()
            _gone(row, catch_up=True)
    connection.refresh_from_db()
    return not rests(connection)


def _is_still_on(connection: Connection) -> bool:
    """Whether one of the remembered people still has the integration; people who can't be read are skipped."""
    stale = {(one.name, one.kind) for one in entries(connection).exclude(stale_at=None)}
    told = False
    try:
        for found in _some_people(connection, reader_for(connection, []), connection.other_writer_people):
            if found and any(it.to_visma and it.entry not in stale for it in found.integrations):
                return True
            told = True
    except VendorError:
        return True
    return not told


def _some_people(connection: Connection, reader: Reader, ids: Iterable[str]) -> Iterator[Employee | None]:
    """These people as Huma has them now, ``None`` for who is gone. Who alone can't be read is left out.

    Raises ``VendorError`` if Huma gives no answer.
    """
    for user_id in ids:
        try:
            yield reader.huma(user_id, listed=True)
        except VendorError as error:
            logger.info("Connection %s can't look whether another integration is on: %s", connection.pk, error)
            if not (isinstance(error, Rejected | ContractBroken) or error.status == FORBIDDEN):
                raise
        except Exception as error:  # the bug concerns one person's document
            logger.error("Connection %s met a bug in one person: %s", connection.pk, bug_report(error))


def look_first(seconds: float = 10.0) -> None:
    """Look at some people of connections that have just been made, for about ``seconds``: an integration is then known
    before the first sync. Called often; a run makes it unnecessary."""
    give_up = time.monotonic() + seconds
    new = Connection.objects.filter(state=Connection.State.ACTIVE, writers_looked_at=None)
    for row in new.filter(runs=None).order_by("pk"):
        if time.monotonic() > give_up:
            return
        if claim_row(Connection, row.pk, Q(writers_looked_at=None), writers_looked_at=timezone.now()):
            _look_at_some(row)


def _look_at_some(connection: Connection) -> None:
    try:
        reader = reader_for(connection, [])
        page = reader.clients.huma.list_users(0, LOOKED_AT, groups=connection.huma_limits)
        found = list(
            _some_people(connection, reader, [user["id"] for user in page.items if not is_stand_in(user["id"])])
        )
    except (VendorError, CannotRead) as error:
        logger.info("Connection %s can't be looked at for other integrations: %s", connection.pk, error)
        return
    named = [(one.id, it) for one in found if one for it in one.integrations]
    if named:
        with transaction.atomic():
            row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
            _note(row, named, everybody=False, catch_up=False)


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
        "Settings → Integrations. If it is off already, say under Automatic updates that Huma's entry is out of date."
    )
    words = {"name": connection.other_writer, "n": count, "at": date_format(at, "SHORT_DATETIME_FORMAT")}
    return f"{seen % words} {todo}"
