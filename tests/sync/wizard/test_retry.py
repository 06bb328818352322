"""Retry failed changes: a new run straight to Confirm, with just those, which works after the fault is over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.connect.disconnecting import disconnect
from sync import runner
from sync.models import Change, EmployeeLink, SyncRun
from sync.people import everyone
from sync.runs import lifecycle
from sync.runs.lifecycle import NotAllowed
from sync.wizard import creation, result, review
from sync.wizard.confirm import TooOld, build, confirm
from sync.wizard.retry import retry_failed
from sync.wizard.review import ReviewFilter
from tests.sync.driving import apply, changed, connection, decide, difference, outcomes, read, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox(settings):
    settings.UNAVAILABLE_MINUTES = 0.005
    settings.CREATE_SETTLE_SECONDS = 0.1
    with running(settings, 60) as found:
        yield found


@pytest.fixture
def run(sandbox, hr):
    return read(connection(sandbox, hr), hr)


def failing(sandbox, run, hr):
    """A run whose one phone wasn't taken by Visma."""
    person = sandbox.people["phone_differs"][0]
    decide(run, hr, person.user_id, "phone", "huma")
    decide(run, hr, sandbox.people["address_differs"][0].user_id, "address", "huma")
    sandbox.faults.script("visma", "PUT", f"/employees/{person.employee_id}", "job-fails", times=99)
    failed = apply(run, hr)
    sandbox.faults.clear()
    assert sorted(Change.objects.filter(run=failed).values_list("state", flat=True)) == ["done", "failed"]
    return failed, person


def test_it_goes_straight_to_confirm_with_what_failed_and_works(sandbox, run, hr):
    failed, person = failing(sandbox, run, hr)
    asked = len(sandbox.journal)
    retry = retry_failed(failed, hr)
    assert (retry.state, retry.trigger, retry.retry_of) == ("confirm", "retry", failed)
    assert len(sandbox.journal) == asked, "nothing is read for it"
    shown = build(retry)
    assert (shown.changes, shown.people) == (1, 1)
    before = sandbox.state()
    done = apply(retry, hr)
    assert list(outcomes(done).values()) == ["done"]
    assert {path.split("/")[2] for path in changed(before, sandbox.state())} == {person.employee_id}
    link = EmployeeLink.objects.get(huma_id=person.user_id)
    assert (person.user_id, "phone") not in {
        (c.link.huma_id, c.field) for c in ReviewFilter(show="all").apply(read(link.connection, hr))
    }


def test_a_value_that_moved_meanwhile_is_not_overwritten(sandbox, run, hr):
    failed, person = failing(sandbox, run, hr)
    sandbox.visma.edit(person.employee_id, phones=[{"type": "business", "number": "+4799988877"}])
    before = sandbox.state()
    done = apply(retry_failed(failed, hr), hr)
    assert [outcome.split()[0] for outcome in outcomes(done).values()] == ["moved"]
    assert sandbox.state() == before


def test_a_second_click_finds_the_retry_of_the_first(sandbox, run, hr):
    failed, _person = failing(sandbox, run, hr)
    retry = retry_failed(failed, hr)
    assert retry_failed(failed, hr) == retry
    assert retry_failed(retry, hr) == retry
    assert SyncRun.objects.filter(trigger="retry").count() == 1


def test_nothing_is_retried_where_nothing_failed_or_a_run_still_writes(sandbox, run, hr):
    with pytest.raises(NotAllowed):
        retry_failed(apply(run, hr), hr)
    failed, _person = failing(sandbox, read(run.connection, hr), hr)
    SyncRun.objects.filter(pk=failed.pk).update(state="applying", trigger="command")
    failed.refresh_from_db()
    with pytest.raises(NotAllowed):
        retry_failed(failed, hr)


def test_nothing_is_retried_once_the_connection_has_ended(sandbox, run, hr):
    failed, _person = failing(sandbox, run, hr)
    disconnect(run.connection, hr)
    before = sandbox.state()
    with pytest.raises(NotAllowed, match="inactive"):
        retry_failed(failed, hr)
    assert sandbox.state() == before
    assert not SyncRun.objects.filter(trigger="retry").exists()


def test_a_day_later_both_sides_are_read_again_and_the_choice_stays(sandbox, run, hr):
    failed, person = failing(sandbox, run, hr)
    SyncRun.objects.filter(pk=failed.pk).update(read_at=timezone.now() - timedelta(days=2))
    failed.refresh_from_db()
    retry = retry_failed(failed, hr)
    with pytest.raises(TooOld):
        confirm(retry, hr, build(retry).fingerprint)
    again = runner.drive(lifecycle.read_again(retry, hr))
    assert again.state == "review"
    assert difference(again, person.user_id, "phone").decision == "huma"
    done = apply(again, hr)
    assert list(outcomes(done).values()) == ["done"]


def test_everyone_is_still_on_people_after_a_retry(sandbox, run, hr):
    failed, _person = failing(sandbox, run, hr)
    before = everyone.people(run.connection).total
    retry = retry_failed(failed, hr)
    assert everyone.people(run.connection).total == before
    apply(retry, hr)
    assert everyone.people(run.connection).total == before


@pytest.mark.parametrize(
    ("target", "method", "path", "kind"),
    [("huma", "POST", "/users$", "409"), ("visma", "POST", "/employees/withPosition", "job-fails")],
)
def test_failed_creations_are_tried_again(sandbox, run, hr, target, method, path, kind):
    creation.choose_all(run, hr, target, True)
    sandbox.faults.script(target, method, path, kind, times=99)
    failed = apply(run, hr)
    sandbox.faults.clear()
    creations = Change.objects.filter(run=failed, action="create")
    assert set(creations.values_list("state", flat=True)) == {"failed"}
    assert result.result(failed).can_retry
    side = sandbox.huma.users if target == "huma" else sandbox.visma.employees
    before = len(side)
    retry = retry_failed(failed, hr)
    shown = build(retry)
    assert shown.creations == {target: creations.count()}
    assert shown.changes == Change.objects.filter(run=failed).count()
    done = apply(retry, hr)
    assert {outcome.split()[0] for outcome in outcomes(done).values()} <= {"done", "nothing"}
    assert len(side) == before + creations.count()
    linked = EmployeeLink.objects.filter(linked_by="created", state="linked")
    assert linked.count() == creations.count()
    with pytest.raises(NotAllowed):
        retry_failed(done, hr)


def test_what_failed_of_somebody_who_was_created_is_written_to_her(sandbox, run, hr):
    creation.choose_all(run, hr, "huma", True)
    sandbox.faults.script("huma", "PATCH", "/users/", "409", times=999)
    failed = apply(run, hr)
    sandbox.faults.clear()
    states = set(Change.objects.filter(run=failed).values_list("action", "state"))
    assert states == {("create", "done"), ("field", "failed")}
    people_before = len(sandbox.huma.users)
    retry = retry_failed(failed, hr)
    assert build(retry).changes == Change.objects.filter(run=failed, state="failed").count()
    done = apply(retry, hr)
    assert {outcome.split()[0] for outcome in outcomes(done).values()} <= {"done", "nothing"}
    assert len(sandbox.huma.users) == people_before
    link = EmployeeLink.objects.filter(linked_by="created")[0]
    assert sandbox.huma.users[link.huma_id].values["employmentId"]


def test_what_was_emptied_on_purpose_is_emptied_again(sandbox, run, hr):
    person = sandbox.people["account_missing_in_huma"][0]
    decide(run, hr, person.user_id, "bank_account", "huma")
    sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=99)
    failed = apply(run, hr)
    sandbox.faults.clear()
    retry = retry_failed(failed, hr)
    assert review.progress(retry) == (1, 1)
    apply(retry, hr)
    account = sandbox.visma.employees[person.employee_id].body["salaryPaymentMethod"]
    assert account["paymentType"] == "cash"


@pytest.mark.parametrize("target", ["huma", "visma"])
def test_what_was_retried_with_success_is_not_tried_again(sandbox, run, hr, target):
    creation.choose_all(run, hr, target, True)
    where = ("POST", "/users$", "409") if target == "huma" else ("POST", "/employees/withPosition", "job-fails")
    sandbox.faults.script(target, *where, times=99)
    failed = apply(run, hr)
    sandbox.faults.clear()
    apply(retry_failed(failed, hr), hr)
    before = sandbox.state()
    with pytest.raises(NotAllowed):
        retry_failed(failed, hr)
    assert not result.result(failed).can_retry
    assert sandbox.state() == before


def test_what_was_written_by_a_retry_is_not_tried_again(sandbox, run, hr):
    failed, _person = failing(sandbox, run, hr)
    apply(retry_failed(failed, hr), hr)
    with pytest.raises(NotAllowed):
        retry_failed(failed, hr)
