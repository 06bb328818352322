"""A whole company written with random faults ends exactly as without; no value gets into a log."""

import logging
import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from connections.sandbox import Sandbox
from connections.vendors.clients import forget_clients
from sync import runner
from sync.models import Change, EmployeeLink, SyncRun
from tests.sync import driving
from tests.sync.writing import whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_day")]


@pytest.fixture
def good(quick: Any, hr: User) -> Any:
    """What it comes to undisturbed."""
    quick.CREATE_SETTLE_SECONDS = 1
    return whole.undisturbed(quick, hr)


def storm(settings: Any, user: User, company: Sandbox, rate: float, seconds: float | None = None) -> SyncRun:
    """Read and decide in peace, then write while that share of all requests meets a fault."""
    driving.point_at(settings, company)
    connection = driving.connection(company, user)
    run = whole.decided(connection, user)
    company.faults.rate = rate
    driving.until(run, lambda run: run.state != SyncRun.State.APPLYING, seconds=seconds or 5)
    company.faults.rate = 0
    company.wait_for_jobs()
    forget_clients(connection)
    return run


def assert_the_same(company: Sandbox, good: Any, run: SyncRun) -> None:
    assert not whole.differences(good, whole.plain(company.state()))
    left = Change.objects.filter(run=run).exclude(state__in=("done", "nothing"))
    assert not list(left.values_list("side", "field", "state", "reason"))
    again = driving.read(run.connection, User.objects.get())
    assert not again.conflicts.filter(standing="asks", decision="", blocked_to_huma="", blocked_to_visma="").exclude(
        kind__in=("huma_empty", "visma_empty")
    )


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_faults_all_together_change_nothing_about_the_end(quick: Any, hr: User, good: Any, rate: float) -> None:
    with whole.sandbox() as company:
        run = storm(quick, hr, company, rate)
        assert [one for one in company.journal if one.fault]
        assert_the_same(company, good, run)
        assert EmployeeLink.objects.filter(linked_by="created").count() == run.changes.filter(action="create").count()


def test_faults_and_short_slices_change_nothing_about_the_end(quick: Any, hr: User, good: Any) -> None:
    with whole.sandbox(token_seconds=3, job_seconds=(0.1, 0.6)) as company:
        run = storm(quick, hr, company, 0.1, seconds=0.2)
        assert_the_same(company, good, run)


def test_a_clerk_at_work_changes_nothing_but_what_she_edits(quick: Any, hr: User, good: Any) -> None:
    with whole.sandbox() as company:

        def edit() -> None:
            for id_ in company.visma.employees:
                company.visma.edit(id_, notes=[{"text": "ny"}])

        company.faults.before("visma", "PUT", "", edit, times=20)
        run = storm(quick, hr, company, 0.0)
        assert [one for one in company.journal.writes() if one.status == 412]
        for id_ in company.visma.employees:
            company.visma.edit(id_, notes=None)
        state, calm = (
            {side: [re.sub(r'"notes": \[.*?\], ', "", one) for one in found[side]] for side in found}
            for found in (whole.plain(company.state()), good)
        )
        assert not whole.differences(calm, state)
        assert run.state == SyncRun.State.FINISHED


def test_no_value_of_anybody_gets_into_a_log(quick: Any, hr: User, caplog: pytest.LogCaptureFixture) -> None:
    with whole.sandbox() as company, caplog.at_level(logging.DEBUG):
        driving.point_at(quick, company)
        values = list(_values(company.state()))
        for kind in ("job-fails", "job-warns:phones", "409", "not-json", "403", "404"):
            company.faults.script("visma", "PUT", "", kind, times=2)
            company.faults.script("huma", "PATCH", "", kind, times=2)
            company.faults.script("*", "POST", "(users|withPosition)$", kind)
        connection = driving.connection(company, hr)
        run = whole.decided(connection, hr)
        company.faults.rate = 0.1
        runner.drive(run)
        forget_clients(connection)
        values += list(_values(company.state()))
    assert run.changes.filter(state="failed").exists()
    texts = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "PUT" in texts
    assert not [value for value in set(values) if value in texts]


def _values(state: dict[str, Any]) -> Any:
    """All that the two sides say about people that is long enough to be recognised."""
    for people in state.values():
        for person in people.values():
            for match in re.findall(r"'((?:[^'\\]|\\.)*)'", str(person)):
                if len(match) >= 8 and not re.fullmatch(r"[A-Za-z]+|[0-9a-f-]{36}|\d{4}-\d\d-\d\d.*", match):
                    yield match
