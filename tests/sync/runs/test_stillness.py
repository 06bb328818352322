"""What a page says while it waits: a killed worker, and a vendor that doesn't answer, in an HR admin's words."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections.api.waiting.silence import Silence
from sync.models import SyncRun
from sync.runs import lifecycle
from sync.wizard import review
from sync.worker.heartbeat import beat
from tests.connections.companies import company
from tests.sync import driving
from tests.sync.browsing import at, signed_in, words
from tests.sync.workers import Workers, kill, wait_for

PATIENT = 60  # seconds: on a busy machine everything takes longer than it should


def said(run: SyncRun, hr: Any) -> str:
    """What the live part of the page says of a run that is read or written."""
    name, more = ("sync_live", ()) if run.state == "fetching" else ("run_live", (run.pk,))
    return words(signed_in(hr).get(at(name, run.connection, *more)))


def seconds_ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def run(hr: Any) -> SyncRun:
    """A run that a worker reads."""
    return SyncRun.objects.create(connection=company(hr), started_by="hr")


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["fetching", "applying"])
def test_a_lease_that_nobody_renews_is_said(run, hr, settings, state):
    beat()
    left = settings.LEASE_SECONDS - 13
    lease = {"lease_holder": "elsewhere:1:1", "lease_until": timezone.now() + timedelta(seconds=left)}
    SyncRun.objects.filter(pk=run.pk).update(state=state, touched_at=seconds_ago(40), **lease)
    run.refresh_from_db()
    text = said(run, hr)
    assert re.search(r"Nothing has happened for 1\d seconds The part", text)
    assert "Nothing is lost: your sync is stored, and continues automatically when that part works again." in text
    assert "tell your administrator that the worker has to be started" in text
    SyncRun.objects.filter(pk=run.pk).update(lease_until=seconds_ago(-settings.LEASE_SECONDS))
    assert "Nothing has happened" not in said(run, hr)


@pytest.mark.django_db
def test_between_two_slices_the_workers_beat_counts(run, hr):
    SyncRun.objects.filter(pk=run.pk).update(touched_at=seconds_ago(40))
    beat()
    assert "Nothing has happened" not in said(run, hr)


@pytest.mark.django_db
def test_a_side_that_is_silent_is_named_with_how_long(run, hr):
    beat()
    for silent, sentence in (
        ({"visma": time.time() - 12}, r"Visma hasn't answered for 1\d seconds. We keep trying; nothing is"),
        ({"huma": time.time() - 190}, r"Huma hasn't answered for \d minutes. We keep trying; nothing is lost."),
    ):
        SyncRun.objects.filter(pk=run.pk).update(silent=silent, progress={"trouble": ["visma", "huma"]})
        assert re.search(sentence, said(run, hr))
        assert f"No answer right now: {'Huma' if 'visma' in silent else 'Visma'}" in said(run, hr)


@pytest.mark.django_db
def test_where_nobody_works_no_vendor_is_blamed(run, hr):
    SyncRun.objects.filter(pk=run.pk).update(silent={"visma": time.time() - 60}, touched_at=seconds_ago(50))
    assert "hasn't answered" not in said(run, hr)


def test_a_side_is_silent_from_the_first_question_without_an_answer():
    silence = Silence()
    assert silence.since == 0
    before = time.time()
    with silence.asking():
        assert before <= silence.since <= time.time()
        with silence.asking():
            pass
        assert silence.since == silence.heard_at, "it has answered somebody, and owes another answer since"
    assert silence.since == 0


def test_a_side_that_was_asked_again_in_vain_is_silent_since_the_first_time():
    silence, seen = Silence(), set()
    for _ in range(3):
        with suppress(TimeoutError), silence.asking():
            seen.add(silence.since)
            raise TimeoutError
    assert seen == {silence.since}
    assert silence.since > 0
    assert silence.heard_at == 0


@pytest.fixture
def start(process_env: dict[str, str]) -> Iterator[Workers]:
    """Start real workers."""
    workers = Workers(process_env)
    workers.env |= {"JOB_WAIT_FIRST_SECONDS": "0.1"}
    yield workers
    workers.end()


@pytest.fixture
def slow(settings: Any) -> Iterator[Any]:
    """Both vendors with a few people; jobs in Visma take their time."""
    with driving.running(settings, employees=0, job_seconds=(30.0, 31.0)) as sandbox:
        for way in ("equal", "equal", "phone_differs", "phone_differs"):
            sandbox.add_person(way)
        yield sandbox


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_it_writes_is_said(slow, smtp, hr, start):
    made = driving.connection(slow, hr)
    run = driving.read(made, hr)
    review.decide_bulk(run, hr, review.ReviewFilter(), "huma")
    shown = runs_confirmed(run, hr)
    worker = start()
    assert wait_for(lambda: slow.journal.writes(), PATIENT)
    assert "Nothing has happened" not in said(shown, hr)
    kill(worker)
    assert wait_for(lambda: "Nothing has happened for" in said(shown, hr), PATIENT)
    start()
    assert wait_for(lambda: "Nothing has happened for" not in said(shown, hr), PATIENT)


def runs_confirmed(run: SyncRun, hr: Any) -> SyncRun:
    """The run as it is once somebody confirmed it; nobody has begun to write."""
    from sync.wizard import confirm

    shown = confirm.build(run)
    confirm.confirm(run, hr, shown.fingerprint, str(shown.people))
    return run


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("side", "name"), [("huma", "Huma"), ("visma", "Visma")])
def test_a_vendor_that_falls_silent_while_it_is_read_is_named(slow, smtp, hr, start, side, name):
    slow.faults.script(side, "GET", ".*", "slow:25", times=50)
    made = driving.connection(slow, hr)
    run = lifecycle.start(made, hr)
    start()
    assert wait_for(lambda: f"{name} hasn't answered for" in said(run, hr), PATIENT)
    other = "Visma" if side == "huma" else "Huma"
    assert f"{other} hasn't answered" not in said(run, hr)


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_vendor_that_falls_silent_while_it_is_written_is_named(slow, smtp, hr, start):
    made = driving.connection(slow, hr)
    run = driving.read(made, hr)
    review.decide_bulk(run, hr, review.ReviewFilter(), "huma")
    runs_confirmed(run, hr)
    slow.faults.script("visma", "PUT", ".*", "slow:25", times=50)
    start()
    assert wait_for(lambda: "Visma hasn't answered for" in said(run, hr), PATIENT)
