"""Ordinary people, with whom to begin: what is written for them shows how the two systems work together.

Ordinary is: linked, and by more than one thing; current on both sides, with one position each; no draft, not
deactivated, not passed over, not left out, and nothing to know about them. Who has a harmless difference comes first.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from connections.models import Connection
from sync.analysis import skipped_people
from sync.core.fields import field as field_named
from sync.core.records.employee import Period, Side, from_json
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, SyncRun
from sync.models.groups import WAITS
from sync.models.links import StaysOut
from sync.reading.reader import fingerprinter
from sync.runs.lifecycle import latest_read

PROPOSED, MOST = 3, 50
"""How many people are proposed, and the most that may be asked for."""
HARMLESS = frozenset({"phone", "address"})
"""Fields with which one begins: nobody's pay or sign-in depends on them."""
OTHER_KEYS = (EmployeeLink.By.EXTERNAL, EmployeeLink.By.CONNECTED, EmployeeLink.By.NAME_BIRTH)
"""What links people and is no field of both systems."""
NAMES = ("given_name", "family_name")
THINGS = ("employment_id", "email", "phone", "bank_account")


@dataclass(frozen=True)
class Ordinary:
    """One ordinary person. ``agrees``: the fields that agree and aren't empty; ``differences``: how many wait."""

    link: EmployeeLink
    agrees: tuple[str, ...]
    differences: int

    @property
    def key(self) -> tuple[str, str]:
        """The person as ``pilot_group.add`` names them."""
        return Side.HUMA.value, self.link.huma_id


def ordinary_people(connection: Connection, most: int, besides: Collection[int] = ()) -> list[Ordinary]:
    """At most ``most`` ordinary people by the latest read of both sides, without the links ``besides``."""
    read = latest_read(connection)
    if read is None or most < 1:
        return []
    sides = {side: _plain(read, side) for side in Side}
    unread = {(one.side, one.vendor_id) for one in skipped_people.waiting(connection)}
    out = LeftOut.objects.filter(connection=connection).in_memory()
    open_fields = _open_fields(read)
    found: list[tuple[int, Ordinary]] = []
    links = EmployeeLink.objects.filter(connection=connection, state=EmployeeLink.State.LINKED, doubt="")
    agreeing = _Agreeing(connection)
    for link in links.order_by("name", "pk"):
        if link.pk in besides or link.huma_id not in sides[Side.HUMA] or link.visma_id not in sides[Side.VISMA]:
            continue
        if _is_kept_away(link, out, unread):
            continue
        fields = open_fields.get(link.pk, Counter())
        agrees = agreeing.fields(link, fields)
        if agreeing.things(link, agrees) > 1:
            waits = sum(fields.values())
            rank = 1 if not fields else 0 if waits and HARMLESS.issuperset(fields) else 2
            found.append((rank, Ordinary(link, agrees, waits)))
    found.sort(key=lambda one: one[0])
    return _with_one_position(read, [one for _rank, one in found], most)


def _plain(read: SyncRun, side: Side) -> set[str]:
    """The ids of the people of a side who are current, active and complete, and about whom nothing is to be known."""
    rows = EmployeeSnapshot.objects.filter(run=read, side=side, complete=True, passed="", worth_knowing="")
    rows = rows.filter(standing=Period.CURRENT, active=True, draft=False).exclude(link=None)
    return set(rows.values_list("vendor_id", flat=True))


def _is_kept_away(link: EmployeeLink, out: StaysOut, unread: Collection[tuple[str, str]]) -> bool:
    halves = {(Side.HUMA.value, link.huma_id), (Side.VISMA.value, link.visma_id)}
    return out.has_half_of(link.huma_id, link.visma_id) or not halves.isdisjoint(unread)


def _open_fields(read: SyncRun) -> dict[int, Counter[str]]:
    """By link, the fields that differ; the count is 1 where a person is asked, else 0."""
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = Conflict.objects.filter(run=read)
    asks = set(rows.filter(WAITS).values_list("pk", flat=True))
    for pk, link, name in rows.values_list("pk", "link", "field"):
        found[link][name] = int(pk in asks)
    return found


class _Agreeing:
    """What agrees between linked people and isn't empty, by the fingerprints of what was settled."""

    def __init__(self, connection: Connection) -> None:
        prints = fingerprinter(connection)
        specs = [field_named(name) for name in (*NAMES, *THINGS)]
        self.empty = {spec.name: prints(spec.name, spec.version, None) for spec in specs}

    def fields(self, link: EmployeeLink, differ: Collection[str]) -> tuple[str, ...]:
        """The fields of the link that agree."""
        settled = {name: link.baseline[name] for name in self.empty if name in link.baseline and name not in differ}
        return tuple(name for name, pair in settled.items() if pair[0] == pair[1] and pair[0] != self.empty[name])

    @staticmethod
    def things(link: EmployeeLink, agrees: Collection[str]) -> int:
        """How many things say that the two are one person; both names together are one of them."""
        names = all(name in agrees for name in NAMES)
        other = link.linked_by in OTHER_KEYS
        return sum(name in agrees for name in THINGS) + names + other


def _with_one_position(read: SyncRun, people: list[Ordinary], most: int) -> list[Ordinary]:
    """The first of them who have one position on each side, as far as the run still knows all positions."""
    found: list[Ordinary] = []
    for one in people:
        payloads = EmployeeSnapshot.objects.filter(run=read, link=one.link).values_list("payload", flat=True)
        if all(payload is None or len(from_json(payload).positions) == 1 for payload in payloads):
            found.append(one)
        if len(found) == most:
            break
    return found
