"""Confirm: exactly what will be written, and one click that writes it once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection
from sync.models import Change, Conflict, SyncRun
from tests.sync.browsing import at, fingerprint_of, signed_in, words

pytestmark = pytest.mark.django_db


def decide(run, choice, **which):
    Conflict.objects.filter(run=run, **which).update(decision=choice, decided_by="hr", decided_at=timezone.now())


def fingerprint(response):
    return fingerprint_of(response.content.decode())


@pytest.fixture
def decided(run):
    """Kari's name and phone go to Visma, Ola's phone goes to Huma."""
    decide(run, "huma", link__huma_id="kari")
    decide(run, "visma", link__huma_id="ola")
    return run


def test_every_change_is_shown_with_before_and_after(web, decided):
    text = words(web.get(at("confirm", decided.connection)))
    assert "3 changes · 2 people" in text
    assert "person in Visma 1" in text
    assert "person in Huma 1" in text
    assert "Before: +4799887766 After: +4722334455" in text
    assert "Before: Karin After: Kari" in text
    assert "Before: empty After: +4722667788" in text


def test_what_goes_into_huma_is_looked_at_twice(web, decided):
    text = words(web.get(at("confirm", decided.connection)))
    assert text.index("Look twice") < text.index("Will be sent to Visma.net Payroll")
    assert "Will be sent to Huma 1 Ola Hansen Phone" in text


def test_what_is_not_decided_is_counted(web, run):
    decide(run, "leave", field="given_name")
    decide(run, "never", link__huma_id="ola")
    text = words(web.get(at("confirm", run.connection)))
    assert "1 difference is not decided. It isn't sent" in text
    assert "1 is left as it is." in text
    assert "1 is never synced again" in text


@pytest.mark.parametrize("state", ["paused", "disconnected"])
def test_nothing_is_written_for_a_connection_that_was_stopped_meanwhile(web, decided, state):
    shown = fingerprint(web.get(at("confirm", decided.connection)))
    Connection.objects.update(state=state)
    said = words(web.post(at("confirm_run", decided.connection), {"fingerprint": shown}))
    assert "The connection isn't active, so nothing was started." in said
    assert not Change.objects.exists()


def test_a_double_click_runs_once(web, decided):
    shown = fingerprint(web.get(at("confirm", decided.connection)))
    for _ in range(2):
        response = web.post(at("confirm_run", decided.connection), {"fingerprint": shown})
        assert response.url == at("run", decided.connection, decided.pk)
    decided.refresh_from_db()
    assert (decided.state, decided.confirmed_by) == ("applying", "hr")
    assert Change.objects.count() == 3


def test_a_plan_that_changed_is_shown_again_and_nothing_runs(web, decided):
    shown = fingerprint(web.get(at("confirm", decided.connection)))
    decide(decided, "leave", field="given_name")
    response = web.post(at("confirm_run", decided.connection), {"fingerprint": shown})
    assert "The plan has changed since you opened this page. Nothing was sent" in words(response)
    assert "2 changes" in words(response)
    assert fingerprint(response) != shown
    decided.refresh_from_db()
    assert decided.state == SyncRun.State.REVIEW
    assert not Change.objects.exists()


def test_many_people_need_their_number_typed(web, decided):
    type(decided.connection).objects.update(threshold_people=1, threshold_percent=1)
    page = web.get(at("confirm", decided.connection))
    assert "The changes are about 2 people" in words(page)
    assert "Type 2 to confirm" in words(page)
    data = {"fingerprint": fingerprint(page), "number": "3"}
    assert "That isn't the number. Nothing was sent." in words(web.post(at("confirm_run", decided.connection), data))
    assert not Change.objects.exists()
    web.post(at("confirm_run", decided.connection), {**data, "number": " 2 "})
    assert Change.objects.count() == 3


def test_only_the_ticked_people(web, decided, conflict):
    key = f"link:{conflict('ola', 'phone').link_id}"
    page = web.post(at("confirm", decided.connection), {"only": key})
    assert "Limited to 1 person" in words(page)
    assert "Kari" not in words(page)
    data = {"fingerprint": fingerprint(page), "only": key}
    web.post(at("confirm_run", decided.connection), data)
    assert list(Change.objects.values_list("name", flat=True)) == ["Ola Hansen"]


def test_nobody_ticked_means_everybody(web, decided):
    response = web.post(at("confirm", decided.connection), follow=True)
    assert "Nobody was ticked, so everybody is shown." in words(response)


def test_after_a_day_both_sides_are_read_again_first(web, decided):
    shown = fingerprint(web.get(at("confirm", decided.connection)))
    SyncRun.objects.update(read_at=timezone.now() - timedelta(hours=25))
    page = web.get(at("confirm", decided.connection))
    assert "It is more than a day since we fetched from both systems" in words(page)
    assert 'form="confirm"' not in page.content.decode()
    response = web.post(at("confirm_run", decided.connection), {"fingerprint": shown})
    assert "It is more than a day since we fetched from both systems" in words(response)
    assert not Change.objects.exists()


def test_nothing_to_write_can_be_finished(web, run):
    decide(run, "leave")
    page = web.get(at("confirm", run.connection))
    assert "Nothing to send" in words(page)
    assert "Finish" in words(page)
    web.post(at("confirm_run", run.connection), {"fingerprint": fingerprint(page)})
    run.refresh_from_db()
    assert run.state == SyncRun.State.APPLYING


def test_another_run_that_writes_is_waited_for(web, decided):
    shown = fingerprint(web.get(at("confirm", decided.connection)))
    SyncRun.objects.create(connection=decided.connection, trigger="command", state="applying")
    text = words(web.post(at("confirm_run", decided.connection), {"fingerprint": shown}))
    assert "Another sync of this connection is sending right now." in text
    assert not Change.objects.exists()


def test_a_new_employee_is_listed_with_what_she_gets(web, run):
    run.snapshots.filter(vendor_id="new").update(create_chosen=True)
    text = words(web.get(at("confirm", run.connection)))
    assert "person in Visma, 1 of them new 1" in text
    assert "New in Visma, as a draft" in text
    assert "Employment ID 8" in text


def test_a_colleague_without_the_connection_cannot_confirm(run, other):
    assert signed_in(other).post(at("confirm_run", run.connection)).status_code == 404
