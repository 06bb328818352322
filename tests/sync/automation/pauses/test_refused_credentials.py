"""Refused credentials pause a connection, once and for everybody; when they are accepted again it catches up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections import sandbox as vendors
from connections.api.errors import BadCredentials
from connections.connect import connecting
from connections.models import AuditEntry, Connection
from connections.pauses import credential_retry, pausing
from sync.models import Change, HumaEvent, SyncRun
from sync.runs import lifecycle
from tests.sync.automation.pauses.access import (
    PAUSED,
    RESUMED,
    huma_accepts,
    huma_refuses,
    minutes_to_go,
    now,
    phone_in_visma,
    tell,
    time_to_try,
    visma_accepts,
    visma_refuses,
)
from tests.sync.bell import a_minute, until_quiet
from tests.sync.driving import read
from tests.sync.scheduling import make_due, people
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)

NEW_SECRET = "99999999-8888-4777-8666-555555555555"


def test_refused_mid_schedule_it_pauses_tells_once_and_catches_up(fjordheim, person, mails):
    fjordheim.huma(person, phone=NUMBER)
    huma_refuses(fjordheim)
    make_due(fjordheim.connection)
    a_minute()
    run = SyncRun.objects.get(trigger="scheduled")
    assert (run.state, run.failure) == ("failed", "credentials_huma")
    assert now(fjordheim) == ("paused", "credentials_huma")
    assert mails() == [PAUSED]

    make_due(fjordheim.connection)
    for _ in range(3):
        a_minute()
    assert SyncRun.objects.filter(trigger="scheduled").count() == 1, "nothing begins while it is paused"
    huma_accepts(fjordheim)
    a_minute()
    assert now(fjordheim) == ("paused", "credentials_huma"), "it isn't time to try yet"
    time_to_try(fjordheim)
    assert now(fjordheim) == ("active", "")
    for _ in range(3):
        a_minute()
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER
    assert mails() == [PAUSED, RESUMED]


@pytest.mark.every_moment
def test_a_schedule_whose_only_slot_came_to_nothing_is_made_up_at_once(fjordheim, person):
    fjordheim.huma(person, phone=NUMBER)
    visma_refuses(fjordheim)
    make_due(fjordheim.connection)
    a_minute()
    assert now(fjordheim) == ("paused", "credentials_visma")
    assert fjordheim.connection.schedule_next > timezone.now() + timedelta(minutes=1)
    visma_accepts(fjordheim)
    time_to_try(fjordheim)
    for _ in range(3):
        a_minute()
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER


@pytest.mark.writes
def test_refused_mid_run_what_is_left_fails_and_is_written_later(fjordheim, person, mails, hr):
    several = [person, *people(fjordheim, 5)]
    lifecycle.cancel(read(fjordheim.connection, hr), hr)  # links the new ones
    for one in several:
        fjordheim.huma(one, phone=NUMBER)
    fjordheim.sandbox.faults.before("visma", "PUT", "/employees/", lambda: visma_refuses(fjordheim))
    run = fjordheim.sync("huma")
    until_quiet()
    reasons = set(Change.objects.filter(run=run, state="failed").values_list("reason", flat=True))
    assert (run.state, reasons) == ("finished", {"bad_credentials"})
    assert now(fjordheim) == ("paused", "credentials_visma")
    assert sorted(mails())[-1] == PAUSED
    assert mails().count(PAUSED) == 1

    with pytest.raises(lifecycle.NotAllowed):
        lifecycle.start(fjordheim.connection, hr)
    visma_accepts(fjordheim)
    time_to_try(fjordheim)
    make_due(fjordheim.connection)
    for _ in range(3):
        a_minute()
    assert {phone_in_visma(fjordheim.sandbox, one) for one in several} == {NUMBER}
    assert (mails().count(PAUSED), mails().count(RESUMED)) == (1, 1)


@pytest.mark.parametrize("when", ["reading", "writing"])
def test_what_huma_told_of_waits_and_is_caught_up(fjordheim, person, mails, when):
    fjordheim.huma(person, phone=NUMBER)
    tell(fjordheim.connection, [person.user_id])
    if when == "reading":
        visma_refuses(fjordheim)
    else:
        fjordheim.sandbox.faults.before("visma", "PUT", "/employees/", lambda: visma_refuses(fjordheim))
    a_minute()
    assert now(fjordheim) == ("paused", "credentials_visma")
    assert HumaEvent.objects.get().state == "waiting"
    tell(fjordheim.connection, [people(fjordheim, 1)[0].user_id])
    a_minute()
    assert SyncRun.objects.filter(trigger="real-time").count() == 1

    visma_accepts(fjordheim)
    time_to_try(fjordheim)
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER
    assert set(HumaEvent.objects.values_list("state", flat=True)) == {"done"}
    assert mails() == [PAUSED, RESUMED]


def test_the_pauses_between_tries_grow(fjordheim, person, mails):
    huma_refuses(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    seen = [minutes_to_go(fjordheim)]
    for _ in range(4):
        time_to_try(fjordheim)
        seen.append(minutes_to_go(fjordheim))
    assert seen == [15, 60, 240, 1440, 1440]
    assert mails() == [PAUSED]


def test_credentials_that_come_and_go_are_tried_less_and_less(fjordheim, person):
    for tries in range(3):
        huma_refuses(fjordheim)
        read(fjordheim.connection, fjordheim.user)
        assert now(fjordheim)[0] == "paused"
        assert minutes_to_go(fjordheim) == [15, 60, 240][tries]
        huma_accepts(fjordheim)
        time_to_try(fjordheim)
        assert now(fjordheim) == ("active", "")


def test_a_vendor_that_does_not_answer_is_no_answer(fjordheim, person, mails):
    huma_refuses(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    time_to_try(fjordheim)
    fjordheim.sandbox.faults.script("huma", "*", ".*", "503", times=99)
    time_to_try(fjordheim)
    assert now(fjordheim) == ("paused", "credentials_huma")
    assert minutes_to_go(fjordheim) == 15
    fjordheim.sandbox.faults.clear()
    huma_accepts(fjordheim)
    fjordheim.sandbox.faults.script("visma", "*", ".*", "503", times=99)
    time_to_try(fjordheim)
    assert now(fjordheim) == ("active", ""), "Huma refused, and Huma accepts"


def test_when_the_other_side_refuses_too_the_page_names_who_still_does(fjordheim, person, mails):
    huma_refuses(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    huma_accepts(fjordheim)
    visma_refuses(fjordheim)
    time_to_try(fjordheim)
    assert now(fjordheim) == ("paused", "credentials_visma")
    visma_accepts(fjordheim)
    time_to_try(fjordheim)
    assert now(fjordheim) == ("active", "")
    assert mails() == [PAUSED, RESUMED]


def test_access_to_another_organisation_is_no_access(fjordheim, person):
    huma_refuses(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    Connection.objects.update(huma_organization_id="another")
    huma_accepts(fjordheim)
    time_to_try(fjordheim)
    assert now(fjordheim) == ("paused", "credentials_huma")


def test_a_person_who_renews_the_credentials_ends_it_too(fjordheim, person, mails, hr):
    Connection.objects.update(huma_organization_id=vendors.ORGANIZATION_ID)
    fjordheim.connection.refresh_from_db()
    tell(fjordheim.connection, [person.user_id])
    huma_refuses(fjordheim)
    a_minute()
    fjordheim.huma(person, phone=NUMBER)
    huma_accepts(fjordheim, NEW_SECRET)
    connecting.renew(fjordheim.connection, hr, vendors.HUMA_CLIENT_ID, NEW_SECRET)
    until_quiet()
    assert now(fjordheim) == ("active", "")
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER
    assert mails() == [PAUSED, RESUMED]
    assert AuditEntry.objects.filter(action="connection.works_again", who="hr").count() == 1


def test_old_credentials_that_are_refused_say_nothing_of_new_ones(fjordheim, person):
    old = Connection.objects.get()
    Connection.objects.update(huma_client_secret=NEW_SECRET)
    pausing.credentials_refused(old, BadCredentials("unauthorized", side="huma"))
    assert now(fjordheim) == ("active", "")


def test_however_many_meet_it_it_is_one_pause(fjordheim, person, mails):
    for _ in range(3):
        pausing.credentials_refused(fjordheim.connection, BadCredentials("unauthorized", side="huma"))
    until_quiet()
    assert mails() == [PAUSED]
    assert AuditEntry.objects.filter(action="connection.refused").count() == 1


def test_two_that_look_at_the_same_time_ask_once(fjordheim, person):
    pausing.credentials_refused(fjordheim.connection, BadCredentials("unauthorized", side="huma"))
    Connection.objects.update(retry_next=timezone.now())
    first, second = Connection.objects.get(), Connection.objects.get()
    assert credential_retry._claim(first)
    assert not credential_retry._claim(second)
