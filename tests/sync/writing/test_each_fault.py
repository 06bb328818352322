"""Each fault of a vendor or a network, alone and together: the company ends in the same state as without faults."""

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from connections.sandbox import Sandbox
from connections.sandbox.faults import RANDOM_KINDS
from connections.vendors.clients import forget_clients
from sync import runner
from sync.models import Change, SyncRun
from sync.wizard.retry import retry_failed
from tests.sync import driving
from tests.sync.writing import whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.storm, pytest.mark.usefixtures("one_day")]

PEOPLE = 14
Disturb = Callable[[Sandbox], object]


def random_ones(*kinds: str, rate: float = 0.2) -> Disturb:
    """That share of all requests meets one of these."""

    def disturb(company: Sandbox) -> None:
        company.faults.kinds, company.faults.rate = kinds, rate

    return disturb


def jobs(kind: str, where: str = "/employees/") -> Disturb:
    """Some of Visma's jobs end in this way."""

    def disturb(company: Sandbox) -> None:
        for method in ("PUT", "POST"):
            company.faults.script("visma", method, where, kind, 3)

    return disturb


def a_clerk(company: Sandbox) -> None:
    """Somebody in payroll saves everybody again, each time that something is about to be written."""

    def edit() -> None:
        for id_ in company.visma.employees:
            company.visma.edit(id_, notes=[{"text": "ny"}])

    company.faults.before("visma", "PUT", "", edit, times=10)


def gone_for_a_while(company: Sandbox) -> None:
    """Both vendors hang up once the first write comes in, and are there again a moment later."""
    writing = threading.Event()
    company.faults.before("*", "P(UT|ATCH|OST)", "/(users|employees)", writing.set)

    def go_and_come() -> None:
        if writing.wait(30):
            company.stop()
            time.sleep(0.7)
            company.start()

    threading.Thread(target=go_and_come, daemon=True).start()


def all_together(company: Sandbox) -> None:
    for disturb in (*ALONE.values(), random_ones(*RANDOM_KINDS, "job-slow:0.3")):
        disturb(company)


ALONE: dict[str, Disturb] = {
    **{kind: random_ones(kind) for kind in RANDOM_KINDS},
    "slow": random_ones("slow:0.3"),
    "slow jobs": random_ones("job-slow:0.4", rate=0.6),
    "failing jobs": jobs("job-fails"),
    "jobs with warnings": jobs("job-warns:notes"),
    # Of somebody new, the next run asks about it: test_creating.
    "jobs that leave out the phone": jobs("job-warns:phones", "/employees/[0-9a-f-]+$"),
    "a clerk": a_clerk,
    "gone for a while": gone_for_a_while,
}


@pytest.mark.parametrize("name", [*ALONE, "tokens", "all"])
def test_the_company_ends_as_if_undisturbed(quick: Any, hr: User, name: str) -> None:
    quick.CREATE_SETTLE_SECONDS = 1
    good = whole.undisturbed(quick, hr, PEOPLE)
    short_lived = {"token_seconds": 3 if name == "all" else 1} if name in ("tokens", "all") else {}
    slowly = {"job_seconds": (0.1, 0.6)} if short_lived else {}
    with whole.sandbox(PEOPLE, **short_lived, **slowly) as company:
        driving.point_at(quick, company)
        connection = driving.connection(company, hr)
        run = whole.decided(connection, hr)
        {**ALONE, "tokens": lambda _: None, "all": all_together}[name](company)
        runner.drive(run)
        company.faults.clear()
        company.wait_for_jobs()
        assert met(company, name)
        assert {run.state, *ended_in(run)} <= {"finished", "done", "nothing", "failed"}, "nothing is left uncertain"
        if Change.objects.filter(run=run, state="failed").exists():
            assert name in ("failing jobs", "jobs that leave out the phone", "all")
            run = again(run, hr)
        company.wait_for_jobs()
        forget_clients(connection)
        assert not whole.differences(*(without_notes(state) for state in (good, whole.plain(company.state()))))


def met(company: Sandbox, name: str) -> bool:
    """Whether the fault really happened, if the journal shows it."""
    if name == "a clerk":
        return any(one.status == 412 for one in company.journal)
    return name in ("tokens", "gone for a while") or any(one.fault for one in company.journal)


def ended_in(run: SyncRun) -> set[str]:
    return set(Change.objects.filter(run=run).values_list("state", flat=True))


def again(run: SyncRun, user: User) -> SyncRun:
    """Retry what failed in a vendor's own jobs, as a person does."""
    assert set(Change.objects.filter(run=run, state="failed").values_list("reason", flat=True)) <= {
        *("job_failed", "not_performed")
    }
    retry = driving.apply(retry_failed(run, user), user)
    assert ended_in(retry) <= {"done", "nothing"}
    return retry


def without_notes(state: dict[str, list[str]]) -> dict[str, list[str]]:
    """What the clerk wrote isn't ours to compare."""
    return {side: [re.sub(r'"notes": (\[.*?\]|null), ', "", one) for one in state[side]] for side in state}
