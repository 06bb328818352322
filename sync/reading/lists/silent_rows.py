"""People in Visma's list about whom it doesn't answer: each is asked for again after the others were read.

Until there is an answer they are stored as passed over. Source: design, Who is who (One record never stops the rest).
"""

from collections.abc import Collection

from sync.core.records.skipping import too_many_skipped
from sync.reading.lists.visma_list import VismaList
from sync.reading.reader import Rows


class SilentRows:
    """The silent rows of one reading of the list; their ids are stored with its progress."""

    def __init__(self, visma: VismaList) -> None:
        self.visma = visma

    @property
    def ids(self) -> list[str]:
        """The ids that are still to be asked for."""
        found: list[str] = self.visma.progress.setdefault("silent", [])
        return found

    @property
    def are_few(self) -> bool:
        """Whether Visma has answered about all people except a few."""
        left, people = len(self.ids), len(self.visma.known)
        return left < people and not too_many_skipped(left, people)

    def add(self, rows: Rows) -> None:
        """Add the silent rows of a page."""
        self.ids.extend(one.id for one in rows.silent)

    def wanted(self, under_way: Collection[str]) -> list[str]:
        """The ids to ask for now, the last first; nobody before the list was read."""
        return [id_ for id_ in self.ids if id_ not in under_way] if self.visma.is_complete else []

    def later(self, id_: str) -> None:
        """Ask for this person after the others: there was no answer again."""
        self.ids.remove(id_)
        self.ids.insert(0, id_)

    def answered(self, id_: str, there: bool = True) -> None:
        """Remove a person: there was an answer, or we don't wait for one any more."""
        self.ids.remove(id_)
        if not there:
            self.visma.answered(id_, "gone")
