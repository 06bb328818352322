"""People of Visma's list about whom it gives no answer: each is asked for again once the others were read.

They stand in what was read as passed over for that, until there is an answer. Source: design, Who is who (One record
never stops the rest).
"""

from collections.abc import Collection

from sync.core.passing import too_many
from sync.reading.reader import Rows
from sync.reading.visma_list import VismaList


class SilentRows:
    """Those of one reading of the list; what is known of them is stored with its progress."""

    def __init__(self, visma: VismaList) -> None:
        self.visma = visma

    @property
    def ids(self) -> list[str]:
        """Who is still to be asked for."""
        found: list[str] = self.visma.progress.setdefault("silent", [])
        return found

    @property
    def are_few(self) -> bool:
        """Whether Visma has answered about all but a few."""
        left, people = len(self.ids), len(self.visma.known)
        return left < people and not too_many(left, people)

    def add(self, rows: Rows) -> None:
        """Remember those of a page."""
        self.ids.extend(one.id for one in rows.silent)

    def wanted(self, under_way: Collection[str]) -> list[str]:
        """Who may be asked for now, the last first: nobody before the list was read."""
        return [id_ for id_ in self.ids if id_ not in under_way] if self.visma.is_complete else []

    def later(self, id_: str) -> None:
        """There was no answer again: the others come first."""
        self.ids.remove(id_)
        self.ids.insert(0, id_)

    def answered(self, id_: str, there: bool = True) -> None:
        """There was an answer, or none is waited for any more."""
        self.ids.remove(id_)
        if not there:
            self.visma.answered(id_, "gone")
