"""Runs that are stopped, or worked on by two at once: sent writes are followed, and each is sent once."""

import threading
import time
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from sync import runner
from sync.models import Change, SyncRun
from sync.runs import lifecycle
from sync.wizard import confirm
from sync.worker.lease import Lease
from sync.writing import slices
from tests.sync.writing.conftest import Company, assert_all_done, decided, outcomes, people
from tests.sync.writing.states import changes


def test_stopping_follows_what_was_sent_and_sends_nothing_more(
    company: Company, quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.SYNC_CONCURRENCY = 1
    monkeypatch.setattr(slices, "LOOK_EVERY", 0.02)
    run = decided(company, 4)
    company.sandbox.faults.script("visma", "PUT", "", "job-slow:1.5")

    def stop() -> None:
        lifecycle.stop(SyncRun.objects.get(pk=run.pk), company.user)
        database.close()

    company.sandbox.faults.before("visma", "PUT", "", stop)
    company.sandbox.journal.clear()
    runner.drive(run)
    company.ended(run)
    assert run.state == SyncRun.State.STOPPED
    totals = lifecycle.run_totals(run)
    assert totals.stopped >= 4
    assert totals.done + totals.stopped == totals.planned == 8
    sent = len(company.sandbox.journal.of("visma", "PUT"))
    assert Change.objects.filter(run=run, side="visma", state="done").count() == sent
    looks = len(company.sandbox.journal.of("visma", "GET", "/jobs/"))
    assert looks < 15  # no more often because it is being stopped


def test_stopping_settles_what_was_lost_first(company: Company) -> None:
    person = people(company, 1)[0]
    run = company.read()
    company.decide(run, "huma", person, "phone")
    company.confirm(run)
    company.sandbox.faults.script("visma", "PUT", "", "lost+job-slow:0.5")
    assert runner.advance(run.pk, seconds=0.01) is not None
    lifecycle.stop(run, company.user)
    company.ended(runner.drive(run))
    assert outcomes(run) == {"phone": "done"}
    assert run.state == SyncRun.State.FINISHED


def test_what_was_stopped_is_a_difference_again(company: Company) -> None:
    run = decided(company, 2)
    lifecycle.stop(run, company.user)
    before = company.sandbox.state()
    company.ended(runner.drive(run))
    assert set(Change.objects.filter(run=run).values_list("state", flat=True)) == {"stopped"}
    assert not changes(before, company.sandbox.state())
    assert company.open() == {"phone", "employment_id"}


def test_a_double_click_confirms_once(company: Company) -> None:
    people(company, 2)
    run = company.read()
    company.decide(run, "huma", None, "phone")
    shown = confirm.build(run)
    threads = [threading.Thread(target=_confirm, args=(run.pk, company.user, shown.fingerprint)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Change.objects.filter(run=run).count() == 2
    run.refresh_from_db()
    company.ended(runner.drive(run))
    assert len(company.sandbox.journal.writes()) == 2


def _confirm(pk: int, user: Any, fingerprint: str) -> None:
    confirm.confirm(SyncRun.objects.get(pk=pk), user, fingerprint)
    database.close()


def test_two_who_drive_the_same_run_send_each_write_once(company: Company) -> None:
    run = decided(company, 5)
    company.sandbox.journal.clear()
    threads = [threading.Thread(target=_drive, args=(run.pk,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert len(company.sandbox.journal.writes()) == 10
    assert_all_done(company, run)


def _drive(pk: int) -> None:
    runner.drive(SyncRun.objects.get(pk=pk), seconds=0.05)
    database.close()


def test_who_lost_the_lease_in_a_slow_request_sends_nothing_and_spoils_nothing(company: Company, quick: Any) -> None:
    """It reads so slowly that somebody else takes the work over and ends it."""
    quick.LEASE_SECONDS = 0.4
    quick.LEASE_RENEW_SECONDS = 99
    person = people(company, 1)[0]
    run = company.read()
    company.decide(run, "huma", person, "phone")
    company.confirm(run)
    company.sandbox.faults.script("visma", "GET", person.employee_id, "slow:1.5")
    slow = threading.Thread(target=_advance, args=(run.pk,))
    slow.start()
    time.sleep(0.3)
    SyncRun.objects.filter(pk=run.pk).update(lease_holder="another:1:1", lease_until=timezone.now())
    time.sleep(1.1)
    company.sandbox.journal.clear()
    runner.drive(run)
    slow.join()
    company.ended(run)
    assert outcomes(run) == {"phone": "done"}
    assert len(company.sandbox.journal.writes()) == 1


def _advance(pk: int) -> None:
    runner.advance(pk)
    database.close()


def test_a_lease_that_is_too_short_for_a_request_is_renewed_or_nothing_is_sent(company: Company) -> None:
    run = decided(company, 1)
    with Lease(SyncRun, run.pk, seconds=10) as lease:
        assert lease.lasts(4)
        lease._until = time.monotonic() + 3
        assert lease.lasts(4)
        assert lease.seconds_left > 9
        lease._until = time.monotonic() + 3
        SyncRun.objects.filter(pk=run.pk).update(lease_holder="another")
        assert not lease.lasts(4)
        assert lease.lost
