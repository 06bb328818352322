"""A person who was read after an event and brought nothing new is read once more a little later."""

import pytest
from django.db.models import F
from django.utils import timezone

from connections.models import AuditEntry
from sync import tasks
from sync.models import Change, HumaEvent, Notice, SyncRun
from sync.runs import second_reads
from tests.sync import bell, scheduling
from tests.sync.automation.real_time.again import huma_shows_the_old, it_is_time, later, read, read_too_early, to_come
from tests.sync.hearing import NEW, NEWER, live, notices, phone, states, tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_read_too_early_is_written_by_the_second_read(fjordheim, anna):
    read_too_early(fjordheim, anna)
    fjordheim.sandbox.huma.catch_up()
    bell.a_minute()
    assert read(fjordheim, anna) == 0, "it isn't time yet"
    later()
    assert phone(fjordheim, anna) == NEW
    event, run = HumaEvent.objects.get(), live().get()
    assert (event.state, event.again_run, event.again_at) == ("done", run, None)
    assert Change.objects.get(run=run).state == "done"


def test_they_are_read_once_more_and_not_again(fjordheim, anna):
    """A change that Huma shows to nobody, or one of something that isn't synchronized."""
    before = AuditEntry.objects.latest("pk").pk
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.sandbox.journal.clear()
    for _ in range(4):
        later()
    assert read(fjordheim, anna) == 1
    assert (states(), to_come()) == (["done"], 0)
    assert not SyncRun.objects.filter(trigger="real-time").exists()
    assert not Notice.objects.exists()
    assert not AuditEntry.objects.filter(pk__gt=before).exists()


def test_who_brought_something_new_is_not_read_again(fjordheim, anna, berit):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    fjordheim.sandbox.journal.clear()
    later()
    assert (read(fjordheim, anna), read(fjordheim, berit)) == (0, 1)
    assert HumaEvent.objects.get().run == live().get(), "the run that wrote is still the event's"


def test_a_difference_that_was_known_before_is_nothing_new(fjordheim, anna):
    fjordheim.huma(anna, employmentId="77001")
    tell(fjordheim, anna)
    bell.until_quiet()
    assert to_come() == 0
    read_too_early(fjordheim, anna)
    fjordheim.sandbox.huma.catch_up()
    later()
    assert phone(fjordheim, anna) == NEW


def test_a_change_that_ends_a_difference_is_new(fjordheim, anna):
    fjordheim.phone(anna, NEW)
    fjordheim.read()
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert to_come() == 0


def test_several_events_that_one_read_answered_are_followed_by_another(fjordheim, anna):
    """What it found new may be the first one's alone."""
    fjordheim.huma(anna, phone=NEW)
    for number in range(3):
        tell(fjordheim, anna, number=number)
    bell.until_quiet()
    fjordheim.huma(anna, phone=NEWER)
    fjordheim.sandbox.journal.clear()
    later()
    assert phone(fjordheim, anna) == NEWER
    later()
    assert read(fjordheim, anna) == 1


def test_events_of_one_person_shortly_after_each_other_share_the_second_read(fjordheim, anna):
    for number in range(3):
        tell(fjordheim, anna, number=number)
        bell.until_quiet()
    assert to_come() == 3
    fjordheim.sandbox.journal.clear()
    HumaEvent.objects.filter(pk=HumaEvent.objects.earliest("pk").pk).update(again_at=timezone.now())
    bell.a_minute()
    assert read(fjordheim, anna) == 0, "they will be read once more in a moment anyway"
    for _ in range(2):
        later()
    assert (read(fjordheim, anna), to_come()) == (1, 0)


def test_an_event_that_comes_meanwhile_is_answered_at_once_and_the_second_read_stays(fjordheim, anna):
    read_too_early(fjordheim, anna)
    fjordheim.sandbox.huma.catch_up()
    huma_shows_the_old(fjordheim)
    fjordheim.huma(anna, phone=NEWER)
    tell(fjordheim, anna, number=2)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW, "the first change"
    fjordheim.sandbox.huma.catch_up()
    later()
    assert phone(fjordheim, anna) == NEWER
    assert states() == ["done", "done"]


def test_somebody_whom_huma_does_not_show_yet_is_named_by_the_second_read(fjordheim):
    new = "0a1b2c3d-0000-4000-8000-000000000009"
    tell(fjordheim, new, topic="users-create")
    bell.until_quiet()
    other = fjordheim.add("only_huma")
    users = fjordheim.sandbox.huma.users
    users[new] = users.pop(other.user_id)
    users[new].id = new
    later()
    assert list(Notice.objects.values_list("kind", "key")) == [("new_person", new)]


def test_somebody_whom_huma_still_shows_is_told_of_by_the_second_read(fjordheim, anna):
    tell(fjordheim, anna, topic="users-delete")
    bell.until_quiet()
    fjordheim.sandbox.huma.delete(anna.user_id)
    later()
    assert notices() == ["deleted"]
    assert to_come() == 0


def test_our_own_writes_to_huma_make_one_second_read_each(fjordheim, anna):
    said = []
    fjordheim.sandbox.huma.listeners.append(lambda topic, user: said.append((topic, user["id"])))
    fjordheim.phone(anna, NEW)
    fjordheim.sync("visma", anna, "phone")
    fjordheim.sandbox.journal.clear()
    answered = 0
    for _ in range(5):
        while answered < len(said):
            topic, user_id = said[answered]
            answered += 1
            tell(fjordheim, user_id, topic=topic, number=answered)
        later()
    assert answered == len(said) == 1
    assert read(fjordheim, anna) == 2
    assert (to_come(), fjordheim.sandbox.journal.writes()) == (0, [])


def test_what_was_changed_back_is_written_once_it_cannot_be_an_old_read(fjordheim, anna):
    before = phone(fjordheim, anna)
    fjordheim.phone(anna, NEW)
    fjordheim.sync("visma", anna, "phone")
    fjordheim.huma(anna, phone=before)
    tell(fjordheim, anna)
    bell.until_quiet()
    event = HumaEvent.objects.get()
    written = Change.objects.get(side="huma", field="phone").settled_at
    assert written is not None
    assert event.again_at == written + second_reads.OLD_READS
    Change.objects.filter(side="huma").update(settled_at=F("settled_at") - second_reads.OLD_READS)
    later()
    assert phone(fjordheim, anna) == before


def test_an_old_read_of_our_own_write_is_not_taken_for_a_change(fjordheim, anna):
    huma_shows_the_old(fjordheim)
    fjordheim.phone(anna, NEW)
    fjordheim.sync("visma", anna, "phone")
    tell(fjordheim, anna)
    bell.until_quiet()
    Change.objects.filter(side="huma").update(settled_at=F("settled_at") - second_reads.OLD_READS)
    fjordheim.sandbox.huma.catch_up()
    later()
    assert phone(fjordheim, anna) == NEW
    assert not fjordheim.open(anna)


def test_of_many_some_are_read_at_a_time(fjordheim, anna, berit, monkeypatch):
    monkeypatch.setattr(second_reads, "MOST_AT_ONCE", 2)
    everybody = [anna, berit, *scheduling.people(fjordheim, 3)]
    fjordheim.read()
    tell(fjordheim, *everybody)
    bell.until_quiet()
    fjordheim.sandbox.journal.clear()
    it_is_time()
    tasks.attend(fjordheim.connection.pk)
    assert sum(read(fjordheim, one) for one in everybody) == 2
    assert to_come() == 1
    bell.until_quiet()
    assert [read(fjordheim, one) for one in everybody] == [1] * 5
    assert to_come() == 0
