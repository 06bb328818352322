"""What follows from Huma's webhook: who is read again, what is written, what waits, and what is only reported."""

import pytest
from django.test import Client

from connections.models import AuditEntry
from sync import tasks
from sync.history.views.history import SHOW_AUTOMATIC
from sync.models import Change, HumaEvent
from sync.runs.who_is_who import leave_out
from tests.sync import bell
from tests.sync.hearing import NEW, NEWER, live, notices, phone, states, tell

pytestmark = pytest.mark.django_db(transaction=True)

UNKNOWN = "0a1b2c3d-0000-4000-8000-000000000001"


def test_a_phone_changed_in_huma_is_in_visma(fjordheim, anna):
    before = fjordheim.sandbox.state()
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    tasks.attend(fjordheim.connection.pk)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    run = live().get()
    assert (run.state, run.rule_by) == ("finished", "hr")
    assert states() == ["done"]
    assert HumaEvent.objects.get().run == run
    change = Change.objects.get(run=run)
    assert (change.field, change.side, change.state) == ("phone", "visma", "done")
    after = fjordheim.sandbox.state()
    assert {id_ for id_ in after["visma"] if after["visma"][id_] != before["visma"][id_]} == {anna.employee_id}


def test_a_person_can_open_what_was_written(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    bell.until_quiet()
    client = Client(headers={"accept-language": "en"})
    client.force_login(fjordheim.user)
    address = f"/admin/connections/{fjordheim.connection.code}"
    result = f"{address}/result/{live().get().pk}/"
    for page in ("webhook/", f"history/?show={SHOW_AUTOMATIC}"):
        assert f'href="{result}"' in client.get(f"{address}/{page}").content.decode()
    shown = client.get(result).content.decode()
    assert "Phone" in shown
    assert HumaEvent.objects.get().run == live().get()


def test_what_the_event_says_is_a_hint_and_no_data(fjordheim, anna):
    tell(fjordheim, anna, phone=NEW)
    bell.until_quiet()
    assert fjordheim.sandbox.journal.writes() == []
    assert states() == ["done"]


@pytest.mark.parametrize("topic", ["users-email-change", "memberships-create", "absence-update"])
def test_of_whatever_huma_tells_the_person_is_read_again(fjordheim, anna, topic):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna, topic=topic)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    assert states() == ["done"]


def test_a_look_that_finds_nothing_leaves_no_run(fjordheim, anna, berit):
    before = AuditEntry.objects.latest("pk").pk
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    assert not live().exists()
    assert states() == ["done"]
    assert not AuditEntry.objects.filter(pk__gt=before).exists(), "nor a trace in the audit trail"


def test_several_events_are_one_run(fjordheim, anna, berit):
    for number in (NEW, NEWER):
        fjordheim.huma(anna, phone=number)
        tell(fjordheim, anna, phone=number)
    fjordheim.huma(berit, phone=NEW)
    tell(fjordheim, berit)
    bell.until_quiet()
    run = live().get()
    assert run.people == sorted([anna.user_id, berit.user_id])
    assert phone(fjordheim, anna) == NEWER
    assert phone(fjordheim, berit) == NEW
    assert len(fjordheim.sandbox.journal.writes()) == 2
    assert states() == ["done"] * 3


def test_a_difference_that_is_nobodys_alone_is_kept_to_be_looked_at(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    fjordheim.phone(anna, NEWER)
    tell(fjordheim, anna)
    bell.until_quiet()
    run = live().get()
    assert run.state == "finished"
    assert run.conflicts.get().field == "phone"
    assert phone(fjordheim, anna) == NEWER


def test_a_look_that_ends_an_open_difference_is_kept_once(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    fjordheim.phone(anna, NEWER)
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.huma(anna, phone=NEWER)
    for _ in range(3):
        tell(fjordheim, anna)
        bell.until_quiet()
    open_one, closed = live().order_by("pk")
    assert open_one.conflicts.exists()
    assert not closed.conflicts.exists()


def test_only_linked_people_are_touched_and_an_unknown_id_is_no_error(fjordheim, anna):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, UNKNOWN, "no-uuid", anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    assert states() == ["done"]
    assert live().get().state == "finished"
    assert not notices()


def test_who_is_left_out_stays_out(fjordheim, anna, hr):
    leave_out(fjordheim.connection, hr, "huma", anna.user_id, "Anna")
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) != NEW
    assert states() == ["done"]
