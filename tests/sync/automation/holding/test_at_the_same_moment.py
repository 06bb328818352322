"""A person clicks at the moment when an automatic run begins to write: one of them waits, none is lost."""

import threading

import pytest
from django.db import connections

from connections.models import Connection
from sync import runner
from sync.automation import answering_held, carrying_out
from sync.models import SyncRun
from sync.runs import lifecycle
from sync.runs.lifecycle import NotAllowed
from sync.wizard import confirm
from tests.sync.driving import decide, read
from tests.sync.telling import begun, everybody, hold_phones, new_phone, phone, ready, six_people, waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    with six_people(settings, hr) as found:
        yield found


def at_once(*calls):
    """Make all calls at the same time; returns the errors."""
    errors, start = [], threading.Barrier(len(calls))

    def one(call):
        start.wait()
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
    return errors


@pytest.mark.parametrize("moment", range(3))
def test_the_last_click_of_the_wizard(fjordheim, moment):
    one, other, *_rest = everybody(fjordheim)
    numbers = {person: new_phone(fjordheim, person, 10 + at) for at, person in enumerate((one, other))}
    manual = read(fjordheim.connection, fjordheim.user)
    decide(manual, fjordheim.user, one.user_id, "phone", "huma")
    shown = confirm.build(manual)
    run = ready(begun(fjordheim, other))

    def click():
        mine = SyncRun.objects.get(pk=manual.pk)
        confirm.confirm(mine, fjordheim.user, shown.fingerprint, str(shown.people))

    errors = at_once(click, lambda: carrying_out.carry_out(SyncRun.objects.get(pk=run.pk)))
    assert {type(error) for error in errors} <= {NotAllowed}, errors
    assert SyncRun.objects.filter(state="applying").count() == 1
    if errors:
        runner.drive(run)
        click()
    runner.drive(SyncRun.objects.get(pk=manual.pk))
    runner.drive(SyncRun.objects.get(pk=run.pk))
    fjordheim.sandbox.wait_for_jobs()
    assert {person: phone(fjordheim, person) for person in numbers} == numbers


@pytest.mark.parametrize("moment", range(3))
def test_an_approval_and_what_huma_tells_of(fjordheim, moment):
    held_phones = hold_phones(fjordheim)
    person, *_rest = held_phones
    run = ready(begun(fjordheim, person))
    pks = [one.pk for one in waits(fjordheim.connection)]

    def click():
        answering_held.approve(Connection.objects.get(), fjordheim.user, pks, str(len(held_phones)))

    assert at_once(click, lambda: carrying_out.carry_out(SyncRun.objects.get(pk=run.pk))) == []
    approval = SyncRun.objects.get(trigger="release")
    for each in (run, approval):
        runner.drive(SyncRun.objects.get(pk=each.pk)) if SyncRun.objects.filter(pk=each.pk).exists() else None
    fjordheim.sandbox.wait_for_jobs()
    assert {one: phone(fjordheim, one) for one in held_phones} == held_phones
    assert waits(fjordheim.connection) == []
    assert lifecycle.run_totals(approval).failed == 0
