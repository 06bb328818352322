"""Compares linked pairs as their connection and their links say. Stores nothing."""

from collections.abc import Mapping
from datetime import date

from connections.models import Connection
from sync.core.deciding.compare import Comparison, compare
from sync.core.fields import Pair
from sync.core.records.employee import Employee
from sync.models import EmployeeLink
from sync.models.links import StaysOut
from sync.reading.reader import enabled_fields, fingerprinter


def known_positions(link: EmployeeLink | None) -> tuple[str, str] | None:
    """The positions (Huma's, Visma's) that the link knows as the same employment; ``None`` if it knows none."""
    return (link.huma_position, link.visma_position) if link and link.huma_position else None


class Comparing:
    """Compares the linked pairs of one read of a connection.

    ``numbers`` and ``wanted``: the Employment IDs of others, as ``Pair`` has them.
    """

    def __init__(
        self,
        connection: Connection,
        today: date,
        left_out: StaysOut,
        numbers: Mapping[str, str],
        wanted: Mapping[str, tuple[str, str]],
    ) -> None:
        self.connection, self.today, self.left_out = connection, today, left_out
        self.numbers, self.wanted = numbers, wanted
        self.fingerprint, self.fields = fingerprinter(connection), enabled_fields(connection)

    def compare(self, huma: Employee, visma: Employee, link: EmployeeLink | None) -> Comparison:
        """Compare two people. ``link``: what is known of them; ``None`` for people who are linked by this read."""
        pair = Pair(
            huma=huma,
            visma=visma,
            today=self.today,
            default_end_reason=self.connection.default_end_reason,
            numbers=self.numbers,
            wanted=self.wanted,
            remade=link.remade if link else "",
        )
        return compare(
            pair,
            self.fingerprint,
            link.baseline if link else {},
            known_positions(link),
            self.left_out.fields_of(link.pk if link else None),
            self.fields,
            link.written if link else {},
        )
