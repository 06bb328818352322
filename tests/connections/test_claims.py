"""Claims of rows: of several that want the same row at the same time, one gets it."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from connections.claims import as_seen, claim_row
from connections.models import Installation

pytestmark = pytest.mark.django_db(transaction=True)
TRIES = 6


@pytest.fixture
def row():
    return Installation.objects.create(pk=1, retry_next=timezone.now(), retry_tries=3)


def test_of_several_that_saw_the_same_row_one_gets_it(row):
    start, got = Barrier(TRIES, timeout=30), []

    def want(number: int) -> None:
        try:
            seen = Installation.objects.get(pk=row.pk)
            start.wait()
            later = timezone.now() + timedelta(hours=number)
            got.append(claim_row(Installation, row.pk, as_seen(seen, "retry_next", "retry_tries"), retry_next=later))
        finally:
            connection.close()

    threads = [Thread(target=want, args=(number,)) for number in range(1, TRIES + 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(got) == [*[False] * (TRIES - 1), True]


def test_a_row_that_was_changed_since_it_was_seen_is_left_alone(row):
    seen = as_seen(row, "retry_tries")
    Installation.objects.update(retry_tries=4)
    assert not claim_row(Installation, row.pk, seen, retry_tries=9)
    row.refresh_from_db()
    assert row.retry_tries == 4


def test_what_was_seen_as_empty_counts_too(row):
    assert row.digest_at is None
    seen, now = as_seen(row, "digest_at"), timezone.now()
    assert claim_row(Installation, row.pk, seen, digest_at=now)
    assert not claim_row(Installation, row.pk, seen, digest_at=now)


def test_only_the_row_of_the_condition_is_claimed(row):
    assert not claim_row(Installation, row.pk + 1, Q(retry_tries=3), retry_tries=4)
    assert not claim_row(Installation, row.pk, Q(retry_tries__gt=3), retry_tries=4)
    assert claim_row(Installation, row.pk, Q(retry_tries=3), retry_tries=4)
