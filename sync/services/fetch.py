"""Reading both sides completely, or failing: "could not read" is never "is not there".

Both sides are read at the same time, in slices that can be resumed by another process. What was read lies in
EmployeeSnapshot rows; ``SyncRun.progress`` says how far each side is.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.clients import clients_for
from connections.errors import Rejected, Unavailable
from connections.huma_shapes import Page
from sync.core.employee import Employee, Side
from sync.core.passing import SILENT, Passed, too_many
from sync.core.presence import Seen
from sync.lease import Lease
from sync.models import EmployeeLink, SyncRun
from sync.services import asking
from sync.services.asking import Asking
from sync.services.failures import CannotRead
from sync.services.huma_list import HumaList
from sync.services.one_person import PassedOver
from sync.services.patience import SIDE_OF, Patience
from sync.services.reading import reader_for
from sync.services.snapshots import forget, listed, store_passed, store_people, unread
from sync.services.visma_list import VismaList
from sync.stopping import is_stopping

FLUSH_EVERY = 500  # people
SHARE_EVERY = 5.0  # seconds between looks at how long others were told to keep away
SAVE_EVERY, LOOK_EVERY = 3.0, 0.1  # seconds


class _Over(Exception):
    """The run isn't ours to read any more: it was cancelled, or another process has its lease."""


class Fetch:
    """One slice of reading. ``step()`` until it returns True, the deadline is over, or the lease is lost."""

    def __init__(self, run: SyncRun, *, before_release: bool = False) -> None:
        self.run = run
        self.clients = clients_for(run.connection)
        self.progress: dict[str, Any] = run.progress or _start()
        rows = EmployeeLink.objects.filter(connection=run.connection).exclude(state=EmployeeLink.State.DIFFERENT)
        links = list(rows.defer("baseline", "seen"))
        known = [one for one in links if one.state != EmployeeLink.State.GONE]
        self.reader = reader_for(run.connection, known, before_release=before_release)
        self.asking = Asking(run, links, self.progress.setdefault("asked", asking.start()))
        self.list = HumaList(run, self.clients.huma, self.progress["huma"])
        self.visma = VismaList(run, self.progress["visma"], self.asking.asked["visma"])
        self.to_read: list[str] = []
        self.to_ask: dict[str, list[str]] = {"huma": [], "visma": []}
        self.read: list[Employee] = []
        self.passed: list[Passed] = []
        self.gone: dict[str, list[str]] = {"huma": [], "visma": []}
        silent = self.progress.setdefault("silent", {})
        self.sides = {name: Patience(name, silent) for name in ("huma", "visma")}
        self.saved_at = self.shared_at = time.monotonic()
        self.futures: dict[Future[Any], tuple[str, Any]] = {}
        self.lease: Lease

    def slice(self, lease: Lease, seconds: float) -> bool:
        """Read for about ``seconds``; True when both sides are complete. Raises ``CannotRead`` and vendor errors."""
        deadline = time.monotonic() + seconds
        self.lease = lease
        self.clients.share_waiting(self.run.connection)
        self.reader.witness.knows("huma", self.list.to_read)
        if self.list.is_complete:
            self.to_read = unread(self.run)[::-1]
            self.to_ask["huma"] = self.asking.absent("huma", listed(self.run, "huma"))
        self._find_absent_in_visma()
        pool = ThreadPoolExecutor(settings.SYNC_CONCURRENCY + 1, thread_name_prefix="read")
        try:
            while not self.is_complete and not lease.lost and time.monotonic() < deadline and not is_stopping():
                self._submit(pool)
                if self.pause > settings.SLICE_SECONDS:
                    break  # others may have the worker meanwhile
                self._collect()
                if len(self.read) >= FLUSH_EVERY or time.monotonic() - self.saved_at >= SAVE_EVERY:
                    self._save()
            for future in list(self.futures):  # what is under way is finished, not thrown away
                self._take(future)
            self._save()
        except _Over:
            return False
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        return self.is_complete

    @property
    def pause(self) -> float:
        """Seconds until there is something to do, where every side that isn't complete is given a pause; else 0."""
        if self.futures or self.is_complete:
            return 0.0
        left = [name for name, side in self.sides.items() if not self._is_read(name)]
        return max(0.0, min(self.sides[name].not_before for name in left) - time.monotonic())

    @property
    def is_complete(self) -> bool:
        """Whether both sides were read to the end."""
        return all(self._is_read(side) for side in self.sides)

    def _is_read(self, side: str) -> bool:
        if self.to_ask[side] or any(SIDE_OF[kind] == side for kind, _what in self.futures.values()):
            return False
        return self.visma.is_complete if side == "visma" else self.list.is_complete and not self.to_read

    def _submit(self, pool: ThreadPoolExecutor) -> None:
        now = time.monotonic()
        kinds = [kind for kind, _what in self.futures.values()]
        room = settings.SYNC_CONCURRENCY - sum(kind not in ("pages", "ids") for kind in kinds)
        if now >= self.sides["visma"].not_before:
            if self.visma.page_wanted and not {"pages", "ids"}.intersection(kinds):
                self._submit_visma_page(pool)
            room -= self._submit_asks(pool, "visma", self.reader.visma_person, room)
        if now >= self.sides["huma"].not_before:
            for offset in self.list.next_offsets(room):
                self.futures[pool.submit(self.list.page, offset)] = ("list", (self.list.attempt, offset))
            for _ in range(min(room, len(self.to_read)) if self.list.is_complete else 0):
                user_id = self.to_read.pop()
                self.futures[pool.submit(self.reader.huma, user_id, listed=True)] = ("user", user_id)
                room -= 1
            self._submit_asks(pool, "huma", self.reader.huma, room)

    def _submit_visma_page(self, pool: ThreadPoolExecutor) -> None:
        cursor = self.visma.cursor
        if self.visma.page_wanted == "ids":
            self.futures[pool.submit(self.reader.visma_ids, cursor)] = ("ids", cursor)
        else:
            self.futures[pool.submit(self.reader.visma_page, cursor)] = ("pages", cursor)

    def _submit_asks(self, pool: ThreadPoolExecutor, side: str, read: Callable[[str], Any], room: int) -> int:
        """Ask for at most ``room`` people singly; gives how many."""
        asks = [self.to_ask[side].pop() for _ in range(max(0, min(room, len(self.to_ask[side]))))]
        self.futures |= {pool.submit(read, id_): (f"ask {side}", id_) for id_ in asks}
        return len(asks)

    def _collect(self) -> None:
        if not self.futures:  # both sides are given a pause
            time.sleep(LOOK_EVERY)
            return
        done, _pending = wait(self.futures, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
        for future in done:
            self._take(future)

    def _take(self, future: Future[Any]) -> None:
        kind, what = self.futures.pop(future)
        side = self.sides[SIDE_OF[kind]]
        try:
            result = future.result()
        except Unavailable as error:
            self._take_unavailable(kind, what, error)
            return
        except Exception as error:
            if isinstance(error, PassedOver):
                self._pass_over(kind, what, error.passed)
            if kind.startswith("ask "):
                side.good()
                self._take_answer(side.name, what, None, error)
            elif kind == "user" and isinstance(error, PassedOver):
                side.good()
            elif kind in ("pages", "ids") and what and isinstance(error, Rejected):
                self._go_on_in_visma(self.visma.refused)  # a cursor from before an interruption may have run out
            else:
                raise
            return
        side.good()
        if kind.startswith("ask "):
            self._take_answer(side.name, what, result)
        elif kind == "pages":
            self._take_page(*result)
        elif kind == "ids":
            self._go_on_in_visma(self.visma.take_ids, *result)
        elif kind == "list":
            self._take_list(what[0], what[1], result)
        elif result is None:
            self.gone["huma"].append(what)
            self.asking.gone_since_listed(what)
        else:
            self.read.append(result)
            self.progress["huma"]["read"] += 1

    def _take_page(self, employees: list[Employee], passed: list[Passed], cursor: str | None) -> None:
        self.read += employees
        self.passed += passed
        self._go_on_in_visma(self.visma.take, [*(one.id for one in employees), *(one.id for one in passed)], cursor)

    def _pass_over(self, kind: str, id_: str, passed: Passed) -> None:
        self.passed.append(passed)
        if kind == "user":
            self.progress["huma"]["read"] += 1

    def _is_nearly_read(self) -> bool:
        """Whether Huma has answered for all but a few people."""
        left = 1 + len(self.to_read) + sum(kind == "user" for kind, _what in self.futures.values())
        read = self.progress["huma"]["read"]
        return bool(read) and not too_many(left, read + left)

    def _take_unavailable(self, kind: str, what: Any, error: Unavailable) -> None:
        """Ask again later. Where that has lasted too long, reading fails; one person's trouble is theirs alone."""
        side = self.sides[SIDE_OF[kind]]
        try:
            side.bad(error)
        except CannotRead as over:
            is_ask = kind.startswith("ask ")
            if not (is_ask or (kind == "user" and self._is_nearly_read())):
                raise
            if is_ask:
                self._take_answer(side.name, what, None, over)
            self._pass_over(kind, what, Passed(Side(side.name), what, SILENT))
            return
        if kind == "list":
            self.list.failed(*what)
        elif kind == "user":
            self.to_read.append(what)
        elif kind.startswith("ask "):
            self.to_ask[side.name].insert(0, what)  # the others first

    def _take_answer(self, side: str, id_: str, found: Employee | None, error: Exception | None = None) -> None:
        """Somebody was asked for singly: who is there takes part as if they had been listed."""
        if error is None:
            seen = self.asking.answered(side, id_, found is not None)
        else:
            seen = self.asking.failed(side, id_, error)
        if found is not None:
            self.read.append(found)
        elif seen is Seen.GONE:
            self.gone[side].append(id_)
        if side == "visma":
            self.visma.answered(id_, seen.value)
        if self.asking.is_over(side) and (side == "huma" or self.visma.is_complete):
            self.to_ask[side] = []

    def _take_list(self, attempt: int, offset: int, page: Page) -> None:
        if self.list.is_complete:
            return  # a page that was asked for before the list was read again
        self.list.take(attempt, offset, page)
        if self.list.is_complete:
            self.to_read = self.list.to_read[::-1]
            self.reader.witness.knows("huma", self.to_read)
            self.to_ask["huma"] = self.asking.absent("huma", self.list.people)

    def _go_on_in_visma(self, step: Callable[..., None], *result: Any) -> None:
        """Take a step in Visma's list; where reading it begins anew, what was read so far is dropped."""
        before = self.visma.progress["restarts"]
        step(*result)
        if self.visma.progress["restarts"] != before:
            self.read = [person for person in self.read if person.side is not Side.VISMA]
            self.passed = [one for one in self.passed if one.side is not Side.VISMA]
            self.gone["visma"] = []
        self._find_absent_in_visma()

    def _find_absent_in_visma(self) -> None:
        """Whom to ask for singly, once a stage of Visma's list is over."""
        if self.visma.progress["stage"] == "settle":
            self.to_ask["visma"] = self.visma.odd()
        elif self.visma.is_complete:
            self.to_ask["visma"] = self.asking.absent("visma", self.visma.known)

    def _save(self) -> None:
        """Store what was read and how far that is, together. Raises ``_Over`` when the run isn't ours any more."""
        self.progress["trouble"] = sorted(self.progress["silent"])
        self.visma.note()
        if self.is_complete:  # a check may hold the run up for days; it isn't any fresher then
            self.progress.setdefault("read_at", timezone.now().isoformat())
        with transaction.atomic():
            mine = SyncRun.objects.filter(pk=self.run.pk, state=SyncRun.State.FETCHING, lease_holder=self.lease.holder)
            if self.lease.lost or not mine.update(progress=self.progress, touched_at=timezone.now()):
                raise _Over
            self._store()
        self.read, self.passed, self.gone = [], [], {"huma": [], "visma": []}
        self.run.progress = self.progress
        self.saved_at = time.monotonic()
        if self.clients.is_waiting or self.saved_at - self.shared_at > SHARE_EVERY:
            self.clients.share_waiting(self.run.connection)
            self.shared_at = self.saved_at

    def _store(self) -> None:
        self.list.flush()
        self.visma.flush()
        newest = {(person.side, person.id): person for person in self.read}  # a list that shifts names some twice
        store_passed(self.run, {(one.side, one.id): one for one in self.passed}.values())
        store_people(self.run, list(newest.values()))
        if (self.read or self.passed) and self.run.attempts:
            self.lease.progress()
            self.run.attempts = 0
        for side, ids in self.gone.items():
            if ids:
                forget(self.run, side, ids)


def _start() -> dict[str, Any]:
    return {"began": timezone.now().isoformat(), "huma": HumaList.start(), "visma": VismaList.start()}
