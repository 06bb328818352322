"""Reads Visma's list of employees page after page, and then its ids once more, in case the list shifted meanwhile.

Visma's documentation doesn't say what a cursor keeps. So after more than one page the ids are read again. People who
are in only one of the two readings are asked for singly, until a reading of the ids brings nothing new.
Source: visma-employee.md, Reading; design, Who is who (Absent from a list is not gone).
"""

from typing import Any

from django.conf import settings

from connections.api.shapes import is_stand_in
from connections.api.visma.client import PAGE_SIZE
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.models import SyncRun
from sync.reading.failures import CannotRead
from sync.reading.lists.huma_list import MAX_RESTARTS
from sync.reading.snapshots import forget, listed

UNSTEADY = Reason("list_unsteady")
MAX_ROUNDS = 3
"""How often the ids are read once more because the reading before brought something new."""


class VismaList:
    """The list stage of reading Visma.

    ``progress`` is a part of the run's progress and is changed in place. Together with the stored rows it is all that
    another process needs to continue. ``stage``: list, ids, settle (``odd`` are the ids to ask for singly), done;
    ``silent`` are the ids of ``SilentRows``. ``asked`` has the results of asking singly, by id. ``note`` is called
    before ``progress`` is stored, ``flush`` in the same transaction.
    """

    def __init__(self, run: SyncRun, progress: dict[str, Any], asked: dict[str, str]) -> None:
        self.run, self.progress, self.asked = run, progress, asked
        begun = progress["cursor"] or progress["stage"] != "list"
        self.known = {id_ for id_ in listed(run, Side.VISMA) if not is_stand_in(id_)} if begun else set()
        self.again = set(progress.setdefault("again", []))
        self.afresh = False

    @staticmethod
    def start(restarts: int = 0) -> dict[str, Any]:
        """The progress at the start."""
        empty = {"cursor": "", "read": 0, "pages": 0, "idle": 0, "rounds": 0, "again": [], "odd": [], "silent": []}
        return {"stage": "list", "restarts": restarts, **empty}

    @property
    def is_complete(self) -> bool:
        """Whether everybody was read, and a second reading of the ids brought nobody new."""
        return bool(self.progress["stage"] == "done")

    @property
    def page_wanted(self) -> str:
        """Which pages to read now: list, ids, "" for none."""
        stage = str(self.progress["stage"])
        return stage if stage in ("list", "ids") else ""

    @property
    def cursor(self) -> str | None:
        """The cursor of the next page, ``None`` for the first one."""
        return self.progress["cursor"] or None

    def odd(self) -> list[str]:
        """The ids that are in only one of the two readings, and weren't asked for yet."""
        return [id_ for id_ in self.progress.get("odd", ()) if id_ not in self.asked]

    def take(self, found: list[str], cursor: str | None) -> None:
        """Take the ids of a page of people. Raises ``CannotRead`` if the list shifts again and again.

        People without a usable id don't count for the comparison with the second reading.
        """
        ids = {id_ for id_ in found if not is_stand_in(id_)}
        circle = self._is_circle(ids, self.known, cursor)
        if circle or len(set(found)) < len(found):
            self.restart(self._endless(self.known) if circle else UNSTEADY)
            return
        self._count(ids, self.known)
        self.known |= ids
        pages = self.progress.get("pages", 1) + 1
        stage = "list" if cursor else "ids" if pages > 1 else "done"
        self.progress.update(read=len(self.known), cursor=cursor or "", pages=pages, stage=stage)
        self.progress["idle"] = self.progress["idle"] if cursor else 0

    def take_ids(self, ids: list[str], cursor: str | None) -> None:
        """Take a page of ids. Raises ``CannotRead`` as ``take`` does."""
        page = set(ids)
        circle = self._is_circle(page, self.again, cursor)
        if circle or len(page) < len(ids):
            self._read_ids_again(self._endless(self.again) if circle else UNSTEADY)
            return
        self._count(page, self.again)
        self.again |= page
        self.progress["cursor"] = cursor or ""
        if not cursor:
            self._compare_ids()

    def refused(self) -> None:
        """Begin again, because Visma doesn't accept the cursor any more. Raises ``CannotRead`` as ``take`` does."""
        if self.progress["stage"] == "ids":
            self._read_ids_again()
        else:
            self.restart()

    def answered(self, id_: str, what: str) -> None:
        """Take the result of asking for a person singly: ``here`` or ``gone``; any other leaves them as read."""
        if what == "here":
            self.known.add(id_)
        elif what == "gone":
            self.known.discard(id_)
        self.progress["read"] = len(self.known)
        if self.progress["stage"] == "settle" and not self.odd():
            self._read_ids_again()

    def restart(self, why: Reason = UNSTEADY) -> None:
        """Read the list from its start. Raises ``CannotRead`` with ``why`` after several restarts."""
        restarts = self.progress["restarts"] + 1
        if restarts > MAX_RESTARTS:
            raise CannotRead(why)
        self.known, self.again, self.afresh = set(), set(), True
        self.asked.clear()
        self.progress.update(self.start(restarts))

    def note(self) -> None:
        """Write the ids of the second reading into ``progress``."""
        self.progress["again"] = sorted(self.again)

    def flush(self) -> None:
        """Delete the people who were read before reading began anew."""
        if self.afresh:
            forget(self.run, Side.VISMA)
        self.afresh = False

    def _is_circle(self, ids: set[str], seen: set[str], cursor: str | None) -> bool:
        """Whether a page has a next page and brings nobody new, so that the list may never end.

        Empty pages count only after too many in a row.
        """
        idle = self.progress.get("idle", 0) >= settings.LIST_MAX_IDLE_PAGES
        return bool(cursor) and ids <= seen and (bool(ids) or idle)

    def _count(self, ids: set[str], seen: set[str]) -> None:
        """Count a page. Raises ``CannotRead`` for a list that is longer than any company, or that never ends."""
        self.progress["idle"] = 0 if ids else self.progress.get("idle", 0) + 1
        self.progress["turns"] = self.progress.get("turns", 0) + 1
        if len(seen) + len(ids) > settings.LIST_MAX_PEOPLE:
            raise CannotRead(Reason("too_many_people_visma", {"limit": settings.LIST_MAX_PEOPLE}))
        if self.progress["turns"] > settings.LIST_MAX_PAGES:
            raise CannotRead(self._endless(seen))

    def _endless(self, seen: set[str]) -> Reason:
        return Reason("endless_list_visma", {"pages": self.progress.get("turns", 0), "people": len(seen)})

    def _compare_ids(self) -> None:
        odd = (self.again ^ self.known) - self.asked.keys()
        if len(odd) > PAGE_SIZE:
            self.restart()
            return
        self.again = set()
        self.progress.update(stage="settle" if odd else "done", odd=sorted(odd))

    def _read_ids_again(self, why: Reason = UNSTEADY) -> None:
        rounds = self.progress.get("rounds", 0) + 1
        if rounds > MAX_ROUNDS:
            raise CannotRead(why)
        self.again = set()
        self.progress.update(stage="ids", cursor="", odd=[], rounds=rounds, idle=0)
