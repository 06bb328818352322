"""The second read while a vendor, the access or a worker fails, or in a pause: it isn't lost, and delays nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from connections.connect import connecting
from connections.pauses import pausing
from sync import tasks
from sync.automation import switching
from sync.models import HumaEvent, SyncRun
from sync.worker.lease import Lease
from tests.connections.companies import heard
from tests.sync import bell
from tests.sync.automation.real_time.again import it_is_time, later, read, read_too_early, to_come
from tests.sync.hearing import NEW, begin, phone, tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_whom_huma_tells_of_does_not_wait_for_somebody_who_cannot_be_read_again(fjordheim, anna, berit, settings):
    settings.SLICE_SECONDS = 0.3
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.sandbox.faults.script("huma", "GET", f"/users/{anna.user_id}", "503", times=float("inf"))
    it_is_time()
    tasks.beat()
    bell.until_quiet()
    assert not SyncRun.objects.filter(trigger="real-time").exists(), "it has stepped aside"
    fjordheim.huma(berit, phone=NEW)
    tell(fjordheim, berit)
    bell.until_quiet()
    assert phone(fjordheim, berit) == NEW
    fjordheim.huma(anna, phone=NEW)
    fjordheim.sandbox.faults.clear()
    later()
    assert phone(fjordheim, anna) == NEW


def test_who_cannot_be_read_again_for_an_hour_is_given_up(fjordheim, anna, settings):
    settings.SLICE_SECONDS = 0.3
    tell(fjordheim, anna)
    bell.until_quiet()
    HumaEvent.objects.update(handled_at=timezone.now() - timedelta(minutes=61))
    fjordheim.sandbox.faults.script("huma", "GET", f"/users/{anna.user_id}", "503", times=float("inf"))
    later()
    assert to_come() == 0


def test_a_second_read_that_is_not_understood_fails_no_run_and_holds_nobody_up(fjordheim, anna, berit):
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.sandbox.faults.rewrite("huma", "GET", f"/users/{anna.user_id}$", lambda _body: {"id": 5}, float("inf"))
    later()
    assert not SyncRun.objects.filter(trigger="real-time", state="failed").exists()
    assert to_come() == 0
    fjordheim.huma(berit, phone=NEW)
    tell(fjordheim, berit)
    bell.until_quiet()
    assert phone(fjordheim, berit) == NEW


def test_who_could_not_be_read_at_all_is_not_read_once_more(fjordheim, anna, berit):
    fjordheim.sandbox.faults.rewrite("huma", "GET", f"/users/{anna.user_id}$", lambda _body: {"id": 5}, float("inf"))
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    assert HumaEvent.objects.get().again_ids == [berit.user_id]


def test_refused_access_puts_it_off_until_it_works_again(fjordheim, anna, hr):
    read_too_early(fjordheim, anna)
    fjordheim.sandbox.huma.catch_up()
    fjordheim.connection.refresh_from_db()
    fjordheim.connection.huma_organization_id = fjordheim.sandbox.huma.organization_id
    fjordheim.connection.save()
    secret = fjordheim.connection.huma_client_secret
    fjordheim.sandbox.huma.api_keys = {fjordheim.connection.huma_client_id: "another"}
    fjordheim.sandbox.huma_tokens.revoke_all()
    later()
    fjordheim.connection.refresh_from_db()
    assert (fjordheim.connection.state, to_come()) == ("paused", 1)
    fjordheim.sandbox.huma.api_keys = {fjordheim.connection.huma_client_id: secret}
    connecting.check(fjordheim.connection, hr)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW


def test_a_pause_puts_it_off(fjordheim, anna, hr):
    read_too_early(fjordheim, anna)
    fjordheim.sandbox.huma.catch_up()
    it_is_time()
    begin(fjordheim)
    pausing.pause(fjordheim.connection, hr)
    bell.a_minute()
    assert phone(fjordheim, anna) != NEW
    pausing.resume(fjordheim.connection, hr)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW


def test_without_automatic_updates_nobody_is_read_once_more(fjordheim, anna, hr):
    read_too_early(fjordheim, anna)
    switching.turn_off(fjordheim.connection, hr)
    for _ in range(2):
        later()
    switching.turn_on(heard(fjordheim.connection), hr)
    later()
    assert (read(fjordheim, anna), to_come()) == (0, 0)


def test_a_second_read_whose_worker_died_is_gone_on_with(fjordheim, anna):
    read_too_early(fjordheim, anna)
    fjordheim.sandbox.huma.catch_up()
    it_is_time()
    run = begin(fjordheim)
    OrmQ.objects.all().delete()
    past = timezone.now() - timedelta(minutes=5)
    SyncRun.objects.filter(pk=run.pk).update(lease_holder="somewhere:1:1:x", lease_until=past, touched_at=past)
    bell.a_minute()
    assert phone(fjordheim, anna) == NEW
    assert to_come() == 0


def test_a_second_delivery_reads_nobody_twice(fjordheim, anna):
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.sandbox.journal.clear()
    it_is_time()
    run = begin(fjordheim)
    with Lease(SyncRun, run.pk):
        tasks.advance(run.pk)
        tasks.attend(fjordheim.connection.pk)
    bell.until_quiet()
    for _ in range(2):
        tasks.advance(run.pk)
        tasks.attend(fjordheim.connection.pk)
        later()
    assert read(fjordheim, anna) == 1
