"""The queue is a doorbell: what a task or the tick does, once or twice, with the truth in our own tables."""

import traceback
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from sync import tasks
from sync.models import Change, Conflict, Letter, SyncRun
from sync.runs import lifecycle
from sync.wizard import confirm, review
from sync.worker.lease import Lease
from tests.sync.driving import apply, connection, read, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def sandbox(settings):
    with running(settings, 20) as found:
        yield found


@pytest.fixture
def made(sandbox, hr):
    return connection(sandbox, hr, recipients=["boss@example.com"])


def test_a_bug_reaches_the_queue_without_its_text(monkeypatch):
    def breaks():
        raise ValueError("22334455")

    monkeypatch.setattr("sync.worker.heartbeat.beat", breaks)
    with pytest.raises(tasks.TaskFailed, match="ValueError") as failed:
        tasks.beat()
    stored = "".join(traceback.format_exception(failed.value))
    assert "breaks" in stored
    assert stored.count("22334455") == 1, "in the line of code that is quoted, and nowhere else"


def answer_the_bell() -> int:
    """Run all queued tasks as a worker does; returns how many there were."""
    found = [(row.pk, SignedPackage.loads(row.payload)) for row in OrmQ.objects.all()]
    for pk, task in found:
        OrmQ.objects.filter(pk=pk).delete()
        name = task["func"].removeprefix("sync.tasks.")
        assert name in ("advance", "attend", "letters")
        getattr(tasks, name)(*task["args"])
    return len(found)


def ring_until_quiet() -> None:
    for _ in range(200):
        if not answer_the_bell():
            return
    raise AssertionError("the bell never stops ringing")


def woken() -> list[int]:
    return [SignedPackage.loads(row.payload)["args"][0] for row in OrmQ.objects.all()]


def long_ago(run, **more):
    SyncRun.objects.filter(pk=run.pk).update(touched_at=timezone.now() - timedelta(minutes=5), **more)


def test_tasks_alone_take_a_run_to_its_end(sandbox, made, hr, settings, smtp):
    settings.SLICE_SECONDS = 0.05
    run = lifecycle.start(made, hr)
    ring_until_quiet()
    run.refresh_from_db()
    assert run.state == "review"
    review.decide_bulk(run, hr, review.ReviewFilter(), "huma")
    shown = confirm.build(run)
    confirm.confirm(run, hr, shown.fingerprint, str(shown.people))
    for _ in range(200):
        ring_until_quiet()
        run.refresh_from_db()
        if run.state != "applying":
            break
        tasks.tick()
    assert run.state == "finished"
    assert Change.objects.filter(run=run, state="done").exists()
    assert len(smtp.messages) == 1


def test_a_second_delivery_does_nothing(sandbox, made, hr):
    run = lifecycle.start(made, hr)
    tasks.advance(run.pk)
    asked = len(sandbox.journal)
    OrmQ.objects.all().delete()
    for _ in range(3):
        tasks.advance(run.pk)
    assert len(sandbox.journal) == asked
    assert not OrmQ.objects.exists()
    assert Conflict.objects.filter(run=run).count() == run.conflicts.count() > 0


def test_a_delivery_while_another_works_does_nothing(sandbox, made, hr):
    run = lifecycle.start(made, hr)
    OrmQ.objects.all().delete()
    with Lease(SyncRun, run.pk):
        tasks.advance(run.pk)
    assert sandbox.journal == []
    assert not OrmQ.objects.exists()


def test_a_task_for_a_run_that_is_not_there_does_nothing(made):
    tasks.advance(10**9)
    assert not OrmQ.objects.exists()


def test_the_tick_wakes_what_the_queue_lost(made, hr):
    run = lifecycle.start(made, hr)
    OrmQ.objects.all().delete()
    long_ago(run)
    tasks.tick()
    assert woken() == [run.pk]


def test_the_tick_wakes_what_a_dead_process_held(made, hr):
    run = lifecycle.start(made, hr)
    OrmQ.objects.all().delete()
    long_ago(run, lease_holder="somewhere:1:1:x", lease_until=timezone.now() - timedelta(minutes=1))
    tasks.tick()
    assert woken() == [run.pk]


def test_the_tick_leaves_alone_what_somebody_works_on_or_waits_for_a_person(sandbox, made, hr):
    run = read(made, hr)
    OrmQ.objects.all().delete()
    long_ago(run)
    tasks.tick()
    again = lifecycle.read_again(run, hr)
    OrmQ.objects.all().delete()
    with Lease(SyncRun, again.pk):
        long_ago(again)
        tasks.tick()
    assert woken() == []


def test_a_dry_run_is_nobody_elses_to_work_on(sandbox, made):
    run = SyncRun.objects.create(connection=made, trigger="command", dry=True)
    long_ago(run)
    tasks.tick()
    tasks.advance(run.pk)
    assert woken() == []
    assert sandbox.journal == []


def test_what_a_killed_dry_run_left_is_deleted(made):
    left = SyncRun.objects.create(connection=made, trigger="command", dry=True)
    alive = SyncRun.objects.create(connection=made, trigger="command", dry=True)
    SyncRun.objects.filter(pk=left.pk).update(touched_at=timezone.now() - timedelta(hours=1))
    tasks.tick()
    assert list(SyncRun.objects.filter(dry=True)) == [alive]


@pytest.mark.parametrize(("days", "state"), [(6, "review"), (8, "cancelled")])
def test_a_run_that_nobody_touches_for_a_week_is_cancelled(made, hr, days, state):
    run = read(made, hr)
    SyncRun.objects.filter(pk=run.pk).update(touched_at=timezone.now() - timedelta(days=days))
    tasks.tick()
    run.refresh_from_db()
    assert run.state == state
    assert Conflict.objects.filter(run=run, values=None).exists() == (state == "cancelled")


def test_a_choice_keeps_a_run_for_another_week(made, hr):
    run = read(made, hr)
    SyncRun.objects.filter(pk=run.pk).update(touched_at=timezone.now() - timedelta(days=8))
    review.decide(run, hr, [Conflict.objects.filter(run=run)[0].pk], "leave")
    tasks.tick()
    run.refresh_from_db()
    assert run.state == "review"


def test_the_tick_sends_the_mail_that_waits(made, hr, settings, smtp):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    run = apply(read(made, hr), hr)
    assert (run.state, Letter.objects.get(kind="result").state) == ("finished", "waiting")
    tasks.tick()
    assert smtp.messages == []
    settings.EMAIL_PORT = port
    Letter.objects.update(next_at=timezone.now())
    tasks.tick()
    tasks.tick()
    run.refresh_from_db()
    assert Letter.objects.get(kind="result").state == "sent"
    assert len(smtp.messages) == 1


def test_a_run_is_stored_though_the_queue_is_away(made, hr, settings):
    OrmQ.objects.all().delete()
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "orm": "nowhere"}
    run = lifecycle.start(made, hr)
    assert SyncRun.objects.get(pk=run.pk).state == "fetching"
