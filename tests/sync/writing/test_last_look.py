"""Before a write without an answer counts as uncertain, it is looked for once more."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync import runner
from sync.models import SyncRun, Write
from tests.sync.writing.conftest import NUMBER, Company, outcomes

EMPLOYEE = "/v2/employees/[0-9a-f-]+$"
EFFECT = pytest.mark.parametrize(
    ("kind", "expected"), [("lost", "done"), ("500", "failed unavailable")], ids=["done", "not done"]
)


@pytest.fixture(autouse=True)
def impatient(company: Company, quick: Any) -> None:
    """Patience for a second, and what is to be waited for comes quickly."""
    quick.UNAVAILABLE_MINUTES = 1 / 60
    quick.CREATE_SETTLE_SECONDS = quick.HUMA_SETTLE_SECONDS = 0.2


def sent_when_the_patience_is_over(company: Company, run: SyncRun) -> SyncRun:
    """Carry it out after so much trouble that the next trouble is the last."""
    Write.objects.filter(run=run).update(trouble_since=timezone.now() - timedelta(seconds=4))
    return company.ended(runner.drive(run))


def of_phone(company: Company, side: str) -> SyncRun:
    person = company.add()
    (company.huma if side == "visma" else company.clerk)(person, **PHONE[side])
    run = company.read()
    company.decide(run, "huma" if side == "visma" else "visma", person)
    return company.confirm(run)


PHONE: dict[str, dict[str, Any]] = {
    "visma": {"phone": NUMBER},
    "huma": {"phones": [{"type": "business", "number": NUMBER}]},
}


def of_creation(company: Company, side: str) -> SyncRun:
    company.add("only_huma" if side == "visma" else "only_visma")
    run = company.read()
    company.create(run, side)
    return company.confirm(run)


@EFFECT
@pytest.mark.parametrize("side", ["visma", "huma"])
def test_a_change_is_settled_by_a_last_look(company: Company, side: str, kind: str, expected: str) -> None:
    run = of_phone(company, side)
    company.sandbox.faults.script(side, "PUT" if side == "visma" else "PATCH", "", kind)
    sent_when_the_patience_is_over(company, run)
    assert outcomes(run) == {"phone": expected}
    assert len(company.sandbox.journal.writes()) == 1, "a look, and nothing sent again"
    assert company.open() == (set() if expected == "done" else {"phone"})


@EFFECT
@pytest.mark.parametrize("side", ["visma", "huma"])
def test_a_creation_is_settled_by_a_last_look(company: Company, side: str, kind: str, expected: str) -> None:
    run = of_creation(company, side)
    company.sandbox.faults.script(side, "POST", "(withPosition|users)$", kind)
    people = len(company.sandbox.state()[side])
    sent_when_the_patience_is_over(company, run)
    assert outcomes(run)["create"] == expected
    assert len(company.sandbox.state()[side]) == people + (expected == "done")
    assert len(company.sandbox.journal.of(side, "POST", "withPosition" if side == "visma" else "/users")) == 1


def test_a_look_that_fails_is_not_the_last_yet(company: Company, quick: Any) -> None:
    quick.UNAVAILABLE_MINUTES = 3 / 60
    run = of_phone(company, "visma")
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, "lost")
    company.sandbox.faults.before("visma", "PUT", EMPLOYEE, lambda: hide(company))
    sent_when_the_patience_is_over(company, run)
    assert outcomes(run) == {"phone": "done"}


def hide(company: Company) -> None:
    """The next look meets nothing but errors, also when it is repeated."""
    company.sandbox.faults.script("visma", "GET", EMPLOYEE, "reset", times=2)


def test_what_no_look_can_settle_is_uncertain(company: Company) -> None:
    run = of_phone(company, "visma")
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, "lost")
    company.sandbox.faults.before(
        "visma", "PUT", EMPLOYEE, lambda: company.sandbox.faults.script("visma", "GET", "", "503", times=99)
    )
    Write.objects.filter(run=run).update(trouble_since=timezone.now() - timedelta(seconds=4))
    runner.drive(run)
    company.sandbox.faults.clear()
    company.ended(run)
    assert outcomes(run) == {"phone": "unknown unknown_outcome"}


@pytest.mark.parametrize("kind", ["503", "reset"])
def test_a_vendor_that_takes_no_writes_for_a_while_is_waited_for(company: Company, quick: Any, kind: str) -> None:
    """More often than a handful of times: the looks in between say each time that nothing was done."""
    quick.UNAVAILABLE_MINUTES = 1
    run = of_phone(company, "visma")
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, kind, times=7)
    company.ended(runner.drive(run))
    assert outcomes(run) == {"phone": "done"}
