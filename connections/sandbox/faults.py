"""Faults of the stand-ins: scripted, for tests that need one thing to break, or random, at a rate."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Kinds that act on the answer to a request. "lost", "cut" and "slow" take effect all the same.
ANSWER_KINDS = frozenset(
    {"401", "403", "404", "409", "412", "429", "429-bare", "500", "502", "503", "reset", "lost", "cut", "not-json"}
    | {"slow", "empty-list"}
)
# Kinds that act on the job that a request starts.
JOB_KINDS = frozenset({"job-fails", "job-warns", "job-slow"})
RANDOM_KINDS = ("429", "429-bare", "500", "502", "503", "reset", "lost", "cut")


@dataclass
class Fault:
    """One fault: its kind, what follows the colon ("slow:2" → "2"), and the fault of the job."""

    kind: str
    detail: str = ""
    job: Fault | None = None


@dataclass
class _Script:
    side: str
    method: str
    path: re.Pattern[str]
    what: Any
    left: float

    def meets(self, side: str, method: str, path: str) -> bool:
        return (
            self.left > 0
            and self.side in ("", "*", side)
            and self.method in ("", "*", method)
            and self.path.search(path) is not None
        )


class Faults:
    """The faults of both sides. `rate` is the share of requests, 0 to 1, that meet a random one of `kinds`."""

    def __init__(self, rate: float = 0.0, seed: int = 1) -> None:
        self.rate = rate
        self.kinds: tuple[str, ...] = RANDOM_KINDS
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._scripts: dict[str, list[_Script]] = {"fault": [], "before": [], "rewrite": []}

    def script(self, side: str, method: str, path_regex: str, kind: str, times: float = 1) -> None:
        """Let the next `times` matching requests meet this fault; `"*"` stands for either side, any method.

        Kinds: 401, 403, 404, 409, 412, 429 (`429:5` says when to come back), 429-bare, 500, 502, 503,
        reset (nothing happened), lost (it happened, no answer), cut, not-json, slow:SECONDS, empty-list,
        job-fails, job-warns:FIELD, job-slow:SECONDS; `lost+job-slow:2` is an answer's and a job's at once.
        Raises `ValueError` for any other.
        """
        self._add("fault", side, method, path_regex, _read(kind), times)

    def before(self, side: str, method: str, path_regex: str, action: Callable[[], object], times: float = 1) -> None:
        """Call `action`, such as an edit by the payroll clerk, just before the next matching request is answered."""
        self._add("before", side, method, path_regex, action, times)

    def rewrite(self, side: str, method: str, path_regex: str, change: Callable[[Any], Any], times: float = 1) -> None:
        """Let `change` replace the JSON of the next matching answers."""
        self._add("rewrite", side, method, path_regex, change, times)

    def clear(self) -> None:
        """Forget all scripts and stop random faults."""
        with self._lock:
            self.rate = 0.0
            for scripts in self._scripts.values():
                scripts.clear()

    def pick(self, side: str, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any."""
        scripted: Fault | None = self._take("fault", side, method, path)
        if scripted is not None:
            return scripted
        with self._lock:
            if self.rate and self._random.random() < self.rate:
                return _read(self._random.choice(self.kinds))
        return None

    def action_before(self, side: str, method: str, path: str) -> Callable[[], object] | None:
        action: Callable[[], object] | None = self._take("before", side, method, path)
        return action

    def rewriting(self, side: str, method: str, path: str) -> Callable[[Any], Any] | None:
        change: Callable[[Any], Any] | None = self._take("rewrite", side, method, path)
        return change

    def _add(self, which: str, side: str, method: str, path_regex: str, what: Any, times: float) -> None:
        script = _Script(side, method.upper(), re.compile(path_regex), what, times)
        with self._lock:
            self._scripts[which].append(script)

    def _take(self, which: str, side: str, method: str, path: str) -> Any:
        with self._lock:
            for script in self._scripts[which]:
                if script.meets(side, method, path):
                    script.left -= 1
                    return script.what
        return None


def _read(kind: str) -> Fault:
    """The fault with this name; raises `ValueError` if there is none."""
    found = [Fault(name, detail) for name, _, detail in (part.partition(":") for part in kind.split("+"))]
    unknown = [one.kind for one in found if one.kind not in ANSWER_KINDS | JOB_KINDS]
    if unknown:
        raise ValueError(f"There is no fault of the kind {unknown[0]!r}.")
    fault = found[0]
    fault.job = next((one for one in found if one.kind in JOB_KINDS), None)
    return fault
