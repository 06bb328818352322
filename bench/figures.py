"""The figures and their goals; each function measures some of them."""

import math
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.environment import Workspace
from bench.events import CLIENTS, events, p95
from bench.standins import Asked, Facts, StandIns
from bench.table import NOT_YET, Figure
from connections.api.huma.client import USERS_PAGE
from connections.api.visma.client import PAGE_SIZE

IN_HUMA = 0.94
"""The share of the stand-ins' people who are in Huma."""
THREADS = 8
LATENCY_MS = 50


@dataclass(frozen=True)
class Scale:
    """How much is measured; ``grown`` people show whether memory grows linearly, 0 leaves that out."""

    people: int = 1000
    races: int = 3
    pairs: int = 10_000
    crowd: int = 10_000
    grown: int = 0
    writers: int = 400
    differences: int = 10_000
    views: int = 200
    events: int = 300
    changes: int = 36
    entries: int = 120_000
    repeats: int = 5
    burst: int = 40
    engines: tuple[str, ...] = ("sqlite", "postgres")


CPU_GOAL, DEEPDIFF = 0.25, 0.294
"""Milliseconds for a pair: the goal, and what deepdiff took on the machine on which the goal was set."""
SHORT = Scale()
FULL = Scale(races=5, grown=50_000, writers=1000, views=1000, entries=1_000_000)


def reading(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
    """Requests, wall time against a bare loop, and SQL statements."""
    ours, bare, statements = [], [], {}
    with StandIns(employees=math.ceil(scale.people / IN_HUMA), latency_ms=LATENCY_MS) as vendors:
        for engine in scale.engines:
            statements[engine] = workspace.run("compare", engine, vendors.environment())["statements"]
            vendors.asked()
        for _ in range(scale.races):
            ours.append(workspace.run("compare", vendors=vendors.environment())["read"])
            asked = vendors.asked()
            bare.append(workspace.bare(addresses(asked, vendors.facts), THREADS))
            vendors.asked()
        yield from requests(asked, vendors.facts)
    name = f"reading {scale.people:,} people, {LATENCY_MS} ms, {THREADS} at once ÷ a bare loop (best of {scale.races})"
    ratio = min(ours) / min(bare)
    yield Figure(name, "≤ 1.10", f"{min(ours):.2f} s ÷ {min(bare):.2f} s = {ratio:.2f}", ratio, 1.10)
    limits = {"postgres": ("PostgreSQL", 60), "sqlite": ("SQLite", 150)}
    for engine, count in sorted(statements.items()):
        word, limit = limits[engine]
        yield Figure(
            f"SQL statements to compare {scale.people:,} people, {word}", f"≤ {limit}", str(count), count, limit
        )


def requests(asked: list[Asked], facts: Facts) -> Iterator[Figure]:
    """How many requests a comparison took, by the stand-ins' journal, without those for tokens."""
    counts = Counter(one.side for one in asked if one.method == "GET")
    tokens = Counter(one.side for one in asked if one.method == "POST")
    limits = {
        # Huma's pages overlap by one, and Visma's ids are read once more, to notice a list that shifts.
        "huma": max(1, math.ceil((facts.huma - 1) / (USERS_PAGE - 1))) + 2 * facts.huma + facts.resting,
        "visma": math.ceil(facts.visma / PAGE_SIZE) * (2 if facts.visma > PAGE_SIZE else 1),
    }
    for side, people in (("huma", facts.huma), ("visma", facts.visma)):
        result = f"{counts[side]:,} + {tokens[side]} token"
        yield Figure(
            f"requests to compare {people:,} people, {side.capitalize()}",
            f"≤ {limits[side]:,} + token",
            result,
            counts[side],
            limits[side],
        )


def addresses(asked: list[Asked], facts: Facts) -> dict[str, list[str]]:
    """The addresses for the bare loop: the same requests, and those of the tokens."""
    bases = {"huma": facts.huma_url, "visma": facts.visma_url.removesuffix("/v2")}
    found = {
        side: [base + one.target for one in asked if one.side == side and one.method == "GET"]
        for side, base in bases.items()
    }
    return {**found, "huma_token": [f"{facts.huma_url}/auth/oauth/token"], "visma_token": [facts.visma_token_url]}


def writing(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
    """Requests for each document written in Visma."""
    with StandIns(employees=scale.writers, job_seconds=(0.3, 1.5), differ=True) as vendors:
        found = workspace.run("write", vendors=vendors.environment())
        asked = [one for one in vendors.asked() if one.side == "visma"]
    written = [one.target for one in asked if one.method == "PUT"]
    documents = set(written)
    gets = sum(one.method == "GET" and one.target in documents for one in asked)
    looks = sum(one.method == "GET" and "/jobs/" in one.target for one in asked)
    each = [count / len(documents) for count in (gets, len(written), looks)]
    done = found["changes"]["done"]
    yield Figure(
        f"Visma's requests a written document, jobs of 0.3–1.5 s ({len(documents)} documents)",
        "≤ 1 GET + 1 PUT + 1.2 looks",
        f"{each[0]:.2f} GET + {each[1]:.2f} PUT + {each[2]:.2f} looks",
        sum(each),
        3.2,
    )
    name = f"PUTs a document, all its fields in one ({done} of {found['changes']['planned']} changes done)"
    yield Figure(name, "1", f"{each[1]:.2f}", each[1], 1.0)


def thinking(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
    """CPU of the pure core here, and on the machine on which its goal was set. How fast that one is, deepdiff says: it
    was measured there, and is measured here at the same time. Machines differ by a factor of two."""
    races = [workspace.run("cpu", pairs=scale.pairs) for _ in range(scale.races)]
    pairs = races[0]["pairs"]
    ours, door, deepdiff, csv_diff = (
        1000 * min(one[name] for one in races) / pairs for name in ("ours", "door", "deepdiff", "csv_diff")
    )
    name = f"CPU to normalise, match, compare and plan {pairs:,} pairs (best of {scale.races})"
    yield Figure(name, NOT_YET, f"{ours:.3f} ms a pair")
    there = ours * DEEPDIFF / deepdiff
    name = f"… on the machine of the goal, on which deepdiff takes {DEEPDIFF} ms"
    yield Figure(name, f"≤ {CPU_GOAL} ms a pair", f"{there:.3f} ms a pair", there, CPU_GOAL)
    yield Figure("… ÷ deepdiff, which only compares", NOT_YET, f"{deepdiff:.3f} ms a pair", ours / deepdiff)
    yield Figure("… ÷ csv-diff, which only compares", NOT_YET, f"{csv_diff:.3f} ms a pair", ours / csv_diff)
    name = f"CPU to check the documents of {pairs:,} pairs at the door, before that (best of {scale.races})"
    yield Figure(name, NOT_YET, f"{door:.3f} ms a pair")


def remembering(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
    """Peak memory of a run."""
    peaks = {}
    for people in filter(None, (1, scale.crowd, scale.grown)):
        with StandIns(employees=people) as vendors:
            peaks[people] = workspace.run("memory", vendors=vendors.environment())["peak"]
    empty = peaks.pop(1)
    above = {people: peak - empty for people, peak in peaks.items()}
    name = f"peak memory of a run over {scale.crowd:,} people, above an empty one"
    used = above[scale.crowd]
    yield Figure(name, "≤ 150 MB", f"{used:.0f} MB (empty: {empty:.0f} MB)", used, 150)
    name = f"… over {FULL.grown:,}: linear"
    if not scale.grown:
        yield Figure(name, "≤ 1.1 × as much a person", "with --full")
        return
    growth = above[scale.grown] / used / (scale.grown / scale.crowd)
    yield Figure(name, "≤ 1.1 × as much a person", f"{above[scale.grown]:.0f} MB, {growth:.2f} ×", growth, 1.1)


def looking(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
    """The Review page."""
    for engine in sorted(scale.engines):
        found = workspace.run("review", engine, differences=scale.differences, views=scale.views)
        word = {"postgres": "PostgreSQL", "sqlite": "SQLite"}[engine]
        name = f"Review with {found['differences']:,} differences, {word}"
        slowest = p95(found["seconds"])
        yield Figure(f"{name}: server time p95", "≤ 150 ms", f"{slowest:.0f} ms", slowest, 150)
        yield Figure(f"{name}: statements", "≤ 15", str(found["statements"]), found["statements"], 15)


def remembered(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
    """The history: its list with each filter, and a long file."""
    if "postgres" not in scale.engines:
        return
    found = workspace.run("history", "postgres", entries=scale.entries, repeats=scale.repeats)
    name = f"History with {found['entries']:,} entries over 200 connections, PostgreSQL"
    by_view = {view: p95(seconds) for view, seconds in found["seconds"].items()}
    slowest = max(by_view, key=lambda view: by_view[view])
    result = f"{by_view[slowest]:.0f} ms ({slowest})"
    yield Figure(
        f"{name}: first page, server time p95",
        "≤ 200 ms",
        f"{by_view['first page']:.0f} ms",
        by_view["first page"],
        200,
    )
    yield Figure(
        f"{name}: the slowest of {len(by_view)} filters and searches, p95", "≤ 200 ms", result, by_view[slowest], 200
    )
    yield Figure(f"{name}: statements", "≤ 15", str(found["statements"]), found["statements"], 15)
    name = f"{found['csv_rows']:,} entries as CSV"
    yield Figure(f"{name}: time", "≤ 60 s", f"{found['csv_seconds']:.0f} s", found["csv_seconds"], 60)
    yield Figure(f"{name}: memory above the pages'", "≤ 150 MB", f"{found['csv_mb']:.0f} MB", found["csv_mb"], 150)


def happening(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
    """Huma's webhook, and how soon its changes are in Visma."""
    for engine in sorted(scale.engines):
        word = {"postgres": "PostgreSQL", "sqlite": "SQLite"}[engine]
        found = events(workspace, engine, scale.events, scale.changes, scale.burst)
        name = f"an event taken in, one web process, {word}"
        yield Figure(f"{name}: one at a time, p95", NOT_YET, f"{p95(found.taken):.0f} ms")
        yield Figure(f"{name}: {CLIENTS} at once", NOT_YET, f"{found.rate:.0f} events/s")
        name = f"a webhook's change in Visma after the event, vendor time taken out, {word}"
        single = p95(found.single)
        median = 1000 * statistics.median(found.single)
        result = f"{single / 1000:.2f} s (median {median / 1000:.2f} s)"
        yield Figure(f"{name}, p95", "≤ 1 s", result, single, 1000)
        sentence = f"{5 * scale.burst} events about {scale.burst} people at once, p95"
        yield Figure(f"… {sentence}", NOT_YET, f"{p95(found.burst) / 1000:.1f} s")


ALL = {one.__name__: one for one in (reading, writing, thinking, remembering, looking, remembered, happening)}
