"""Is it all right? The figures of connections for the one answer that stands above their lists.

What waits comes from the same items as *Needs your attention*, and differences from the same queries, so that the
answer and the lists can't disagree. It needs a fixed number of statements, however many connections there are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from connections.models import Connection
from connections.pauses.pausing import application_refused
from sync.analysis import skipped_people
from sync.core.all_right import Answer, Facts, answer
from sync.core.codes import CreateGroup
from sync.core.records.employee import Side
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from sync.models.groups import STEPS
from sync.runs.open_differences import people_who_differ
from sync.situation.what_waits import Kind, Situation, Waits, attention, situation

SAID_AS_STATE = (Kind.APPLICATION, Kind.RELEASE, Kind.PAUSED, Kind.PAUSED_BY_HAND, Kind.FAILED)
"""What the answer says by its state, and not as a part with a number."""
PARTS = (Kind.HELD, Kind.UNKNOWN, Kind.UNREAD, Kind.DIFFERENCES, Kind.LINKS, Kind.NOT_ADDED)
"""What the answer counts by its kind; everything else that waits is counted together."""
OTHER = "other"


def answer_for(connection: Connection) -> Answer:
    """The answer for one connection."""
    here = situation([connection])
    return answers(here, attention(here), [connection])[connection.pk]


def answers(here: Situation, waits: Iterable[Waits], connections: Iterable[Connection]) -> dict[int, Answer]:
    """The answers for these connections. ``here``, ``waits``: their situation, and what waits in them."""
    rows = list(connections)
    known = [row.pk for row in rows if row.pk in here.connections]
    counted = _Counted(here, known)
    items: dict[int, list[Waits]] = defaultdict(list)
    for one in waits:
        if one.connection is not None:
            items[one.connection.pk].append(one)
    refused = application_refused()
    return {row.pk: answer(_facts(row, here, counted, items[row.pk], refused)) for row in rows}


def _facts(
    connection: Connection, here: Situation, counted: "_Counted", items: Iterable[Waits], refused: bool
) -> Facts:
    pk, now = connection.pk, timezone.now()
    kinds = Counter({one.kind: one.count for one in items})
    rests = connection.automatic and Kind.TWO_WRITERS in kinds
    if rests:
        del kinds[Kind.TWO_WRITERS]
    waits = {str(kind): kinds[kind] for kind in PARTS}
    waits["unsent"], waits["possible"] = counted.by_code["unsent"][pk], counted.by_code["possible"][pk]
    waits[OTHER] = sum(n for kind, n in kinds.items() if kind not in PARTS and kind not in SAID_AS_STATE)
    read = counted.reads.get(pk)
    return Facts(
        connection=connection.state,
        now=now,
        checked_at=read.read_at if read else None,
        every=_every(connection),
        application_refused=refused,
        writing=here.newest.of(pk, SyncRun.Trigger.values, (SyncRun.State.APPLYING,)) > 0,
        failed=Kind.FAILED in kinds,
        rests=rests,
        people=counted.people[pk],
        agree=max(0, counted.people[pk] - counted.apart[pk] - counted.differ[pk]),
        waits=waits,
        quiet={"not_compared": counted.not_compared[pk], "one_system": counted.by_code["one_system"][pk]},
    )


def _every(connection: Connection) -> timedelta | None:
    """How often a scheduled sync reads both sides; ``None`` if none does."""
    if not connection.automatic or connection.schedule == Connection.Schedule.OFF:
        return None
    hours = connection.schedule_hours if connection.schedule == Connection.Schedule.HOURS else 24
    return timedelta(hours=hours)


class _Counted:
    """Counts by connection. ``apart``: linked people who were skipped, or haven't been compared."""

    def __init__(self, here: Situation, connections: Iterable[int]) -> None:
        looks, pks = here.looks, set(connections)
        whole = {looks.whole[pk]: pk for pk in pks if pk in looks.whole}
        rows = SyncRun.objects.filter(pk__in=whole).defer("progress", "figures")
        self.reads = {row.connection_id: row for row in rows}
        links = taking_part(pks)
        self.people = Counter(dict(links.values_list("connection").annotate(n=Count("pk")).order_by()))
        last, unread = looks.last, self._unread(here, pks)
        self.differ = people_who_differ(looks.of(pks), unread)
        self.apart, self.not_compared = Counter[int](), Counter[int]()
        forgotten = [pk for pk, row in self.reads.items() if row.values_blanked_at]  # nobody's record is there any more
        for pk, connection in self._without_comparison(links.exclude(connection__in=forgotten), list(whole)):
            if pk not in last and pk not in unread:
                self.not_compared[connection] += 1
        for connection in unread.values():
            self.apart[connection] += 1
        self.apart += self.not_compared
        self.by_code: dict[str, Counter[int]] = defaultdict(Counter)
        for run, code, n in _numbers(whole):
            self.by_code[code][whole[run]] = n

    @staticmethod
    def _unread(here: Situation, pks: set[int]) -> dict[int, int]:
        """By link, the connection of linked people who were skipped when they were looked at last."""
        rows = skipped_people.waiting(*(here.connections[pk] for pk in pks)).exclude(link=None)
        rows = rows.filter(link__state=EmployeeLink.State.LINKED)
        return dict(rows.values_list("link", "connection"))

    @staticmethod
    def _without_comparison(links: QuerySet[EmployeeLink], runs: list[int]) -> Iterable[tuple[int, int]]:
        """(link, connection) of those whose two records no run over everybody compared."""
        read = EmployeeSnapshot.objects.filter(run__in=runs, complete=True, passed="").exclude(link=None)
        in_both = Q(pk__in=read.filter(side=Side.HUMA).values("link"))
        in_both &= Q(pk__in=read.filter(side=Side.VISMA).values("link"))
        return links.exclude(in_both).values_list("pk", "connection")


def _numbers(runs: Collection[int]) -> Iterable[tuple[int, str, int]]:
    """(run, code, number) of what these runs have, in one statement."""
    to_send = (Conflict.Decision.HUMA, Conflict.Decision.VISMA)
    rows: dict[str, QuerySet[Any]] = {
        "possible": PossibleMatch.objects.filter(run__in=runs, decision="", huma__link=None, visma__link=None),
        "unsent": Conflict.objects.filter(run__in=runs, run__state__in=STEPS, decision__in=to_send, outcome=""),
        "one_system": in_one_system(runs),
    }
    counts = [
        found.order_by().annotate(code=Value(code)).values_list("run", "code").annotate(n=Count("pk"))
        for code, found in rows.items()
    ]
    return counts[0].union(*counts[1:], all=True) if runs else ()


def taking_part(connections: Iterable[int]) -> QuerySet[EmployeeLink]:
    """The linked people who are compared: neither of their records is left out."""
    out = LeftOut.objects.filter(connection=OuterRef("connection"))
    rows = EmployeeLink.objects.filter(connection__in=list(connections), state=EmployeeLink.State.LINKED)
    return rows.exclude(Exists(out.of_pair(OuterRef("huma_id"), OuterRef("visma_id"))))


def in_one_system(runs: Collection[int]) -> QuerySet[EmployeeSnapshot]:
    """Current and upcoming people of one side whom the lists to create have, and who aren't left out."""
    out = LeftOut.objects.filter(connection=OuterRef("run__connection"))
    rows = EmployeeSnapshot.objects.filter(run__in=runs, link=None, create_group=CreateGroup.MAIN)
    rows = rows.exclude(create_blocked="create_open_match")
    return rows.exclude(Exists(out.of_person(OuterRef("side"), OuterRef("vendor_id"))))
