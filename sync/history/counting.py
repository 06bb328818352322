"""How many entries there are, exact up to a limit: each count stops reading there. Source: design, History."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection as database
from django.db.models import Q, QuerySet, Value
from django.utils.translation import get_language

from sync.core.fields import FIELDS
from sync.history.filters import (
    ANSWERED,
    DAYS,
    DECISIONS,
    NOT_SENT,
    SENT,
    UNDECIDED,
    WAITS,
    HistoryFilter,
    all_of,
    decided,
    ended,
    span,
)
from sync.models import HistoryEntry, SyncRun

EXACT = 10_000
"""Counts are exact up to here."""
MOST_CHOICES = 25
"""With more connections than this, their counts would cost too much; they are offered without."""
GROUPED = ("field", "decision", "outcome", "trigger", "by", "connection")
PEOPLE_OFFERED = 50
PEOPLE_COUNTED = 10
"""So many of them have a count where each costs a query of its own."""
Choices = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Counts:
    """``total``: the entries that the filter shows; ``choices``: by the name of a part, how many each choice would
    show if the rest of the filter stayed, as far as that is counted; ``figures``: those at the top of the page;
    ``people``: who decided."""

    total: int
    choices: Choices
    figures: dict[str, int]
    people: list[str]


def shown(count: int) -> str:
    """A count in words: "1,234", or "10,000+" where it stopped."""
    text = f"{min(count, EXACT):,}"
    if not (get_language() or "").startswith("en"):
        text = text.replace(",", "\u00a0")
    return f"{text}+" if count > EXACT else text


def bounded(rows: Mapping[Any, QuerySet[HistoryEntry]]) -> dict[Any, int]:
    """How many rows each query has, up to ``EXACT + 1``, in one statement."""
    found = dict.fromkeys(rows, 0)
    parts: list[str] = []
    values: list[Any] = []
    keys: list[Any] = []
    for key, query in rows.items():
        try:
            sql, params = query.order_by().values_list(Value(1))[: EXACT + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {len(keys)}, (SELECT COUNT(*) FROM ({sql}) counted{len(keys)})")  # noqa: S608  # ours
        keys.append(key)
        values += params
    if parts:
        with database.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), values)
            found |= {keys[number]: count for number, count in cursor.fetchall()}
    return found


def grouped(rows: QuerySet[HistoryEntry]) -> dict[tuple[Any, ...], int]:
    """How many of the newest ``EXACT + 1`` rows have the same values in ``GROUPED``."""
    newest = rows.order_by("-at", "-id").values_list(*GROUPED)[: EXACT + 1]
    try:
        sql, params = newest.query.sql_with_params()
    except EmptyResultSet:
        return {}
    with database.cursor() as cursor:
        names = ", ".join(f"c{number}" for number in range(len(GROUPED)))
        whole = f"WITH newest ({names}) AS ({sql}) SELECT {names}, COUNT(*) FROM newest GROUP BY {names}"  # noqa: S608
        cursor.execute(whole, params)
        return {tuple(row[:-1]): row[-1] for row in cursor.fetchall()}


def count(
    rows: QuerySet[HistoryEntry], wanted: HistoryFilter, parts: Mapping[str, Q], connections: Mapping[int, str]
) -> Counts:
    """All counts of a page, in two statements (three where the filter says who).

    ``rows``: what the user may see; ``parts``: the filter's conditions; ``connections``: those to choose from, their
    codes by key.
    """
    groups = grouped(rows.filter(all_of(parts)))
    total = sum(groups.values())
    people = grouped(rows.filter(all_of(parts, "by"))) if wanted.by else groups
    names = list(dict.fromkeys([*([wanted.by] if wanted.by else []), *_names(people)]))[:PEOPLE_OFFERED]
    free = total <= EXACT and not wanted.by
    limits = {
        "field": {spec.name: Q(field=spec.name) for spec in FIELDS},
        "decision": {name: decided(name) for name in DECISIONS},
        "outcome": {name: ended(name) for name in (*SENT, WAITS, *ANSWERED, NOT_SENT)},
        "trigger": {name: Q(trigger=name) for name in SyncRun.Trigger.values},
        "time": {name: Q(at__gte=span(HistoryFilter(time=name))[0]) for name in DAYS},
        "by": {name: Q(by=name) for name in (names if free else names[:PEOPLE_COUNTED])},
        "connection": {code: Q(connection=pk) for pk, code in connections.items()},
    }
    if len(connections) > MOST_CHOICES:
        del limits["connection"]
    known = _from_groups(groups, connections) if total <= EXACT else {}
    if total > EXACT and wanted.search:
        limits = {}  # each count would look for all these people again
    open_counts: dict[tuple[str, str], QuerySet[HistoryEntry]] = {}
    for part, queries in limits.items():
        exact = part in known and part not in parts
        rest = rows.filter(all_of(parts, part))
        for choice, query in queries.items():
            if not exact:
                open_counts[part, choice] = rest.filter(query)
    mine = rows.filter(parts["connection"]) if "connection" in parts else rows
    for name, figure in FIGURES.items():
        open_counts["figure", name] = mine.filter(all_of(_of(figure)))
    counted = bounded(open_counts)
    choices: Choices = {
        part: {choice: counted.get((part, choice), known.get(part, {}).get(choice, 0)) for choice in queries}
        for part, queries in limits.items()
    }
    return Counts(total, choices, {name: counted["figure", name] for name in FIGURES}, names)


FIGURES = {
    "today": HistoryFilter(outcome="done", time="today"),
    "week": HistoryFilter(outcome="done", time="week"),
    "failed": HistoryFilter(outcome="failed", time="month"),
    "unknown": HistoryFilter(outcome="unknown", time="month"),
    "waits": HistoryFilter(outcome=WAITS),
}
"""The figures at the top of the page, each a filter to open."""


def _of(wanted: HistoryFilter) -> dict[str, Q]:
    since, _until = span(wanted)
    return {"outcome": ended(wanted.outcome), **({"time": Q(at__gte=since)} if since else {})}


def _names(groups: Mapping[tuple[Any, ...], int]) -> list[str]:
    """Who decided, whoever decided most first."""
    found: Counter[str] = Counter()
    for key, n in groups.items():
        found[key[GROUPED.index("by")]] += n
    return [name for name, _n in found.most_common() if name]


def _from_groups(groups: Mapping[tuple[Any, ...], int], connections: Mapping[int, str]) -> Choices:
    found: dict[str, Counter[str]] = {name: Counter() for name in GROUPED}
    for (field, decision, outcome, trigger, by, connection), n in groups.items():
        found["field"][field] += n
        found["decision"][decision or ("" if outcome else UNDECIDED)] += n
        found["outcome"][outcome or NOT_SENT] += n
        found["trigger"][trigger] += n
        found["by"][by] += n
        found["connection"][connections.get(connection, "")] += n
    return {name: dict(counts) for name, counts in found.items()}
