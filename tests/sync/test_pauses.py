"""Refused credentials pause a connection, once and for everybody; when they are accepted again it catches up."""

import secrets
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection as database
from django.utils import timezone
from django_q.models import OrmQ

from connections import asking_again, pausing, services
from connections import sandbox as vendors
from connections.errors import BadCredentials
from connections.models import AuditEntry, Connection
from sync import tasks
from sync.models import Change, HumaEvent, SyncRun
from sync.services import realtime, runs, work
from tests.sync.bell import a_minute, until_quiet
from tests.sync.driving import read
from tests.sync.execute.conftest import NUMBER
from tests.sync.scheduling import company, make_due, people, turn_on
from tests.sync.workers import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

NEW_SECRET = "99999999-8888-4777-8666-555555555555"


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def fjordheim(settings, hr, smtp):
    with company(settings, hr) as found:
        people(found, 4)
        yield found


@pytest.fixture
def person(fjordheim):
    """Somebody in a company that keeps itself up to date."""
    added = fjordheim.add()
    turn_on(fjordheim)
    until_quiet()
    return added


@pytest.fixture
def mails(fjordheim, person, smtp):
    """Gives the subjects of what came since the company was set up."""
    before = len(smtp.messages)
    return lambda: [str(message["Subject"]) for message in smtp.messages[before:]]


PAUSED, RESUMED = "Fjordheim: paused, because the access is refused", "Fjordheim: works again"


def tell(connection, huma_ids):
    """Huma's webhook came in, and was verified."""
    body_hash = secrets.token_hex(32)
    HumaEvent.objects.create(connection=connection, topic="users-update", huma_ids=huma_ids, body_hash=body_hash)


def begun(connection):
    run = realtime.start(connection)
    assert run
    return run


def phone_in_visma(sandbox, person):
    phones = sandbox.state()["visma"][person.employee_id]["phones"]
    return next(one["number"] for one in phones if one["type"] == "business")


def huma_refuses(found):
    found.sandbox.huma.api_keys.clear()
    found.sandbox.huma_tokens.revoke_all()


def huma_accepts(found, secret=vendors.HUMA_CLIENT_SECRET):
    found.sandbox.huma.api_keys[vendors.HUMA_CLIENT_ID] = secret


def visma_refuses(found):
    found.sandbox.visma.tenants.clear()
    found.sandbox.visma_tokens.revoke_all()


def visma_accepts(found):
    found.sandbox.visma.tenants.add(vendors.TENANT_ID)


def now(found):
    found.connection.refresh_from_db()
    return found.connection.state, found.connection.pause_reason


def time_to_try(found):
    """The time of the next try has come, and a minute passes."""
    Connection.objects.filter(pk=found.connection.pk).update(retry_next=timezone.now())
    a_minute()


def minutes_to_go(found):
    found.connection.refresh_from_db()
    return round((found.connection.retry_next - timezone.now()).total_seconds() / 60)


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


def test_refused_mid_run_what_is_left_fails_and_is_written_later(fjordheim, person, mails, hr):
    several = [person, *people(fjordheim, 5)]
    runs.cancel(read(fjordheim.connection, hr), hr)  # links the new ones
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

    with pytest.raises(runs.NotAllowed):
        runs.start(fjordheim.connection, hr)
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
    services.renew(fjordheim.connection, hr, vendors.HUMA_CLIENT_ID, NEW_SECRET)
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
    assert asking_again._claim(first)
    assert not asking_again._claim(second)


def test_a_pause_by_hand_lasts_until_its_last_day_is_over(fjordheim, person, mails, hr):
    today = timezone.localdate()
    pausing.pause(fjordheim.connection, hr, today)
    fjordheim.huma(person, phone=NUMBER)
    tell(fjordheim.connection, [person.user_id])
    make_due(fjordheim.connection)
    for _ in range(2):
        a_minute()
    assert now(fjordheim) == ("paused", "by_hand")
    assert not SyncRun.objects.filter(trigger__in=("scheduled", "real-time")).exists()
    with pytest.raises(runs.NotAllowed):
        runs.start(fjordheim.connection, hr)

    Connection.objects.update(paused_until=today - timedelta(days=1))
    for _ in range(3):
        a_minute()
    assert now(fjordheim) == ("active", "")
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER
    assert SyncRun.objects.filter(trigger="scheduled", state="finished").count() == 1
    assert [subject.split(" until")[0] for subject in mails()] == ["Fjordheim: paused", RESUMED]
    ended = AuditEntry.objects.get(action="connection.resumed")
    assert ended.who == "humavisma"


def test_another_last_day_is_no_other_pause(fjordheim, person, mails, hr):
    for days in (1, 1, 3, None):
        until = timezone.localdate() + timedelta(days=days) if days else None
        pausing.pause(fjordheim.connection, hr, until)
    until_quiet()
    assert len(mails()) == 1
    assert AuditEntry.objects.filter(action__startswith="connection.paused").count() == 3
    assert pausing.resume(fjordheim.connection, hr)
    assert not pausing.resume(fjordheim.connection, hr)
    until_quiet()
    assert mails()[1:] == [RESUMED]


def test_accepted_credentials_do_not_end_a_pause_by_hand(fjordheim, person, hr):
    huma_refuses(fjordheim)
    read(fjordheim.connection, hr)
    pausing.pause(fjordheim.connection, hr)
    huma_accepts(fjordheim)
    a_minute()
    assert now(fjordheim) == ("paused", "by_hand")
    assert not pausing.is_refused(fjordheim.connection)


def test_a_pause_stops_what_writes_and_what_is_left_is_caught_up(fjordheim, person, mails, hr, settings):
    settings.SYNC_CONCURRENCY = 1
    several = [person, *people(fjordheim, 4)]
    runs.cancel(read(fjordheim.connection, hr), hr)  # links the new ones
    for one in several:
        fjordheim.huma(one, phone=NUMBER)
    tell(fjordheim.connection, [one.user_id for one in several])

    def somebody_pauses():
        pausing.pause(fjordheim.connection, hr)
        looks = set()  # the second look at the run after this sees the pause

        def was_seen():
            looks.add(SyncRun.objects.values_list("touched_at", flat=True).get(state="applying"))
            return len(looks) > 2

        assert wait_for(was_seen, 10)

    fjordheim.sandbox.faults.before("visma", "PUT", "/employees/", lambda: in_another_thread(somebody_pauses))
    OrmQ.objects.all().delete()
    run = work.drive(begun(fjordheim.connection))
    assert (run.state, run.stop_requested_by) == ("stopped", "hr")
    assert Change.objects.filter(run=run, state="stopped").exists()
    assert HumaEvent.objects.get().state == "waiting"
    pausing.resume(fjordheim.connection, hr)
    until_quiet()
    assert {phone_in_visma(fjordheim.sandbox, one) for one in several} == {NUMBER}
    assert mails() == ["Fjordheim: paused", RESUMED]


def in_another_thread(what):
    """As another process would: with a connection to the database of its own, which is closed again."""

    def work_and_close():
        what()
        database.close()

    thread = Thread(target=work_and_close)
    thread.start()
    thread.join()


def test_a_run_of_its_own_that_has_not_written_is_given_up(fjordheim, person, hr):
    tell(fjordheim.connection, [person.user_id])
    run = begun(fjordheim.connection)
    pausing.pause(fjordheim.connection, hr)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert HumaEvent.objects.get().state == "waiting"
    tasks.attend(fjordheim.connection.pk)
    assert HumaEvent.objects.get().state == "waiting"


def test_an_open_run_stays_and_can_be_confirmed_afterwards(fjordheim, person, hr):
    fjordheim.huma(person, phone=NUMBER)
    run = fjordheim.read()
    fjordheim.decide(run, "huma", person)
    pausing.pause(fjordheim.connection, hr)
    with pytest.raises(runs.NotAllowed):
        fjordheim.confirm(run)
    assert run.state == "review"
    pausing.resume(fjordheim.connection, hr)
    assert fjordheim.apply(run).state == "finished"
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER


def test_a_disconnected_connection_is_not_paused(fjordheim, person, hr):
    services.disconnect(fjordheim.connection, hr)
    pausing.pause(fjordheim.connection, hr)
    assert now(fjordheim)[0] == "disconnected"
