"""On the day on which another position of somebody counts, or theirs ends, a person is told; nothing is written."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from connections.models import Connection
from sync import tasks
from sync.automation import date_roll, switching
from sync.models import DateRoll, Notice, SyncRun
from tests.sync.driving import apply, read
from tests.sync.made_reads import day
from tests.sync.scheduling import company, first_run, people, scheduled, turn_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_day")]


@pytest.fixture
def fjordheim(settings, hr):
    with company(settings, hr) as found:
        people(found, 2)
        yield found


def days_pass(found, person) -> None:
    """Let today be the day on which the person's position was expected to change."""
    link = found.link(person)
    link.changes_on = timezone.localdate()
    link.save()


def begins_another(found, person) -> None:
    """End the person's position in Huma yesterday, and begin another one today."""
    old = found.huma_position(person)
    found.sandbox.huma.edit_position(person.user_id, old, contractEndDate=day(-1), lastDayOfWork=day(-1))
    found.sandbox.huma.add_position(person.user_id, {"contractStartDate": day(0)})
    days_pass(found, person)


def said(notice: Notice) -> tuple[dict[str, str], dict[str, str]]:
    """What the notice says of Huma's side, and of Visma's."""
    assert notice.params
    return notice.params["huma"], notice.params["visma"]


def look(found) -> bool:
    found.connection.refresh_from_db()
    return date_roll.look(found.connection)


def test_another_position_is_told_with_both(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    before, asked = fjordheim.sandbox.state(), len(fjordheim.sandbox.journal.writes())
    assert date_roll.due() == [fjordheim.connection.pk]
    assert not look(fjordheim)
    notice = Notice.objects.get()
    link = fjordheim.link(person)
    assert (notice.kind, notice.link, notice.name, notice.number) == ("position", link, link.name, link.number)
    huma, visma = said(notice)
    assert huma["what"] == "another"
    assert huma["before"].endswith(f" – {day(-1)}")
    assert huma["now"] == f"{day(0)} – …"
    assert visma["what"] == ""
    assert visma["now"].endswith(" – …")
    assert fjordheim.sandbox.state() == before
    assert len(fjordheim.sandbox.journal.writes()) == asked
    assert link.changes_on is None or link.changes_on > timezone.localdate()
    assert not SyncRun.objects.filter(trigger__in=("scheduled", "real-time")).exists()


def test_an_end_is_told(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    fjordheim.sandbox.visma.end(person.employee_id, day(-1))
    days_pass(fjordheim, person)
    look(fjordheim)
    huma, visma = said(Notice.objects.get())
    assert (visma["what"], huma["what"]) == ("ended", "")
    assert visma["now"].endswith(f" – {day(-1)}")


def test_values_stay_encrypted(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    look(fjordheim)
    with database.cursor() as cursor:
        cursor.execute("SELECT params FROM sync_notice")
        (stored,) = cursor.fetchone()
    assert day(-1) not in stored


def test_a_day_on_which_nothing_became_another_is_not_told(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    days_pass(fjordheim, person)
    look(fjordheim)
    assert not Notice.objects.exists()
    assert fjordheim.link(person).changes_on is None


def test_the_next_day_is_known_again(fjordheim):
    person = fjordheim.add()
    fjordheim.sandbox.visma.end(person.employee_id, day(30))
    turn_on(fjordheim)
    assert fjordheim.link(person).changes_on == timezone.localdate() + timedelta(days=31)
    days_pass(fjordheim, person)
    look(fjordheim)
    assert fjordheim.link(person).changes_on == timezone.localdate() + timedelta(days=31)


def test_it_happens_once_a_local_day(fjordheim):
    person, other = fjordheim.add(), fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    look(fjordheim)
    begins_another(fjordheim, other)
    asked = len(fjordheim.sandbox.journal.of())
    assert date_roll.due() == []
    assert not look(fjordheim)
    assert len(fjordheim.sandbox.journal.of()) == asked
    DateRoll.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert date_roll.due() == [fjordheim.connection.pk]
    look(fjordheim)
    assert Notice.objects.count() == 2


def test_the_same_is_not_said_twice_nor_after_it_was_closed(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    look(fjordheim)
    Notice.objects.update(closed_at=timezone.now(), closed_by="hr")
    DateRoll.objects.all().delete()
    days_pass(fjordheim, person)
    look(fjordheim)
    assert Notice.objects.get().closed_by == "hr"


def test_many_workers_tell_once(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    together = threading.Barrier(4)

    def work() -> None:
        try:
            together.wait()
            date_roll.look(Connection.objects.get(pk=fjordheim.connection.pk))
        finally:
            database.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notice.objects.count() == 1
    assert DateRoll.objects.get().day == timezone.localdate()


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_a_vendor_that_is_away_is_asked_again_the_same_day(fjordheim, side):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    fjordheim.sandbox.faults.script(side, "*", "", "503", times=99)
    assert not look(fjordheim)
    roll = DateRoll.objects.get()
    assert roll.day is None
    assert roll.not_before > timezone.now()
    assert date_roll.due() == []
    assert not Notice.objects.exists()
    fjordheim.sandbox.faults.clear()
    DateRoll.objects.update(not_before=timezone.now())
    assert date_roll.due() == [fjordheim.connection.pk]
    look(fjordheim)
    assert Notice.objects.count() == 1


def test_a_paused_connection_is_looked_at_after_its_pause(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    Connection.objects.update(state="paused")
    assert date_roll.due() == []
    assert not look(fjordheim)
    assert not DateRoll.objects.exists()
    Connection.objects.update(state="active")
    look(fjordheim)
    assert Notice.objects.count() == 1


def test_nothing_is_looked_at_while_automatic_updates_are_off(fjordheim, hr):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    switching.turn_off(fjordheim.connection, hr)
    assert date_roll.due() == []
    assert not look(fjordheim)
    assert not DateRoll.objects.exists()


def test_many_people_are_looked_at_in_slices(fjordheim, settings):
    some = people(fjordheim, 5)
    turn_on(fjordheim)
    for person in some:
        begins_another(fjordheim, person)
    settings.SYNC_CONCURRENCY, settings.SLICE_SECONDS = 2, 0
    slices = 1
    while look(fjordheim):
        slices += 1
        assert date_roll.due() == [fjordheim.connection.pk]
    assert slices == 3
    assert Notice.objects.count() == 5


def test_who_is_gone_or_left_out_holds_nobody_up(fjordheim):
    person, gone, out = fjordheim.add(), fjordheim.add(), fjordheim.add()
    connection = turn_on(fjordheim)
    for one in (person, gone, out):
        begins_another(fjordheim, one)
    fjordheim.sandbox.huma.delete(gone.user_id)
    connection.left_out.create(side="huma", vendor_id=out.user_id, by="hr")
    assert not look(fjordheim)
    assert Notice.objects.get().link == fjordheim.link(person)


def test_a_sync_in_between_leaves_the_day_to_it(fjordheim, hr):
    person = fjordheim.add()
    turn_on(fjordheim)
    begins_another(fjordheim, person)
    scheduled(fjordheim)
    apply(read(fjordheim.connection, hr), hr)
    assert fjordheim.link(person).changes_on == timezone.localdate()
    look(fjordheim)
    assert Notice.objects.count() == 1


def test_without_automatic_updates_a_run_by_hand_moves_the_day_on(fjordheim):
    person = fjordheim.add()
    first_run(fjordheim)
    begins_another(fjordheim, person)
    first_run(fjordheim)
    assert fjordheim.link(person).changes_on is None


def test_the_tick_has_it_done(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    begins_another(fjordheim, person)
    tasks.tick()
    tasks.roll(connection.pk)
    assert Notice.objects.count() == 1
    tasks.roll(0)
