"""A connection is checked by itself: after it was connected, after an upgrade, and every month; once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections as databases
from django.utils import timezone
from django_q.models import OrmQ

from connections.doctor import due
from connections.doctor.check import MONTHLY
from connections.models import Connection, Diagnosis
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from sync import tasks
from sync.models import SyncRun
from tests.connections.companies import company
from tests.connections.doctor.test_check import TOLD_BY_GET
from tests.sync import bell, driving

pytestmark = pytest.mark.django_db(transaction=True)


def connected() -> Connection:
    """A company that was connected by the command."""
    words = ("--tenant-id", TENANT_ID, "--huma-client-id", HUMA_CLIENT_ID, "--huma-client-secret", HUMA_CLIENT_SECRET)
    call_command("connect", "--name", "Fjordheim", "--confirm-authority", *words)
    return Connection.objects.get()


def times_asked(sandbox: Any) -> int:
    """How often the list of jobs was asked for at Visma: once in each check that finds nothing unusual."""
    return len(sandbox.journal.of("visma", "GET", "/employees/jobs"))


def test_connecting_waits_for_no_check_and_the_worker_makes_it(sandbox: Any) -> None:
    connection = connected()
    assert times_asked(sandbox) == 0
    bell.until_quiet()
    assert times_asked(sandbox) == 1
    row = Diagnosis.objects.get(connection=connection)
    assert (row.trouble, row.claimed_until) == ("", None)
    assert row.due_at is not None
    assert row.due_at > timezone.now() + MONTHLY - timedelta(hours=1)
    tasks.tick()
    bell.until_quiet()
    assert times_asked(sandbox) == 1, "it is made once"


@pytest.mark.parametrize("mode", sorted(TOLD_BY_GET))
def test_a_company_can_be_connected_and_read_however_its_systems_answer(settings: Any, hr: User, mode: str) -> None:
    with driving.running(settings, 30, modes=[mode]):
        connection = connected()
        bell.until_quiet()
        connection.refresh_from_db()
        expected = {} if mode == "jobs-oldest-first" else TOLD_BY_GET[mode][2]  # there are no jobs yet
        assert connection.variants == expected
        assert driving.read(connection, hr).state == SyncRun.State.REVIEW


def test_what_the_queue_lost_is_found_by_the_tick(sandbox: Any) -> None:
    connected()
    OrmQ.objects.all().delete()
    tasks.tick()
    bell.until_quiet()
    assert times_asked(sandbox) == 1


def test_it_is_made_every_month_and_after_an_upgrade(sandbox: Any, settings: Any) -> None:
    connection = connected()
    bell.until_quiet()
    Diagnosis.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert due.due() == [connection.pk]
    tasks.tick()
    bell.until_quiet()
    assert times_asked(sandbox) == 2
    assert due.due() == []
    settings.VERSION = "0.2.0"
    assert due.due() == [], "it was made a moment ago"
    Diagnosis.objects.update(checked_at=timezone.now() - timedelta(hours=2))
    tasks.tick()
    bell.until_quiet()
    assert times_asked(sandbox) == 3
    assert Diagnosis.objects.get().version == "0.2.0"


@pytest.mark.parametrize("state", ["paused", "waiting", "disconnected"])
def test_a_connection_that_is_not_active_waits(sandbox: Any, hr: User, state: str) -> None:
    connection = company(hr, state=state)
    due.ask_soon(connection)
    tasks.tick()
    bell.until_quiet()
    assert list(sandbox.journal) == []
    Connection.objects.update(state="active")
    assert due.due() == [connection.pk]


def test_few_are_started_at_a_time(hr: User) -> None:
    for number in range(5):
        due.ask_soon(company(hr, tenant_id=f"t{number}"))
    assert len(due.due()) == due.AT_ONCE


def test_two_tasks_at_once_make_it_once(sandbox: Any, hr: User) -> None:
    connection = company(hr)
    due.ask_soon(connection)
    begin = threading.Barrier(2)

    def work() -> None:
        begin.wait()
        try:
            tasks.check(connection.pk)
        finally:
            databases.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert times_asked(sandbox) == 1
    assert Diagnosis.objects.get().trouble == ""


def test_a_task_for_nobody_does_nothing(sandbox: Any, hr: User) -> None:
    tasks.check(4711)
    tasks.check(company(hr).pk)
    assert list(sandbox.journal) == []
