"""Visma's jobs: a write is accepted first and takes effect a moment later, whether or not anyone looks."""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connections.sandbox.clock import stamp
from connections.sandbox.faults import Fault

logger = logging.getLogger(__name__)

# [A] visma-employee.md, Writing has only the code of Succeeded.
_CODES = {"NotStarted": 1, "InProgress": 2, "Failed": 3, "Succeeded": 4}


@dataclass(frozen=True)
class Finding:
    """One entry of a job's `validationResults`, or of a refusal's."""

    path: str
    message: str
    value: Any = None
    code: str = "Invalid"
    severity: str = "Error"

    def shown(self) -> dict[str, Any]:
        value = None if self.value is None else str(self.value)
        return {
            "message": self.message,
            "messageCode": self.code,
            "value": value,
            "jsonPath": self.path,
            "severity": self.severity,
        }


_UNEXPECTED = Finding("$", "The job could not be performed.", code="Unexpected")

# Performs a write. Takes the properties that must not be changed; returns the artifact's id and the findings.
# If there is an Error among the findings, nothing was done.
Work = Callable[[frozenset[str]], tuple[str | None, list[Finding]]]


@dataclass
class Job:
    """One accepted write. `employee_id` is set for a position's jobs; times are `time.monotonic()`."""

    action: str
    artifact_type: str
    artifact_id: str | None
    employee_id: str | None
    work: Work
    begins: float
    ends: float
    fault: Fault | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: str = field(default_factory=stamp)
    last_change: str = field(default_factory=stamp)
    status: str = "NotStarted"
    findings: list[Finding] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Source: visma-employee.md, Writing. There is no artifact id before a creation is done."""
        status = self.status
        if status == "NotStarted" and time.monotonic() >= self.begins:
            status = "InProgress"
        errors = [one.message for one in self.findings if one.severity == "Error"]
        return {
            "id": self.id,
            "status": status,
            "statusCode": _CODES[status],
            "action": self.action,
            "artifactId": self.artifact_id,
            "artifactType": self.artifact_type,
            "created": self.created,
            "lastChange": self.last_change,
            "message": errors[0] if errors else None,
            "validationResults": [one.shown() for one in self.findings],
        }


class Jobs:
    """Runs jobs on a thread of its own, each after a random time between `seconds[0]` and `seconds[1]`."""

    def __init__(self, lock: threading.RLock, seconds: tuple[float, float], seed: int) -> None:
        self.all: dict[str, Job] = {}
        self._state_lock = lock
        self._seconds = seconds
        self._random = random.Random(seed)
        self._queue: list[tuple[float, int, Job]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._running = False
        self._busy = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start, or continue, running accepted jobs."""
        self._running = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def accept(
        self,
        work: Work,
        action: str,
        artifact_type: str,
        artifact_id: str | None = None,
        employee_id: str | None = None,
        fault: Fault | None = None,
    ) -> Job:
        """Queue a write and return its job."""
        with self._changed:
            wait = self._random.uniform(*self._seconds)
            if fault and fault.kind == "job-slow":
                wait = float(fault.detail or 5)
            now = time.monotonic()
            job = Job(action, artifact_type, artifact_id, employee_id, work, now + wait / 2, now + wait, fault)
            self.all[job.id] = job
            heapq.heappush(self._queue, (job.ends, next(self._count), job))
            self._changed.notify_all()
        return job

    def newest_first(self, employee_id: str | None) -> list[Job]:
        """The employees' jobs, or one employee's position jobs."""
        with self._changed:
            return [job for job in reversed(self.all.values()) if job.employee_id == employee_id]

    def wait_idle(self, seconds: float = 10.0) -> bool:
        """Wait until every accepted job has run; False if that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, seconds)

    def stop(self) -> None:
        """Run no more jobs until `start`."""
        with self._changed:
            self._running = False
            self._changed.notify_all()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._running and (not self._queue or self._queue[0][0] > time.monotonic()):
                    self._changed.wait(self._queue[0][0] - time.monotonic() if self._queue else None)
                if not self._running:
                    return
                job = heapq.heappop(self._queue)[2]
                self._busy = True
            self._perform(job)
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _perform(self, job: Job) -> None:
        fault = job.fault
        if fault and fault.kind == "job-fails":
            findings = [_UNEXPECTED]
        else:
            spared = frozenset({fault.detail}) if fault and fault.kind == "job-warns" else frozenset[str]()
            try:
                with self._state_lock:
                    artifact_id, findings = job.work(spared)
            except Exception:
                # A bug in one job must not keep the others from running.
                logger.exception("The sandbox could not run a job")
                artifact_id, findings = None, [_UNEXPECTED]
            job.artifact_id = artifact_id or job.artifact_id
            findings += [Finding(f"$.{name}", "Was not performed.", None, "NotPerformed", "Warning") for name in spared]
        failed = any(one.severity == "Error" for one in findings)
        job.findings, job.last_change = findings, stamp()
        job.status = "Failed" if failed else "Succeeded"
