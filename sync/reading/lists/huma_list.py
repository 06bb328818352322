"""Reads Huma's list of users, several pages at once, and reads it again if it shifts meanwhile.

Each page begins with the last user of the page before. If the two differ, somebody was added or removed in between, and
a person who moved to another page would be missed. ``total`` may be missing.
Source: huma.md, Reading; design, Who is who (Absent from a list is not gone).
"""

from typing import Any

from django.conf import settings

from connections.api.errors import property_name
from connections.api.huma.client import USERS_PAGE, HumaClient
from connections.api.huma.documents import Page
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.core.records.partial_record import huma_partial
from sync.core.records.skipping import SHAPE, Skipped
from sync.models import SyncRun
from sync.reading.failures import CannotRead
from sync.reading.lists.programs import email_prints
from sync.reading.snapshots import forget, listed, load_skipped, store_listed, store_skipped

STEP = USERS_PAGE - 1
"""The distance from one page to the next: neighbours share one user."""
MAX_RESTARTS = 3


class HumaList:
    """The list stage of reading Huma.

    ``progress`` is a part of the run's progress and is changed in place. Together with the stored rows it is all that
    another process needs to continue: ``said`` is Huma's own total, ``pages`` has by offset the number of users and the
    ids of the first and the last, ``programs`` are the users who aren't people, ``program_emails`` the fingerprints of
    their addresses. ``flush`` stores the rows, in one transaction with ``progress``.
    """

    def __init__(self, run: SyncRun, client: HumaClient, progress: dict[str, Any]) -> None:
        self.run, self.client, self.progress = run, client, progress
        self.under_way: set[int] = set()
        self.again: list[int] = []
        self.people: list[str] = listed(run, Side.HUMA) if progress["pages"] else []
        progress.setdefault("program_emails", [])  # an older version stored none
        self._seen = {*self.people, *progress["programs"]}
        self._stored = len(self.people)
        self._afresh = False
        self._passed: list[Skipped] = []
        self._odd = {one.id for one in load_skipped(run)} if progress["pages"] else set()
        if any(isinstance(page, int) for page in progress["pages"].values()):  # begun when pages didn't overlap
            self._start_afresh(self.attempt)

    @staticmethod
    def start(restarts: int = 0) -> dict[str, Any]:
        """The progress at the start: the first page says how many users there are."""
        return {
            "stage": "list",
            "total": None,
            "read": 0,
            "restarts": restarts,
            "said": None,
            "pages": {},
            "programs": [],
            "program_emails": [],
        }

    @property
    def is_complete(self) -> bool:
        """Whether all pages were read and the list didn't shift meanwhile."""
        return bool(self.progress["stage"] != "list")

    @property
    def to_read(self) -> list[str]:
        """The ids of users whose own documents are to be read: all whose row in the list can be understood."""
        return [id_ for id_ in self.people if id_ not in self._odd]

    @property
    def attempt(self) -> int:
        """The number of this reading of the list; pages that an earlier reading asked for don't count."""
        return int(self.progress["restarts"])

    def next_offsets(self, room: int) -> list[int]:
        """The offsets of the pages to ask for now, at most ``room``."""
        if self.is_complete or room <= 0:
            return []
        taken = [self.again.pop() for _ in range(min(room, len(self.again)))]
        known = self.under_way | set(taken) | set(self.again)
        taken += [offset for offset in self._missing() if offset not in known][: room - len(taken)]
        self.under_way.update(taken)
        return taken

    def page(self, offset: int) -> Page:
        """One page of the users that the connection covers. Runs in a worker thread."""
        connection = self.run.connection
        return self.client.list_users(offset, USERS_PAGE, connection.huma_limits)

    def failed(self, attempt: int, offset: int) -> None:
        """Ask again for a page that couldn't be read."""
        if attempt == self.attempt:
            self.under_way.discard(offset)
            self.again.append(offset)

    def take(self, attempt: int, offset: int, page: Page) -> None:
        """Take a page. Raises ``CannotRead`` if the list shifts again and again."""
        if attempt != self.attempt:
            return
        self.under_way.discard(offset)
        ids = [item["id"] for item in page.items]
        said = self.progress["said"]
        shifted = page.total is not None and said is not None and page.total != said
        if shifted or not self._fits(offset, ids):
            self._restart()
            return
        new = set(ids) - self._seen
        self._seen |= new
        for item in page.items:
            if item["id"] in new:
                kind, wrong = item.get("type") or "user", page.odd.get(item["id"])
                is_person = kind == "user" or not isinstance(kind, str)
                (self.people if is_person else self.progress["programs"]).append(item["id"])
                if not is_person:
                    self.progress["program_emails"] += email_prints(self.run.connection, [huma_partial(item)])
                if wrong and is_person:
                    self._odd.add(item["id"])
                    self._passed.append(
                        Skipped(Side.HUMA, item["id"], SHAPE, property_name(wrong.prop), huma_partial(item))
                    )
        if len(self._seen) > settings.LIST_MAX_PEOPLE:  # without a total the list might never end
            raise CannotRead(Reason("too_many_people_huma", {"limit": settings.LIST_MAX_PEOPLE}))
        self.progress["said"] = said if page.total is None else page.total
        self.progress["pages"][str(offset)] = [len(ids), *([ids[0], ids[-1]] if ids else ["", ""])]
        if not (self._missing() or self.under_way or self.again):
            self._end()

    def _fits(self, offset: int, ids: list[str]) -> bool:
        """Whether a page shares exactly one user with each neighbouring page, as far as they are known."""
        before, after = (self.progress["pages"].get(str(offset + step)) for step in (-STEP, STEP))
        if before and before[2] != (ids[0] if ids else None):
            return False
        if after and not (len(ids) == USERS_PAGE and after[1] == ids[-1]):
            return False
        shared = {before[2]} if before else set()
        shared |= {after[1]} if after else set()
        return len(set(ids)) == len(ids) and self._seen.isdisjoint(set(ids) - shared)

    def _missing(self) -> list[int]:
        pages, said = self.progress["pages"], self.progress["said"]
        if "0" not in pages:
            return [0]
        if said is not None:
            return [offset for offset in range(0, said - 1, STEP) if str(offset) not in pages]
        last = max(map(int, pages))  # without a total, page after page until a short one
        return [last + STEP] if pages[str(last)][0] == USERS_PAGE else []

    def _end(self) -> None:
        said, pages = self.progress["said"], self.progress["pages"]
        if said is not None and said != sum(page[0] for page in pages.values()) - (len(pages) - 1):
            self._restart()
            return
        self.progress.update(stage="details", total=len(self.people), pages={}, programs=[])
        self.progress["read"] = len(self.people) - len(self.to_read)

    def _restart(self) -> None:
        restarts = self.attempt + 1
        if restarts > MAX_RESTARTS:
            raise CannotRead(Reason("list_unsteady"))
        self._start_afresh(restarts)

    def _start_afresh(self, restarts: int) -> None:
        self.under_way, self.again = set(), []
        self.people, self._seen, self._stored, self._afresh = [], set(), 0, True
        self._passed, self._odd = [], set()
        self.progress.update(self.start(restarts))

    def flush(self) -> None:
        """Store the users who were seen since the last flush."""
        if self._afresh:
            forget(self.run, Side.HUMA)
        store_listed(self.run, self.people[self._stored :])
        store_skipped(self.run, self._passed)
        self._stored, self._afresh, self._passed = len(self.people), False, []
