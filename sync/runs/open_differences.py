"""Differences that wait for a person: those that the newest run that compared a person has left open.

That is the newest run that read both sides, or a later run over single people (real time, approvals). The start page,
Attention and the digest share this definition. It needs few statements, even for many connections.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, FilteredRelation, Max, OuterRef, Q, QuerySet, When

from sync.core.batches import batches
from sync.models import Change, Conflict, EmployeeLink, LeftOut, SyncRun
from sync.models.groups import COMPARED, FOLLOWING, MANUAL, OPEN_STATES, PART, UNATTENDED, WAITS, WHOLE
from sync.models.pilot import links_in_pilots

State, Trigger = SyncRun.State, SyncRun.Trigger
CONNECTIONS_AT_ONCE = 200  # connections in one statement
RUNS_AT_ONCE = 5000  # runs in one statement


@dataclass(frozen=True)
class Newest:
    """The newest run of each kind, by connection, trigger and state, without real-time runs that went well."""

    runs: Mapping[int, Mapping[tuple[str, str], int]]

    def of(self, connection: int, triggers: Iterable[str], states: Iterable[str]) -> int:
        """The primary key of the newest run with these triggers and states; 0 if there is none."""
        rows, states = self.runs.get(connection, {}), set(states)
        kinds = set(triggers)
        return max((pk for (trigger, state), pk in rows.items() if trigger in kinds and state in states), default=0)

    def whole(self, connection: int) -> int:
        """The newest run that read both sides and whose differences count."""
        return self.of(connection, WHOLE, COMPARED)

    def open(self, connection: int) -> int:
        """The open run that a person started."""
        return self.of(connection, MANUAL, OPEN_STATES)


def newest_runs(connections: Collection[int]) -> Newest:
    """The newest run of each kind in these connections, in one statement."""
    rows = SyncRun.objects.filter(connection__in=connections, dry=False)
    others = [trigger for trigger in Trigger.values if trigger != Trigger.REAL_TIME]
    unended = (State.FAILED, *UNATTENDED, State.APPLYING)
    rows = rows.filter(Q(trigger__in=others) | Q(trigger=Trigger.REAL_TIME, state__in=unended))
    found: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    counted = rows.values_list("connection", "trigger", "state").annotate(newest=Max("pk")).order_by()
    for connection, trigger, state, pk in counted:
        found[connection][trigger, state] = pk
    return Newest(found)


@dataclass
class Looks:
    """Which run compared whom last. ``whole``: by connection, the newest run over everybody; ``parts``: by connection,
    later runs over single people, the oldest first; ``last``: by link, the newest of these that compared the person."""

    whole: dict[int, int] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    last: dict[int, int] = field(default_factory=dict)

    @property
    def runs(self) -> dict[int, int]:
        """All these runs, each with its connection."""
        found = {pk: connection for connection, pk in self.whole.items()}
        return found | {pk: connection for connection, pks in self.parts.items() for pk in pks}


def looks_of(newest: Newest, connections: Iterable[int]) -> Looks:
    """Find which run compared whom last, in one statement for many connections."""
    looks = Looks({connection: pk for connection in connections if (pk := newest.whole(connection))})
    for some in batches(looks.whole.items(), CONNECTIONS_AT_ONCE):
        later = Q()
        for connection, pk in some:
            later |= Q(connection=connection, pk__gt=pk)
        compared = FilteredRelation("single_people", condition=Q(single_people__compared=True))
        rows = SyncRun.objects.filter(later, trigger__in=PART, state__in=COMPARED).annotate(compared=compared)
        for pk, connection, link in rows.order_by("pk").values_list("pk", "connection", "compared__link"):
            if pk not in looks.parts[connection][-1:]:
                looks.parts[connection].append(pk)
            if link:
                looks.last[link] = pk
    return looks


def waiting_differences(looks: Looks) -> Counter[int]:
    """By connection, how many differences wait for a person."""
    again = {pk: connection for connection, pk in looks.whole.items() if looks.parts.get(connection)}
    alone = {pk: connection for connection, pk in looks.whole.items() if pk not in again}
    count = Counter(_with_later_looks(looks, again))
    for run, n in asking(alone).values_list("run").annotate(n=Count("pk")).order_by():
        count[alone[run]] += n
    return count


def _with_later_looks(looks: Looks, whole: Mapping[int, int]) -> Iterable[int]:
    """The connection of each difference that waits in these connections; the newest look at a person counts."""
    now: dict[tuple[int, str], int] = {}
    for run, link, name in asking(whole).values_list("run", "link", "field"):
        if run >= looks.last.get(link, 0):
            now[link, name] = whole[run]
    parts = {pk: connection for connection, pks in looks.parts.items() for pk in pks}
    tried_again = Q(run__trigger__in=FOLLOWING)
    for some in batches(sorted(parts), RUNS_AT_ONCE):
        rows = (
            _taking_part(some).filter(WAITS | tried_again).annotate(waits=Case(When(WAITS, then=True), default=False))
        )
        for run, link, name, waits in rows.order_by("run").values_list("run", "link", "field", "waits"):
            if run < looks.last.get(link, 0):
                continue
            if waits:
                now[link, name] = parts[run]
            else:
                now.pop((link, name), None)
    return now.values()


def asking(runs: Iterable[int]) -> QuerySet[Conflict]:
    """The waiting differences of these runs, of people who are still linked and not left out. Nobody is asked about
    people outside a pilot group."""
    return _taking_part(runs).filter(WAITS)


def _taking_part(runs: Iterable[int]) -> QuerySet[Conflict]:
    held = Change.objects.filter(link=OuterRef("link"), field=OuterRef("field")).waiting()
    out = LeftOut.objects.filter(connection=OuterRef("link__connection"))
    return (
        Conflict.objects.filter(run__in=list(runs), link__state=EmployeeLink.State.LINKED)
        .filter(Q(run__connection__pilot=False) | Q(link__in=links_in_pilots().values("pk")))
        .exclude(Exists(held))
        .exclude(Exists(LeftOut.objects.filter(link=OuterRef("link"), field=OuterRef("field"))))
        .exclude(Exists(out.of_pair(OuterRef("link__huma_id"), OuterRef("link__visma_id"))))
    )


def open_differences(run: SyncRun) -> int:
    """How many differences of a run still wait for a person, as *Needs your attention* counts them."""
    return asking([run.pk]).count()
