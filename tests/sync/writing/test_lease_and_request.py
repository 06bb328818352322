"""Nothing is sent after the lease is over, however long the preparation took."""

from typing import Any

import pytest
from django.db import connection

from sync import runner
from sync.models import SyncRun, Write
from tests.sync.writing.conftest import NUMBER, Company, assert_all_done


def lose_the_lease(run: SyncRun) -> None:
    """Another host has taken the run over; found out in a thread of the vendor's."""
    SyncRun.objects.filter(pk=run.pk).update(lease_holder="elsewhere:1:1:abcd")
    connection.close()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
def test_a_write_is_not_repeated_with_a_new_token_when_the_lease_was_lost_meanwhile(
    company: Company, quick: Any, method: str
) -> None:
    quick.LEASE_SECONDS, quick.HTTP_CONNECT_TIMEOUT, quick.HTTP_READ_TIMEOUT = 1.5, 0.1, 1.0
    person = company.add("equal" if method != "POST" else "only_huma")
    run = written(company, person, method)
    faults = company.sandbox.faults
    faults.script("*", method, "/(employees|users)", "401")
    faults.before("*", "POST", "/token$", lambda: lose_the_lease(run))
    faults.script("*", "POST", "/token$", "slow:0.7")
    company.sandbox.journal.clear()
    assert runner.advance(run.pk, seconds=5) is None
    assert [one.status for one in company.sandbox.journal.writes()] == [401]
    assert Write.objects.get(run=run).state == Write.State.CLAIMED, "it may be sent by whoever goes on"
    SyncRun.objects.filter(pk=run.pk).update(lease_holder="", lease_until=None)
    assert_all_done(company, runner.drive(run))


def written(company: Company, person: Any, method: str) -> SyncRun:
    if method == "PUT":
        company.huma(person, phone=NUMBER)
    elif method == "PATCH":
        company.phone(person, NUMBER)
    run = company.read()
    if method == "POST":
        company.create(run, "visma")
    else:
        company.decide(run, "huma" if method == "PUT" else "visma", person)
    return company.confirm(run)
