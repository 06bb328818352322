"""Vendors with problems, and runs that are stopped or worked on twice: nothing is lost or doubled."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync import runner
from sync.models import SyncRun, Write
from tests.sync.driving import until
from tests.sync.writing.conftest import Company, assert_all_done, decided, outcomes, people
from tests.sync.writing.states import changes


@pytest.mark.parametrize("kind", ["429:1", "429-bare", "500", "503", "reset"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
def test_trouble_with_any_request_is_waited_out(company: Company, kind: str, method: str) -> None:
    run = decided(company, 2)
    company.sandbox.faults.script("*", method, "", kind, times=3)
    assert_all_done(company, runner.drive(run))


def test_a_429_keeps_the_whole_connection_away(company: Company) -> None:
    run = decided(company, 3)
    company.sandbox.faults.script("visma", "PUT", "", "429:1")
    company.sandbox.journal.clear()
    assert_all_done(company, runner.drive(run))
    journal = company.sandbox.journal.of("visma")
    refused = next(one.at for one in journal if one.status == 429)
    early = [one for one in journal if 0.15 < (one.at - refused).total_seconds() < 0.9]
    assert not early


def test_tokens_that_live_a_second_are_renewed(company: Company) -> None:
    for tokens in (company.sandbox.huma_tokens, company.sandbox.visma_tokens):
        tokens.seconds = 1
    company.sandbox.expire_tokens()
    run = decided(company, 3)
    company.sandbox.faults.script("visma", "PUT", "", "job-slow:0.8", times=9)
    assert_all_done(company, runner.drive(run))


def test_tokens_that_are_refused_at_any_request_are_renewed(company: Company, quick: Any) -> None:
    quick.SYNC_CONCURRENCY = 1
    run = decided(company, 2)
    for method in ("PUT", "PATCH", "GET"):
        company.sandbox.faults.before("*", method, "", company.sandbox.expire_tokens)
    assert_all_done(company, runner.drive(run))


def test_pauses_grow_and_last_through_slices(company: Company, quick: Any) -> None:
    """A vendor that is away isn't asked again and again because slices are short."""
    person = people(company, 1)[0]
    run = company.read()
    company.decide(run, "huma", person, "phone")
    company.confirm(run)
    long_ago = timezone.now() - timedelta(seconds=20)
    Write.objects.filter(run=run).update(trouble_since=long_ago)
    company.sandbox.faults.script("visma", "PUT", "", "503", times=99)
    Write.objects.filter(run=run).update(tries=0)
    quick.UNAVAILABLE_MINUTES = 15
    company.sandbox.journal.clear()
    for _ in range(20):
        runner.advance(run.pk, seconds=0.05)
    assert len(company.sandbox.journal.writes()) == 1
    write = Write.objects.get(run=run)
    assert write.not_before
    assert 5 < (write.not_before - timezone.now()).total_seconds() <= 30
    pause = runner.advance(run.pk, seconds=0.05)
    assert pause
    assert pause > 5


def test_slices_of_no_length_reach_the_same_end(company: Company) -> None:
    run = decided(company, 3)
    until(run, lambda run: run.state != SyncRun.State.APPLYING, seconds=0.0001)
    assert len(company.sandbox.journal.writes()) == 6
    assert_all_done(company, run)


def test_too_many_interruptions_park_the_rest(company: Company, quick: Any) -> None:
    run = decided(company, 1)
    SyncRun.objects.filter(pk=run.pk).update(attempts=quick.MAX_ATTEMPTS)
    Write.objects.filter(run=run, side="visma").update(state="sending", sent_at=timezone.now())
    before = company.sandbox.state()
    company.ended(runner.drive(run))
    assert outcomes(run) == {"phone": "unknown unknown_outcome", "employment_id": "failed parked"}
    assert not changes(before, company.sandbox.state())
