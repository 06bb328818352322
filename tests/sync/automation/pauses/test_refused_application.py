"""Visma refuses the installation's own credentials: one fact, one email to superusers, no connection is marked."""

import pytest
from django.utils import timezone

from connections import sandbox as vendors
from connections.connect import connecting
from connections.models import AuditEntry, Connection, Installation
from connections.pauses import credential_retry, pausing
from sync.models import HumaEvent, SyncRun
from tests.sync.automation.pauses.access import phone_in_visma, tell
from tests.sync.bell import a_minute, until_quiet
from tests.sync.driving import read
from tests.sync.scheduling import company, make_due, people, turn_on
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr, superuser, smtp):
    with company(settings, hr) as found:
        people(found, 4)
        turn_on(found)
        until_quiet()
        smtp.messages.clear()
        yield found


@pytest.fixture
def person(fjordheim):
    return fjordheim.sandbox.people["equal"][0]


def visma_refuses_us(found):
    found.sandbox.visma.clients.clear()
    found.sandbox.visma_tokens.revoke_all()


def visma_accepts_us(found):
    found.sandbox.visma.clients[vendors.VISMA_CLIENT_ID] = vendors.VISMA_CLIENT_SECRET


def time_to_try():
    Installation.objects.update(retry_next=timezone.now())
    a_minute()


def minutes_to_go():
    retry_next = Installation.objects.get().retry_next
    assert retry_next
    return round((retry_next - timezone.now()).total_seconds() / 60)


def subjects(smtp):
    return [(str(message["To"]), str(message["Subject"])) for message in smtp.messages]


REFUSED = ("admin@example.com", "1 connection: Visma.net refuses the installation's Visma key")
WORKS = ("admin@example.com", "1 connection: Visma.net accepts the installation's Visma key again")


def test_superusers_hear_of_it_once_and_no_connection_is_marked(fjordheim, person, smtp, hr):
    fjordheim.sandbox.huma.edit(person.user_id, phone=NUMBER)
    visma_refuses_us(fjordheim)
    make_due(fjordheim.connection)
    a_minute()
    run = SyncRun.objects.get(trigger="scheduled")
    assert (run.state, run.failure) == ("failed", "application_refused")
    assert pausing.application_refused()
    fjordheim.connection.refresh_from_db()
    assert (fjordheim.connection.state, fjordheim.connection.pause_reason) == ("active", "")
    assert subjects(smtp) == [REFUSED]

    tell(fjordheim.connection, [person.user_id])
    make_due(fjordheim.connection)
    for _ in range(3):
        a_minute()
    assert read(fjordheim.connection, hr).failure == "application_refused", "a person may try"
    assert SyncRun.objects.filter(trigger__in=("scheduled", "real-time")).count() == 1, "nothing begins by itself"

    visma_accepts_us(fjordheim)
    a_minute()
    assert pausing.application_refused(), "it isn't time to try yet"
    time_to_try()
    for _ in range(3):
        a_minute()
    assert not pausing.application_refused()
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER
    assert HumaEvent.objects.get().state == "done"
    assert subjects(smtp) == [REFUSED, WORKS]
    assert set(AuditEntry.objects.filter(action__startswith="application").values_list("who", flat=True)) == {
        "humavisma"
    }


def test_what_huma_told_of_while_it_was_written_is_caught_up(fjordheim, person, smtp):
    fjordheim.sandbox.huma.edit(person.user_id, phone=NUMBER)
    tell(fjordheim.connection, [person.user_id])
    fjordheim.sandbox.faults.before("visma", "PUT", "/employees/", lambda: visma_refuses_us(fjordheim))
    a_minute()
    assert HumaEvent.objects.get().state == "waiting"
    visma_accepts_us(fjordheim)
    time_to_try()
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER
    assert subjects(smtp) == [REFUSED, WORKS]


def test_the_pauses_between_tries_grow_and_a_new_start_tries_at_once(fjordheim, smtp):
    visma_refuses_us(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    seen = []
    for _ in range(5):
        seen.append(minutes_to_go())
        time_to_try()
    assert seen == [15, 60, 240, 1440, 1440]
    visma_accepts_us(fjordheim)
    credential_retry.ask_soon()
    a_minute()
    assert not pausing.application_refused()
    assert subjects(smtp) == [REFUSED, WORKS]


def test_a_company_that_is_refused_is_asked_by_an_application_that_is_known(fjordheim, smtp):
    visma_refuses_us(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    visma_accepts_us(fjordheim)
    fjordheim.sandbox.visma.tenants.clear()
    time_to_try()
    assert not pausing.application_refused()


def test_a_vendor_that_does_not_answer_is_no_answer(fjordheim, smtp):
    visma_refuses_us(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    fjordheim.sandbox.faults.script("visma", "*", ".*", "503", times=99)
    time_to_try()
    assert pausing.application_refused()
    assert minutes_to_go() == 15


def test_a_check_by_hand_ends_it_too(fjordheim, smtp, hr):
    Connection.objects.update(huma_organization_id=vendors.ORGANIZATION_ID)
    fjordheim.connection.refresh_from_db()
    visma_refuses_us(fjordheim)
    read(fjordheim.connection, hr)
    visma_accepts_us(fjordheim)
    connecting.check(fjordheim.connection, hr)
    until_quiet()
    assert subjects(smtp) == [REFUSED, WORKS]


def test_each_time_is_told_anew(fjordheim, smtp):
    for _ in range(2):
        visma_refuses_us(fjordheim)
        read(fjordheim.connection, fjordheim.user)
        visma_accepts_us(fjordheim)
        time_to_try()
    assert subjects(smtp) == [REFUSED, WORKS] * 2
