"""Works off a slice of an applying run: several people in parallel, the Writes of one person one after the other."""

import heapq
import time
from concurrent.futures import Future

from django.conf import settings
from django.utils import timezone

from sync.models import Change, SyncRun, Write
from sync.worker.lease import Lease
from sync.worker.pool import Pool, is_over
from sync.writing import assigned_number, write_state
from sync.writing.context import Context
from sync.writing.dispatch import step

LOOK_EVERY = 0.5  # seconds between looks at "stop"
AHEAD = 200  # people claimed at a time


class _Slice:
    def __init__(self, run: SyncRun, lease: Lease, seconds: float) -> None:
        self.context = Context.of(run, lease)
        self.run, self.lease = run, lease
        self.deadline = time.monotonic() + seconds
        self.people: dict[str, list[Write]] = {}
        self.waiting: list[tuple[float, str]] = []
        self.pool = Pool[str, float | None]("write", settings.SYNC_CONCURRENCY)
        self.looked_at = 0.0

    def work(self) -> float | None:
        """Work until the deadline; returns the seconds until there is more to do, ``None`` when all is settled."""
        with self.pool:
            while not is_over(self.deadline, self.lease):
                self._look()
                if not self.people and not self._load():
                    break
                self._submit()
                if not self.pool and self.waiting[0][0] > self.deadline:
                    break  # the worker can do other work meanwhile
                for key, future in self.pool.ended(self._pause()):
                    self._take(key, future)
            for key, future in self.pool.rest():  # requests under way go on to the next stored step
                self._take(key, future)
        self.context.clients.share_waiting(self.run.connection)
        if self.lease.lost:
            return None
        if not self.people and not self._load():
            return None
        nearest = min((due for due, _person in self.waiting), default=0.0) - time.monotonic()
        return max(0.0, nearest) if len(self.waiting) == len(self.people) else 0.0

    def _load(self) -> bool:
        """Load the Writes of the next people; False if nobody is left."""
        writes = self._open_writes(self._next_people())
        write_state.note_holder(writes, self.lease)
        for write in writes:
            self.people.setdefault(write.person_key, []).append(write)
        now = timezone.now()
        dues = {key: found[0].not_before for key, found in self.people.items()}
        pauses = {key: (due - now).total_seconds() if due else 0.0 for key, due in dues.items()}
        self.waiting = [(time.monotonic() + max(0.0, pause), key) for key, pause in pauses.items()]
        heapq.heapify(self.waiting)
        return bool(writes)

    def _next_people(self) -> list[str]:
        """The keys of the next people. Those who get a number from Visma come last, so that it assigns no number that
        somebody else in this run brings along."""
        rows = Write.objects.filter(run=self.run).exclude(state=Write.State.SETTLED)
        keys = rows.order_by("person_key").values_list("person_key", flat=True).distinct()
        last = rows.filter(assigned_number.WRITES_A_NUMBER).order_by().values("person_key")
        return list(keys.exclude(person_key__in=last)[:AHEAD]) or list(keys[:AHEAD])

    def _open_writes(self, keys: list[str]) -> list[Write]:
        rows = Write.objects.filter(run=self.run, person_key__in=keys).exclude(state=Write.State.SETTLED)
        return list(rows.select_related("run__connection", "snapshot", "link").order_by("person_key", "order", "pk"))

    def _look(self) -> None:
        if time.monotonic() - self.looked_at < LOOK_EVERY:
            return
        self.looked_at = time.monotonic()
        row = SyncRun.objects.filter(pk=self.run.pk)
        self.context.stopping = bool(row.values_list("stop_requested_by", flat=True).first())
        row.update(touched_at=timezone.now())
        self.context.clients.share_waiting(self.run.connection)

    def _submit(self) -> None:
        now = time.monotonic()
        if self.context.stopping:  # a Write that isn't sent can be stopped at once
            self.waiting = [(0.0 if self._is_unsent(key) else due, key) for due, key in self.waiting]
            heapq.heapify(self.waiting)
        while self.waiting and self.waiting[0][0] <= now and self.pool.room:
            _due, key = heapq.heappop(self.waiting)
            self.pool.add(key, self._step, self.people[key][0])

    def _step(self, write: Write) -> float | None:
        return None if write.state == Write.State.SETTLED else step(self.context, write)

    def _is_unsent(self, key: str) -> bool:
        return self.people[key][0].state in write_state.UNSENT

    def _pause(self) -> float:
        """Seconds until there may be something to do, within the slice."""
        due = self.deadline
        if self.waiting and self.pool.room:
            due = min(due, self.waiting[0][0])
        return max(0.01, min(LOOK_EVERY, due - time.monotonic()))

    def _take(self, key: str, future: Future[float | None]) -> None:
        pause = future.result()
        self.lease.progress()
        if pause is not None:
            heapq.heappush(self.waiting, (time.monotonic() + pause, key))
            return
        # Load them again: a creation sets the owner of the Writes that follow, and a refusal may add Writes.
        self.people[key] = self._open_writes([key])
        if self.people[key]:
            heapq.heappush(self.waiting, (0.0, key))
        else:
            del self.people[key]


def apply_slice(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    """Carry out the run's Writes for about ``seconds``.

    Returns the seconds until there is more to do, ``None`` when all have an outcome or the lease is lost.
    """
    if run.attempts >= settings.MAX_ATTEMPTS:
        _park(run)
    return _Slice(run, lease, seconds).work()


def _park(run: SyncRun) -> None:
    """End a run that was interrupted too many times without finishing anything; each Change gets what is known."""
    for write in Write.objects.filter(run=run).exclude(state=Write.State.SETTLED):
        unsent = write.state in write_state.UNSENT
        state = Change.State.FAILED if unsent else Change.State.UNKNOWN
        write_state.settle_all(write_state.open_changes(write), state, "parked" if unsent else "unknown_outcome")
        write_state.finish(write)
