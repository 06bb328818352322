"""Whether payroll can be run, for many connections with a fixed number of statements.

What waits comes from the same figures as *Needs your attention* and *Is it all right?*, so that they can't disagree.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from connections.models import Connection
from sync.analysis.pilot_scope import links_in_pilots
from sync.core.all_right import Answer
from sync.core.batches import batches
from sync.core.calendar.payday import Period, pays_around
from sync.core.codes import Action
from sync.core.fields import field
from sync.core.payroll_ready import Facts, Verdict, Wait, verdict
from sync.core.records.employee import Side
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, HumaEvent, LeftOut
from sync.models.groups import UNSETTLED
from sync.planning.payday import plan_of
from sync.reading.reader import fingerprinter
from sync.runs.open_differences import CONNECTIONS_AT_ONCE, asking
from sync.situation.all_right import in_one_system, taking_part
from sync.situation.what_waits import Kind, Situation, Waits, new_drafts

WITHOUT_PAY_DAY = timedelta(days=30)
"""How far back the changes go, if the pay day isn't set."""
PAYROLL_FIELDS = ("bank_account", "given_name", "family_name", "first_workday", "last_workday")
"""The fields of which payroll is told what changed."""
ACCOUNT = "bank_account"
HELD_AS = {ACCOUNT: Wait.ACCOUNTS, "last_workday": Wait.LAST_DAYS}
AS_ATTENTION = {
    Kind.DRAFTS: Wait.DRAFTS,
    Kind.DEACTIVATED: Wait.NOTICES,
    Kind.DELETED: Wait.NOTICES,
    Kind.GONE: Wait.NOTICES,
    Kind.POSITION: Wait.NOTICES,
}
"""What is counted as *Needs your attention* counts it."""
AS_ANSWERED = (Wait.UNKNOWN, Wait.UNREAD, Wait.POSSIBLE, Wait.NOT_ADDED, Wait.NOT_COMPARED, Wait.LINKS, Wait.UNSENT)
"""What is counted as *Is it all right?* counts it, by the same code."""


@dataclass(frozen=True)
class Ready:
    """The verdict about a connection, and for what time it is.

    ``pay``: the pay that is prepared; ``last``: the pay before it, both ``None`` without a pay day; ``since``: from
    when on changes count: after the cut-off of the last pay. ``checked_at``: when both systems were last fully read.
    """

    connection: Connection
    verdict: Verdict
    since: datetime
    pay: Period | None = None
    last: Period | None = None
    checked_at: datetime | None = None

    @property
    def day(self) -> date | None:
        """The pay day that comes next; ``None`` if it isn't set."""
        return self.pay.pay if self.pay else None


def verdicts(
    here: Situation,
    waits: Iterable[Waits],
    right: Mapping[int, Answer],
    connections: Iterable[Connection],
    now: datetime | None = None,
) -> dict[int, Ready]:
    """The verdicts about these connections. ``here``, ``waits``, ``right``: their situation, what waits in them, and
    whether each is all right."""
    rows, now = list(connections), now or timezone.now()
    spans = {row.pk: span(row, now) for row in rows}
    counted = _Counted(here, [row for row in rows if row.pk in here.connections], spans)
    for one in waits:
        if one.connection and (kind := AS_ATTENTION.get(one.kind)):
            counted.waits[one.connection.pk][kind] += one.count
    return {row.pk: _ready(row, counted, right[row.pk], spans[row.pk]) for row in rows}


Span = tuple[datetime, Period | None, Period | None]


def span(connection: Connection, now: datetime) -> Span:
    """From when on changes count, the pay that is prepared, and the last one."""
    plan = plan_of(connection)
    if plan is None:
        return now - WITHOUT_PAY_DAY, None, None
    last, pay = pays_around(plan, now)
    return last.cutoff, pay, last


def _ready(connection: Connection, counted: "_Counted", right: Answer, span: Span) -> Ready:
    since, pay, last = span
    parts, waits = dict(right.parts), counted.waits[connection.pk]
    known = {**waits, **{wait: parts.get(wait.value, 0) for wait in AS_ANSWERED}}
    told = counted.told.get(connection.pk)
    facts = Facts(
        state=right.state,
        people=right.people,
        agree=right.agree,
        changes=counted.changes[connection.pk],
        told=told is not None and right.checked_at is not None and told > right.checked_at,
        waits=known,
    )
    return Ready(connection, verdict(facts), since, pay, last, right.checked_at)


class _Counted:
    """Counts by connection. ``told``: when Huma last told of a change that no sync has looked at."""

    def __init__(self, here: Situation, connections: list[Connection], spans: Mapping[int, Span]) -> None:
        pks = [row.pk for row in connections]
        self.waits: dict[int, Counter[Wait]] = defaultdict(Counter)
        self.changes = Counter[int]()
        for some in batches(pks, CONNECTIONS_AT_ONCE):
            rows = payroll_changes({pk: spans[pk][0] for pk in some})
            self.changes.update(dict(rows.values_list("run__connection").annotate(n=Count("pk")).order_by()))
        events = HumaEvent.objects.filter(connection__in=pks).exclude(state=HumaEvent.State.DONE)
        last = events.exclude(huma_ids=[]).values_list("connection").annotate(last=Max("received_at")).order_by()
        self.told: dict[int, datetime] = dict(last)
        held = Change.objects.filter(run__connection__in=pks).waiting().values_list("run__connection", "field")
        for pk, name, n in held.annotate(n=Count("pk")).order_by():
            self.waits[pk][HELD_AS.get(name, Wait.HELD)] += n
        self._differences(here, set(pks))
        for pk, people in new_drafts(here).items():
            self.waits[pk][Wait.DRAFTS] += len(people)
        for run, n in only_in_huma(here, pks).values_list("run").annotate(n=Count("pk")).order_by():
            self.waits[here.looks.runs[run]][Wait.NOT_IN_VISMA] = n
        for some_rows in batches(connections, CONNECTIONS_AT_ONCE):
            for pk, linked_at in without_account(here, some_rows).values_list("connection", "linked_at"):
                self.waits[pk][Wait.NO_ACCOUNT] += linked_at >= spans[pk][0]

    def _differences(self, here: Situation, pks: Collection[int]) -> None:
        for _link, pk in without_end_reason(here, pks).items():
            self.waits[pk][Wait.NO_END_REASON] += 1
        for (pk, name), n in here.by_field.items():
            if pk in pks:
                self.waits[pk][Wait.ACCOUNTS_DIFFER if name == ACCOUNT else Wait.DIFFERENCES] += n
        for pk in pks:
            self.waits[pk][Wait.DIFFERENCES] -= self.waits[pk][Wait.NO_END_REASON]


def payroll_changes(since: Mapping[int, datetime]) -> QuerySet[Change]:
    """What was written to Visma and matters to payroll: new employees, and PAYROLL_FIELDS. ``since``: from when on, by
    connection."""
    wanted = Q(pk__in=())
    for pk, moment in since.items():
        wanted |= Q(run__connection=pk, settled_at__gte=moment)
    matters = Q(action=Action.CREATE) | Q(field__in=PAYROLL_FIELDS)
    rows = Change.objects.filter(wanted, matters, side=Side.VISMA, state=Change.State.DONE)
    return rows.filter(settled_at__gte=min(since.values(), default=timezone.now()))


def without_end_reason(here: Situation, connections: Collection[int]) -> dict[int, int]:
    """The waiting last workdays that can't be sent to Visma before an end reason is known: link and connection."""
    runs = {pk: connection for pk, connection in here.looks.runs.items() if connection in connections}
    rows = asking(runs).filter(field="last_workday", blocked_to_visma="no_end_reason")
    found = {}
    for run, link in rows.values_list("run", "link"):
        if run >= here.looks.last.get(link, 0):
            found[link] = runs[run]
    return found


def only_in_huma(here: Situation, connections: Iterable[int]) -> QuerySet[EmployeeSnapshot]:
    """Current and upcoming people of Huma whom payroll doesn't have, as the last full read saw them."""
    whole = [here.looks.whole[pk] for pk in connections if pk in here.looks.whole]
    return in_one_system(whole).filter(side=Side.HUMA)


def without_account(here: Situation, connections: Iterable[Connection]) -> QuerySet[EmployeeLink]:
    """Linked, employed people who have an account in neither system, as it was last compared.

    Drafts are named as such, and who has an account in one of the systems is a difference.
    """
    rows = [row for row in connections if row.pk in here.looks.whole and ACCOUNT not in row.fields_off]
    spec, empty = field(ACCOUNT), Q(pk__in=())
    for row in rows:
        nothing = fingerprinter(row)(spec.name, spec.version, None)
        empty |= Q(connection=row.pk, baseline__bank_account__0=nothing, baseline__bank_account__1=nothing)
    runs = [here.looks.whole[row.pk] for row in rows]
    employed = EmployeeSnapshot.objects.filter(
        run__in=runs, link=OuterRef("pk"), side=Side.VISMA, draft=False, standing__in=("current", "upcoming")
    )
    out = LeftOut.objects.filter(link=OuterRef("pk"), field=ACCOUNT)
    differs = Conflict.objects.filter(UNSETTLED, link=OuterRef("pk"), field=ACCOUNT, run__in=runs)
    held = Change.objects.filter(link=OuterRef("pk"), field=ACCOUNT).waiting()
    links = taking_part([row.pk for row in rows]).filter(empty, Exists(employed))
    links = links.filter(Q(connection__pilot=False) | Q(pk__in=links_in_pilots().values("pk")))
    return links.exclude(Exists(out)).exclude(Exists(differs)).exclude(Exists(held))
