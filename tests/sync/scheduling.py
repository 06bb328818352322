"""A company that was synchronized once and has automatic updates since then."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from connections.models import Connection
from connections.sandbox import Sandbox
from connections.vendors.clients import forget_clients
from sync import runner
from sync.automation import schedule, switching
from sync.models import SyncRun
from sync.writing import context
from tests.connections.companies import heard
from tests.sync import driving
from tests.sync.writing.conftest import Company, Person

QUICK = {
    "JOB_WAIT_FIRST_SECONDS": 0.05,
    "JOB_WAIT_MAX_SECONDS": 0.2,
    "CREATE_SETTLE_SECONDS": 0.6,
    "HUMA_SETTLE_SECONDS": 0.3,
    "UNAVAILABLE_MINUTES": 0.5,
}


@contextmanager
def company(settings: Any, user: User, *ways: str, **more: Any) -> Iterator[Company]:
    """A company with one person for each of the ``ways``; ``more`` is for both stand-ins."""
    for name, value in QUICK.items():
        setattr(settings, name, value)
    context._usual_job_seconds.clear()
    with Sandbox(employees=0, job_seconds=(0.02, 0.04), **more) as sandbox:
        driving.point_at(settings, sandbox)
        made = Company(sandbox, driving.connection(sandbox, user), user)
        for way in ways:
            made.add(way)
        yield made
        sandbox.faults.clear()
        forget_clients(made.connection)


def people(found: Company, count: int) -> list[Person]:
    """Add ``count`` people without differences."""
    return [found.add() for _ in range(count)]


def first_run(found: Company) -> SyncRun:
    """Do the first run by hand, without decisions."""
    run = driving.apply(driving.read(found.connection, found.user), found.user)
    assert run.state == SyncRun.State.FINISHED
    return run


def turn_on(found: Company, **chosen: Any) -> Connection:
    """Do the first run, and turn automatic updates on, with a schedule or as ``chosen``."""
    first_run(found)
    heard(found.connection)
    switching.turn_on(found.connection, found.user)
    switching.change(found.connection, found.user, {"schedule": "hours", **chosen})
    return found.connection


def make_due(connection: Connection) -> None:
    """Let the next scheduled sync be due."""
    Connection.objects.filter(pk=connection.pk).update(schedule_next=timezone.now() - timedelta(minutes=1))
    connection.refresh_from_db()


def begin(connection: Connection) -> SyncRun:
    """A scheduled sync that was started and has done nothing yet."""
    make_due(connection)
    (run,) = schedule.start_due()
    return run


def scheduled(found: Company) -> SyncRun:
    """Do a whole scheduled sync."""
    return found.ended(runner.drive(begin(found.connection)))
