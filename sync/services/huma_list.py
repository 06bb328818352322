"""Huma's list of users, page by page and several at once, read again when it shifts meanwhile.

The order of pages isn't promised and ``total`` may be missing. Source: huma.md, Reading.
"""

from typing import Any

from connections.huma import HumaClient
from connections.huma_shapes import Page
from sync.core.reasons import Reason
from sync.models import EmployeeSnapshot, SyncRun
from sync.services.failures import CannotRead

PAGE = 50
MAX_RESTARTS = 3


class HumaList:
    """The list stage of reading Huma. ``progress`` is the run's own dict and is changed in place."""

    def __init__(self, run: SyncRun, client: HumaClient, progress: dict[str, Any]) -> None:
        self.run, self.client, self.progress = run, client, progress
        self.under_way: set[int] = set()
        self.again: list[int] = []
        self.pages: dict[int, Page] = {}

    @staticmethod
    def start(restarts: int = 0) -> dict[str, Any]:
        """Where reading begins: the first page tells how many there are."""
        return {"stage": "list", "total": None, "read": 0, "restarts": restarts}

    @property
    def is_complete(self) -> bool:
        """Whether all pages were read and the list stood still meanwhile."""
        return bool(self.progress["stage"] != "list")

    def next_offsets(self, room: int) -> list[int]:
        """The pages to ask for now, at most ``room``."""
        if self.is_complete or room <= 0:
            return []
        taken = [self.again.pop() for _ in range(min(room, len(self.again)))]
        known = set(self.pages) | self.under_way | set(taken) | set(self.again)
        if 0 not in known:
            wanted = [0]
        elif 0 not in self.pages:
            wanted = []
        elif (total := self.pages[0].total) is not None:
            wanted = [offset for offset in range(0, max(total, 1), PAGE) if offset not in known]
        else:  # without a total, one page after the other until a short one
            last = max(self.pages)
            wanted = [last + PAGE] if last + PAGE not in known and len(self.pages[last].items) == PAGE else []
        taken += wanted[: room - len(taken)]
        self.under_way.update(taken)
        return taken

    def page(self, offset: int) -> Page:
        """One page of the users that the connection covers. Runs in a worker thread."""
        connection = self.run.connection
        return self.client.list_users(
            offset, PAGE, connection.huma_companies, connection.huma_locations, connection.huma_teams
        )

    def failed(self, offset: int) -> None:
        """The page couldn't be read: ask for it again."""
        self.under_way.discard(offset)
        self.again.append(offset)

    def take(self, offset: int, page: Page) -> bool:
        """Take a page; True when it was the last one missing and the list is stored."""
        self.under_way.discard(offset)
        self.pages[offset] = page
        if self.under_way or self.next_offsets_left():
            return False
        found = {item["id"]: item for one in self.pages.values() for item in one.items}
        if not self._stood_still(found):
            self._restart()
            return False
        EmployeeSnapshot.objects.bulk_create(
            [
                EmployeeSnapshot(run=self.run, side="huma", vendor_id=user_id, complete=False)
                for user_id, item in found.items()
                if item.get("type", "user") == "user"
            ],
            ignore_conflicts=True,
            batch_size=1000,
        )
        people = EmployeeSnapshot.objects.filter(run=self.run, side="huma").count()
        self.progress.update(stage="details", total=people)
        return True

    def next_offsets_left(self) -> bool:
        """Whether some page hasn't been asked for."""
        if self.again:
            return True
        total = self.pages[0].total if 0 in self.pages else None
        if 0 not in self.pages:
            return True
        if total is not None:
            return any(offset not in self.pages for offset in range(0, max(total, 1), PAGE))
        last = max(self.pages)
        return len(self.pages[last].items) == PAGE

    def _stood_still(self, found: dict[str, Any]) -> bool:
        totals = {page.total for page in self.pages.values()}
        items = sum(len(page.items) for page in self.pages.values())
        if len(totals) != 1 or len(found) != items:
            return False
        total = totals.pop()
        return total is None or total == items

    def _restart(self) -> None:
        restarts = self.progress["restarts"] + 1
        if restarts > MAX_RESTARTS:
            raise CannotRead(Reason("list_unsteady"))
        self.pages, self.under_way, self.again = {}, set(), []
        self.progress.update(self.start(restarts))
