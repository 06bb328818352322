"""Reading both sides: completely, at the same time, with few requests, and from where another process stopped."""

import math
import time
from typing import Any

import pytest
from django.db import connection as database

from sync import runner
from sync.models import EmployeeSnapshot, SyncRun
from sync.runs import lifecycle
from sync.worker.lease import Lease
from tests.sync.driving import connection, read, running, until

pytestmark = pytest.mark.django_db(transaction=True)
READING_IS_OVER = ("review", "failed")


def seen(run: SyncRun, side: str) -> set[str]:
    return set(EmployeeSnapshot.objects.filter(run=run, side=side, complete=True).values_list("vendor_id", flat=True))


def people_of(sandbox: Any) -> set[str]:
    return {id for id, user in sandbox.huma.users.items() if user.type == "user"}


def pages(users: int) -> int:
    """Of Huma's list: 50 on each, of whom one is the last of the page before."""
    return max(1, math.ceil((users - 1) / 49))


def test_a_complete_read_is_the_vendors_people(settings, hr):
    with running(settings, 60) as sandbox:
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        assert seen(run, "huma") == people_of(sandbox)
        assert seen(run, "visma") == set(sandbox.visma.employees)


def test_reading_asks_no_more_than_it_must(settings, hr):
    with running(settings, 120) as sandbox:
        read(connection(sandbox, hr), hr)
        people = people_of(sandbox)
        idle = [u for u in people if not any(p.status() == "CURRENT" for p in sandbox.huma.users[u].positions.values())]
        huma = [one for one in sandbox.journal.of("huma") if "/token" not in one.path]
        visma = [one for one in sandbox.journal.of("visma") if "/token" not in one.path]
        assert len(huma) <= pages(len(sandbox.huma.users)) + 2 * len(people) + len(idle)
        assert len(visma) <= 2 * math.ceil(len(sandbox.visma.employees) / 100), "the ids are read once more"
        assert len(sandbox.journal) - len(huma) - len(visma) == 2


def test_nothing_is_written_while_reading(settings, hr):
    with running(settings, 50) as sandbox:
        before = sandbox.state()
        read(connection(sandbox, hr), hr)
        assert sandbox.state() == before
        assert sandbox.journal.writes() == []


def test_both_sides_are_read_at_the_same_time(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.faults.script("visma", "GET", "/employees", "slow:0.5")
        read(connection(sandbox, hr), hr)
        asked = {side: [one.at for one in sandbox.journal.of(side, "GET")] for side in ("huma", "visma")}
        assert min(asked["huma"]) < max(asked["visma"])


def test_reading_goes_on_where_another_process_stopped(settings, hr):
    settings.SYNC_CONCURRENCY = 2
    with running(settings, 240, latency_ms=4) as sandbox:
        run = lifecycle.start(connection(sandbox, hr), hr)
        slices = 0

        def over(run: SyncRun) -> bool:
            nonlocal slices
            slices += 1
            return run.state in READING_IS_OVER

        until(run, over, seconds=0.02)
        assert run.state == "review"
        assert slices > 10
        assert seen(run, "huma") == people_of(sandbox)
        assert seen(run, "visma") == set(sandbox.visma.employees)
        lists = [one.query for one in sandbox.journal.of("huma", "GET") if one.path.rstrip("/").endswith("/users")]
        assert len(lists) == len(set(lists)) == pages(len(sandbox.huma.users))
        asked = [one.path for one in sandbox.journal.of("huma", "GET") if "/users/" in one.path]
        assert len(asked) == len(set(asked))
        assert len(sandbox.journal.of("visma", "GET")) == 2 * math.ceil(len(sandbox.visma.employees) / 100)


def test_a_second_reader_finds_the_run_taken(settings, hr):
    with running(settings, 8) as sandbox:
        run = lifecycle.start(connection(sandbox, hr), hr)
        with Lease(SyncRun, run.pk) as lease:
            assert not lease.lost
            assert runner.advance(run.pk) is None
        assert sandbox.journal == []
        assert runner.drive(run).state == "review"


def test_somebody_who_is_deleted_between_the_list_and_the_read_is_gone(settings, hr):
    with running(settings, 12) as sandbox:
        person = sandbox.people["equal"][0].user_id
        sandbox.faults.before("huma", "GET", f"/users/{person}", lambda: sandbox.huma.delete(person))
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        assert person not in seen(run, "huma")
        assert not EmployeeSnapshot.objects.filter(run=run, complete=False).exists()


def test_a_position_that_is_deleted_while_reading_does_not_make_the_person_gone(settings, hr):
    with running(settings, 12) as sandbox:
        person = sandbox.people["equal"][0].user_id
        position = next(iter(sandbox.huma.users[person].positions))

        def delete() -> None:
            sandbox.huma.add_position(person, {"contractStartDate": "2022-01-01"})
            sandbox.huma.delete_position(person, position)

        sandbox.faults.before("huma", "GET", f"/positions/{position}", delete)
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        assert person in seen(run, "huma")


def test_what_a_cancelled_run_was_reading_is_forgotten(settings, hr):
    with running(settings, 8) as sandbox:
        run = lifecycle.start(connection(sandbox, hr), hr)

        def cancel() -> None:  # in a thread of the vendor's
            lifecycle.cancel(run, hr)
            database.close()

        sandbox.faults.before("huma", "GET", "/users/", cancel)
        runner.advance(run.pk)
        run.refresh_from_db()
        assert run.state == "cancelled"
        assert not EmployeeSnapshot.objects.filter(run=run).exclude(payload=None).exists()


def test_a_silent_vendor_is_not_asked_all_the_time(settings, hr):
    settings.READ_PATIENCE_SECONDS = 2.0
    with running(settings, 8) as sandbox:
        sandbox.faults.script("huma", "GET", "/users", "503", times=math.inf)
        sandbox.faults.script("visma", "GET", "/employees", "503", times=math.inf)
        began, cpu = time.monotonic(), time.process_time()
        read(connection(sandbox, hr), hr)
        assert time.process_time() - cpu < 0.8 * (time.monotonic() - began)
