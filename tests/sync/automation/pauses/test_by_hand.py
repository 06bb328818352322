"""An owner pauses a connection, until a day or until somebody resumes it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from connections.connect import disconnecting
from connections.models import AuditEntry, Connection
from connections.pauses import pausing
from sync import runner, tasks
from sync.models import Change, HumaEvent, SyncRun
from sync.runs import lifecycle
from tests.sync.automation.pauses.access import (
    RESUMED,
    begun,
    huma_accepts,
    huma_refuses,
    in_another_thread,
    now,
    phone_in_visma,
    tell,
)
from tests.sync.bell import a_minute, until_quiet
from tests.sync.driving import read
from tests.sync.scheduling import make_due, people
from tests.sync.workers import wait_for
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


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
    with pytest.raises(lifecycle.NotAllowed):
        lifecycle.start(fjordheim.connection, hr)

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
    lifecycle.cancel(read(fjordheim.connection, hr), hr)  # links the new ones
    for one in several:
        fjordheim.huma(one, phone=NUMBER)
    tell(fjordheim.connection, [one.user_id for one in several])

    def somebody_pauses():
        pausing.pause(fjordheim.connection, hr)
        looks = set()  # the second look at the run after this sees the pause

        def was_seen():
            looks.add(SyncRun.objects.values_list("touched_at", flat=True).get(state="applying"))
            return len(looks) > 2

        assert wait_for(was_seen, 60)

    fjordheim.sandbox.faults.before("visma", "PUT", "/employees/", lambda: in_another_thread(somebody_pauses))
    OrmQ.objects.all().delete()
    run = runner.drive(begun(fjordheim.connection))
    assert (run.state, run.stop_requested_by) == ("stopped", "hr")
    assert Change.objects.filter(run=run, state="stopped").exists()
    assert HumaEvent.objects.get().state == "waiting"
    pausing.resume(fjordheim.connection, hr)
    until_quiet()
    assert {phone_in_visma(fjordheim.sandbox, one) for one in several} == {NUMBER}
    assert mails() == ["Fjordheim: paused", RESUMED]


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
    with pytest.raises(lifecycle.NotAllowed):
        fjordheim.confirm(run)
    assert run.state == "review"
    pausing.resume(fjordheim.connection, hr)
    assert fjordheim.apply(run).state == "finished"
    assert phone_in_visma(fjordheim.sandbox, person) == NUMBER


def test_a_disconnected_connection_is_not_paused(fjordheim, person, hr):
    disconnecting.disconnect(fjordheim.connection, hr)
    pausing.pause(fjordheim.connection, hr)
    assert now(fjordheim)[0] == "disconnected"
