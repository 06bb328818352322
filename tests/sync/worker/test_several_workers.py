"""Workers on two machines share the work of several connections; one dies in the middle, the other continues."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

from sync import runner
from sync.models import Letter, SyncRun, Write
from sync.runs import lifecycle
from sync.worker.processes import is_dead
from tests.mailserver import MailServer
from tests.redisserver import RedisServer
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


@pytest.fixture(params=["database", pytest.param("redis", marks=pytest.mark.redis)])
def broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What the queue is kept in, for this process too; gives the workers' settings of it."""
    if request.param == "database":
        yield {}
        return
    with RedisServer() as server:
        monkeypatch.setattr(Conf, "ORM", None)
        monkeypatch.setattr(Conf, "REDIS", server.url)
        yield {"REDIS_URL": server.url}


_undisturbed: list[OneCompany] = []


@pytest.fixture
def undisturbed(transactional_db: None, settings: Any, hr: User) -> list[OneCompany]:
    """The same companies after the same decisions, carried out by one process that nobody disturbs; once a session."""
    if _undisturbed:
        return _undisturbed
    with (companies := three_companies()) as each:
        for name, value in {**companies.settings(), "JOB_WAIT_FIRST_SECONDS": 0.1}.items():
            setattr(settings, name, value)
        for company in each:
            run = runner.drive(lifecycle.start(company.connect(hr), hr))
            decide_everything(run, hr)
            assert runner.drive(run).state == SyncRun.State.FINISHED
    OrmQ.objects.all().delete()
    _undisturbed.extend(each)
    return _undisturbed


@pytest.fixture
def workers(process_env: dict[str, str], broker: dict[str, str]) -> Iterator[Workers]:
    made = Workers({**process_env, **broker, **QUICK})
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
    undisturbed: list[OneCompany], workers: Workers, broker: dict[str, str], smtp: MailServer, hr: User
) -> None:
    with (companies := three_companies()) as each:
        workers.env |= {**companies.settings(), "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}"}
        first, second = workers.begin(), workers.begin()
        started = [lifecycle.start(company.connect(hr), hr) for company in each]
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
        assert wait_for(lambda: not any(map(alive, pids)), 60)
        run.refresh_from_db()
        assert run.state == "applying"
        assert is_dead(run.lease_holder)
        # The database holds the dead one's task back for minutes, Redis has lost it for good. The tick comes every
        # minute; here, now.
        assert not broker or not OrmQ.objects.exists()
        async_task("sync.tasks.tick", save=False)
        assert watch.until(lambda: watch.are("finished")), "the other one finishes it"

        assert watch.seen[run.pk] & set(pids)
        assert watch.seen[run.pk] - set(pids), "another one than the dead one"
        assert {pid in pids for seen in watch.seen.values() for pid in seen} == {True, False}, "both took part"
        for disturbed, calm in zip(each, undisturbed, strict=True):
            assert disturbed.outcome() == calm.outcome()
            assert disturbed.written() == calm.written()
        for totals in map(lifecycle.run_totals, started):
            assert totals.planned == totals.settled
            assert not totals.unknown
        assert watch.until(lambda: not Letter.objects.exclude(state="sent").exists())
        assert len(smtp.messages) == len({str(mail["Message-ID"]) for mail in smtp.messages}) == len(started)
