"""The template of a pairs file: whom the product couldn't place, for a person to write together who is who.

One row a person; those with a similar name stand next to each other. Source: design, Fixed interfaces.
"""

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from connections.models import Connection
from sync.analysis.links.candidates import NEVER_OFFERED
from sync.core.batches import batches
from sync.core.csv_cells import guarded
from sync.core.matching.person_names import fold
from sync.core.pairs_file import COLUMNS
from sync.core.records.employee import Side, from_json
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut
from sync.runs.lifecycle import latest_read

FOR_READERS = ("huma_name", "visma_name")
"""Columns that the product leaves alone when the file comes back."""


class _Line:
    """Something to write to: returns what it is given, so that the file is made line by line."""

    def write(self, text: str) -> str:
        return text


def count(connection: Connection) -> int:
    """How many people the template would have."""
    return sum(rows.count() for rows in _unplaced(connection))


def lines(connection: Connection) -> Iterator[str]:
    """The file, line by line, as spreadsheets in Norway read it: semicolons, and a mark that it is UTF-8."""
    writer: Any = csv.writer(_Line(), delimiter=";")
    yield "\ufeff"
    yield writer.writerow((*COLUMNS, *FOR_READERS))
    people = [(fold_name(one.name), one.pk) for rows in _unplaced(connection) for one in rows.only("pk", "name")]
    people.sort()
    for pks in batches(pk for _name, pk in people):
        found = EmployeeSnapshot.objects.in_bulk(pks)
        for pk in pks:
            if pk in found:
                yield writer.writerow([guarded(cell) for cell in _cells(found[pk])])


def fold_name(name: str) -> tuple[str, ...]:
    """The name's words, the last one first, so that the two records of one person stand together."""
    words = fold(name)
    return (*words[-1:], *words[:-1])


def _unplaced(connection: Connection) -> list[QuerySet[EmployeeSnapshot]]:
    """Everybody who is linked with nobody and could be: no programs, and nobody who is left out."""
    run = latest_read(connection)
    rows = EmployeeSnapshot.objects.filter(run=run, complete=True) if run else EmployeeSnapshot.objects.none()
    rows = rows.exclude(create_group__in=[group for group in NEVER_OFFERED if group])
    links = EmployeeLink.objects.filter(connection=connection).holding()
    out = LeftOut.objects.filter(connection=connection)
    return [
        rows.filter(side=side)
        .exclude(vendor_id__in=links.values(f"{side.value}_id"))
        .exclude(vendor_id__in=out.filter(side=side).values("vendor_id"))
        for side in Side
    ]


def _cells(one: EmployeeSnapshot) -> list[str]:
    if one.side == Side.VISMA:
        return ["", "", one.number, "", one.name]
    email = from_json(one.payload).canonical("email") if one.payload else None
    return [str(email or ""), one.vendor_id, "", one.name, ""]
