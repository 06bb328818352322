"""Held: too much within an hour, or to be looked at first, waits for an owner. Nothing of it reaches payroll before."""

import threading

import pytest
from django.db import connections

from sync import runner
from sync.core.deciding.automatic_limits import MOST_SENSITIVE
from sync.models import Conflict, Letter, SyncRun
from tests.sync.driving import apply, connection, decide, read, running
from tests.sync.scheduling import company, first_run, people, scheduled, turn_on
from tests.sync.telling import (
    account,
    accounts,
    an_hour_later,
    answers,
    begun,
    everybody,
    new_account,
    new_phone,
    of,
    phone,
    phones,
    ready,
    told,
    totals,
    waits,
)
from tests.sync.writing.conftest import NUMBER, Company

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    """A company of ten people, with a threshold of three within an hour."""
    with company(settings, hr) as found:
        people(found, 10)
        found.connection.threshold_people, found.connection.threshold_percent = 3, 1
        found.connection.save()
        turn_on(found, accounts="once")
        yield found


def import_phones(found, some, first=1):
    """Give each of them another phone in Huma, all at once."""
    return {person: new_phone(found, person, first + index) for index, person in enumerate(some)}


def arrived(found, numbers):
    """The people whose new phone is in Visma."""
    return [person for person, number in numbers.items() if phone(found, person) == number]


def test_beyond_the_threshold_of_people_the_rest_is_held(fjordheim):
    numbers = import_phones(fjordheim, everybody(fjordheim))
    run = told(fjordheim, *everybody(fjordheim))
    assert (run.state, totals(run)) == ("finished", {"done": 3, "held": 7})
    assert len(arrived(fjordheim, numbers)) == 3
    held = waits(fjordheim.connection)
    assert {one.reason for one in held} == {"held_many"}
    assert Conflict.objects.filter(run=run, outcome="held", decision="huma").count() == 7
    assert not any(one.write_id for one in held)


def test_the_runs_of_an_hour_count_as_one(fjordheim):
    numbers = import_phones(fjordheim, everybody(fjordheim)[:5])
    runs = [told(fjordheim, person) for person in everybody(fjordheim)[:5]]
    assert [totals(run) for run in runs] == [{"done": 1}] * 3 + [{"held": 1}] * 2
    again = new_phone(fjordheim, everybody(fjordheim)[0], 99)
    assert totals(told(fjordheim, everybody(fjordheim)[0])) == {"held": 1}, "once it is too much, the rest is held"
    an_hour_later(fjordheim.connection)
    other = everybody(fjordheim)[5]
    import_phones(fjordheim, [other], 50)
    assert totals(told(fjordheim, other)) == {"done": 1}
    assert len(arrived(fjordheim, numbers)) == 3
    assert phone(fjordheim, everybody(fjordheim)[0]) != again, "what is held doesn't go out with time"


def test_the_same_people_once_more_are_no_more_people(fjordheim):
    for number in range(3):
        import_phones(fjordheim, everybody(fjordheim)[:3], 10 * number)
        assert totals(told(fjordheim, *everybody(fjordheim)[:3])) == {"done": 3}


@pytest.mark.parametrize("by_people", [True, False], ids=["one by one", "at once"])
def test_beyond_five_bank_accounts_the_rest_is_held(fjordheim, by_people):
    fjordheim.connection.threshold_people = 50
    fjordheim.connection.save()
    some = everybody(fjordheim)[: MOST_SENSITIVE + 2]
    numbers = {person: new_account(fjordheim, person, number) for person, number in zip(some, accounts(7), strict=True)}
    for people_told in [[person] for person in some] if by_people else [some]:
        told(fjordheim, *people_told)
    assert len(waits(fjordheim.connection)) == 2
    assert sum(account(fjordheim, person) == number for person, number in numbers.items()) == MOST_SENSITIVE


def test_a_scheduled_sync_over_the_threshold_writes_nothing(fjordheim):
    numbers = import_phones(fjordheim, everybody(fjordheim)[:4])
    run = scheduled(fjordheim)
    assert totals(run) == {"held": 4}
    assert arrived(fjordheim, numbers) == []
    again = scheduled(fjordheim)
    assert totals(again) == {}, "the same isn't held twice"
    assert len(waits(fjordheim.connection)) == 4


def test_a_scheduled_sync_within_the_threshold_writes(fjordheim):
    numbers = import_phones(fjordheim, everybody(fjordheim)[:3])
    assert totals(scheduled(fjordheim)) == {"done": 3}
    assert len(arrived(fjordheim, numbers)) == 3


def test_each_owner_is_told_of_what_comes_to_wait(fjordheim):
    fjordheim.connection.owners.create(username="second", email="second@example.com", is_staff=True)
    import_phones(fjordheim, everybody(fjordheim)[:8])
    run = told(fjordheim, *everybody(fjordheim)[:6])
    facts = {"run": run.pk, "changes": 3, "people": 3}
    for letter, address in zip(said(), ["hr@example.com", "second@example.com"], strict=True):
        assert (letter.to, letter.connection, letter.params) == ([address], fjordheim.connection, facts)
    told(fjordheim, *everybody(fjordheim)[6:8])
    assert len(waits(fjordheim.connection)) == 5
    assert [letter.params["changes"] for letter in said()] == [3, 2, 3, 2]
    told(fjordheim, *everybody(fjordheim)[6:8])
    assert len(said()) == 4, "the same doesn't come to wait twice"


def said():
    """The emails about what waits, by owner."""
    return sorted(Letter.objects.filter(kind="held"), key=lambda letter: (letter.to, letter.pk))


def held_phone(found):
    """A person whose phone is held, with the new number."""
    numbers = import_phones(found, everybody(found)[:4])
    told(found, *everybody(found)[:4])
    (change,) = waits(found.connection)
    (person,) = [one for one in numbers if of(found, one)]
    return person, numbers[person], change


def test_a_field_that_waits_is_never_written_by_itself(fjordheim):
    person, number, change = held_phone(fjordheim)
    an_hour_later(fjordheim.connection)
    for _ in range(2):
        told(fjordheim, person)
        assert totals(scheduled(fjordheim)) == {}
    assert waits(fjordheim.connection) == [change]
    assert phone(fjordheim, person) != number
    fjordheim.huma(person, familyName="Nyhjem")
    assert totals(told(fjordheim, person)) == {"done": 1}, "their other fields aren't held up"
    assert waits(fjordheim.connection) == [change]


def test_what_huma_changes_anew_takes_the_place_of_what_waits(fjordheim):
    person, _number, change = held_phone(fjordheim)
    an_hour_later(fjordheim.connection)
    newer = new_phone(fjordheim, person, 77)
    told(fjordheim, person)
    change.refresh_from_db()
    (waiting,) = waits(fjordheim.connection)
    assert (change.answer, waiting.reason, waiting.after) == ("overtaken", "held_waits", newer)
    assert change.answered_at
    assert Letter.objects.filter(kind="held").count() == 1


def test_what_was_taken_back_in_huma_waits_no_more(fjordheim):
    person, _number, _change = held_phone(fjordheim)
    fjordheim.huma(person, phone=phone(fjordheim, person))
    told(fjordheim, person)
    assert answers(fjordheim.connection) == ["overtaken"]
    an_hour_later(fjordheim.connection)
    new_phone(fjordheim, person, 88)
    assert totals(told(fjordheim, person)) == {"done": 1}


def test_what_the_clerk_did_by_hand_waits_no_more(fjordheim):
    person, number, _change = held_phone(fjordheim)
    fjordheim.phone(person, number)
    scheduled(fjordheim)
    assert answers(fjordheim.connection) == ["overtaken"]


def test_what_the_clerk_changed_to_something_else_is_a_difference(fjordheim):
    person, _number, _change = held_phone(fjordheim)
    fjordheim.phone(person, NUMBER)
    run = told(fjordheim, person)
    assert answers(fjordheim.connection) == ["overtaken"]
    assert Conflict.objects.get(run=run).why == "both_moved"
    assert phone(fjordheim, person) == NUMBER


def test_a_run_by_hand_that_writes_it_answers_it(fjordheim):
    person, number, change = held_phone(fjordheim)
    run = read(fjordheim.connection, fjordheim.user)
    assert waits(fjordheim.connection) == [change], "it is a difference there"
    decide(run, fjordheim.user, person.user_id, "phone", "huma")
    apply(run, fjordheim.user)
    assert phone(fjordheim, person) == number
    assert answers(fjordheim.connection) == ["overtaken"]


def test_a_run_by_hand_that_finds_no_difference_answers_it(fjordheim):
    person, number, _change = held_phone(fjordheim)
    fjordheim.phone(person, number)
    read(fjordheim.connection, fjordheim.user)
    assert answers(fjordheim.connection) == ["overtaken"]


def test_what_a_person_leaves_as_it_is_waits_no_more(fjordheim):
    person, _number, _change = held_phone(fjordheim)
    run = read(fjordheim.connection, fjordheim.user)
    decide(run, fjordheim.user, person.user_id, "phone", "leave")
    told(fjordheim, person)
    assert answers(fjordheim.connection) == [""], "she hasn't confirmed it yet"
    apply(run, fjordheim.user)
    told(fjordheim, person)
    assert answers(fjordheim.connection) == ["overtaken"]


def test_what_cannot_be_read_just_now_goes_on_waiting(fjordheim):
    person, _number, change = held_phone(fjordheim)
    fjordheim.sandbox.huma.hide(person.user_id, "phone")
    told(fjordheim, person)
    scheduled(fjordheim)
    assert waits(fjordheim.connection) == [change]


def test_who_is_unlinked_waits_no_more(fjordheim):
    _person, _number, change = held_phone(fjordheim)
    change.link.state = "different"
    change.link.save()
    scheduled(fjordheim)
    assert answers(fjordheim.connection) == ["overtaken"]


def test_a_bad_import_of_120_people_does_not_reach_payroll(settings, hr):
    with running(settings, 0, job_seconds=(0.01, 0.02)) as sandbox:
        found = Company(sandbox, connection(sandbox, hr), hr)
        company_of_150 = [found.add() for _ in range(150)]
        first_run(found)
        turn_on(found)
        before = phones(found)
        for person in company_of_150[:120]:
            found.huma(person, phone=NUMBER, bankAccount=None)
        run = found.ended(runner.drive(begun(found, *company_of_150[:120], topic="users-export")))
        assert totals(run) == {"done": 30, "held": 90}
        after = phones(found)
        assert sum(before[id_] != after[id_] for id_ in before) == 30
        assert all(account(found, person) for person in company_of_150), "an emptied account is never written"
        assert Letter.objects.get(kind="held").params["people"] == 90


def test_two_runs_at_once_share_one_hour(fjordheim, settings):
    connection = fjordheim.connection
    numbers = import_phones(fjordheim, everybody(fjordheim)[:6])
    runs = []
    for trigger, some in (("scheduled", everybody(fjordheim)[:3]), ("real-time", everybody(fjordheim)[3:6])):
        run = ready(begun(fjordheim, *some))
        SyncRun.objects.filter(pk=run.pk).update(trigger=trigger)
        runs.append(run.pk)
    at_once(*[lambda pk=pk: runner.drive(SyncRun.objects.get(pk=pk)) for pk in runs])
    fjordheim.sandbox.wait_for_jobs()
    assert set(SyncRun.objects.filter(pk__in=runs).values_list("state", flat=True)) == {"finished"}
    assert len(arrived(fjordheim, numbers)) == 3
    assert len(waits(connection)) == 3


def at_once(*calls):
    """Make all calls at the same time, each in its own thread; raises what one of them raised."""
    errors = []

    def one(call):
        try:
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
