"""Sync and Result: from the click to the counts, against both vendors."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.models import Change, Conflict, EmployeeLink, Letter, SyncRun
from sync.runner import drive
from sync.runs import result_email
from tests.sync.browsing import at, fingerprint_of, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def written(web, fjordheim, sandbox):
    """A run that read the stand-ins, with Huma's chosen wherever that is possible, and confirmed."""
    web.post(at("sync_start", fjordheim))
    run = drive(SyncRun.objects.get())
    web.post(at("review_bulk_decide", fjordheim), {"choice": "huma"})
    return confirm(web, run)


def confirm(web, run):
    page = web.get(at("confirm", run.connection)).content.decode()
    data = {"fingerprint": fingerprint_of(page)}
    assert web.post(at("confirm_run", run.connection), data).status_code == 302
    run.refresh_from_db()
    return run


def test_writing_is_shown_live_until_the_result(web, written):
    page = words(web.get(at("run", written.connection, written.pk)))
    planned = Change.objects.count()
    assert f"0 of {planned}" in page
    assert "Stop this sync" in page
    assert "Nothing has been sent yet." not in page

    drive(written)
    response = web.get(at("run_live", written.connection, written.pk), headers={"hx-request": "true"})
    assert response["HX-Redirect"] == at("result", written.connection, written.pk)
    assert web.get(at("run", written.connection, written.pk)).url == at("result", written.connection, written.pk)


def test_the_first_result_says_that_the_connection_is_active(web, written):
    drive(written)
    text = words(web.get(at("result", written.connection, written.pk)))
    planned = Change.objects.count()
    assert "Your connection between Huma and Visma.net Payroll is active" in text
    assert f"{planned} changes were confirmed" in text
    assert f"Updated {planned}" in text


def test_what_failed_is_said_with_the_vendors_words_and_can_be_tried_again(web, written):
    drive(written)
    first = Change.objects.filter(action="field")[0]
    Change.objects.filter(pk=first.pk).update(state="failed", reason="rejected", vendor_words="number: taken")
    EmployeeLink.objects.filter(changes=first).update(baseline={})
    url = at("result", written.connection, written.pk)
    text = words(web.get(url))
    assert "Not done 1" in text
    assert "Visma didn't accept the value." in text
    assert "Answer from Visma number: taken" in text

    response = web.post(at("result_retry", written.connection, written.pk))
    assert response.url == at("confirm", written.connection)
    assert "1 change " in words(web.get(response.url))
    assert "Retry failed changes" not in words(web.get(url))
    again = web.post(at("result_retry", written.connection, written.pk))
    assert again.url == response.url
    assert SyncRun.objects.count() == 2


def test_there_is_nothing_to_retry_where_nothing_failed(web, written):
    drive(written)
    response = web.post(at("result_retry", written.connection, written.pk), follow=True)
    assert "There is nothing left to retry." in words(response)
    assert SyncRun.objects.count() == 1


def test_stop_says_what_was_not_sent(web, written):
    response = web.post(at("run_stop", written.connection, written.pk), follow=True)
    assert "Stopping. What was sent already is followed until it is done" in words(response)
    drive(written)
    text = words(web.get(at("result", written.connection, written.pk)))
    assert "Stopped by hr" in text
    assert f"Stopped {Change.objects.count()}" in text


def test_a_run_of_nothing_but_left_as_is_finishes(web, fjordheim, sandbox):
    web.post(at("sync_start", fjordheim))
    run = drive(SyncRun.objects.get())
    web.post(at("review_bulk_decide", fjordheim), {"choice": "leave"})
    drive(confirm(web, run))
    text = words(web.get(at("result", fjordheim, run.pk)))
    assert "Nothing was sent" in text
    assert "differences are left as they are." in text


def test_without_a_worker_the_run_page_says_so(web, run):
    SyncRun.objects.filter(pk=run.pk).update(state="applying", touched_at=timezone.now() - timedelta(seconds=30))
    assert "The worker isn't running" in words(web.get(at("run_live", run.connection, run.pk)))


@pytest.mark.parametrize(
    ("state", "tries", "sentence"),
    [
        ("sent", 1, "The result was sent by email."),
        ("waiting", 0, "The result is being sent by email."),
        ("waiting", 2, "the mail server didn't accept it. We try again."),
        ("failed", 9, "couldn't be sent. Tell your administrator."),
    ],
)
def test_whether_the_email_went_out_is_said(web, run, state, tries, sentence):
    SyncRun.objects.update(state="finished", finished_at=timezone.now())
    result_email.ask_for(run)
    Letter.objects.update(state=state, tries=tries)
    assert sentence in words(web.get(at("result", run.connection, run.pk)))


def test_what_moved_is_open_again(web, run):
    phone = Conflict.objects.get(run=run, field="phone", link__huma_id="kari")
    Conflict.objects.exclude(pk=phone.pk).delete()
    Conflict.objects.update(decision="huma", outcome="moved")
    Change.objects.create(
        run=run, link=phone.link, conflict=phone, side="visma", field="phone", state="moved", reason="moved"
    )
    SyncRun.objects.update(state="finished", finished_at=timezone.now())
    text = words(web.get(at("result", run.connection, run.pk)))
    assert "Changed meanwhile 1" in text
    assert "so it wasn't overwritten. The difference is open again." in text
    assert "1 difference is still open, and you are asked again next time." in text
