"""Reads single people again on both sides: those of whom Huma told, and those whose held changes an owner approved.

A vendor that doesn't answer is asked again for as long as it takes, with growing pauses. A person who can't be read for
reasons that concern only them is passed over, so that the others go on.
"""

import time
from collections import Counter
from concurrent.futures import Future
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.api.backoff import doubled, half_of
from connections.api.errors import TOO_MANY_REQUESTS, Unavailable
from connections.vendors.clients import clients_for
from sync.core.reasons import Reason
from sync.core.records.employee import Employee, Side
from sync.core.records.presence import Seen
from sync.core.records.skipping import SILENT, Skipped, too_many_skipped
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, SyncRun
from sync.reading.failures import CannotRead
from sync.reading.one_person import Elsewhere, PersonSkipped
from sync.reading.presence import id_of
from sync.reading.reader import reader_for
from sync.reading.snapshots import store_people
from sync.worker.lease import Lease
from sync.worker.pool import Pool, is_over

LOOK_EVERY = 0.1  # seconds
LONGEST_PAUSE = 30.0  # seconds
Pair = tuple[Employee | None, Employee | None]


class Rereading:
    """One slice of reading single people. ``SyncRun.progress`` keeps the rest: who is ``gone`` (from which side), who
    is ``outside`` what the connection is about, who is ``passed`` over (by Huma id: side, id, code of the reason,
    property, name), since when a side is ``silent``, and since when each person ``waits`` for an answer."""

    def __init__(self, run: SyncRun, lease: Lease) -> None:
        self.run, self.lease = run, lease
        self.links = taking_part(run)
        self.clients = clients_for(run.connection)
        if not run.progress:
            run.reading_began_at = timezone.now()
        self.progress: dict[str, Any] = {"gone": {}, "outside": [], "passed": {}, "waits": {}, **run.progress}
        if isinstance(self.progress["passed"], list):  # begun by an older version: these people are read again
            self.progress["passed"] = {}
        read = EmployeeSnapshot.objects.filter(run=run, side=Side.HUMA).values_list("vendor_id", flat=True)
        known = {*read, *self.progress["gone"], *self.progress["outside"], *self.progress["passed"]}
        self.left = [one for one in run.people if one not in known][::-1]
        self.read: list[Employee] = []
        self.pool = Pool[str, Pair]("read", settings.SYNC_CONCURRENCY)
        self.failures, self.not_before = 0, 0.0
        self.reader = reader_for(run.connection, self.links.values())

    @property
    def asked(self) -> dict[str, dict[str, str]]:
        """What is known of the people who weren't read, by side and id."""
        found: dict[str, dict[str, str]] = {side: {} for side in Side}
        found |= {Side.HUMA: dict.fromkeys(self.progress["outside"], Seen.OUTSIDE.value)}
        for huma_id, side in self.progress["gone"].items():
            link = self.links.get(huma_id)
            found[side][id_of(link, side) if link else huma_id] = Seen.GONE.value
        return found

    @property
    def passed(self) -> list[Skipped]:
        """The people who are passed over."""
        return [
            Skipped(Side(side), id_, reason, prop, Employee(Side(side), id_, name=name))
            for side, id_, reason, prop, name in self.progress["passed"].values()
        ]

    @property
    def pause(self) -> float:
        """Seconds until there is something to do; 0 if there is now."""
        return 0.0 if self.pool or not self.left else max(0.0, self.not_before - time.monotonic())

    def slice(self, seconds: float) -> bool:
        """Read for about ``seconds``; True if everybody was read. Raises the vendor errors that concern everybody."""
        deadline = time.monotonic() + seconds
        self.clients.share_waiting(self.run.connection)
        with self.pool:
            while (self.left or self.pool) and not is_over(deadline, self.lease):
                if self.pause > settings.SLICE_SECONDS:
                    break  # the worker can do other work meanwhile
                self._submit()
                for huma_id, future in self.pool.ended(LOOK_EVERY):
                    self._take(huma_id, future)
            for huma_id, future in self.pool.rest():  # requests under way are finished, not thrown away
                self._take(huma_id, future)
        self.clients.share_waiting(self.run.connection)
        return self._save() and not self.left

    def _submit(self) -> None:
        while self.left and self.pool.room and time.monotonic() >= self.not_before:
            huma_id = self.left.pop()
            self.pool.add(huma_id, self._one, huma_id)

    def _one(self, huma_id: str) -> Pair:
        """Read both sides of one person. Runs in a thread, without the database."""
        huma = self.reader.huma(huma_id)
        link = self.links.get(huma_id)
        return huma, self.reader.visma_person(link.visma_id) if link else None

    def _take(self, huma_id: str, future: Future[Pair]) -> None:
        try:
            huma, visma = future.result()
        except Unavailable as error:
            if not self._is_silent_alone(huma_id, error):
                self.left.append(huma_id)
                self._wait(error)
                return
        except Elsewhere:
            self.progress["outside"].append(huma_id)
        except PersonSkipped as over:
            self._pass_over(huma_id, over.passed)
        else:
            self._keep(huma_id, huma, visma)
        self.failures = 0
        self.progress.pop("silent", None)
        self.progress["trouble"] = []

    def _pass_over(self, huma_id: str, one: Skipped) -> None:
        self.progress["passed"][huma_id] = [one.side.value, one.id, one.reason, one.prop, one.name[:255]]

    def _is_silent_alone(self, huma_id: str, error: Unavailable) -> bool:
        """Whether a side hasn't answered about this person for too long, although it answers about others."""
        since = self.progress["waits"].setdefault(huma_id, time.time())
        if error.status == TOO_MANY_REQUESTS or time.time() - since <= settings.READ_PATIENCE_SECONDS:
            return False
        link = self.links.get(huma_id)
        id_ = id_of(link, error.side) if link else huma_id
        if not self.reader.witness.is_silent_alone(error, id_):
            return False
        self._pass_over(huma_id, Skipped(Side(error.side), id_, SILENT))
        return True

    def _keep(self, huma_id: str, huma: Employee | None, visma: Employee | None) -> None:
        self.read += [employee for employee in (huma, visma) if employee]
        if huma is None or (huma_id in self.links and visma is None):
            self.progress["gone"][huma_id] = Side.HUMA if huma is None else Side.VISMA

    def _wait(self, error: Unavailable) -> None:
        if time.monotonic() >= self.not_before:  # requests that failed together count once
            self.failures += 1
        self.progress["trouble"] = [error.side]
        silent = time.time() - self.progress.setdefault("silent", time.time())
        pause = half_of(silent, doubled(self.failures, first=0.5, longest=16), LONGEST_PAUSE)
        self.not_before = max(self.not_before, time.monotonic() + (error.retry_after or pause))

    def _save(self) -> bool:
        """Store what was read together with the progress; False if the run isn't ours any more."""
        with transaction.atomic():
            mine = SyncRun.objects.filter(pk=self.run.pk, state=SyncRun.State.FETCHING, lease_holder=self.lease.holder)
            now, began = timezone.now(), self.run.reading_began_at
            if self.lease.lost or not mine.update(progress=self.progress, reading_began_at=began, touched_at=now):
                return False
            store_people(self.run, self.read)
        if self.read:
            self.lease.progress()
        self.run.progress = self.progress
        if not self.left:
            self._check()
        return True

    def _check(self) -> None:
        """Raise ``CannotRead`` if so many people of a side can't be read that the whole side has trouble."""
        counted = Counter(side for side, *_more in self.progress["passed"].values())
        linked = EmployeeLink.objects.filter(connection=self.run.connection_id, state=EmployeeLink.State.LINKED)
        people = max(len(self.run.people), linked.count())  # the run has only some of the side's people
        for side in Side:
            if too_many_skipped(counted[side], people):
                found = {"passed": counted[side], "people": people}
                raise CannotRead(Reason(f"many_passed_{side}", found))


def taking_part(run: SyncRun) -> dict[str, EmployeeLink]:
    """The links of the run's people, by Huma id: linked ones, and those outside what the connection is about. People
    who are left out aren't among them."""
    rows = EmployeeLink.objects.filter(connection=run.connection_id).holding()
    links = list(rows.filter(huma_id__in=run.people))
    left_out = LeftOut.objects.filter(connection=run.connection_id).in_memory()
    return {link.huma_id: link for link in links if not left_out.has_half_of(link.huma_id, link.visma_id)}
