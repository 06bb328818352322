"""Events of Huma during other work or faults: nothing is lost, and nothing is written twice."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from connections.connect import connecting
from connections.pauses import pausing
from sync import runner, tasks
from sync.models import Change, HumaEvent, SyncRun
from sync.worker.lease import Lease
from tests.sync import bell, driving, scheduling
from tests.sync.hearing import NEW, NEWER, begin, live, notices, phone, states, tell

pytestmark = pytest.mark.django_db(transaction=True)


def until(done, most=200):
    """Run ticks and queued tasks until it is done."""
    for _ in range(most):
        bell.a_minute()
        if done():
            return
    raise AssertionError("it never came to that")


def writing_by_hand(found, person):
    """A run by hand that has begun to write and hasn't sent anything."""
    found.huma(person, phone=NEW)
    run = driving.read(found.connection, found.user)
    found.decide(run, "huma", person, "phone")
    return found.confirm(run)


def test_what_comes_while_a_run_writes_waits_for_its_end(fjordheim, anna, berit):
    run = writing_by_hand(fjordheim, anna)
    OrmQ.objects.all().delete()
    fjordheim.huma(berit, phone=NEWER)
    tell(fjordheim, berit)
    bell.until_quiet()
    assert states() == ["waiting"]
    assert not live().exists()
    runner.drive(run)
    bell.until_quiet()
    assert states() == ["done"]
    assert phone(fjordheim, anna) == NEW
    assert phone(fjordheim, berit) == NEWER


def test_a_look_that_was_begun_before_a_run_wrote_waits_for_it(fjordheim, anna):
    fjordheim.huma(anna, phone=NEWER)
    tell(fjordheim, anna)
    started = begin(fjordheim)
    run = writing_by_hand(fjordheim, anna)
    tasks.advance(started.pk)
    started.refresh_from_db()
    assert started.state == "fetching"
    runner.drive(run)
    fjordheim.huma(anna, phone=NEWER)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEWER
    assert states() == ["done"]


def test_what_comes_while_another_is_answered_is_next(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    first = begin(fjordheim)
    fjordheim.sandbox.faults.before(
        "visma", "PUT", "/employees/", lambda: fjordheim.huma(anna, phone=NEWER)
    )  # the person is changed once more while the run writes
    tell(fjordheim, anna, number=2)
    tasks.attend(fjordheim.connection.pk)
    assert states() == ["taken", "waiting"]
    runner.drive(first)
    bell.until_quiet()
    assert states() == ["done", "done"]
    assert phone(fjordheim, anna) == NEWER
    assert live().count() == 2


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_a_vendor_that_is_away_for_a_moment_is_waited_for(fjordheim, anna, side):
    fjordheim.huma(anna, phone=NEW)
    fjordheim.sandbox.faults.script(side, "GET", "/users/|/employees/", "503", times=6)
    tell(fjordheim, anna)
    until(lambda: phone(fjordheim, anna) == NEW)
    assert live().count() == 1
    assert states() == ["done"]


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_a_vendor_that_stays_away_keeps_the_run_open_until_it_is_back(fjordheim, anna, side, settings):
    settings.SLICE_SECONDS = 0.3
    fjordheim.huma(anna, phone=NEW)
    fjordheim.sandbox.faults.script(side, "GET", "/users/|/employees/", "503", times=float("inf"))
    tell(fjordheim, anna)
    for _ in range(4):
        bell.a_minute()
    run = live().get()
    assert (run.state, run.progress["trouble"]) == ("fetching", [side])
    assert states() == ["taken"]
    fjordheim.sandbox.faults.clear()
    until(lambda: phone(fjordheim, anna) == NEW)
    assert live().get().state == "finished"


def test_an_interrupted_look_is_gone_on_with_by_another_process(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    OrmQ.objects.all().delete()
    run = begin(fjordheim)
    SyncRun.objects.filter(pk=run.pk).update(
        lease_holder="somewhere:1:1:x",
        lease_until=timezone.now() - timedelta(minutes=1),
        touched_at=timezone.now() - timedelta(minutes=5),
    )
    until(lambda: phone(fjordheim, anna) == NEW)
    assert states() == ["done"]


def test_many_people_are_read_in_slices_each_once(fjordheim, settings):
    settings.SLICE_SECONDS, settings.SYNC_CONCURRENCY = 0.02, 1
    several = scheduling.people(fjordheim, 5)
    driving.read(fjordheim.connection, fjordheim.user)
    for person in several:
        fjordheim.huma(person, phone=NEW)
    fjordheim.sandbox.journal.clear()
    tell(fjordheim, *several, topic="users-export")
    until(lambda: states() == ["done"])
    assert {phone(fjordheim, person) for person in several} == {NEW}
    asked = [one.path for one in fjordheim.sandbox.journal if one.method == "GET"]
    assert [asked.count(f"/users/{person.user_id}") for person in several] == [1] * 5
    assert live().count() == 1


def test_a_lost_bell_is_found_by_the_tick(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    OrmQ.objects.all().delete()
    bell.a_minute()
    assert phone(fjordheim, anna) == NEW


def test_a_second_delivery_does_nothing(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    run = begin(fjordheim)
    with Lease(SyncRun, run.pk):
        tasks.advance(run.pk)
        tasks.attend(fjordheim.connection.pk)
    assert fjordheim.sandbox.journal.writes() == []
    bell.until_quiet()
    for _ in range(2):
        tasks.attend(fjordheim.connection.pk)
        tasks.advance(run.pk)
    assert len(fjordheim.sandbox.journal.writes()) == 1
    assert Change.objects.filter(run=run).count() == 1


def test_refused_credentials_pause_the_connection_and_the_event_waits_for_the_end_of_it(fjordheim, anna, hr):
    fjordheim.huma(anna, phone=NEW)
    fjordheim.connection.refresh_from_db()
    fjordheim.connection.huma_organization_id = fjordheim.sandbox.huma.organization_id
    fjordheim.connection.save()
    secret = fjordheim.connection.huma_client_secret
    fjordheim.sandbox.huma.api_keys = {fjordheim.connection.huma_client_id: "another"}
    fjordheim.sandbox.huma_tokens.revoke_all()
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.connection.refresh_from_db()
    assert fjordheim.connection.state == "paused"
    assert states() == ["waiting"]
    bell.a_minute()
    assert live().count() == 1, "it isn't tried again and again"
    fjordheim.sandbox.huma.api_keys = {fjordheim.connection.huma_client_id: secret}
    connecting.check(fjordheim.connection, hr)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    assert states() == ["done"]


def test_what_comes_during_a_pause_is_caught_up_with_after_it(fjordheim, anna, hr):
    pausing.pause(fjordheim.connection, hr)
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    bell.a_minute()
    assert states() == ["waiting"]
    pausing.resume(fjordheim.connection, hr)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW


def test_who_cannot_be_read_does_not_hold_up_the_others(fjordheim, anna, berit, caplog):
    fjordheim.huma(anna, phone=NEW)
    fjordheim.huma(berit, phone=NEW)
    fjordheim.sandbox.faults.rewrite("huma", "GET", f"/users/{anna.user_id}$", lambda _body: {"id": 5}, float("inf"))
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    assert phone(fjordheim, berit) == NEW
    assert phone(fjordheim, anna) != NEW
    assert states() == ["done"]
    assert "passes somebody over" in caplog.text
    assert NEW not in caplog.text


def test_where_more_than_one_in_ten_cannot_be_read_it_is_tried_again_with_growing_pauses(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    fjordheim.sandbox.faults.rewrite("huma", "GET", "/users/[^/]+$", lambda _body: {"id": 5}, float("inf"))
    tell(fjordheim, anna, *scheduling.people(fjordheim, 4))
    for _ in range(3):
        bell.a_minute()
    run = live().get()
    assert (run.state, run.failure) == ("failed", "many_passed_huma")
    assert states() == ["waiting"]
    fjordheim.sandbox.faults.clear()
    live().update(finished_at=timezone.now() - timedelta(minutes=3))
    bell.a_minute()
    assert phone(fjordheim, anna) == NEW
    assert states() == ["done"]


def test_without_automatic_updates_what_waits_is_noted(fjordheim, anna):
    tell(fjordheim, anna)
    fjordheim.connection.automatic = False
    fjordheim.connection.save()
    bell.until_quiet()
    assert states() == ["noted"]
    assert HumaEvent.objects.get().handled_at
    assert not live().exists()
    assert notices() == []
