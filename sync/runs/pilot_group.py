"""What people do with the pilot group: choose it, add and remove people, and say *Everyone*.

Each change locks the connection, as the confirmation of a run does, and tells which state of the group the person saw
(``Connection.pilot_version``): of two owners at once the second one is asked to look again. For whom the connection
works stands in ``sync.analysis.pilot_scope``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connections.models import Connection, audit, name_of
from sync.core.batches import BATCH, batches
from sync.core.records.employee import Side
from sync.models import EmployeeLink, EmployeeSnapshot, PilotMember, SyncRun
from sync.runs.lifecycle import NotAllowed, latest_read
from sync.worker.queue import wake_connection

AUDITED = 100
"""The most people whom an audit entry names, by the ids of links or of a system."""
Key = tuple[str, str]
"""A side, and an id there."""


@dataclass(frozen=True)
class Added:
    """How many people joined the group, were in it already, and aren't known (any more)."""

    added: int = 0
    known: int = 0
    unknown: int = 0


def add(connection: Connection, user: Any, people: Iterable[Key], seen: int, how: str = "people") -> Added:
    """Add people to the group; without one the connection works only for these from now on.

    ``people``: (side, id). Linked people join with both halves. ``seen``: the version of the group that the person saw.
    ``how`` is for the audit. What is open for those who join is read at once, if automatic updates are on. Raises
    ``NotAllowed``: "changed" if the group was changed meanwhile, "state" if it would become smaller while a run writes.
    """
    with transaction.atomic():
        row = _hold(connection, seen)
        found = _found(row, dict.fromkeys(people))
        if found.rows:
            begins = not row.pilot
            if begins:
                _not_while_writing(row)
            for one in found.rows:
                one.by = name_of(user)
            PilotMember.objects.bulk_create(found.rows, batch_size=BATCH)
            _changed(row, pilot=True)
            _audit(user, "pilot.begun" if begins else "pilot.added", row, found.rows, how=how)
            if not begins:
                _catch_up(row)
    connection.refresh_from_db()
    return Added(len(found.rows), found.known, found.unknown)


def remove(connection: Connection, user: Any, pks: Collection[int], seen: int) -> int:
    """Take members out of the group, by the primary keys of their rows; the group may become empty.

    Raises ``NotAllowed``: "changed" if the group was changed meanwhile, "state" while a run writes.
    """
    with transaction.atomic():
        row = _hold(connection, seen)
        gone = list(row.pilot_group.filter(pk__in=list(pks))) if row.pilot else []
        if gone:
            _not_while_writing(row)
            for some in batches(one.pk for one in gone):
                row.pilot_group.filter(pk__in=some).delete()
            _changed(row, pilot=True)
            _audit(user, "pilot.removed", row, gone)
    connection.refresh_from_db()
    return len(gone)


def everyone(connection: Connection, user: Any, seen: int) -> bool:
    """Let the connection work for everyone from now on; False if it does already.

    Nothing that changed meanwhile is lost: the next read shows it, and with automatic updates a scheduled sync is due
    at once. Raises ``NotAllowed("changed")``.
    """
    with transaction.atomic():
        row = _hold(connection, seen)
        if was := row.pilot:
            people = row.pilot_group.count()
            row.pilot_group.all().delete()
            _changed(row, pilot=False)
            audit(user, "pilot.everyone", row, people=people)
            _catch_up(row)
    connection.refresh_from_db()
    return was


def _hold(connection: Connection, seen: int) -> Connection:
    """Lock the connection, so that no run is confirmed meanwhile, and compare what the person saw."""
    row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    if row.pilot_version != seen:
        raise NotAllowed("changed")
    return row


def _not_while_writing(row: Connection) -> None:
    """What is being sent was planned for the group as it was."""
    if row.runs.filter(state=SyncRun.State.APPLYING).exists():
        raise NotAllowed("state")


def _changed(row: Connection, *, pilot: bool) -> None:
    row.pilot, row.pilot_version = pilot, row.pilot_version + 1
    row.save(update_fields=["pilot", "pilot_version"])


def _catch_up(row: Connection) -> None:
    """Let a scheduled sync be due now, also without a schedule: what came for these people was answered already."""
    if row.automatic:
        Connection.objects.filter(pk=row.pk).update(schedule_next=timezone.now())
        wake_connection(row.pk)


def _audit(user: Any, action: str, row: Connection, members: Collection[PilotMember], **more: str) -> None:
    links = [one.link_id for one in members if one.link_id]
    ids = [f"{one.side}:{one.vendor_id}" for one in members if one.vendor_id]
    now = row.pilot_group.count()
    audit(user, action, row, changed=len(members), people=now, links=links[:AUDITED], ids=ids[:AUDITED], **more)


@dataclass(frozen=True)
class _Found:
    rows: list[PilotMember]
    known: int
    unknown: int


def _found(connection: Connection, people: Iterable[Key]) -> _Found:
    """The rows of those of the people who aren't members yet; nobody twice."""
    wanted = list(people)
    ids = {side: [id_ for where, id_ in wanted if where == side] for side in Side}
    links: dict[Key, EmployeeLink] = {}
    alone: dict[Key, str] = {}
    read = latest_read(connection)
    for side in Side:
        for some in batches(ids[side]):
            linked = EmployeeLink.objects.filter(connection=connection, state=EmployeeLink.State.LINKED)
            for link in linked.filter(**{f"{side}_id__in": some}).only("huma_id", "visma_id", "name"):
                links[side.value, link.huma_id if side is Side.HUMA else link.visma_id] = link
            seen = EmployeeSnapshot.objects.filter(run=read, side=side, vendor_id__in=some, complete=True)
            alone |= {(side.value, id_): name for id_, name in seen.values_list("vendor_id", "name")} if read else {}
    members = connection.pilot_group.values_list("link", "side", "vendor_id")
    taken: set[int | Key] = {link or (side, id_) for link, side, id_ in members}
    rows, known, unknown = [], 0, 0
    for key in wanted:
        mine = links.get(key)
        if mine is None and key not in alone:
            unknown += 1
            continue
        same: set[int | Key] = {key}
        if mine:
            same = {mine.pk, (Side.HUMA.value, mine.huma_id), (Side.VISMA.value, mine.visma_id)}
        if same & taken:
            known += 1
            continue
        taken |= same
        row = PilotMember(connection=connection, name=mine.name if mine else alone[key])
        if mine:
            row.link = mine
        else:
            row.side, row.vendor_id = key
        rows.append(row)
    return _Found(rows, known, unknown)


def linked_of(connection: Connection, keys: Collection[Key]) -> dict[Key, EmployeeLink]:
    """The links that somebody has by now, by (side, id), also of people who are gone from a side."""
    found: dict[Key, EmployeeLink] = {}
    ids = {side: [id_ for where, id_ in keys if where == side] for side in Side}
    rows = EmployeeLink.objects.filter(connection=connection).same_person()
    for link in rows.filter(Q(huma_id__in=ids[Side.HUMA]) | Q(visma_id__in=ids[Side.VISMA])):
        for key in ((Side.HUMA.value, link.huma_id), (Side.VISMA.value, link.visma_id)):
            if key in keys:
                found[key] = link
    return found
