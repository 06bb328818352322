"""Two admins, the command and a worker use the same connection at the same moment."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.db import connection as database

from connections.sandbox import Sandbox
from sync import runner
from sync.models import Letter, SyncRun
from sync.runs import lifecycle
from sync.wizard import confirm, review
from tests.sync.driving import connection, running
from tests.sync.workers import Workers, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    with running(settings, 20, latency_ms=30, job_seconds=(3.0, 4.0)) as found:  # so that the command meets it
        yield found


@pytest.fixture
def workers(sandbox: Sandbox, smtp: Any, process_env: dict[str, str]) -> Iterator[Workers]:
    made = Workers({**process_env, "SYNC_CONCURRENCY": "1"})
    yield made
    made.end()


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gives, or raises, when they are made at the same moment."""
    start = threading.Barrier(len(calls))
    found: list[Any] = [None] * len(calls)

    def make(number: int) -> None:
        start.wait()
        try:
            found[number] = calls[number]()
        except Exception as error:
            found[number] = error
        finally:
            database.close()

    threads = [threading.Thread(target=make, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_everybody_gets_the_same_run_and_it_is_written_once(
    workers: Workers, sandbox: Sandbox, smtp: Any, hr: User, superuser: User
) -> None:
    made = connection(sandbox, hr)
    workers()
    started = together(*[lambda who=who: lifecycle.start(made, who) for who in (hr, superuser, hr, superuser)])
    assert len(set(started)) == 1
    (run,) = set(started)
    assert wait_for(lambda: SyncRun.objects.get(pk=run.pk).state == "review")
    run.refresh_from_db()
    review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
    shown = confirm.build(run)

    def click(who: User) -> None:
        confirm.confirm(SyncRun.objects.get(pk=run.pk), who, shown.fingerprint, str(shown.people))

    command = subprocess.Popen(
        [sys.executable, "manage.py", "sync", made.code, "--json", "--conflicts", "huma", "--confirm-large"],
        cwd=project.BASE_DIR,
        env=workers.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert together(lambda: click(hr), lambda: click(superuser)) == [None, None]
    said = json.loads(command.communicate(timeout=60)[0])

    first, second = SyncRun.objects.order_by("pk")
    assert (first, second.trigger) == (run, "command")
    assert (first.state, second.state, command.returncode) == ("finished", "finished", 0)
    assert said["resumed"] == first.pk, "the command waits for the run that writes"
    assert first.finished_at
    assert second.confirmed_at
    assert first.finished_at <= second.confirmed_at
    assert lifecycle.run_totals(first).done > 10
    taken = [one.path for one in sandbox.journal.writes() if one.status in (200, 202)]
    assert len(taken) == len(set(taken))
    assert wait_for(lambda: Letter.objects.filter(key=f"result:{first.pk}", state="sent").exists())
    assert len({str(mail["Message-ID"]) for mail in smtp.messages}) == len(smtp.messages) <= 2


def test_of_two_runs_that_are_confirmed_at_once_one_writes_and_the_other_follows(
    sandbox: Sandbox, smtp: Any, hr: User
) -> None:
    made = connection(sandbox, hr)
    by_hand = runner.drive(lifecycle.start(made, hr))
    assert (by_hand.state, by_hand.failure) == ("review", "")
    by_command = SyncRun.objects.create(connection=made, trigger="command", started_by="command")
    runner.drive(by_command)

    def plan(run: SyncRun, choice: str) -> Callable[[], None]:
        review.decide_bulk(run, hr, review.ReviewFilter(show="all"), choice)
        shown = confirm.build(run)
        return lambda: confirm.confirm(run, hr, shown.fingerprint, str(shown.people))

    clicks = plan(by_hand, "huma"), plan(by_command, "huma")
    refused = [error for error in together(*clicks) if error is not None]
    assert [type(error).__name__ for error in refused] == ["NotAllowed"]
    writing = SyncRun.objects.get(state="applying")
    waiting = by_command if writing == by_hand else by_hand
    waiting.refresh_from_db()
    assert waiting.state == "review"
    assert runner.drive(writing).state == "finished"
    again = plan(waiting, "huma")
    again()
    assert runner.drive(waiting).state == "finished"
    totals = lifecycle.run_totals(waiting)
    assert totals.planned == totals.settled
    assert totals.done == totals.failed == totals.unknown == 0, "all of it is there already"
