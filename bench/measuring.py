"""Shared by our own measurements: a connection, a run, and counters."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from connections import sandbox
from connections.models import Connection
from sync.analysis.written_meanwhile import closed_to
from sync.models import SyncRun
from sync.planning.planning import make_plan
from sync.runs import lifecycle
from sync.wizard.confirm import confirm
from sync.wizard.review import ReviewFilter, decide_bulk

END_REASON = "arbeidstakerHarSagtOppSelv"


def admin() -> User:
    """The HR admin who does everything."""
    found, _made = User.objects.get_or_create(username="hr", is_staff=True)
    return found


def connection() -> Connection:
    """A connection to the stand-ins."""
    made = Connection.objects.create(
        name="Bench",
        tenant_id=sandbox.TENANT_ID,
        huma_client_id=sandbox.HUMA_CLIENT_ID,
        huma_client_secret=sandbox.HUMA_CLIENT_SECRET,
        default_end_reason=END_REASON,
    )
    made.owners.add(admin())
    return made


def run() -> SyncRun:
    """A run that has just been started."""
    return lifecycle.start(connection(), admin())


def decided(run: SyncRun, choice: str) -> int:
    """Decide every difference in the same way and confirm, as the command does; returns the number of changes."""
    assert run.state == SyncRun.State.REVIEW, run.failure
    decide_bulk(run, admin(), ReviewFilter(show="all"), choice, allow_clearing=True)
    plan = make_plan(run, closed_to(run))
    confirm(run, admin(), plan.fingerprint, large=True)
    return len(plan.items)


@dataclass
class Statements:
    """Counts the SQL statements of all threads; ``kinds`` counts them by their beginnings."""

    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of statements."""
        return sum(self.kinds.values())

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Called by Django around each statement."""
        kind = re.sub(r"\"s\d+_x\d+\"", "", " ".join(str(sql).split()[:4]))  # savepoints have numbers
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        return execute(sql, params, many, context)


@contextmanager
def counting() -> Iterator[Statements]:
    """Count the SQL statements of every database connection, also of those that other threads open."""
    counted = Statements()

    def join(connection: BaseDatabaseWrapper, **more: Any) -> None:
        connection.execute_wrappers.append(counted)

    opened = connections["default"]
    opened.execute_wrappers.append(counted)
    connection_created.connect(join)
    try:
        yield counted
    finally:
        connection_created.disconnect(join)
        opened.execute_wrappers.remove(counted)


def peak_mb() -> float:
    """The most memory that this process has used so far, in MB (10^6 bytes). Linux only."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit("The peak memory can't be read on this system.")
