"""Implausible reads stop a run: an empty side, many people who vanished, another company."""

from typing import Any

import pytest
from django.utils import translation

from connections.connect.disconnecting import disconnect
from connections.models import AuditEntry
from sync import runner
from sync.models import Change, Conflict, EmployeeLink, SyncRun
from sync.runs import lifecycle
from sync.runs.lifecycle import NotAllowed
from sync.wording.sentences import sentence
from tests.sync.driving import apply, connection, read, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def linked(sandbox: Any, hr: Any) -> Any:
    """A connection whose first run has linked people."""
    made = connection(sandbox, hr)
    apply(read(made, hr), hr)
    return made


def test_an_empty_huma_stops_the_run_for_good(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.huma.users.clear()
        run = read(connection(sandbox, hr), hr)
        assert (run.state, run.failure) == ("failed", "huma_empty")
        assert "empty" in sentence(run.failure)
        with pytest.raises(NotAllowed):
            lifecycle.pass_check(run, hr, "0")


def test_an_empty_visma_needs_the_number_of_people_typed(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.visma.employees.clear()
        run = read(connection(sandbox, hr), hr)
        assert (run.state, run.failure) == ("failed", "visma_empty")
        asked = len(sandbox.journal)
        for typed in ("", "0", str(len(sandbox.huma.users) + 1), "all"):
            with pytest.raises(NotAllowed):
                lifecycle.pass_check(run, hr, typed)
        lifecycle.pass_check(run, hr, f" {lifecycle.check_number(run)} ")
        run = runner.drive(run)
        assert run.state == "review"
        assert len(sandbox.journal) == asked, "it goes on from what it has read"
        assert AuditEntry.objects.filter(action="run.check_passed", detail__check="visma_empty").exists()


def test_no_check_is_passed_once_the_connection_has_ended(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.visma.employees.clear()
        run = read(connection(sandbox, hr), hr)
        disconnect(run.connection, hr)
        with pytest.raises(NotAllowed, match="inactive"):
            lifecycle.pass_check(run, hr, str(lifecycle.check_number(run)))
        run.refresh_from_db()
        assert run.state == "failed"


def test_a_visma_that_is_suddenly_empty_stops_the_run_for_good(settings, hr):
    with running(settings, 8) as sandbox:
        made = linked(sandbox, hr)
        sandbox.visma.employees.clear()
        run = read(made, hr)
        assert run.state == "failed"
        assert "linked" in sentence(run.failure, run.failure_params)
        with pytest.raises(NotAllowed):
            lifecycle.pass_check(run, hr, str(lifecycle.check_number(run)))
        assert not EmployeeLink.objects.exclude(state="linked").exists()


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_a_side_that_lost_many_linked_people_stops_the_run(settings, hr, side):
    with running(settings, 20) as sandbox:
        made = linked(sandbox, hr)
        lost = list(EmployeeLink.objects.filter(state="linked").order_by("pk"))[:3]
        for link in lost:
            (sandbox.huma.delete(link.huma_id) if side == "huma" else sandbox.visma.delete(link.visma_id))
        run = read(made, hr)
        assert (run.state, run.failure) == ("failed", f"{side}_lost")
        assert lifecycle.check_number(run) == 3
        assert not EmployeeLink.objects.filter(state="gone").exists()
        lifecycle.pass_check(run, hr, "3")
        run = runner.drive(run)
        assert run.state == "review"
        gone = EmployeeLink.objects.filter(state="gone", gone_from=side)
        assert {link.pk for link in gone} == {link.pk for link in lost}
        lifecycle.cancel(run, hr)
        assert read(made, hr).state == "review", "who is gone isn't missed twice"


def test_two_who_left_are_no_reason_to_stop(settings, hr):
    with running(settings, 12) as sandbox:
        made = linked(sandbox, hr)
        for link in EmployeeLink.objects.filter(state="linked")[:2]:
            sandbox.huma.delete(link.huma_id)
        assert read(made, hr).state == "review"


def strangers(sandbox: Any, few: int) -> None:
    """All but a few of Visma's employees become other people."""
    for index, id in enumerate(list(sandbox.visma.employees)[few:]):
        sandbox.visma.edit(
            id,
            number=f"9{index:05}",
            personNames=[{"firstName": f"Fremmed{index}", "lastName": f"Person{index}", "activeStart": "2020-01-01"}],
            emails=[],
            phones=[],
            salaryPaymentMethod={"paymentType": "cash"},
            dateOfBirth=None,
            externalIds=[],
        )


def test_another_company_is_shown_to_nobody_before_a_superuser_says_so(settings, hr, superuser):
    with running(settings, 24) as sandbox:
        strangers(sandbox, 2)
        made = connection(sandbox, hr)
        run = read(made, hr)
        assert (run.state, run.failure) == ("failed", "same_company")
        assert not Conflict.objects.exists()
        assert not EmployeeLink.objects.exists()
        assert lifecycle.latest_read(made) is None
        with pytest.raises(NotAllowed) as refused:
            lifecycle.pass_check(run, hr, str(lifecycle.check_number(run)))
        assert refused.value.code == "superuser"
        lifecycle.pass_check(run, superuser)
        assert runner.drive(run).state == "review"
        made.refresh_from_db()
        assert made.same_company_confirmed_by == superuser.username
        lifecycle.cancel(run, hr)
        assert read(made, hr).state == "review", "it isn't asked again"


def test_what_was_doubted_days_ago_is_not_taken_for_fresh(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.visma.employees.clear()
        run = read(connection(sandbox, hr), hr)
        read_at = run.finished_at
        assert read_at
        lifecycle.pass_check(run, hr, str(lifecycle.check_number(run)))
        run = runner.drive(run)
        assert run.read_at
        assert run.read_at <= read_at


def test_a_check_cannot_be_passed_twice_nor_beside_another_run(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.visma.employees.clear()
        made = connection(sandbox, hr)
        stopped = read(made, hr)
        other = read(made, hr)
        typed = str(lifecycle.check_number(stopped))
        lifecycle.pass_check(other, hr, typed)
        with pytest.raises(NotAllowed) as refused:
            lifecycle.pass_check(stopped, hr, typed)
        assert refused.value.code == "other_run"
        with pytest.raises(NotAllowed):
            lifecycle.pass_check(other, hr, typed)
        assert SyncRun.objects.get(pk=stopped.pk).state == "failed"
        assert not Change.objects.exists()


def test_what_a_doubted_run_read_is_forgotten_once_another_one_starts(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.visma.employees.clear()
        made = connection(sandbox, hr)
        stopped = read(made, hr)
        assert stopped.snapshots.exclude(payload=None).exists()
        typed = str(lifecycle.check_number(stopped))
        other = read(made, hr)
        assert not stopped.snapshots.exclude(payload=None).exists()
        lifecycle.pass_check(other, hr, typed)
        lifecycle.cancel(runner.drive(other), hr)
        with pytest.raises(NotAllowed) as refused:
            lifecycle.pass_check(stopped, hr, typed)
        assert refused.value.code == "other_run"
