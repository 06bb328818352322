"""The history over a million entries: how long its pages and files take, and how much memory."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.measuring import counting, peak_mb
from connections.models import Connection
from sync.history.exports import Export
from sync.history.filters import HistoryFilter
from sync.models import Change, Conflict, HistoryEntry, SyncRun
from sync.models.links import EmployeeLink, called

CONNECTIONS = 200
PEOPLE = 100
"""Linked people of a connection."""
FIELDS = (
    ("phone", "+4722334455"),
    ("email", "kari@example.com"),
    ("address", {"line1": "Storgata 1", "postalCode": "0155", "city": "Oslo", "country": "NO"}),
    ("bank_account", {"type": "national", "number": "86011117947", "country": "NO"}),
    ("family_name", "Nordmann"),
)
GIVEN = (
    "Kari",
    "Ola",
    "Nora",
    "Emil",
    "Ingrid",
    "Lars",
    "Anne",
    "Per",
    "Sofie",
    "Jakob",
    "Åse",
    "Bjørn",
    "Grete",
    "Hans",
    "Odd",
)
FAMILY = (
    "Nordmann",
    "Hansen",
    "Johansen",
    "Olsen",
    "Larsen",
    "Nilsen",
    "Berg",
    "Haugen",
    "Hagen",
    "Bakken",
    "Dahl",
    "Moen",
)
OUTCOMES = (("done", 60), ("", 25), ("nothing", 6), ("moved", 3), ("failed", 3), ("held", 2), ("unknown", 1))
TRIGGERS = (("real-time", 70), ("scheduled", 15), ("manual", 12), ("retry", 2), ("command", 1))
AT_ONCE = 5000


def made(entries: int) -> None:
    """Store so many entries with their differences and changes, evenly over two years."""
    chance = random.Random(1)  # noqa: S311  # a made-up company
    connections = Connection.objects.bulk_create(
        Connection(name=f"Company {n}", code=f"bench{n:03}", tenant_id=f"tenant{n}") for n in range(CONNECTIONS)
    )
    links: dict[int, list[EmployeeLink]] = {one.pk: [] for one in connections}
    for one in connections:
        for n in range(PEOPLE):
            name = called(f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}", str(1000 + n))
            links[one.pk].append(
                EmployeeLink(connection=one, huma_id=f"h{n}", visma_id=f"v{n}", linked_by="number", **name)
            )
    EmployeeLink.objects.bulk_create([link for some in links.values() for link in some], batch_size=AT_ONCE)
    now = timezone.now()
    runs = SyncRun.objects.bulk_create(
        (
            SyncRun(
                connection=connections[n % CONNECTIONS],
                trigger=chance.choices([name for name, _w in TRIGGERS], [w for _n, w in TRIGGERS])[0],
                state="finished",
                finished_at=now - timedelta(minutes=n * 2 * 365 * 1440 / (entries / 20)),
                history_at=now,
            )
            for n in range(entries // 20)
        ),
        batch_size=AT_ONCE,
    )
    for start in range(0, entries, AT_ONCE):
        _store(chance, runs, links, start, min(start + AT_ONCE, entries))
    with database.cursor() as cursor:
        cursor.execute("ANALYZE" if database.vendor == "sqlite" else "VACUUM ANALYZE")


def _store(
    chance: random.Random, runs: list[SyncRun], links: dict[int, list[EmployeeLink]], start: int, end: int
) -> None:
    conflicts, changes, entries = [], [], []
    for n in range(start, end):
        run = runs[n // 20]
        # A run has 20 people of its connection, so that none of them is twice in it.
        link = links[run.connection_id][(n // 20 * 20 + n % 20 * 5 + n // 20 % 5) % PEOPLE]
        field, value = FIELDS[(n // 7) % len(FIELDS)]
        outcome = chance.choices([name for name, _w in OUTCOMES], [w for _n, w in OUTCOMES])[0]
        automatic = run.trigger in ("real-time", "scheduled")
        decision = (
            ""
            if not outcome and chance.random() < 0.7
            else "huma"
            if automatic
            else chance.choice(("huma", "visma", "leave"))
        )
        by = "" if not decision else "automatic" if automatic else f"hr{chance.randrange(300)}"
        conflict = Conflict(
            run=run,
            link=link,
            field=field,
            kind="value",
            values={"huma": value, "visma": None},
            why="huma_moved",
            suggestion="huma",
            decision=decision,
            decided_by=by,
            outcome=outcome,
        )
        conflicts.append(conflict)
        change = None
        if outcome:
            change = Change(
                run=run,
                link=link,
                conflict=conflict,
                side="visma",
                field=field,
                name=link.name,
                number=link.number,
                before=None,
                after=value,
                state=outcome,
                settled_at=run.finished_at,
            )
            changes.append(change)
        entries.append(
            HistoryEntry(
                connection_id=run.connection_id,
                run=run,
                conflict=conflict,
                change=change,
                link=link,
                at=(run.finished_at or timezone.now()) + timedelta(seconds=n % 20),
                name=link.name,
                number=link.number,
                action="field",
                field=field,
                side="visma" if change else "",
                suggestion="huma",
                why="huma_moved",
                decision=decision,
                by=by,
                trigger=run.trigger,
                outcome=outcome,
                tails={"huma": "947"} if field == "bank_account" else {},
            )
        )
    Conflict.objects.bulk_create(conflicts, batch_size=1000)
    Change.objects.bulk_create(changes, batch_size=1000)
    HistoryEntry.objects.bulk_create(entries, batch_size=1000)


VIEWS: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    ("first page", {}, {}),
    ("one connection", {"connection": "bench007"}, {}),
    ("one field", {"field": "phone"}, {}),
    ("one outcome", {"outcome": "failed"}, {}),
    ("what waits", {"outcome": "held"}, {}),
    ("one decision", {"decision": "visma"}, {}),
    ("one person who decided", {"by": "hr7"}, {}),
    ("one way to start", {"trigger": "manual"}, {}),
    ("7 days", {"time": "week"}, {}),
    ("two filters", {"field": "bank_account", "outcome": "done"}, {}),
    ("three filters", {"connection": "bench011", "field": "email", "decision": "huma"}, {}),
    ("a rare pair", {"outcome": "unknown", "decision": "leave"}, {}),
    ("a month long ago", {"from": "2025-06-01", "to": "2025-06-30", "field": "phone"}, {}),
    ("a whole name", {}, {"search": "ingrid haugen"}),
    ("a part of a name", {}, {"search": "nor"}),
    ("a number", {}, {"search": "1042"}),
    ("a name nobody has", {}, {"search": "qwertz"}),
)


def views(entries: int, repeats: int) -> dict[str, Any]:
    """Open the history with each filter again and again: seconds by kind of view, and the most statements."""
    from django.contrib.auth.models import User

    made(entries)
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser("admin"))
    address = reverse("admin:history_changes")
    client.get(address)  # loads templates and translations
    found: dict[str, list[float]] = {}
    statements = 0
    for _ in range(repeats):
        for name, filters, typed in VIEWS:
            with counting() as counted:
                begun = time.perf_counter()
                answer = client.post(address, {**filters, **typed}) if typed else client.get(address, filters)
                found.setdefault(name, []).append(time.perf_counter() - begun)
            assert answer.status_code == 200
            statements = max(statements, counted.count)
    return {"seconds": found, "statements": statements, "entries": HistoryEntry.objects.count(), **exported(100_000)}


def exported(rows: int) -> dict[str, Any]:
    """The newest entries as CSV: seconds, rows, and the memory that it took above what was in use before."""
    until = HistoryEntry.objects.order_by("-at", "-pk").values_list("at", flat=True)[rows - 1 : rows].first()
    before, begun = peak_mb(), time.perf_counter()
    since = timezone.localdate(until) if until else None
    lines = sum(
        text.count("\n")
        for text in _upto(Export("bench", HistoryFilter(since=since), "csv", HistoryEntry.objects.all()).csv(), rows)
    )
    return {"csv_seconds": time.perf_counter() - begun, "csv_rows": lines - 1, "csv_mb": peak_mb() - before}


def _upto(texts: Iterator[str], rows: int) -> Iterator[str]:
    lines = 0
    for text in texts:
        yield text
        lines += text.count("\n")
        if lines > rows:
            return
