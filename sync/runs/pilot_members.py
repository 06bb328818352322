"""Who is in the pilot group now, as its page and the band on every page show it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from connections.models import Connection
from sync.analysis.pilot_scope import linked_outside
from sync.core.batches import batches
from sync.core.codes import Standing
from sync.core.records.employee import Period, Side
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PilotMember, SyncRun
from sync.models.links import StaysOut
from sync.runs.lifecycle import latest_read
from sync.runs.pilot_group import Key, linked_of

State = EmployeeLink.State
PILOT = "pilot"
"""The name of what is stored among a run's figures."""
LEFT = {State.DIFFERENT: "unlinked", State.GONE: "gone", State.OUTSIDE: "outside"}


@dataclass(frozen=True)
class Member:
    """One person of the group. ``pks``: their rows. ``side`` and ``vendor_id`` name them on People, "" for nobody.

    ``left``: why nothing can be done for them any more (unlinked, gone, outside, ended, left_out), "" if something can.
    ``is_deactivated``: deactivated in Huma, whatever Visma says.
    """

    pks: tuple[int, ...]
    name: str
    number: str
    side: str
    vendor_id: str
    is_linked: bool
    left: str
    is_deactivated: bool
    by: str
    at: datetime


@dataclass(frozen=True)
class Group:
    """The pilot group. ``of``: how many people the connection would work for, as far as they are linked."""

    members: list[Member] = field(default_factory=list)
    of: int = 0

    @property
    def people(self) -> int:
        """How many people are in the group."""
        return len(self.members)

    @property
    def left(self) -> int:
        """How many of them have left."""
        return sum(bool(one.left) for one in self.members)

    @property
    def staying(self) -> int:
        """How many of them haven't left: so many of ``of``."""
        return self.people - self.left

    @property
    def is_idle(self) -> bool:
        """Whether nothing can be written for anybody: the group is empty, or everybody in it has left."""
        return self.left == self.people


def group(connection: Connection) -> Group:
    """The group as it is now; empty while the connection works for everyone."""
    linked = connection.links.filter(state=State.LINKED).count()
    found = _members(connection) if connection.pilot else []
    return Group(found, linked + sum(not (one.is_linked or one.left) for one in found))


@dataclass(frozen=True)
class Noted:
    """For how many people a run worked, ``of`` how many, and how many differences of others (``outside``, of
    ``outside_people``) it found and left alone."""

    people: int
    of: int
    outside: int
    outside_people: int


def note_pilot(run: SyncRun) -> None:
    """Store with a run that begins to write for whom it works, so that its result and its email can say so."""
    connection = Connection.objects.get(pk=run.connection_id)
    run.refresh_from_db(fields=["figures"])
    figures = {name: value for name, value in run.figures.items() if name != PILOT}
    if connection.pilot:
        now = group(connection)
        found = outside_of(run, connection)
        figures[PILOT] = {"people": now.staying, "of": now.of, "outside": found[0], "outside_people": found[1]}
    if figures != run.figures:
        run.figures = figures
        SyncRun.objects.filter(pk=run.pk).update(figures=figures)


def noted_pilot(run: SyncRun) -> Noted | None:
    """What was stored about the pilot group; ``None`` for a run that worked for everyone."""
    found = run.figures.get(PILOT)
    return Noted(**found) if found else None


def outside_of(run: SyncRun, connection: Connection) -> tuple[int, int]:
    """How many differences of the run ask about people outside the pilot group, and how many people these are."""
    rows = Conflict.objects.filter(linked_outside(connection), run=run, standing=Standing.ASKS)
    counted = rows.aggregate(differences=Count("pk"), people=Count("link", distinct=True))
    return counted["differences"], counted["people"]


def _members(connection: Connection) -> list[Member]:
    rows = list(connection.pilot_group.select_related("link").order_by("pk"))
    now = linked_of(connection, {(one.side, one.vendor_id) for one in rows if one.vendor_id})
    whose: dict[object, list[PilotMember]] = {}
    links: dict[object, EmployeeLink] = {}
    for one in rows:
        link = one.link or now.get((one.side, one.vendor_id))
        key: object = link.pk if link else (one.side, one.vendor_id or one.pk)
        whose.setdefault(key, []).append(one)
        if link:
            links[key] = link
    seen = _seen(connection, rows, links.values())
    out = LeftOut.objects.filter(connection=connection).in_memory()
    found = [_member(mine, links.get(key), seen, out) for key, mine in whose.items()]
    return sorted(found, key=lambda one: (one.name.casefold(), one.pks))


def _seen(
    connection: Connection, rows: Iterable[PilotMember], links: Iterable[EmployeeLink]
) -> dict[Key, EmployeeSnapshot]:
    """What the latest read of everybody said about these people."""
    ids: dict[str, set[str]] = {side: {one.vendor_id for one in rows if one.side == side} for side in Side}
    for link in links:
        ids[Side.HUMA].add(link.huma_id)
        ids[Side.VISMA].add(link.visma_id)
    read = latest_read(connection)
    found: dict[Key, EmployeeSnapshot] = {}
    for side in Side if read else ():
        for some in batches(sorted(ids[side])):
            mine = EmployeeSnapshot.objects.filter(Q(side=side, vendor_id__in=some), run=read).defer("payload")
            found |= {(one.side, one.vendor_id): one for one in mine}
    return found


def _member(
    mine: list[PilotMember], link: EmployeeLink | None, seen: dict[Key, EmployeeSnapshot], out: StaysOut
) -> Member:
    first = mine[0]
    keys = [(first.side, first.vendor_id)]
    if link:
        keys = [(Side.HUMA.value, link.huma_id), (Side.VISMA.value, link.visma_id)]
    found = [seen[key] for key in keys if key in seen]
    side, vendor_id = keys[0] if link is None or link.gone_from != Side.HUMA else keys[1]
    return Member(
        pks=tuple(one.pk for one in mine),
        name=(link.name if link else "") or next((one.name for one in found), "") or first.name,
        number=(link.number if link else "") or next((one.number for one in found), ""),
        side=side,
        vendor_id=vendor_id,
        is_linked=link is not None and link.state == State.LINKED,
        left=_left(link, keys, found, out),
        is_deactivated=any(one.side == Side.HUMA and not one.active for one in found),
        by=first.by,
        at=first.at,
    )


def _left(link: EmployeeLink | None, keys: list[Key], found: list[EmployeeSnapshot], out: StaysOut) -> str:
    if link is None and not keys[0][1]:
        return "unlinked"
    if link and link.state in LEFT:
        return LEFT[State(link.state)]
    if not out.people.isdisjoint(keys):
        return "left_out"
    if link is None and not found:
        return "gone"
    return "ended" if found and all(one.standing == Period.FORMER or not one.active for one in found) else ""
