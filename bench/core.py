"""Measures the CPU of the pure core, and of deepdiff and csv-diff over the same values."""

import csv
import gc
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from bench.documents import check_huma, check_visma, company, in_huma
from connections.models import new_fingerprint_key
from sync.core.batches import batches
from sync.core.deciding.compare import Comparison, compare
from sync.core.deciding.plan import Planned, field_change, plan_fingerprint
from sync.core.fields import FIELDS, Pair, field
from sync.core.fields.number import holders
from sync.core.garbage_collection import no_garbage_collection
from sync.core.matching.match import match
from sync.core.records.employee import Employee, Side
from sync.core.records.read import visma_employee
from sync.core.values.fingerprint import Fingerprinter


@dataclass(frozen=True)
class Compared:
    """The core's results for a company."""

    pairs: list[tuple[Employee, Employee]]
    planned: list[Planned]


def read(people: list[str], normalise: Callable[..., Employee], today: date) -> tuple[dict[str, Employee], float]:
    """The people of a side by their ids, and the CPU seconds to normalise them."""
    found: dict[str, Employee] = {}

    def take(document: Any, positions: Any) -> None:
        employee = normalise(document, positions, today)
        found[employee.id] = employee

    return found, seconds_of(people, take)


def seconds_of(people: list[str], take: Callable[[Any, Any], None]) -> float:
    """The CPU seconds to ``take`` everybody's documents.

    Each document is parsed just before, as in a run, which never has all documents at once; parsing isn't counted.
    """
    seconds = 0.0
    for page in batches(people, 50):
        documents = [json.loads(text) for text in page]
        begun = time.process_time()
        for document, positions in documents:
            take(document, positions)
        seconds += time.process_time() - begun
    return seconds


def whole_core(huma: dict[str, Employee], visma: dict[str, Employee], today: date) -> Compared:
    """Match, compare and plan, as a run does."""
    fingerprint = Fingerprinter(bytes.fromhex(new_fingerprint_key()))
    numbers = holders((e.number, e.id) for e in visma.values())
    planned: list[Planned] = []
    pairs = []
    for linked in match(huma.values(), visma.values()).linked:
        pair = Pair(huma[linked.huma], visma[linked.visma], today, numbers=numbers)
        pairs.append((pair.huma, pair.visma))
        planned += plan(f"{linked.huma} {linked.visma}", compare(pair, fingerprint, {}), fingerprint, today)
    plan_fingerprint(planned)
    return Compared(pairs, planned)


def plan(person: str, comparison: Comparison, fingerprint: Fingerprinter, today: date) -> Iterator[Planned]:
    """The plan that writes every possible difference to Visma."""
    for one in comparison.differences:
        if Side.VISMA not in one.forbidden:
            yield field_change(
                person=person,
                spec=field(one.field),
                target=Side.VISMA,
                before=one.visma.own,
                after=one.to[Side.VISMA],
                prints=one.prints,
                fingerprint=fingerprint,
                today=today,
            )


def measure(pairs: int) -> dict[str, Any]:
    """The CPU seconds of the core, of the clients' checks, and of the two libraries, for about ``pairs`` pairs."""
    huma, visma = company(pairs)
    gc.collect()
    with no_garbage_collection():
        door = seconds_of(huma, check_huma) + seconds_of(visma, check_visma)
        humas, reading_huma = read(huma, in_huma, timezone.localdate())
        vismas, reading_visma = read(visma, visma_employee, timezone.localdate())
        begun = time.process_time()
        found = whole_core(humas, vismas, timezone.localdate())
        ours = reading_huma + reading_visma + time.process_time() - begun
    measured = {"pairs": len(found.pairs), "changes": len(found.planned), "ours": ours, "door": door}
    rows = [({"id": a.id, **own(a)}, {"id": a.id, **own(b)}) for a, b in found.pairs]
    return {**measured, "deepdiff": by_deepdiff(rows), "csv_diff": by_csv_diff(rows)}


def own(employee: Employee) -> dict[str, Any]:
    """The values in the side's own form, by field."""
    return {one.name: employee.values[one.name].own for one in FIELDS}


def by_deepdiff(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> float:
    """CPU seconds of ``DeepDiff`` over each pair."""
    from deepdiff import DeepDiff

    begun = time.process_time()
    for huma, visma in rows:
        DeepDiff(huma, visma)
    return time.process_time() - begun


def by_csv_diff(rows: list[tuple[dict[str, Any], dict[str, Any]]]) -> float:
    """CPU seconds of ``csv_diff.compare`` over two tables that were written before."""
    import csv_diff

    texts = [_table([pair[side] for pair in rows]) for side in (0, 1)]
    begun = time.process_time()
    # Without a dialect, csv-diff needs most of its time to guess one.
    huma, visma = (csv_diff.load_csv(io.StringIO(text), key="id", dialect="excel") for text in texts)
    csv_diff.compare(huma, visma)
    return time.process_time() - begun


def _table(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
