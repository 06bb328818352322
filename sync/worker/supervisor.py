"""Runs the queue's cluster and watches it.

Why not `qcluster` itself: it hangs when its whole process group gets SIGTERM, falls silent when an idle worker is
killed, exits with 0 when its sentinel is killed, and leaves orphans that go on taking tasks when it is killed itself.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import time

from django.conf import settings
from django.db import DatabaseError
from django_q.models import Schedule
from django_q.tasks import async_task
from redis import RedisError

from sync.worker.heartbeat import BEAT_FD, PARENT_PID, worker_alive
from sync.worker.stopping import STOP_FD

logger = logging.getLogger(__name__)

# If several clusters share the queue, one of them may get no task for longer.
_LATE_FOR_ITSELF = 3
_TURN_SECONDS = 0.2


def own_the_schedule() -> None:
    """Store exactly one schedule, our tick, without arguments: one unreadable schedule would stop all of them."""
    Schedule.objects.exclude(pk=1).delete()
    Schedule.objects.update_or_create(
        pk=1,
        defaults={
            "name": "tick",
            "func": "sync.tasks.tick",
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "repeats": -1,
            "args": None,
            "kwargs": None,
        },
    )


class Worker:
    """Starts the cluster in its own session, watches it, and ends it."""

    def __init__(self) -> None:
        self.stopping = False
        self._cluster: subprocess.Popen[bytes] | None = None
        self._beats = self._stop = -1
        self._started = self._worked = self._rang = 0.0

    def run(self) -> int:
        """Run until told to stop, and return 0; return 1 if the cluster ended unasked."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)
        own_the_schedule()
        self._start()
        while not self.stopping:
            self._listen()
            if self._has_ended():
                self._end(0)
                logger.error("The cluster ended unasked.")
                return 1
            self._ring()
            if self._is_late():
                logger.error("The cluster's heartbeat is late: it is started again.")
                self._end(settings.STOP_SECONDS)
                self._start()
        self._end(settings.STOP_SECONDS)
        return 0

    def _told_to_stop(self, number: int, frame: object) -> None:
        if self.stopping and self._cluster:
            self._kill(self._cluster)  # told twice: end at once
        self.stopping = True

    def _start(self) -> None:
        self._beats, theirs = os.pipe()
        os.set_blocking(self._beats, False)
        told, self._stop = os.pipe()
        self._cluster = subprocess.Popen(  # our own module
            [sys.executable, "-m", "sync.worker.cluster"],
            cwd=settings.BASE_DIR,
            env={**os.environ, BEAT_FD: str(theirs), STOP_FD: str(told), PARENT_PID: str(os.getpid())},
            pass_fds=(theirs, told),
            start_new_session=True,
        )
        os.close(theirs)
        os.close(told)
        self._started = self._worked = time.monotonic()
        self._rang = 0.0

    def _listen(self) -> None:
        """Wait a moment for a sign that the cluster has begun a task."""
        ready, _, _ = select.select([self._beats], [], [], _TURN_SECONDS)
        if ready and os.read(self._beats, 4096):
            self._worked = time.monotonic()
        elif ready:
            time.sleep(_TURN_SECONDS)  # the pipe's other end is closed: the cluster is ending

    def _ring(self) -> None:
        """Send a beat through the queue if the cluster has begun no task lately.

        A new cluster gets the tick instead, which wakes at once what the cluster before it left behind.
        """
        now = time.monotonic()
        if now - max(self._rang, self._worked) < settings.BEAT_SECONDS and self._rang:
            return
        task = "sync.tasks.beat" if self._rang else "sync.tasks.tick"
        self._rang = now
        try:
            async_task(task, save=False)
        except (DatabaseError, RedisError) as error:
            logger.warning("The queue doesn't answer (%s).", type(error).__name__)
            self._started = now  # the cluster can't beat now, and that isn't its fault

    def _is_late(self) -> bool:
        late = settings.HEARTBEAT_LATE_SECONDS
        silent = time.monotonic() - max(self._worked, self._started)
        if silent < late:
            return False
        if silent > _LATE_FOR_ITSELF * late:
            return True
        try:
            return not worker_alive()
        except DatabaseError:
            return False

    def _has_ended(self) -> bool:
        """Whether the cluster has ended. It isn't reaped here, so that its process group's id can't be used again."""
        assert self._cluster
        return os.waitid(os.P_PID, self._cluster.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _end(self, seconds: float) -> None:
        """Send SIGTERM to the cluster's parent alone; after `seconds`, or when it has ended, kill its whole session."""
        assert self._cluster
        cluster = self._cluster
        os.close(self._stop)
        if not self._has_ended():
            os.kill(cluster.pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._kill(cluster)
        cluster.wait()
        os.close(self._beats)
        self._cluster = None

    @staticmethod
    def _kill(cluster: subprocess.Popen[bytes]) -> None:
        try:
            os.killpg(cluster.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
