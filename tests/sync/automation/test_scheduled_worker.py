"""A scheduled sync by real worker processes: their tick starts it once, and one of them does it."""

from collections.abc import Iterator
from typing import Any

import pytest

from sync.models import Write
from tests.sync.scheduling import company, make_due, people, turn_on
from tests.sync.workers import Workers, kill, wait_for
from tests.sync.writing.conftest import NUMBER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]


@pytest.fixture
def workers(process_env: dict[str, str]) -> Iterator[Workers]:
    made = Workers({**process_env, "SYNC_CONCURRENCY": "2", "JOB_WAIT_FIRST_SECONDS": "0.1"})
    yield made
    made.end()


def test_two_workers_carry_out_a_slot_once(settings: Any, hr: Any, smtp: Any, request: pytest.FixtureRequest) -> None:
    with company(settings, hr) as found:
        person = found.add()
        connection = turn_on(found)
        found.huma(person, phone=NUMBER)
        make_due(connection)
        workers = request.getfixturevalue("workers")  # it takes the vendors' addresses from the settings
        workers.begin()
        workers.begin()
        runs = connection.runs.filter(trigger="scheduled")
        assert wait_for(lambda: runs.filter(state="finished").exists(), 60)
        assert runs.count() == 1
        assert list(runs.get().changes.values_list("field", "state")) == [("phone", "done")]
        assert len(found.sandbox.journal.writes("visma")) == 1


def test_a_worker_that_is_killed_in_the_middle_leaves_it_to_another(
    settings: Any, hr: Any, smtp: Any, request: pytest.FixtureRequest
) -> None:
    with company(settings, hr, latency_ms=60) as found:
        some = people(found, 8)
        connection = turn_on(found)
        for number, person in enumerate(some):
            found.huma(person, phone=f"+479000000{number}")
        make_due(connection)
        workers = request.getfixturevalue("workers")
        first = workers.begin(SYNC_CONCURRENCY="1")
        run = connection.runs.filter(trigger="scheduled")
        sent = Write.objects.filter(run__in=run, state__in=("sending", "accepted", "settled"))
        assert wait_for(lambda: sent.count() >= 2, 60)
        kill(first)
        assert not run.filter(state="finished").exists(), "it was in the middle"
        workers.begin()
        assert wait_for(lambda: run.filter(state="finished").exists(), 60)
        assert run.count() == 1
        assert list(run.get().changes.values_list("field", "state")) == [("phone", "done")] * 8
        taken = [one.path for one in found.sandbox.journal.writes("visma") if one.status == 202]
        assert len(taken) == len(set(taken)) == 8
