"""An owner approves or rejects what is held: an approval writes exactly what they saw, or nothing."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone

from connections.models import Connection
from connections.vendors.clients import forget_clients
from sync import runner
from sync.automation import answering_held, real_time
from sync.models import Change, Conflict, SyncRun
from sync.planning.planning import NumberNeeded
from sync.runs import lifecycle
from sync.runs.lifecycle import NotAllowed
from sync.worker.lease import Lease
from tests.sync.driving import changed
from tests.sync.scheduling import scheduled
from tests.sync.telling import (
    account,
    accounts,
    an_hour_later,
    answers,
    approve,
    approved,
    everybody,
    new_account,
    new_phone,
    of,
    phone,
    tell,
    told,
    totals,
    waits,
)
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_approval_writes_exactly_what_was_approved(fjordheim, held_phones):
    one, other, *rest = held_phones
    before = fjordheim.sandbox.state()
    run = approve(fjordheim, of(fjordheim, one, other))
    assert (run.state, run.trigger, run.started_by, run.confirmed_by) == ("finished", "release", "hr", "hr")
    after = fjordheim.sandbox.state()
    assert {path.split("/")[1] for path in changed(before["visma"], after["visma"])} == {
        one.employee_id,
        other.employee_id,
    }
    assert [phone(fjordheim, person) for person in (one, other)] == [held_phones[one], held_phones[other]]
    written = Change.objects.filter(run=run)
    assert {change.state for change in written} == {"done"}
    assert sorted(answers(fjordheim.connection)) == ["", "", "released", "released"]
    assert {one.held.get().answered_by for one in written} == {"hr"}
    assert Conflict.objects.filter(run=run).values_list("decided_by", flat=True).distinct().get() == "hr"
    assert len(of(fjordheim, *rest)) == 2
    assert totals(scheduled(fjordheim)) == {}, "the others still wait"


def test_only_some_of_a_persons_fields_may_be_approved(fjordheim):
    person = everybody(fjordheim)[0]
    fjordheim.connection.threshold_people = 0
    fjordheim.connection.save()
    (number,) = accounts(1)
    new_account(fjordheim, person, number)
    new_phone(fjordheim, person, 9)
    told(fjordheim, person)
    fjordheim.connection.threshold_people = 1
    fjordheim.connection.save()
    (waiting,) = [one for one in waits(fjordheim.connection) if one.field == "bank_account"]
    approve(fjordheim, [waiting])
    assert account(fjordheim, person) == number
    assert [one.field for one in waits(fjordheim.connection)] == ["phone"], "the other one still waits"


def test_where_huma_moved_on_nothing_is_written(fjordheim, held_phones):
    person, other, *_rest = held_phones
    new_phone(fjordheim, person, 99)
    before = phone(fjordheim, person)
    changes = of(fjordheim, person, other)
    run = approve(fjordheim, changes)
    assert totals(run) == {"done": 1}
    assert phone(fjordheim, person) == before
    assert [answer for answer in answers(fjordheim.connection) if answer] in (
        ["released", "overtaken"],
        ["overtaken", "released"],
    )
    assert Conflict.objects.filter(run=run, decision="").count() == 1, "the difference waits"


def test_where_the_clerk_was_faster_nothing_is_written(fjordheim, held_phones):
    person = next(iter(held_phones))
    fjordheim.phone(person, NUMBER)
    run = approve(fjordheim, of(fjordheim, person))
    assert totals(run) == {}
    assert phone(fjordheim, person) == NUMBER
    assert "overtaken" in answers(fjordheim.connection)


def test_a_clerk_who_writes_between_the_look_and_the_write_is_not_overwritten(fjordheim, held_phones):
    person = next(iter(held_phones))
    fjordheim.sandbox.faults.script("visma", "PUT", "/employees/", "412", times=1)
    changes = of(fjordheim, person)
    run = approved(fjordheim, changes)
    with Lease(SyncRun, run.pk) as lease:
        real_time.read_slice(run, lease, 10.0)
    fjordheim.phone(person, NUMBER)
    runner.drive(run)
    assert totals(run) == {"moved": 1}
    assert phone(fjordheim, person) == NUMBER


def test_approving_twice_approves_once(fjordheim, held_phones, superuser):
    changes = [one.pk for one in of(fjordheim, next(iter(held_phones)))]
    first = answering_held.approve(fjordheim.connection, fjordheim.user, changes)
    second = answering_held.approve(fjordheim.connection, superuser, changes)
    assert (first.changes, second.changes, second.run) == (1, 0, None)
    assert answering_held.reject(fjordheim.connection, superuser, changes).changes == 0
    assert SyncRun.objects.filter(trigger="release").count() == 1


def test_two_owners_at_once_approve_once(fjordheim, held_phones):
    changes = [one.pk for one in of(fjordheim, *list(held_phones)[:2])]
    owners = [fjordheim.user, User.objects.create_user("second", is_staff=True)]
    done = []

    def click(user, answer):
        try:
            done.append(answer(Connection.objects.get(), user, changes).changes)
        finally:
            connections.close_all()

    for answer in (answering_held.approve, answering_held.reject):
        threads = [threading.Thread(target=click, args=(user, answer)) for user in owners * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(done) == [0] * 7 + [2]
    assert SyncRun.objects.filter(trigger="release").count() == 1


def test_above_the_threshold_the_number_of_people_is_typed(fjordheim, held_phones):
    changes = waits(fjordheim.connection)
    pks = [one.pk for one in changes]
    assert answering_held.select(fjordheim.connection, pks, True).needs_number == 4
    assert answering_held.select(fjordheim.connection, pks[:2], True).needs_number is None
    assert answering_held.select(fjordheim.connection, pks, False).needs_number is None, "to reject writes nothing"
    for typed in ("", "3", "all"):
        with pytest.raises(NumberNeeded):
            answering_held.approve(fjordheim.connection, fjordheim.user, pks, typed)
    assert len(waits(fjordheim.connection)) == 4
    run = approve(fjordheim, changes, " 4 ")
    assert totals(run) == {"done": 4}
    assert {person: phone(fjordheim, person) for person in held_phones} == held_phones


def test_what_was_approved_is_nothing_of_the_hours(fjordheim, held_phones):
    approve(fjordheim, waits(fjordheim.connection), "4")
    an_hour_later(fjordheim.connection)
    numbers = {person: new_phone(fjordheim, person, at) for at, person in enumerate(everybody(fjordheim)[:2], 50)}
    told(fjordheim, *numbers)
    assert {person: phone(fjordheim, person) for person in numbers} == numbers


@pytest.mark.parametrize("state", ["paused", "disconnected"])
def test_nothing_is_approved_while_the_connection_is_not_active(fjordheim, held_phones, state):
    Connection.objects.update(state=state)
    with pytest.raises(NotAllowed):
        answering_held.approve(fjordheim.connection, fjordheim.user, [waits(fjordheim.connection)[0].pk])
    assert len(waits(fjordheim.connection)) == 4
    assert not SyncRun.objects.filter(trigger="release").exists()


def test_an_approval_that_meets_a_pause_waits_again(fjordheim, held_phones):
    changes = waits(fjordheim.connection)[:2]
    run = approved(fjordheim, changes)
    Connection.objects.update(state="paused")
    before = fjordheim.sandbox.state()
    runner.drive(run)
    assert run.state == "cancelled"
    assert fjordheim.sandbox.state() == before
    assert len(waits(fjordheim.connection)) == 4
    Connection.objects.update(state="active")
    assert totals(approve(fjordheim, changes)) == {"done": 2}


def test_an_approval_that_fails_waits_again_and_says_so(fjordheim, held_phones):
    changes = waits(fjordheim.connection)[:2]
    forget_clients(fjordheim.connection)
    Connection.objects.update(huma_client_secret="wrong")
    run = approved(fjordheim, changes)
    fjordheim.sandbox.expire_tokens()
    runner.drive(run)
    assert (run.state, run.failure) == ("failed", "credentials_huma")
    assert len(waits(fjordheim.connection)) == 4
    assert answering_held.held(fjordheim.connection).in_vain == run
    assert {one.answered_by for one in waits(fjordheim.connection)} == {""}


def test_an_approval_that_is_cancelled_waits_again(fjordheim, held_phones):
    run = approved(fjordheim, waits(fjordheim.connection)[:1])
    assert len(waits(fjordheim.connection)) == 3
    lifecycle.cancel(run, fjordheim.user)
    assert len(waits(fjordheim.connection)) == 4


def test_what_came_back_gives_way_to_what_was_held_meanwhile(fjordheim, held_phones):
    person = next(iter(held_phones))
    (older,) = of(fjordheim, person)
    run = approved(fjordheim, [older])
    new_phone(fjordheim, person, 77)
    told(fjordheim, person)
    (newer,) = of(fjordheim, person)
    lifecycle.cancel(run, fjordheim.user)
    older.refresh_from_db()
    assert (of(fjordheim, person), older.answer) == ([newer], "overtaken")


def test_who_cannot_be_read_waits_again(fjordheim, held_phones):
    person, other, *_rest = held_phones
    fjordheim.sandbox.faults.script("huma", "GET", f"/users/{person.user_id}", "409", times=99)
    run = approve(fjordheim, of(fjordheim, person, other))
    assert totals(run) == {"done": 1}
    assert len(of(fjordheim, person)) == 1


def test_a_vendor_who_is_away_is_waited_for(fjordheim, held_phones):
    person = next(iter(held_phones))
    fjordheim.sandbox.faults.script("huma", "GET", f"/users/{person.user_id}", "503", times=3)
    run = approve(fjordheim, of(fjordheim, person))
    assert (run.state, totals(run)) == ("finished", {"done": 1})


def test_what_was_approved_and_did_not_get_through_needs_no_second_look(fjordheim, held_phones, settings):
    person = next(iter(held_phones))
    settings.UNAVAILABLE_MINUTES = 0.001
    fjordheim.sandbox.faults.script("visma", "PUT", "/employees/", "503", times=99)
    assert totals(approve(fjordheim, of(fjordheim, person))) == {"failed": 1}
    fjordheim.sandbox.faults.clear()
    assert totals(told(fjordheim, person)) == {"done": 1}
    assert phone(fjordheim, person) == held_phones[person]


def test_an_approval_that_got_nowhere_does_not_last_for_ever(fjordheim, held_phones, settings):
    person = next(iter(held_phones))
    settings.UNAVAILABLE_MINUTES = 0.001
    fjordheim.sandbox.faults.script("visma", "PUT", "/employees/", "503", times=99)
    assert totals(approve(fjordheim, of(fjordheim, person))) == {"failed": 1}
    fjordheim.sandbox.faults.clear()
    Change.objects.filter(answer="released").update(answered_at=timezone.now() - timedelta(hours=25))
    Connection.objects.update(threshold_percent=0, threshold_people=0)
    before = phone(fjordheim, person)
    assert totals(told(fjordheim, person)) == {"held": 1}
    assert phone(fjordheim, person) == before


def test_what_huma_tells_of_during_an_approval_waits_for_it(fjordheim, held_phones):
    person, other, *_rest = held_phones
    run = approved(fjordheim, of(fjordheim, person))
    tell(fjordheim.connection, other)
    runner.drive(run)
    assert phone(fjordheim, person) == held_phones[person]
    assert len(of(fjordheim, other)) == 1
