"""PostgreSQL closes all connections in the middle of a run, as it does at a restart."""

import pytest
from django.db import connection as database

from sync import runner
from sync.models import Change
from sync.runs import lifecycle
from sync.wizard import confirm, review
from tests.sync.driving import connection, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def hang_up() -> None:
    """End all connections to the database but this thread's own."""
    with database.cursor() as cursor:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")
    database.close()


@pytest.fixture
def sandbox(settings):
    with running(settings, 25) as found:
        yield found


def test_reading_goes_on(sandbox, hr):
    sandbox.faults.before("huma", "GET", "/users/[^/]+$", hang_up)
    run = runner.drive(lifecycle.start(connection(sandbox, hr), hr))
    assert (run.state, run.failure) == ("review", "")
    assert run.figures["linked"] > 10


def test_writing_goes_on_and_writes_nothing_twice(sandbox, hr, smtp):
    run = runner.drive(lifecycle.start(connection(sandbox, hr), hr))
    review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
    shown = confirm.build(run)
    confirm.confirm(run, hr, shown.fingerprint, str(shown.people))
    sandbox.faults.before("visma", "PUT", "/employees/", hang_up, times=2)
    run = runner.drive(run)
    assert run.state == "finished"
    assert set(Change.objects.filter(run=run).values_list("state", flat=True)) == {"done"}
    taken = [one.path for one in sandbox.journal.writes() if one.status in (200, 202)]
    assert len(taken) == len(set(taken)) > 0
    assert len(smtp.messages) == 1
