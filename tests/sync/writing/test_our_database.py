"""A slice closes every connection to our own database that it opens, and uses no more threads than it has work."""

from typing import Any

import pytest
from django.db import connection

from sync import runner
from tests.sync.workers import wait_for
from tests.sync.writing.conftest import Company, assert_all_done, decided


def open_connections() -> int:
    """How many connections to our database are open, this thread's own included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.postgres
def test_each_slice_closes_what_its_threads_opened(company: Company) -> None:
    run = decided(company, 4)
    before = open_connections()
    while runner.advance(run.pk, seconds=0.2) is not None:
        assert wait_for(lambda: open_connections() == before, 60)
    run.refresh_from_db()
    assert_all_done(company, run)
    assert wait_for(lambda: open_connections() == before, 60)


def test_a_limit_beyond_what_the_machine_has_does_not_hold_it_up(company: Company, quick: Any) -> None:
    run = decided(company, 2)
    quick.SYNC_CONCURRENCY = 1_000_000
    assert_all_done(company, runner.drive(run))
