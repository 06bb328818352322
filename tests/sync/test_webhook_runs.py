"""What follows from Huma's webhook: who is read again, what is written, what waits, and what is only told."""

import json

import pytest
from django.test import Client
from django_q.models import OrmQ

from connections.sandbox.webhooks import signed
from sync import tasks
from sync.models import Change, HumaEvent, Notice, SyncRun
from sync.services.people_changes import leave_out
from tests.sync import bell, scheduling

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "+4798765432"
NEWER = "+4798765433"
UNKNOWN = "0a1b2c3d-0000-4000-8000-000000000001"


@pytest.fixture
def fjordheim(settings, hr):
    """Three people about whom both sides agree; automatic updates are on."""
    with scheduling.company(settings, hr, "equal") as company:
        company.anna, company.berit = scheduling.people(company, 2)
        scheduling.turn_on(company)
        company.connection.refresh_from_db()
        OrmQ.objects.all().delete()
        yield company


def tell(company, *people, topic="users-update", **more):
    """Huma tells of somebody, or of an id."""
    ids = [one if isinstance(one, str) else one.user_id for one in people]
    body = json.dumps({"topic": topic, "users": [{"id": one, **more} for one in ids]}).encode()
    company.connection.refresh_from_db()
    headers = signed(body, company.connection.webhook_secret, topic=topic)
    path = f"/webhooks/huma/{company.connection.code}/"
    assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200


def phone(company, person):
    """Her business phone in Visma, when Visma has done what it was asked to do."""
    company.sandbox.wait_for_jobs()
    return next(one["number"] for one in company.in_visma(person)["phones"] if one["type"] == "business")


def states():
    return list(HumaEvent.objects.order_by("pk").values_list("state", flat=True))


def live():
    return SyncRun.objects.filter(trigger="real-time")


def notices():
    return set(Notice.objects.filter(closed_at=None).values_list("kind", flat=True))


def test_a_phone_changed_in_huma_is_in_visma(fjordheim):
    before = fjordheim.sandbox.state()
    fjordheim.huma(fjordheim.anna, phone=NEW)
    tell(fjordheim, fjordheim.anna)
    tasks.attend(fjordheim.connection.pk)
    bell.until_quiet()
    assert phone(fjordheim, fjordheim.anna) == NEW
    run = live().get()
    assert (run.state, run.rule_by) == ("finished", "hr")
    assert states() == ["done"]
    assert HumaEvent.objects.get().run == run
    change = Change.objects.get(run=run)
    assert (change.field, change.side, change.state) == ("phone", "visma", "done")
    after = fjordheim.sandbox.state()
    assert {id_ for id_ in after["visma"] if after["visma"][id_] != before["visma"][id_]} == {
        fjordheim.anna.employee_id
    }


def test_what_the_event_says_is_a_hint_and_no_data(fjordheim):
    tell(fjordheim, fjordheim.anna, phone=NEW)
    bell.until_quiet()
    assert fjordheim.sandbox.journal.writes() == []
    assert states() == ["done"]


def test_a_look_that_finds_nothing_leaves_no_run(fjordheim):
    tell(fjordheim, fjordheim.anna, fjordheim.berit)
    bell.until_quiet()
    assert not live().exists()
    assert states() == ["done"]
    assert not fjordheim.connection.audit.filter(detail__run=HumaEvent.objects.get().run_id or -1).exists()


def test_several_events_are_one_run(fjordheim):
    for number in (NEW, NEWER):
        fjordheim.huma(fjordheim.anna, phone=number)
        tell(fjordheim, fjordheim.anna, phone=number)
    fjordheim.huma(fjordheim.berit, phone=NEW)
    tell(fjordheim, fjordheim.berit)
    bell.until_quiet()
    run = live().get()
    assert run.people == sorted([fjordheim.anna.user_id, fjordheim.berit.user_id])
    assert phone(fjordheim, fjordheim.anna) == NEWER
    assert phone(fjordheim, fjordheim.berit) == NEW
    assert len(fjordheim.sandbox.journal.writes()) == 2
    assert states() == ["done"] * 3


def test_a_difference_that_is_nobodys_alone_is_kept_to_be_looked_at(fjordheim):
    fjordheim.huma(fjordheim.anna, phone=NEW)
    fjordheim.phone(fjordheim.anna, NEWER)
    tell(fjordheim, fjordheim.anna)
    bell.until_quiet()
    run = live().get()
    assert run.state == "finished"
    assert run.conflicts.get().field == "phone"
    assert phone(fjordheim, fjordheim.anna) == NEWER


def test_a_look_that_ends_an_open_difference_is_kept_once(fjordheim):
    fjordheim.huma(fjordheim.anna, phone=NEW)
    fjordheim.phone(fjordheim.anna, NEWER)
    tell(fjordheim, fjordheim.anna)
    bell.until_quiet()
    fjordheim.huma(fjordheim.anna, phone=NEWER)
    for _ in range(3):
        tell(fjordheim, fjordheim.anna)
        bell.until_quiet()
    open_one, closed = live().order_by("pk")
    assert open_one.conflicts.exists()
    assert not closed.conflicts.exists()


def test_only_linked_people_are_touched_and_an_unknown_id_is_no_error(fjordheim):
    fjordheim.huma(fjordheim.anna, phone=NEW)
    tell(fjordheim, UNKNOWN, "no-uuid", fjordheim.anna)
    bell.until_quiet()
    assert phone(fjordheim, fjordheim.anna) == NEW
    assert states() == ["done"]
    assert live().get().state == "finished"
    assert not notices()


def test_who_is_left_out_stays_out(fjordheim, hr):
    leave_out(fjordheim.connection, hr, "huma", fjordheim.anna.user_id, "Anna")
    fjordheim.huma(fjordheim.anna, phone=NEW)
    tell(fjordheim, fjordheim.anna)
    bell.until_quiet()
    assert phone(fjordheim, fjordheim.anna) != NEW
    assert states() == ["done"]
