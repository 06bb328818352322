"""Two machines' workers share the work of several connections; one dies in the middle, the other goes on."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django_q.tasks import async_task

from sync.models import Change, SyncRun, Write
from sync.processes import is_dead
from sync.services import runs, work
from tests.mailserver import MailServer
from tests.sync.companies import Companies, OneCompany, decide_everything
from tests.sync.workers import Worker, Workers, alive, family, kill, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill, pytest.mark.postgres]

PEOPLE = 30
QUICK = {
    "SLICE_SECONDS": "1.5",
    "LEASE_SECONDS": "4",
    "LEASE_RENEW_SECONDS": "1",
    "SYNC_CONCURRENCY": "2",
    "JOB_WAIT_FIRST_SECONDS": "0.1",
    "CREATE_SETTLE_SECONDS": "1",
    "HUMA_SETTLE_SECONDS": "0.5",
}


def three_companies() -> Companies:
    return Companies(*(OneCompany(PEOPLE, seed, latency_ms=20, job_seconds=(0.05, 0.15)) for seed in (1, 2, 3)))


@pytest.fixture
def undisturbed(transactional_db: None, settings: Any, hr: User) -> list[OneCompany]:
    """The same companies after the same decisions, carried out by one process that nobody disturbs."""
    with (companies := three_companies()) as each:
        for name, value in {**companies.settings(), "JOB_WAIT_FIRST_SECONDS": 0.1}.items():
            setattr(settings, name, value)
        for company in each:
            run = work.drive(runs.start(company.connect(hr), hr))
            decide_everything(run, hr)
            assert work.drive(run).state == SyncRun.State.FINISHED
    return list(each)


@pytest.fixture
def workers(process_env: dict[str, str]) -> Iterator[Workers]:
    made = Workers({**process_env, **QUICK})
    yield made
    made.end()


class Watch:
    """Who was seen to work on the runs."""

    def __init__(self, runs: list[SyncRun]) -> None:
        self.runs = SyncRun.objects.filter(pk__in=[run.pk for run in runs])
        self.seen: dict[int, set[int]] = {run.pk: set() for run in runs}

    def until(self, done: Callable[[], object], seconds: float = 40) -> bool:
        """Watch until it is done; False when that takes too long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for pk, holder in self.runs.exclude(lease_holder="").values_list("pk", "lease_holder"):
                self.seen[pk].add(pid_of(holder))
            if done():
                return True
            time.sleep(0.02)
        return False

    def are(self, *states: str) -> bool:
        return not self.runs.exclude(state__in=states).exists()


def pid_of(holder: str) -> int:
    return int(holder.split(":")[1])


def in_the_middle(runs: list[SyncRun], worker: Worker) -> SyncRun | None:
    """A run that this worker writes, and is neither at its beginning nor at its end."""
    pids = family(worker)
    for run in SyncRun.objects.filter(pk__in=[run.pk for run in runs], state="applying").exclude(lease_holder=""):
        left = Write.objects.filter(run=run).exclude(state="settled")
        done = Write.objects.filter(run=run, state="settled").count()
        if pid_of(run.lease_holder) in pids and done >= 3 and left.filter(state__in=("sending", "accepted")).exists():
            return run
    return None


def test_two_workers_share_the_work_and_one_finishes_what_the_other_left(
    undisturbed: list[OneCompany], workers: Workers, smtp: MailServer, settings: Any, hr: User
) -> None:
    with (companies := three_companies()) as each:
        workers.env |= {**companies.settings(), "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}"}
        first, second = workers.begin(), workers.begin()
        started = [runs.start(company.connect(hr), hr) for company in each]
        watch = Watch(started)
        assert watch.until(lambda: watch.are("review")), "both sides are read by the workers"
        for run in started:
            run.refresh_from_db()
            decide_everything(run, hr)
        victims: list[tuple[SyncRun, Worker, list[int]]] = []

        def somebody_is_in_the_middle() -> bool:
            victims.extend((run, w, family(w)) for w in (first, second) if (run := in_the_middle(started, w)))
            return bool(victims)

        assert watch.until(somebody_is_in_the_middle)
        run, worker, pids = victims[0]
        kill(worker)
        assert wait_for(lambda: not any(map(alive, pids)), 3)
        run.refresh_from_db()
        assert run.state == "applying"
        assert is_dead(run.lease_holder)
        # The queue holds the dead one's task back for minutes. The tick comes every minute; here, now.
        async_task("sync.tasks.tick", save=False)
        assert watch.until(lambda: watch.are("finished")), "the other one finishes it"

        assert watch.seen[run.pk] & set(pids)
        assert watch.seen[run.pk] - set(pids), "another one than the dead one"
        assert {pid in pids for seen in watch.seen.values() for pid in seen} == {True, False}, "both took part"
        for disturbed, calm in zip(each, undisturbed, strict=True):
            assert disturbed.outcome() == calm.outcome()
            assert disturbed.written() == calm.written()
        planned = Change.objects.filter(run__in=started)
        assert planned.count() == sum(map(runs_changes, started))
        assert not planned.filter(state__in=("planned", "unknown")).exists()
        assert watch.until(lambda: not watch.runs.exclude(mail_state="sent").exists())
        assert len(smtp.messages) == len({str(mail["Message-ID"]) for mail in smtp.messages}) == len(started)


def runs_changes(run: SyncRun) -> int:
    return runs.run_totals(run).settled
