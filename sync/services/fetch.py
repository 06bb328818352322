"""Reading both sides completely, or failing: "could not read" is never "is not there".

Both sides are read at the same time, in slices that can be resumed by another process. What was read lies in
EmployeeSnapshot rows; ``SyncRun.progress`` says how far each side is.
"""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.clients import clients_for
from connections.errors import Rejected, Unavailable
from connections.huma_shapes import Page
from sync.core.employee import Employee, Side
from sync.core.reasons import Reason
from sync.lease import Lease
from sync.models import EmployeeLink, SyncRun
from sync.services.failures import CannotRead
from sync.services.huma_list import MAX_RESTARTS, HumaList
from sync.services.patience import Patience
from sync.services.reading import Reader, enabled_fields, fingerprinter
from sync.services.snapshots import forget, listed, store_people, unread
from sync.stopping import is_stopping

FLUSH_EVERY = 500  # people
SAVE_EVERY = 3.0  # seconds
SHARE_EVERY = 5.0  # seconds between looks at how long others were told to keep away
LOOK_EVERY = 0.1  # seconds


class _Over(Exception):
    """The run isn't ours to read any more: it was cancelled, or another process has its lease."""


class Fetch:
    """One slice of reading. ``step()`` until it returns True, the deadline is over, or the lease is lost."""

    def __init__(self, run: SyncRun) -> None:
        self.run = run
        self.clients = clients_for(run.connection)
        self.progress: dict[str, Any] = run.progress or _start()
        links = EmployeeLink.objects.filter(connection=run.connection, state=EmployeeLink.State.LINKED)
        pairs = list(links.values_list("huma_id", "visma_id", "huma_position", "visma_position"))
        self.reader = Reader(
            self.clients,
            fingerprinter(run.connection),
            timezone.localdate(),
            enabled_fields(run.connection),
            {huma: position for huma, _visma, position, _other in pairs if position},
            {visma: position for _huma, visma, _other, position in pairs if position},
        )
        self.list = HumaList(run, self.clients.huma, self.progress["huma"])
        self.in_visma = set(listed(run, "visma") if self.progress["visma"]["cursor"] else ())
        self.visma_afresh = False
        self.to_read: list[str] = []
        self.read: list[Employee] = []
        self.gone: list[str] = []
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
        self.to_read = unread(self.run)[::-1] if self.list.is_complete else []
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
        done = {"huma": self.list.is_complete and not self.to_read, "visma": self.progress["visma"]["stage"] == "done"}
        return max(0.0, min(self.sides[name].not_before for name in done if not done[name]) - time.monotonic())

    @property
    def is_complete(self) -> bool:
        """Whether both sides were read to the end."""
        huma = self.list.is_complete and not self.to_read and not any(k == "user" for k, _ in self.futures.values())
        return huma and self.progress["visma"]["stage"] == "done"

    def _submit(self, pool: ThreadPoolExecutor) -> None:
        now = time.monotonic()
        kinds = [kind for kind, _what in self.futures.values()]
        if self.progress["visma"]["stage"] == "list" and "visma" not in kinds and now >= self.sides["visma"].not_before:
            cursor = self.progress["visma"]["cursor"] or None
            self.futures[pool.submit(self.reader.visma_page, cursor)] = ("visma", cursor)
        if now < self.sides["huma"].not_before:
            return
        room = settings.SYNC_CONCURRENCY - sum(kind in ("list", "user") for kind in kinds)
        for offset in self.list.next_offsets(room):
            self.futures[pool.submit(self.list.page, offset)] = ("list", (self.list.attempt, offset))
        for _ in range(min(room, len(self.to_read)) if self.list.is_complete else 0):
            user_id = self.to_read.pop()
            self.futures[pool.submit(self.reader.huma, user_id)] = ("user", user_id)

    def _collect(self) -> None:
        if not self.futures:  # both sides are given a pause
            time.sleep(LOOK_EVERY)
            return
        done, _pending = wait(self.futures, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
        for future in done:
            self._take(future)

    def _take(self, future: Future[Any]) -> None:
        kind, what = self.futures.pop(future)
        side = self.sides["visma" if kind == "visma" else "huma"]
        try:
            result = future.result()
        except Unavailable as error:
            if kind == "list":
                self.list.failed(*what)
            elif kind == "user":
                self.to_read.append(what)
            side.bad(error)
            return
        except Rejected:
            if kind != "visma" or not what:
                raise
            self._restart_visma()  # a cursor from before an interruption may have run out
            return
        side.good()
        if kind == "visma":
            self._take_visma(*result)
        elif kind == "list":
            self._take_list(what[0], what[1], result)
        elif result is None:
            self.gone.append(what)
        else:
            self.read.append(result)
            self.progress["huma"]["read"] += 1

    def _take_list(self, attempt: int, offset: int, page: Page) -> None:
        self.list.take(attempt, offset, page)
        if self.list.is_complete:
            self.to_read = self.list.people[::-1]

    def _take_visma(self, employees: list[Employee], cursor: str | None) -> None:
        progress = self.progress["visma"]
        ids = {employee.id for employee in employees}
        if len(ids) < len(employees) or ids & self.in_visma:
            self._restart_visma()  # it shifted while it was read: read it again
            return
        self.in_visma |= ids
        self.read += employees
        progress.update(read=progress["read"] + len(ids), cursor=cursor or "", stage="list" if cursor else "done")

    def _restart_visma(self) -> None:
        """Read Visma's list from the start; raises ``CannotRead`` after some times."""
        restarts = self.progress["visma"]["restarts"] + 1
        if restarts > MAX_RESTARTS:
            raise CannotRead(Reason("list_unsteady"))
        self.read = [person for person in self.read if person.side is not Side.VISMA]
        self.in_visma, self.visma_afresh = set(), True
        self.progress["visma"] = {**_visma_start(), "restarts": restarts}

    def _save(self) -> None:
        """Store what was read and how far that is, together. Raises ``_Over`` when the run isn't ours any more."""
        self.progress["trouble"] = sorted(self.progress["silent"])
        if self.is_complete:  # a check may hold the run up for days; it isn't any fresher then
            self.progress.setdefault("read_at", timezone.now().isoformat())
        with transaction.atomic():
            mine = SyncRun.objects.filter(pk=self.run.pk, state=SyncRun.State.FETCHING, lease_holder=self.lease.holder)
            if self.lease.lost or not mine.update(progress=self.progress, touched_at=timezone.now()):
                raise _Over
            self._store()
        self.read, self.gone, self.visma_afresh = [], [], False
        self.run.progress = self.progress
        self.saved_at = time.monotonic()
        if self.clients.is_waiting or self.saved_at - self.shared_at > SHARE_EVERY:
            self.clients.share_waiting(self.run.connection)
            self.shared_at = self.saved_at

    def _store(self) -> None:
        self.list.flush()
        if self.visma_afresh:
            forget(self.run, "visma")
        store_people(self.run, self.read)
        if self.read and self.run.attempts:
            self.lease.progress()
            self.run.attempts = 0
        if self.gone:
            forget(self.run, "huma", self.gone)


def _start() -> dict[str, Any]:
    return {"began": timezone.now().isoformat(), "huma": HumaList.start(), "visma": _visma_start()}


def _visma_start() -> dict[str, Any]:
    return {"stage": "list", "cursor": "", "read": 0, "restarts": 0}
