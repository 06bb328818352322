"""Huma's list of users, page by page and several at once, read again when it shifts meanwhile.

The order of pages isn't promised and ``total`` may be missing. Source: huma.md, Reading.
"""

from typing import Any

from connections.huma import HumaClient
from connections.huma_shapes import Page
from sync.core.reasons import Reason
from sync.models import SyncRun
from sync.services.failures import CannotRead
from sync.services.snapshots import forget, listed, store_listed

PAGE = 50
MAX_RESTARTS = 3


class HumaList:
    """The list stage of reading Huma.

    ``progress`` is the run's own dict and is changed in place; with the rows of who was seen it is all that another
    process needs to go on: ``said`` is Huma's own total, ``pages`` has the number of users on each page by offset,
    ``programs`` are the users who aren't people. ``flush`` stores the rows, in one transaction with ``progress``.
    """

    def __init__(self, run: SyncRun, client: HumaClient, progress: dict[str, Any]) -> None:
        self.run, self.client, self.progress = run, client, progress
        self.under_way: set[int] = set()
        self.again: list[int] = []
        self.people: list[str] = listed(run, "huma") if progress["pages"] else []
        self._seen = {*self.people, *progress["programs"]}
        self._stored = len(self.people)
        self._afresh = False

    @staticmethod
    def start(restarts: int = 0) -> dict[str, Any]:
        """Where reading begins: the first page tells how many there are."""
        return {
            "stage": "list",
            "total": None,
            "read": 0,
            "restarts": restarts,
            "said": None,
            "pages": {},
            "programs": [],
        }

    @property
    def is_complete(self) -> bool:
        """Whether all pages were read and the list stood still meanwhile."""
        return bool(self.progress["stage"] != "list")

    @property
    def attempt(self) -> int:
        """Which reading of the list this is; pages that were asked for by an earlier one don't count."""
        return int(self.progress["restarts"])

    def next_offsets(self, room: int) -> list[int]:
        """The pages to ask for now, at most ``room``."""
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
        return self.client.list_users(
            offset, PAGE, connection.huma_companies, connection.huma_locations, connection.huma_teams
        )

    def failed(self, attempt: int, offset: int) -> None:
        """The page couldn't be read: ask for it again."""
        if attempt == self.attempt:
            self.under_way.discard(offset)
            self.again.append(offset)

    def take(self, attempt: int, offset: int, page: Page) -> None:
        """Take a page. Raises ``CannotRead`` if the list won't hold still."""
        if attempt != self.attempt:
            return
        self.under_way.discard(offset)
        ids = {item["id"] for item in page.items}
        said = self.progress["said"]
        shifted = page.total is not None and said is not None and page.total != said
        if shifted or len(ids) < len(page.items) or ids & self._seen:
            self._restart()
            return
        self._seen |= ids
        for item in page.items:
            found = self.people if item.get("type", "user") == "user" else self.progress["programs"]
            found.append(item["id"])
        self.progress["said"] = said if page.total is None else page.total
        self.progress["pages"][str(offset)] = len(page.items)
        if not (self._missing() or self.under_way or self.again):
            self._end()

    def _missing(self) -> list[int]:
        pages, said = self.progress["pages"], self.progress["said"]
        if "0" not in pages:
            return [0]
        if said is not None:
            return [offset for offset in range(0, said, PAGE) if str(offset) not in pages]
        last = max(map(int, pages))  # without a total, one page after the other until a short one
        return [last + PAGE] if pages[str(last)] == PAGE else []

    def _end(self) -> None:
        said = self.progress["said"]
        if said is not None and said != sum(self.progress["pages"].values()):
            self._restart()
            return
        self.progress.update(stage="details", total=len(self.people), pages={}, programs=[])

    def _restart(self) -> None:
        restarts = self.attempt + 1
        if restarts > MAX_RESTARTS:
            raise CannotRead(Reason("list_unsteady"))
        self.under_way, self.again = set(), []
        self.people, self._seen, self._stored, self._afresh = [], set(), 0, True
        self.progress.update(self.start(restarts))

    def flush(self) -> None:
        """Store who was seen since the last time."""
        if self._afresh:
            forget(self.run, "huma")
        store_listed(self.run, self.people[self._stored :])
        self._stored, self._afresh = len(self.people), False
