"""Reads both sides completely, or fails: "could not read" is never "is not there".

Both sides are read at the same time, in slices. Another process can take over between slices: what was read is in
EmployeeSnapshot rows, and ``SyncRun.progress`` says how far each side is.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.api.errors import Rejected, Unavailable
from connections.api.huma.documents import Page
from connections.vendors.clients import clients_for
from sync.core.records.employee import Employee, Side
from sync.core.records.presence import Seen
from sync.core.records.skipping import SILENT, Skipped, too_many_skipped
from sync.models import EmployeeLink, SyncRun
from sync.reading.failures import CannotRead
from sync.reading.lists.absent_people import AbsentPeople, start
from sync.reading.lists.huma_list import HumaList
from sync.reading.lists.silent_rows import SilentRows
from sync.reading.lists.visma_list import VismaList
from sync.reading.one_person import PersonSkipped
from sync.reading.read_buffer import ReadBuffer
from sync.reading.reader import Rows, reader_for
from sync.reading.retry_state import RetryState
from sync.reading.snapshots import listed, unread
from sync.reading.under_way import SIDE_OF, UnderWay
from sync.worker.lease import Lease
from sync.worker.pool import is_over

FLUSH_EVERY = 500  # people
SHARE_EVERY = 5.0  # seconds between looks at whether other processes met a 429
SAVE_EVERY, LOOK_EVERY = 3.0, 0.1  # seconds


class _Over(Exception):
    """The run isn't ours any more: it was cancelled, or another process has its lease."""


class Fetch:
    """One slice of reading."""

    def __init__(self, run: SyncRun, *, before_release: bool = False) -> None:
        self.run = run
        self.clients = clients_for(run.connection)
        if not run.progress:
            run.reading_began_at = timezone.now()
        self.progress: dict[str, Any] = run.progress or {Side.HUMA: HumaList.start(), Side.VISMA: VismaList.start()}
        rows = EmployeeLink.objects.filter(connection=run.connection).same_person()
        links = list(rows.defer("baseline", "seen"))
        known = [one for one in links if one.state != EmployeeLink.State.GONE]
        self.reader = reader_for(run.connection, known, are_all=True, before_release=before_release)
        self.absent = AbsentPeople(run, links, self.progress.setdefault("asked", start()))
        self.list = HumaList(run, self.clients.huma, self.progress[Side.HUMA])
        self.visma = VismaList(run, self.progress[Side.VISMA], self.absent.asked[Side.VISMA])
        self.silent = SilentRows(self.visma)
        self.to_read: list[str] = []
        self.to_ask: dict[str, list[str]] = {Side.HUMA: [], Side.VISMA: []}
        self.buffer = ReadBuffer()
        silent = self.progress.setdefault("silent", {})
        self.sides = {name: RetryState(name, silent) for name in Side}
        self.saved_at = self.shared_at = time.monotonic()
        self.under_way = UnderWay("read", settings.SYNC_CONCURRENCY + 1)
        self.lease: Lease

    def slice(self, lease: Lease, seconds: float) -> bool:
        """Read for about ``seconds``; True if both sides are complete. Raises ``CannotRead`` and vendor errors."""
        deadline = time.monotonic() + seconds
        self.lease = lease
        self.clients.share_waiting(self.run.connection)
        self.reader.witness.knows(Side.HUMA, self.list.to_read)
        if self.list.is_complete:
            self.to_read = unread(self.run)[::-1]
            if self.absent.wanted[Side.HUMA]:
                self.to_ask[Side.HUMA] = self.absent.to_ask(Side.HUMA, listed(self.run, Side.HUMA))
        self._find_absent_in_visma()
        try:
            with self.under_way:
                self._work_until(deadline)
        except _Over:
            return False
        return self.is_complete

    def _work_until(self, deadline: float) -> None:
        while not self.is_complete and not is_over(deadline, self.lease):
            self._submit()
            if self.pause > settings.SLICE_SECONDS:
                break  # the worker can do other work meanwhile
            for (kind, what), future in self.under_way.ended(LOOK_EVERY):
                self._take(kind, what, future)
            if len(self.buffer.read) >= FLUSH_EVERY or time.monotonic() - self.saved_at >= SAVE_EVERY:
                self._save()
        for (kind, what), future in self.under_way.rest():  # requests under way are finished, not thrown away
            self._take(kind, what, future)
        self._save()

    @property
    def pause(self) -> float:
        """Seconds until there is something to do, if every incomplete side has a pause; else 0."""
        if self.under_way or self.is_complete:
            return 0.0
        left = [name for name, side in self.sides.items() if not self._is_read(name)]
        return max(0.0, min(self.sides[name].not_before for name in left) - time.monotonic())

    @property
    def is_complete(self) -> bool:
        """Whether both sides were read to the end."""
        return all(self._is_read(side) for side in self.sides)

    def _is_read(self, side: str) -> bool:
        if self.to_ask[side] or self.under_way.is_any(side):
            return False
        if side == Side.VISMA:
            return self.visma.is_complete and not self.silent.ids
        return self.list.is_complete and not self.to_read

    def _submit(self) -> None:
        now, requests = time.monotonic(), self.under_way
        room = settings.SYNC_CONCURRENCY - sum(kind not in ("pages", "ids") for kind in requests.kinds)
        if now >= self.sides[Side.VISMA].not_before:
            if self.visma.page_wanted and not {"pages", "ids"}.intersection(requests.kinds):
                self._submit_visma_page()
            room -= requests.ask_people("ask visma", self.to_ask[Side.VISMA], self.reader.visma_person, room)
            room -= requests.ask_people(
                "row", self.silent.wanted(requests.about("row")), self.reader.visma_person, room
            )
        if now >= self.sides[Side.HUMA].not_before:
            for offset in self.list.next_offsets(room):
                requests.ask("list", (self.list.attempt, offset), self.list.page, offset)
            if self.list.is_complete:
                room -= requests.ask_people("user", self.to_read, partial(self.reader.huma, listed=True), room)
            requests.ask_people("ask huma", self.to_ask[Side.HUMA], self.reader.huma, room)

    def _submit_visma_page(self) -> None:
        if self.visma.page_wanted == "ids":
            self.under_way.ask("ids", self.visma.cursor, self.reader.visma_ids)
        else:
            self.under_way.ask("pages", self.visma.cursor, self.reader.visma_page)

    def _take(self, kind: str, what: Any, future: Future[Any]) -> None:
        side = self.sides[SIDE_OF[kind]]
        try:
            result = future.result()
        except Unavailable as error:
            self._take_unavailable(kind, what, error)
            return
        except Exception as error:
            if isinstance(error, PersonSkipped):
                self._pass_over(kind, what, error.passed)
            if kind.startswith("ask "):
                side.answered()
                self._take_answer(side.name, what, None, error)
            elif kind in ("user", "row") and isinstance(error, PersonSkipped):
                side.answered()
            elif kind in ("pages", "ids") and what and isinstance(error, Rejected):
                self._go_on_in_visma(self.visma.refused)  # a cursor from before an interruption may have expired
            else:
                raise
            return
        side.answered()
        if kind.startswith("ask "):
            self._take_answer(side.name, what, result)
        elif kind == "pages":
            self._take_page(*result)
        elif kind == "ids":
            self._go_on_in_visma(self.visma.take_ids, *result)
        elif kind == "list":
            self._take_list(what[0], what[1], result)
        else:
            self._take_person(kind, side.name, what, result)

    def _take_person(self, kind: str, side: str, id_: str, found: Employee | None) -> None:
        """Take a person of a list who was read, or who isn't there any more."""
        self._answered(kind, id_, found is not None)
        if found is None:
            self.buffer.gone[side].append(id_)
            self.absent.gone_since_listed(side, id_)
        else:
            self.buffer.read.append(found)

    def _answered(self, kind: str, id_: str, there: bool = True) -> None:
        if kind == "row":
            self.silent.answered(id_, there)
        elif kind == "user" and there:
            self.progress[Side.HUMA]["read"] += 1

    def _take_page(self, rows: Rows, cursor: str | None) -> None:
        self.buffer.read += rows.people
        self.buffer.passed += [*rows.passed, *rows.silent]
        self.silent.add(rows)
        self._go_on_in_visma(self.visma.take, rows.ids, cursor)

    def _pass_over(self, kind: str, id_: str, passed: Skipped) -> None:
        self.buffer.passed.append(passed)
        self._answered(kind, id_)

    def _is_alone(self, kind: str, id_: str) -> bool:
        """Whether the side has answered about all people in its list except a few, of whom this is one."""
        if kind == "row":
            return self.silent.are_few and self.reader.witness.is_answered(Side.VISMA, id_)
        left = 1 + len(self.to_read) + len(self.under_way.about("user"))
        read = self.progress[Side.HUMA]["read"]
        return kind == "user" and bool(read) and not too_many_skipped(left, read + left)

    def _take_unavailable(self, kind: str, what: Any, error: Unavailable) -> None:
        """Ask again later. If that has lasted too long, reading fails, or a single person is passed over."""
        side = self.sides[SIDE_OF[kind]]
        try:
            side.unanswered(error)
        except CannotRead as over:
            is_ask = kind.startswith("ask ")
            if not (is_ask or self._is_alone(kind, what)):
                raise
            if is_ask:
                self._take_answer(side.name, what, None, over)
            if kind == "row":  # they are stored as passed over until they answer
                self._answered(kind, what)
            else:
                self._pass_over(kind, what, Skipped(Side(side.name), what, SILENT))
            return
        if kind == "list":
            self.list.failed(*what)
        elif kind == "row":
            self.silent.later(what)
        elif kind == "user":
            self.to_read.append(what)
        elif kind.startswith("ask "):
            self.to_ask[side.name].insert(0, what)  # after the others

    def _take_answer(self, side: str, id_: str, found: Employee | None, error: Exception | None = None) -> None:
        """Take the answer about a person who was asked for singly. If they are there, they count as listed."""
        if error is None:
            seen = self.absent.answered(side, id_, found is not None)
        else:
            seen = self.absent.failed(side, id_, error)
        if found is not None:
            self.buffer.read.append(found)
        elif seen is Seen.GONE:
            self.buffer.gone[side].append(id_)
        if side == Side.VISMA:
            self.visma.answered(id_, seen.value)
        if self.absent.is_over(side) and (side == Side.HUMA or self.visma.is_complete):
            self.to_ask[side] = []

    def _take_list(self, attempt: int, offset: int, page: Page) -> None:
        if self.list.is_complete:
            return  # a page of an earlier reading of the list
        self.list.take(attempt, offset, page)
        if self.list.is_complete:
            self.to_read = self.list.to_read[::-1]
            self.reader.witness.knows(Side.HUMA, self.to_read)
            self.to_ask[Side.HUMA] = self.absent.to_ask(Side.HUMA, self.list.people)

    def _go_on_in_visma(self, step: Callable[..., None], *result: Any) -> None:
        """Call ``step`` of Visma's list; if reading begins anew, drop what was read so far."""
        before = self.visma.progress["restarts"]
        step(*result)
        if self.visma.progress["restarts"] != before:
            self.buffer.drop(Side.VISMA)
        self._find_absent_in_visma()

    def _find_absent_in_visma(self) -> None:
        """Find whom to ask for singly, once a stage of Visma's list is complete."""
        if self.visma.progress["stage"] == "settle":
            self.to_ask[Side.VISMA] = self.visma.odd()
        elif self.visma.is_complete:
            self.to_ask[Side.VISMA] = self.absent.to_ask(Side.VISMA, self.visma.known)

    def _save(self) -> None:
        """Store what was read together with the progress. Raises ``_Over`` if the run isn't ours any more."""
        self.progress["trouble"] = sorted(self.progress["silent"])
        self.visma.note()
        if self.is_complete:  # a check may stop the run for days; what was read is that old then
            self.progress.setdefault("read_at", timezone.now().isoformat())
        with transaction.atomic():
            mine = SyncRun.objects.filter(pk=self.run.pk, state=SyncRun.State.FETCHING, lease_holder=self.lease.holder)
            now, began = timezone.now(), self.run.reading_began_at
            if self.lease.lost or not mine.update(progress=self.progress, reading_began_at=began, touched_at=now):
                raise _Over
            self.list.flush()
            self.visma.flush()
            self.buffer.store(self.run)
            if self.buffer.is_any and self.run.attempts:
                self.lease.progress()
                self.run.attempts = 0
        self.buffer = ReadBuffer()
        self.run.progress = self.progress
        self.saved_at = time.monotonic()
        if self.clients.is_waiting or self.saved_at - self.shared_at > SHARE_EVERY:
            self.clients.share_waiting(self.run.connection)
            self.shared_at = self.saved_at
