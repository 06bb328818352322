"""Attention: what waits for a person in all their connections, the most urgent first, with figures and a few names.

It needs a fixed number of statements, however many connections and people there are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from connections.models import Connection, Installation, PayrollRecipient
from connections.owner_settings.recipients import same
from connections.pauses.pausing import BY_HAND as PAUSED_BY_HAND
from connections.pauses.refusal_codes import REFUSED_CREDENTIALS
from sync.analysis import notices, skipped_people, two_writers
from sync.analysis.links.relooking import to_look_at
from sync.core.batches import batches
from sync.core.codes import Action
from sync.core.records.employee import Side
from sync.models import Change, EmployeeLink, EmployeeSnapshot, Notice, PassedPerson, SyncRun
from sync.models.groups import BY_HAND, STEPS, WHOLE, WITH_RESULT
from sync.runs.open_differences import RUNS_AT_ONCE, Looks, Newest, looks_of, newest_runs, waiting_differences

NAMED = 5
"""The number of people who are named beside a figure; its link shows all."""
State, Trigger = SyncRun.State, SyncRun.Trigger


class Kind(StrEnum):
    """What may wait, the most urgent first."""

    APPLICATION = "application"
    RELEASE = "release"
    PAUSED = "paused"
    FAILED = "failed"
    TWO_WRITERS = "two_writers"
    HELD = "held"
    UNKNOWN = "unknown"
    NOBODY_HEARS = "nobody_hears"
    ACCOUNTS = "accounts"
    UNREAD = "unread"
    LINKS = "links"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    GONE = "gone"
    POSITION = "position"
    DIFFERENCES = "differences"
    NOT_ADDED = "not_added"
    NEW_PERSON = "new_person"
    DRAFTS = "drafts"
    PAUSED_BY_HAND = "paused_by_hand"


URGENCY = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Waits:
    """One thing that waits: ``count`` of a kind in a connection (``None``: in the whole installation).

    ``run``: the failed run, or the open one in which it is solved; ``result``: the primary key of the run whose result
    tells more. ``since``: when the oldest held Change came, or the oldest ``account``, if there is one. ``notices``:
    some notices, the newest first; ``people``: (name, id in Visma) of some drafts; ``passed``: some of the people who
    couldn't be read.
    """

    kind: Kind
    count: int = 1
    connection: Connection | None = None
    run: SyncRun | None = None
    result: int = 0
    since: datetime | None = None
    account: bool = False
    notices: tuple[Notice, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    passed: tuple[PassedPerson, ...] = ()

    @property
    def more(self) -> int:
        """How many people aren't named."""
        named = len(self.notices) or len(self.people) or len(self.passed)
        return self.count - named if named else 0


@dataclass
class Situation:
    """The runs and waiting differences of some connections, for Attention and the start page.

    ``by_field``: how many differences wait, by connection and field; ``differences``: the same by connection.
    """

    connections: dict[int, Connection]
    newest: Newest
    looks: Looks
    by_field: Counter[tuple[int, str]]
    runs: dict[int, SyncRun] = field(default_factory=dict)
    unreleased: list[Connection] = field(default_factory=list)

    @cached_property
    def differences(self) -> Counter[int]:
        """By connection, how many differences wait for a person."""
        count = Counter[int]()
        for (connection, _name), n in self.by_field.items():
            count[connection] += n
        return count

    def shown_run(self, connection: int) -> int:
        """The primary key of the run that shows the connection's state: the open one, else the last one over both
        sides; 0 for none.

        Real-time runs, and a scheduled sync that is under way, don't count.
        """
        by_hand = self.newest.of(connection, BY_HAND, State.values)
        scheduled = self.newest.of(connection, (Trigger.SCHEDULED,), WITH_RESULT)
        return self.newest.open(connection) or max(by_hand, scheduled)

    def shown(self, connection: int) -> SyncRun | None:
        """The same, as a run."""
        return self.runs.get(self.shown_run(connection))


def situation(connections: Iterable[Connection]) -> Situation:
    """The situation of the connections. Nothing waits in disconnected ones.

    Of connections that aren't released yet, only that is known.
    """
    rows = list(connections)
    newest = newest_runs([row.pk for row in rows])
    unknown = (Connection.State.DISCONNECTED, Connection.State.WAITING)
    known = {row.pk: row for row in rows if row.state not in unknown}
    looks = looks_of(newest, known)
    found = Situation(known, newest, looks, waiting_differences(looks) if looks.whole else Counter())
    needed = {pk for row in rows for pk in (found.shown_run(row.pk), _failed(found, row.pk))}
    found.runs = SyncRun.objects.in_bulk(needed - {0})
    found.unreleased = [row for row in rows if row.state == Connection.State.WAITING]
    return found


def attention(here: Situation, *, installation: bool = False, named: int = NAMED) -> list[Waits]:
    """What waits, by urgency and then by the connection's name. ``installation``: with what only superusers see."""
    found = [*_states(here), *_failures(here), *_held(here), *_not_certain(here), *_notices(here, named)]
    found += [
        Waits(Kind.DIFFERENCES, count, here.connections[pk], _in_steps(here, pk))
        for pk, count in here.differences.items()
        if count > 0
    ]
    found += _drafts(here, named)
    found += [*_links(here), *_to_choose(here), *_unread(here, named)]
    if installation and Installation.objects.exclude(visma_refused_at=None).exists():
        found.append(Waits(Kind.APPLICATION))
    if installation:
        found += [Waits(Kind.RELEASE, 1, connection) for connection in here.unreleased]
    return sorted(found, key=lambda one: (URGENCY[one.kind], one.connection.name.casefold() if one.connection else ""))


def _states(here: Situation) -> Iterable[Waits]:
    for connection in here.connections.values():
        if connection.state == Connection.State.PAUSED:
            by_hand = connection.pause_reason in ("", PAUSED_BY_HAND)
            yield Waits(Kind.PAUSED_BY_HAND if by_hand else Kind.PAUSED, 1, connection)
        if two_writers.rests(connection):
            yield Waits(Kind.TWO_WRITERS, 1, connection)


def _failures(here: Situation) -> Iterable[Waits]:
    for pk, connection in here.connections.items():
        run = here.runs.get(_failed(here, pk))
        if run and not (connection.state == Connection.State.PAUSED and run.failure.startswith(REFUSED_CREDENTIALS)):
            yield Waits(Kind.FAILED, 1, connection, run)


def _failed(here: Situation, connection: int) -> int:
    """The failed run, if no later one succeeded: one over both sides, else one over single people; 0 for none."""
    newest = here.newest
    whole = newest.of(connection, WHOLE, State.values)
    single = newest.of(connection, (Trigger.REAL_TIME,), (State.FAILED,))
    if single > max(whole, *here.looks.parts.get(connection, ()), 0):
        return single
    return whole if whole and whole == newest.of(connection, WHOLE, (State.FAILED,)) else 0


def _in_steps(here: Situation, connection: int) -> SyncRun | None:
    """The open run in which a person decides."""
    run = here.runs.get(here.newest.open(connection))
    return run if run and run.state in STEPS else None


def _held(here: Situation) -> Iterable[Waits]:
    rows = Change.objects.filter(run__connection__in=here.connections).waiting()
    oldest, account = Min("settled_at"), Min("settled_at", filter=Q(field="bank_account"))
    found = rows.values_list("run__connection").annotate(n=Count("pk"), since=oldest, account=account)
    for pk, count, since, first_account in found.order_by():
        account_waits = first_account is not None
        yield Waits(Kind.HELD, count, here.connections[pk], since=first_account or since, account=account_waits)


def _not_certain(here: Situation) -> Iterable[Waits]:
    """Unknown outcomes, and people who couldn't be added, unless they were read again since."""
    for (pk, kind), changes in not_certain(here).items():
        run = max(run for run, _change in changes)
        yield Waits(kind, len(changes), here.connections[pk], result=run)


def not_certain(here: Situation) -> dict[tuple[int, Kind], list[tuple[int, int]]]:
    """The same by connection and kind: run and primary key of each Change."""
    runs, looks = here.looks.runs, here.looks
    there = EmployeeLink.objects.filter(connection=OuterRef("run__connection")).exclude(
        state=EmployeeLink.State.DIFFERENT
    )
    added = Q(Exists(there.filter(huma_id=OuterRef("snapshot__vendor_id")))) & Q(snapshot__side=Side.HUMA)
    added |= Q(Exists(there.filter(visma_id=OuterRef("snapshot__vendor_id")))) & Q(snapshot__side=Side.VISMA)
    open_ends = Q(state=Change.State.UNKNOWN) | Q(state=Change.State.FAILED, action=Action.CREATE)
    found: dict[tuple[int, Kind], dict[tuple[object, ...], tuple[int, int]]] = defaultdict(dict)
    person = ("link", "field", "snapshot__side", "snapshot__vendor_id")
    for some in batches(sorted(runs), RUNS_AT_ONCE):
        rows = Change.objects.filter(open_ends, run__in=some).exclude(Q(action=Action.CREATE) & added)
        for run, pk, state, link, *rest in rows.order_by("run").values_list("run", "pk", "state", *person):
            kind = Kind.UNKNOWN if state == Change.State.UNKNOWN else Kind.NOT_ADDED
            if run >= looks.last.get(link, 0):
                found[runs[run], kind][link, *rest] = run, pk
    return {key: list(changes.values()) for key, changes in found.items()}


def _links(here: Situation) -> Iterable[Waits]:
    """Links with a doubt."""
    rows = to_look_at(here.connections.values())
    for pk, count in rows.values_list("connection").annotate(n=Count("pk")).order_by():
        yield Waits(Kind.LINKS, count, here.connections[pk])


def _to_choose(here: Situation) -> Iterable[Waits]:
    """What an owner has to decide about automatic updates: who is told of them, and whether accounts wait."""
    on = [pk for pk, connection in here.connections.items() if connection.automatic]
    rows = PayrollRecipient.objects.filter(connection__in=on).exclude(confirmed_at=None) if on else ()
    heard: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        heard[row.connection_id].add(row.address)
    for pk in on:
        if not {same(address) for address in here.connections[pk].payroll_contacts} & heard[pk]:
            yield Waits(Kind.NOBODY_HEARS, 1, here.connections[pk])
    for connection in here.connections.values():
        if connection.accounts_asks:
            yield Waits(Kind.ACCOUNTS, 1, connection)


def _unread(here: Situation, named: int) -> Iterable[Waits]:
    """People who couldn't be read when they were looked at last; this ends when they can be read."""
    groups: dict[int, list[PassedPerson]] = defaultdict(list)
    for one in skipped_people.waiting(*here.connections.values()).order_by("name", "pk"):
        groups[one.connection_id].append(one)
    for pk, found in groups.items():
        yield Waits(Kind.UNREAD, len(found), here.connections[pk], passed=tuple(found[:named]))


def _notices(here: Situation, named: int) -> Iterable[Waits]:
    groups: dict[tuple[int, str], list[Notice]] = defaultdict(list)
    counts: dict[tuple[int, str], int] = {}
    for notice, count in notices.some_of_each(notices.waiting(*here.connections.values()), named):
        group = (notice.connection_id, notice.kind)
        groups[group].append(notice)
        counts[group] = count
    for (pk, kind), some in groups.items():
        yield Waits(Kind(kind), counts[pk, kind], here.connections[pk], _in_steps(here, pk), notices=tuple(some))


def _drafts(here: Situation, named: int) -> Iterable[Waits]:
    for pk, found in drafts(here).items():
        yield Waits(Kind.DRAFTS, len(found), here.connections[pk], people=tuple(found[:named]))


def drafts(here: Situation) -> dict[int, list[tuple[str, str]]]:
    """By connection, (name, id in Visma) of people whom a sync added to Visma as drafts, and who were still drafts in
    the newest whole run."""
    runs = {pk: connection for connection, pk in here.looks.whole.items()}
    rows = EmployeeSnapshot.objects.filter(run__in=list(runs), side=Side.VISMA, draft=True)
    rows = rows.filter(Exists(_created().filter(link=OuterRef("link"))))
    people: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for run, name, vendor_id in rows.order_by("name", "pk").values_list("run", "name", "vendor_id"):
        people[runs[run]].append((name, vendor_id))
    return people


def new_drafts(here: Situation) -> dict[int, list[tuple[str, str]]]:
    """The same of people who were added after the newest whole run had read Visma, so nobody has seen them there."""
    seen = EmployeeSnapshot.objects.filter(run__in=list(here.looks.whole.values()), side=Side.VISMA)
    seen = seen.filter(run__connection=OuterRef("run__connection"), vendor_id=OuterRef("link__visma_id"))
    rows = _created().filter(run__in=list(here.looks.runs), link__state=EmployeeLink.State.LINKED)
    people: dict[int, list[tuple[str, str]]] = defaultdict(list)
    facts = ("run__connection", "link__name", "link__visma_id")
    for pk, name, vendor_id in rows.exclude(Exists(seen)).order_by("link__name", "pk").values_list(*facts):
        people[pk].append((name, vendor_id))
    return people


def _created() -> QuerySet[Change]:
    return Change.objects.filter(action=Action.CREATE, side=Side.VISMA, state=Change.State.DONE)
