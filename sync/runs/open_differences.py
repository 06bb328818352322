"""Differences that wait for a person: those that the newest run that compared a person has left open.

That is the newest run that read both sides, or a later run over single people (real time, approvals). The start page,
Attention and the digest share this definition. It needs few statements, even for many connections.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, FilteredRelation, Max, OuterRef, Q, QuerySet, When

from sync.analysis.pilot_scope import links_in_pilots
from sync.core.batches import batches
from sync.models import Change, Conflict, EmployeeLink, LeftOut, SyncRun
from sync.models.groups import COMPARED, FOLLOWING, MANUAL, OPEN_STATES, PART, UNATTENDED, UNSETTLED, WAITS, WHOLE

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

    def of(self, connections: Collection[int]) -> "Looks":
        """The same for some connections only."""
        whole = {pk: run for pk, run in self.whole.items() if pk in connections}
        parts = {pk: runs for pk, runs in self.parts.items() if pk in connections}
        return Looks(whole, defaultdict(list, parts), self.last)


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


def waiting_differences(looks: Looks) -> Counter[tuple[int, str]]:
    """By connection and field, how many differences wait for a person."""
    again, alone = _looked_at_again(looks)
    found = _with_later_looks(looks, again, WAITS, _to_answer)
    count = Counter((connection, name) for (_link, name), connection in found.items())
    for run, name, n in asking(alone).values_list("run", "field").annotate(n=Count("pk")).order_by():
        count[alone[run], name] += n
    return count


def who_waits(looks: Looks) -> set[tuple[int, str]]:
    """The differences that ``waiting_differences`` counts: link and field of each."""
    whole = {pk: connection for connection, pk in looks.whole.items()}
    return set(_with_later_looks(looks, whole, WAITS, _to_answer))


def people_who_differ(looks: Looks, without: Collection[int] = ()) -> Counter[int]:
    """By connection, how many linked people differ in some field, whether or not anybody is asked about it.

    ``without``: the links of people who aren't counted.
    """
    again, alone = _looked_at_again(looks)
    found = _with_later_looks(looks, again, UNSETTLED, _taking_part)
    people = {(link, connection) for (link, _name), connection in found.items() if link not in without}
    count = Counter(connection for _link, connection in people)
    rows = _taking_part(alone).filter(UNSETTLED).exclude(link__in=without)
    for run, n in rows.values_list("run").annotate(n=Count("link", distinct=True)).order_by():
        count[alone[run]] += n
    return count


def _looked_at_again(looks: Looks) -> tuple[dict[int, int], dict[int, int]]:
    """The newest runs over everybody, each with its connection: those with later looks at single people, the others."""
    again = {pk: connection for connection, pk in looks.whole.items() if looks.parts.get(connection)}
    return again, {pk: connection for connection, pk in looks.whole.items() if pk not in again}


def _with_later_looks(
    looks: Looks, whole: Mapping[int, int], wanted: Q, counting: Callable[[Iterable[int]], QuerySet[Conflict]]
) -> Mapping[tuple[int, str], int]:
    """By link and field, the connection of each ``wanted`` difference; the newest look at a person counts.

    ``counting``: the differences of some runs that count at all.
    """
    now: dict[tuple[int, str], int] = {}
    for run, link, name in counting(whole).filter(wanted).values_list("run", "link", "field"):
        if run >= looks.last.get(link, 0):
            now[link, name] = whole[run]
    parts = {pk: connection for connection, pks in looks.parts.items() for pk in pks}
    tried_again = Q(run__trigger__in=FOLLOWING)
    for some in batches(sorted(parts), RUNS_AT_ONCE):
        rows = counting(some).filter(wanted | tried_again)
        rows = rows.annotate(holds=Case(When(wanted, then=True), default=False))
        for run, link, name, holds in rows.order_by("run").values_list("run", "link", "field", "holds"):
            if run < looks.last.get(link, 0):
                continue
            if holds:
                now[link, name] = parts[run]
            else:
                now.pop((link, name), None)
    return now


def asking(runs: Iterable[int]) -> QuerySet[Conflict]:
    """The waiting differences of these runs, of people who are still linked and not left out. Nobody is asked about
    people outside a pilot group."""
    return _to_answer(runs).filter(WAITS)


def _to_answer(runs: Iterable[int]) -> QuerySet[Conflict]:
    """The differences that take part and may be answered here: not the held ones, which have a page of their own."""
    held = Change.objects.filter(link=OuterRef("link"), field=OuterRef("field")).waiting()
    in_pilot = Q(run__connection__pilot=False) | Q(link__in=links_in_pilots().values("pk"))
    return _taking_part(runs).filter(in_pilot).exclude(Exists(held))


def _taking_part(runs: Iterable[int]) -> QuerySet[Conflict]:
    """The differences of people who are still linked, where neither the person nor the field is left out."""
    out = LeftOut.objects.filter(connection=OuterRef("link__connection"))
    return (
        Conflict.objects.filter(run__in=list(runs), link__state=EmployeeLink.State.LINKED)
        .exclude(Exists(LeftOut.objects.filter(link=OuterRef("link"), field=OuterRef("field"))))
        .exclude(Exists(out.of_pair(OuterRef("link__huma_id"), OuterRef("link__visma_id"))))
    )


def open_differences(run: SyncRun) -> int:
    """How many differences of a run still wait for a person, as *Needs your attention* counts them."""
    return asking([run.pk]).count()
