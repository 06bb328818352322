"""An owner drops what is held; what was blanked can only be dropped; and both answers leave a trace."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import AuditEntry, Connection
from sync.automation import answering_held
from sync.history.retention import blank_values
from sync.models import Conflict, SyncRun
from sync.runs import lifecycle
from tests.sync.driving import read
from tests.sync.scheduling import scheduled
from tests.sync.telling import (
    an_hour_later,
    approve,
    everybody,
    new_phone,
    of,
    phone,
    told,
    totals,
    waits,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_rejected_stays_a_difference_and_does_not_come_again(fjordheim, held_phones):
    person = next(iter(held_phones))
    before, link = fjordheim.sandbox.state(), fjordheim.link(person)
    assert (
        answering_held.reject(fjordheim.connection, fjordheim.user, [one.pk for one in of(fjordheim, person)]).changes
        == 1
    )
    an_hour_later(fjordheim.connection)
    for run in (told(fjordheim, person), scheduled(fjordheim), scheduled(fjordheim)):
        assert totals(run) == {}
    assert fjordheim.sandbox.state() == before
    assert fjordheim.link(person).baseline == link.baseline
    conflict = Conflict.objects.get(run=read(fjordheim.connection, fjordheim.user), link=link)
    assert (conflict.suggestion, conflict.why) == ("huma", "huma_moved")
    lifecycle.cancel(conflict.run, fjordheim.user)
    newer = new_phone(fjordheim, person, 66)
    assert totals(told(fjordheim, person)) == {"done": 1}
    assert phone(fjordheim, person) == newer


def test_both_leave_a_trace_without_values(fjordheim, held_phones):
    one, other, *_rest = held_phones
    run = approve(fjordheim, of(fjordheim, one))
    answering_held.reject(fjordheim.connection, fjordheim.user, [change.pk for change in of(fjordheim, other)])
    approved, rejected = (AuditEntry.objects.get(action=f"held.{name}") for name in ("released", "dropped"))
    assert (approved.who, approved.detail) == ("hr", {"run": run.pk, "changes": 1, "people": 1})
    assert (rejected.who, rejected.detail) == ("hr", {"changes": 1, "people": 1})


def test_what_was_blanked_can_be_rejected_and_not_approved(fjordheim, held_phones, settings):
    SyncRun.objects.update(finished_at=timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1))
    blank_values()
    changes = waits(fjordheim.connection)
    pks = [one.pk for one in changes]
    assert {(one.before, one.after) for one in changes} == {(None, None)}
    selection = answering_held.select(fjordheim.connection, pks, True)
    assert (selection.changes, selection.blanked) == (0, 4)
    assert answering_held.approve(fjordheim.connection, fjordheim.user, pks, "4").changes == 0
    assert answering_held.reject(fjordheim.connection, fjordheim.user, pks[:1]).changes == 1


def test_what_was_blanked_is_shown_again_once_it_is_read_again(fjordheim, held_phones, settings):
    SyncRun.objects.update(
        finished_at=timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1),
        confirmed_at=timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1),
    )
    blank_values()
    told(fjordheim, *held_phones)
    changes = waits(fjordheim.connection)
    assert {one.after for one in changes} == set(held_phones.values())
    assert totals(approve(fjordheim, changes, "4")) == {"done": 4}


def test_nothing_of_another_connection_is_answered(fjordheim, held_phones):
    other = Connection.objects.create(name="Other", tenant_id="0" * 36)
    pks = [one.pk for one in waits(fjordheim.connection)]
    assert answering_held.approve(other, fjordheim.user, pks).changes == 0
    assert answering_held.reject(other, fjordheim.user, pks).changes == 0
    assert len(waits(fjordheim.connection)) == 4


def test_what_an_owner_has_answered_is_nothing_of_the_hours(fjordheim, held_phones):
    written = next(person for person in everybody(fjordheim) if person not in held_phones)
    new_phone(fjordheim, written, 55)
    assert totals(told(fjordheim, written)) == {"held": 1}, "it is too much already"
    answering_held.reject(fjordheim.connection, fjordheim.user, [one.pk for one in waits(fjordheim.connection)])
    number = new_phone(fjordheim, written, 56)
    assert totals(told(fjordheim, written)) == {"done": 1}
    assert phone(fjordheim, written) == number


def test_what_was_overtaken_still_counts_within_the_hour(fjordheim, held_phones):
    written = next(person for person in everybody(fjordheim) if person not in held_phones)
    for person in held_phones:
        fjordheim.huma(person, phone=phone(fjordheim, person))
    told(fjordheim, *held_phones)
    assert waits(fjordheim.connection) == []
    new_phone(fjordheim, written, 55)
    assert totals(told(fjordheim, written)) == {"held": 1}
