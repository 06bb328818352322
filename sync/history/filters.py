"""Which entries of the history are asked for: read from an address or a form, said in words, turned into a query."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import Connection
from connections.pages.permissions import connections_of
from connections.pages.request_params import number, searched
from sync.core.fields import FIELDS
from sync.core.matching.person_names import fold
from sync.core.records.employee import Side
from sync.models import Conflict, EmployeeLink, HistoryEntry, SyncRun

UNDECIDED = "undecided"
NOT_SENT = "none"
DAYS = {"today": 1, "week": 7, "month": 30}
"""The times that have a name, in days up to and including today."""
FIRST_YEAR, LAST_YEAR = 1990, 2999
"""The years of a filter. All of them can be turned into UTC."""
MOST_LINKS = 1000
"""How many people found by name are given to the query one by one; for more, the query looks for the names itself."""
LONGEST_NAME = 150

_Outcome = HistoryEntry.Outcome
WAITS = _Outcome.HELD.value
ANSWERED = (_Outcome.APPROVED.value, _Outcome.REJECTED.value, _Outcome.OVERTAKEN.value)
"""What was held, and has an answer."""
SENT = tuple(one.value for one in _Outcome if one.value not in ("", WAITS, *ANSWERED))
OUTCOMES = (*SENT, WAITS, *ANSWERED, NOT_SENT)
DECISIONS = (*(one.value for one in Conflict.Decision if one.value), UNDECIDED)


@dataclass(frozen=True)
class HistoryFilter:
    """The filter. "" and 0 are no filter; ``search`` finds people by name or number, and is never in an address.

    ``since`` and ``until`` are whole days, both included; ``time`` is a key of ``DAYS``.
    """

    connection: str = ""
    field: str = ""
    decision: str = ""
    outcome: str = ""
    by: str = ""
    trigger: str = ""
    time: str = ""
    since: date | None = None
    until: date | None = None
    run: int = 0
    link: int = 0
    search: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The filter as the parameters of an address, without the search."""
        named = {NAMES.get(name, name): getattr(self, name) for name in self.active if name != "search"}
        return {name: str(value) for name, value in named.items()}  # a day as ISO

    def without(self, *names: str) -> "HistoryFilter":
        """The filter without some of its parts."""
        nothing: dict[str, Any] = {one.name: one.default for one in fields(self) if one.name in names}
        return replace(self, **nothing)

    @property
    def active(self) -> list[str]:
        """The names of the parts that limit something."""
        return [one.name for one in fields(self) if getattr(self, one.name)]


NAMES = {"since": "from", "until": "to"}
"""The parts whose parameter has another name."""


@dataclass(frozen=True)
class Asked:
    """A filter, and sentences about what of it can't be understood; those parts limit nothing."""

    filter: HistoryFilter
    problems: list[str] = field(default_factory=list)


def asked(data: Mapping[str, Any], user: Any) -> Asked:
    """The filter in the parameters of an address or a form, limited to what the user may see."""
    problems: list[str] = []
    texts = {name: str(data.get(NAMES.get(name, name)) or "").strip() for name in _KNOWN}
    parts: dict[str, Any] = {"search": searched(data.get("search"))}
    for name, known in _KNOWN.items():
        text = texts[name]
        if not text:
            continue
        if text in known:
            parts[name] = text
        else:
            problems.append(_unknown(name))
    if code := str(data.get("connection") or "").strip():
        if visible(user).filter(code=code[:LONGEST_NAME].replace("\0", "")).exists():
            parts["connection"] = code
        else:
            problems.append(_unknown("connection"))
    parts["by"] = searched(data.get("by"))[:LONGEST_NAME]
    for name in ("run", "link"):
        if text := str(data.get(name) or "").strip():
            parts[name] = number(text)
            if not parts[name]:
                problems.append(_unknown(name))
    for name in ("since", "until"):
        if text := str(data.get(NAMES[name]) or data.get(name) or "").strip():
            parts[name] = day(text)
            if parts[name] is None:
                problems.append(_("“From” and “to” are days such as 2026-01-31. That part of the filter was left out."))
    found = HistoryFilter(**parts)
    if found.since and found.until and found.since > found.until:
        problems.append(_("“From” is later than “to”, so the days were left out."))
        found = found.without("since", "until")
    if found.time and (found.since or found.until):
        found = found.without("time")
    return Asked(found, list(dict.fromkeys(problems)))


def day(text: str) -> date | None:
    """The day of an ISO date in a year that can be asked for, else ``None``."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


_KNOWN: dict[str, tuple[str, ...]] = {
    "field": tuple(spec.name for spec in FIELDS),
    "decision": DECISIONS,
    "outcome": OUTCOMES,
    "trigger": tuple(SyncRun.Trigger.values),
    "time": tuple(DAYS),
}


def _unknown(name: str) -> str:
    texts = {
        "field": _("There is no such field. That part of the filter was left out."),
        "decision": _("There is no such decision. That part of the filter was left out."),
        "outcome": _("There is no such outcome. That part of the filter was left out."),
        "trigger": _("A sync isn't started in such a way. That part of the filter was left out."),
        "time": _("There is no such time. That part of the filter was left out."),
        "connection": _("You have no connection with that code. That part of the filter was left out."),
        "run": _("A sync has a number. That part of the filter was left out."),
        "link": _("A person has a number here. That part of the filter was left out."),
    }
    return texts[name]


def visible(user: Any) -> QuerySet[Connection]:
    """The connections whose history the user may see: nothing of Visma is shown before a connection is released."""
    return connections_of(user).exclude(state=Connection.State.WAITING)


def entries_of(user: Any) -> QuerySet[HistoryEntry]:
    """All entries that the user may see."""
    return among(HistoryEntry.objects.all(), user)


def among(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Those rows with a ``connection`` that the user may see, in a form that the database answers quickly."""
    if user.is_superuser:
        waiting = list(Connection.objects.filter(state=Connection.State.WAITING).values_list("pk", flat=True))
        return rows.exclude(connection__in=waiting) if waiting else rows
    return rows.filter(connection__in=list(visible(user).values_list("pk", flat=True)))


def conditions(wanted: HistoryFilter) -> dict[str, Q]:
    """The filter as conditions of a query, by the name of the part. Who is searched for is looked up here, once."""
    query = {name: Q(**{name: value}) for name in _COLUMNS if (value := getattr(wanted, name))}
    if wanted.connection:
        pks = Connection.objects.filter(code=wanted.connection).values_list("pk", flat=True)
        query["connection"] = Q(connection=pks.first())
    if wanted.decision:
        query["decision"] = decided(wanted.decision)
    if wanted.outcome:
        query["outcome"] = ended(wanted.outcome)
    since, until = span(wanted)
    if since or until:
        query["time"] = (Q(at__gte=since) if since else Q()) & (Q(at__lt=until) if until else Q())
    if wanted.search:
        query["search"] = of_people(wanted)
    return query


_COLUMNS = ("field", "by", "trigger", "run", "link")


def all_of(parts: Mapping[str, Q], without: str = "") -> Q:
    """All conditions, or all but one."""
    query = Q()
    for name, part in parts.items():
        if name != without:
            query &= part
    return query


def decided(decision: str) -> Q:
    """The entries with a decision, a value of ``DECISIONS``; what has no difference was sent, so it has an outcome."""
    return Q(decision="", outcome="") if decision == UNDECIDED else Q(decision=decision)


def ended(outcome: str) -> Q:
    """The entries with an outcome, a value of ``OUTCOMES``."""
    return Q(outcome="" if outcome == NOT_SENT else outcome)


def span(wanted: HistoryFilter) -> tuple[datetime | None, datetime | None]:
    """From when, and before when, the entries are."""
    if wanted.time:
        return midnight(timezone.localdate() - timedelta(days=DAYS[wanted.time] - 1)), None
    return (
        midnight(wanted.since) if wanted.since else None,
        midnight(wanted.until + timedelta(days=1)) if wanted.until else None,
    )


def midnight(of: date) -> datetime:
    """The beginning of a day in Europe/Oslo."""
    return timezone.make_aware(datetime.combine(of, time()))


def of_people(wanted: HistoryFilter) -> Q:
    """The entries of people whose name or number has all the words that were typed, each at the beginning of a word.

    Also ``link:N``, ``huma:ID`` and ``visma:ID``, as commands name people.
    """
    kind, colon, rest = wanted.search.partition(":")
    if colon and kind == "link":
        return Q(link=number(rest))
    if colon and kind in tuple(Side):
        links = EmployeeLink.objects.filter(**{f"{kind}_id": rest})
        return Q(link__in=list(links.values_list("pk", flat=True)[:MOST_LINKS]))
    words = Q()
    for word in fold(wanted.search):
        words &= Q(words__contains=f" {word}")
    if not words:
        return Q(pk__in=[])
    links = EmployeeLink.objects.filter(words)
    if wanted.connection:
        links = links.filter(connection__code=wanted.connection)
    some = list(links.values_list("pk", flat=True)[: MOST_LINKS + 1])
    of_links = Q(link__in=links.values("pk") if len(some) > MOST_LINKS else some)
    alone = HistoryEntry.objects.filter(words, link=None).values_list("pk", flat=True)
    unlinked = list(alone[:MOST_LINKS])
    return of_links | Q(pk__in=unlinked) if unlinked else of_links
