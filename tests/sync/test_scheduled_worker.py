"""A scheduled sync by real worker processes: their tick starts it once, and one of them carries it out."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sync.execute.conftest import NUMBER
from tests.sync.scheduling import company, make_due, turn_on
from tests.sync.workers import Workers, wait_for

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
