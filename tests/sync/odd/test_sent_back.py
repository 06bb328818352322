"""Texts of a vendor that we send back to it can be odd, too: cursors, and jobs in a list."""

import pytest

from sync.models import Change, PassedPerson, SyncRun
from tests.sync.driving import sync
from tests.sync.hearing import NEW, phone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.writes]
DECIDE = ("--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--allow-clearing", "--confirm-large")
JOBS = [
    5,
    {"id": "odd", "status": "Unheard", "created": 5},
    {"id": "odd", "status": "Succeeded", "created": "yesterday"},
    {"id": 7, "status": "NotStarted", "created": "2020-01-01T00:00:00Z", "artifactId": "a\ud83d"},
    {"status": None, "action": [], "created": "2020-01-01T00:00:00Z"},
]


@pytest.mark.parametrize("cursor", ["\ud83d", "a\u0000b", "\udc00c" * 10])
def test_a_cursor_that_cant_be_sent_is_the_vendors_fault_and_no_bug(twelve, cursor):
    found, *_people = twelve
    found.sandbox.faults.rewrite("visma", "GET", "/employees$", lambda page: {**page, "cursor": {"nextToken": cursor}})
    code, _report = sync(found.connection)
    assert (code, SyncRun.objects.latest("pk").failure) == (2, "contract_visma")


@pytest.mark.parametrize("job", JOBS)
def test_an_odd_job_of_nobody_knows_whom_makes_no_lost_answer_uncertain(twelve, job):
    found, _anna, (berit, *_rest) = twelve
    found.huma(berit, phone=NEW)
    found.sandbox.faults.script("visma", "PUT", "/employees/", "503", 1)
    jobs = lambda page: {**page, "data": [job, *page["data"], job]}  # noqa: E731
    found.sandbox.faults.rewrite("visma", "GET", "/employees/jobs$", jobs, times=10**6)
    code, report = sync(found.connection, *DECIDE)
    assert (code, report["passed_over"], phone(found, berit)) == (0, [], NEW)
    assert set(Change.objects.values_list("state", flat=True)) == {"done"}
    assert not PassedPerson.objects.exists()


@pytest.mark.parametrize("id_", ["a\ud83d", "\u0000", "x" * 65])
def test_a_job_that_made_somebody_whose_id_cant_be_sent_back_is_looked_for(twelve, id_):
    found, *_people = twelve
    new = found.add("only_huma")

    def change(job):
        return {**job, "artifactId": id_} if job.get("action") == "Create" and "artifactId" in job else job

    found.sandbox.faults.rewrite("visma", "GET", "/employees/jobs/", change, times=10**6)
    before = len(found.sandbox.visma.employees)
    code, _report = sync(found.connection, *DECIDE)
    outcomes = set(Change.objects.filter(snapshot__vendor_id=new.user_id).values_list("state", "reason"))
    assert (code, len(found.sandbox.visma.employees) - before) == (1, 1)
    assert {state for state, _reason in outcomes} <= {"unknown"}
    assert "bug" not in {reason for _state, reason in outcomes}
