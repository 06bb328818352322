"""A run's life: one open run a connection, reading again, cancelling, two connections beside each other."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User

from connections.models import AuditEntry
from sync import runner
from sync.models import Conflict, EmployeeSnapshot, SyncRun
from sync.runs import lifecycle
from sync.runs.lifecycle import NotAllowed
from sync.wizard import creation, review
from tests.sync.driving import apply, connection, decide, difference, point_at, read, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def sandbox(settings):
    settings.READ_PATIENCE_SECONDS = 0.3
    with running(settings, 50) as found:
        yield found


@pytest.fixture
def run(sandbox, hr):
    return read(connection(sandbox, hr), hr)


@contextmanager
def silent(sandbox: Any) -> Iterator[None]:
    sandbox.faults.script("visma", "GET", "/employees", "503", times=math.inf)
    yield
    sandbox.faults.clear()


def choices(run: SyncRun) -> set[tuple[int, str, str, str]]:
    rows = Conflict.objects.filter(run=run).exclude(decision="")
    return set(rows.values_list("link_id", "field", "decision", "decided_by"))


def ticked(run: SyncRun) -> set[str]:
    return set(EmployeeSnapshot.objects.filter(run=run, create_chosen=True).values_list("vendor_id", flat=True))


def test_a_second_click_finds_the_run_of_the_first(sandbox, hr, superuser):
    made = connection(sandbox, hr)
    assert lifecycle.start(made, hr) == lifecycle.start(made, superuser)
    assert AuditEntry.objects.filter(action="run.started").count() == 1


def test_reading_again_keeps_choices_where_neither_value_moved(sandbox, run, hr):
    phone, address = (sandbox.people[way][0] for way in ("phone_differs", "address_differs"))
    decide(run, hr, phone.user_id, "phone", "huma")
    decide(run, hr, address.user_id, "address", "leave")
    creation.choose_all(run, hr, "visma", True)
    chosen, people = choices(run), ticked(run)
    again = runner.drive(lifecycle.read_again(run, hr))
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert choices(again) == chosen
    assert ticked(again) == people != set()
    sandbox.visma.edit(phone.employee_id, phones=[{"type": "business", "number": "+4792222222"}])
    third = runner.drive(lifecycle.read_again(again, hr))
    assert difference(third, phone.user_id, "phone").decision == ""
    assert difference(third, address.user_id, "address").decision == "leave"


def test_a_choice_that_became_impossible_is_not_carried_over(sandbox, run, hr):
    phone = sandbox.people["phone_differs"][0]
    decide(run, hr, phone.user_id, "phone", "visma")
    sandbox.huma.lock_fields(phone.user_id, "phone")
    again = runner.drive(lifecycle.read_again(run, hr))
    assert difference(again, phone.user_id, "phone").decision == ""


def test_choices_survive_a_reading_that_failed(sandbox, run, hr):
    decide(run, hr, sandbox.people["phone_differs"][0].user_id, "phone", "huma")
    chosen = choices(run)
    with silent(sandbox):
        failed = runner.drive(lifecycle.read_again(run, hr))
        assert failed.state == "failed"
        again = read(run.connection, hr)
        assert again.state == "failed"
    assert choices(read(run.connection, hr)) == chosen


def test_choices_survive_reading_again_twice_at_once(sandbox, run, hr):
    decide(run, hr, sandbox.people["phone_differs"][0].user_id, "phone", "huma")
    chosen = choices(run)
    second = lifecycle.read_again(run, hr)
    third = lifecycle.read_again(second, hr)
    assert choices(runner.drive(third)) == chosen


def test_choices_of_a_run_that_was_cancelled_are_given_up(sandbox, run, hr):
    decide(run, hr, sandbox.people["phone_differs"][0].user_id, "phone", "huma")
    assert lifecycle.cancel(run, hr)
    assert not Conflict.objects.exclude(values=None).exists()
    assert not EmployeeSnapshot.objects.exclude(payload=None).exists()
    assert choices(read(run.connection, hr)) == set()


def test_a_run_that_writes_or_has_ended_can_be_neither_cancelled_nor_decided(sandbox, run, hr):
    SyncRun.objects.filter(pk=run.pk).update(state="applying")
    run.refresh_from_db()
    conflict = Conflict.objects.filter(run=run, blocked_to_visma="")[0]
    assert not lifecycle.cancel(run, hr)
    for forbidden in (
        lambda: lifecycle.read_again(run, hr),
        lambda: review.decide(run, hr, [conflict.pk], "huma"),
        lambda: review.decide_bulk(run, hr, review.ReviewFilter(), "leave"),
        lambda: creation.choose_all(run, hr, "visma", True),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    lifecycle.go(run, "review")
    assert SyncRun.objects.get(pk=run.pk).state == "applying"


def test_a_connection_that_is_not_active_starts_nothing(sandbox, hr):
    for state in ("paused", "disconnected"):
        made = connection(sandbox, hr, state=state, tenant_id=state)
        with pytest.raises(NotAllowed):
            lifecycle.start(made, hr)
    assert not SyncRun.objects.exists()


def test_a_run_of_another_connection_is_not_touched(sandbox, run, hr, settings):
    decide(run, hr, sandbox.people["phone_differs"][0].user_id, "phone", "huma")
    chosen = choices(run)
    somebody = User.objects.create_user("somebody", is_staff=True)
    with running(settings, 20) as elsewhere:
        made = connection(elsewhere, somebody, tenant_id="another")
        SyncRun.objects.create(connection=made, state="applying")
        second = lifecycle.start(made, somebody)
        assert second.pk != run.pk
        lifecycle.cancel(second, somebody)
    assert choices(run) == chosen
    point_at(settings, sandbox)
    assert apply(run, hr).state == "finished"
