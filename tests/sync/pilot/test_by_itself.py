"""By itself only the pilot group is changed; after Everyone it ends as if there had been no group."""

import pytest

from connections.models import Connection
from sync import runner
from sync.automation import answering_held, schedule
from sync.models import Change, Conflict, HumaEvent
from sync.wording.webhook import event_hint
from tests.sync import bell
from tests.sync.scheduling import scheduled, turn_on
from tests.sync.telling import account, accounts, approve, approved, new_account, of, phone, phones, told, waits

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_schedule_writes_for_the_group_only_and_for_all_after_everyone(piloted):
    turn_on(piloted.company)
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    before = piloted.company.sandbox.state()
    run = scheduled(piloted.company)
    assert piloted.changed(before) == piloted.ids(*piloted.inside)
    assert Conflict.objects.filter(run=run, decision="").count() == 3
    piloted.everyone()
    (due,) = schedule.start_due()
    piloted.company.ended(runner.drive(due))
    assert piloted.changed(before) == piloted.ids(*piloted.inside, *piloted.outside)
    assert Change.objects.exclude(state="done").count() == 0


def test_everyone_is_caught_up_with_even_without_a_schedule(piloted):
    turn_on(piloted.company, schedule="off")
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    told(piloted.company, *piloted.inside, *piloted.outside)
    before = piloted.company.sandbox.state()
    assert schedule.start_due() == []
    piloted.everyone()
    (due,) = schedule.start_due()
    piloted.company.ended(runner.drive(due))
    assert piloted.changed(before) == piloted.ids(*piloted.outside)
    assert Connection.objects.get().schedule_next is None
    assert schedule.start_due() == []


@pytest.mark.parametrize("what", ["everyone", "somebody joins"])
def test_the_sync_of_who_is_new_starts_at_once_and_not_with_the_next_tick(piloted, what):
    turn_on(piloted.company, schedule="off")
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    told(piloted.company, *piloted.inside, *piloted.outside)
    bell.until_quiet()
    before = piloted.company.sandbox.state()
    if what == "everyone":
        piloted.everyone()
    else:
        piloted.choose(piloted.outside[0])
    bell.until_quiet()
    caught_up = piloted.outside if what == "everyone" else piloted.outside[:1]
    assert piloted.changed(before) == piloted.ids(*caught_up)
    assert Connection.objects.get().schedule_next is None


def test_who_joins_the_group_is_caught_up_with(piloted):
    turn_on(piloted.company, schedule="off")
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    told(piloted.company, *piloted.outside)
    before = piloted.company.sandbox.state()
    joins, *_others = piloted.outside
    piloted.choose(joins)
    (due,) = schedule.start_due()
    piloted.company.ended(runner.drive(due))
    assert piloted.changed(before) == piloted.ids(*piloted.inside, joins)


def test_a_notice_about_somebody_outside_is_settled_as_such(piloted):
    connection = turn_on(piloted.company)
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    before = piloted.company.sandbox.state()
    told(piloted.company, piloted.outside[0])
    alone = HumaEvent.objects.latest("pk")
    assert (alone.state, alone.outside) == ("done", 1)
    told(piloted.company, *piloted.inside, *piloted.outside)
    mixed = HumaEvent.objects.latest("pk")
    assert (mixed.state, mixed.outside) == ("done", 3)
    assert piloted.changed(before) == piloted.ids(*piloted.inside)
    connection.refresh_from_db()
    assert event_hint(alone, connection) != event_hint(mixed, connection) != ""


def test_an_approval_writes_nothing_of_somebody_who_left_the_group(piloted, hr):
    turn_on(piloted.company, accounts="look")
    piloted.choose(*piloted.inside)
    stays, leaves = piloted.inside
    numbers = accounts(2)
    for person, number in zip(piloted.inside, numbers, strict=True):
        new_account(piloted.company, person, number)
    scheduled(piloted.company)
    assert len(waits(piloted.company.connection)) == 2
    connection = piloted.company.connection
    connection.refresh_from_db()
    piloted.leave(leaves)
    before = piloted.company.sandbox.state()
    selection = answering_held.select(connection, None, True)
    assert (selection.changes, selection.outside) == (1, 1)
    run = approved(piloted.company, waits(connection))
    runner.drive(run)
    assert piloted.changed(before) == piloted.ids(stays)
    assert answering_held.approve(connection, hr, [one.pk for one in of(piloted.company, leaves)]).changes == 0
    piloted.everyone()
    approve(piloted.company, of(piloted.company, leaves))
    assert account(piloted.company, leaves) == numbers[1]


def test_an_approved_change_of_somebody_who_leaves_before_it_is_sent_waits_again(piloted, hr):
    turn_on(piloted.company, accounts="look")
    piloted.choose(*piloted.inside)
    person = piloted.inside[0]
    new_account(piloted.company, person, accounts(1)[0])
    scheduled(piloted.company)
    connection = piloted.company.connection
    run = approved(piloted.company, waits(connection))
    connection.refresh_from_db()
    piloted.leave(person)
    before = piloted.company.sandbox.state()
    runner.drive(run)
    assert piloted.changed(before) == set()
    assert [one.link and one.link.huma_id for one in waits(connection)] == [person.user_id]


def test_after_everyone_it_ends_as_a_connection_without_a_group(piloted, hr):
    """The same edits, told and read in the same order, lead to the same state on both sides."""
    turn_on(piloted.company)
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    piloted.company.phone(piloted.outside[0], "+4799887766")  # both moved: it asks
    told(piloted.company, *piloted.inside, *piloted.outside)
    scheduled(piloted.company)
    piloted.everyone()
    (due,) = schedule.start_due()
    run = piloted.company.ended(runner.drive(due))
    assert set(phones(piloted.company).values()) == {
        *(f"+4740{at:06}" for at in (1, 2, 4, 5)),
        "+4799887766",
    }
    assert phone(piloted.company, piloted.outside[0]) == "+4799887766"
    assert [one.why for one in Conflict.objects.filter(run=run, decision="")] == ["both_moved"]
