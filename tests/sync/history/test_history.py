"""Syncs: every run with its outcome, and the link to its result."""

import pytest
from django.utils import timezone

from sync.models import Change, SyncRun
from tests.sync.browsing import at, words

pytestmark = pytest.mark.django_db


def test_a_connection_without_runs_says_how_to_begin(web, fjordheim):
    text = words(web.get(at("history", fjordheim)))
    assert "No sync yet" in text
    assert "Synchronize users" in text


def test_each_run_leads_to_its_result_with_its_counts(web, fjordheim):
    run = SyncRun.objects.create(connection=fjordheim, state="finished", finished_at=timezone.now(), started_by="hr")
    for state in ("done", "done", "failed"):
        Change.objects.create(run=run, side="visma", field="phone", state=state)
    response = web.get(at("history", fjordheim))
    assert "hr Manual Finished 3 2 1" in words(response)
    assert at("result", fjordheim, run.pk) in response.content.decode()


def test_why_a_run_stopped_is_said(web, fjordheim):
    failure = {"failure": "visma_lost", "failure_params": {"lost": 5, "linked": 20}}
    run = SyncRun.objects.create(connection=fjordheim, state="failed", finished_at=timezone.now(), **failure)
    sentence = "5 of 20 linked people are missing in Visma."
    assert sentence in words(web.get(at("history", fjordheim)))
    page = words(web.get(at("result", fjordheim, run.pk)))
    assert "The sync stopped before anything was sent" in page
    assert sentence in page


def test_values_that_were_deleted_are_said_to_be_not_empty(web, fjordheim):
    run = SyncRun.objects.create(
        connection=fjordheim, state="finished", finished_at=timezone.now(), values_blanked_at=timezone.now()
    )
    Change.objects.create(run=run, side="visma", field="phone", state="done", name="Kari Nordmann")
    text = words(web.get(at("result", fjordheim, run.pk)))
    assert "The values were deleted" in text
    assert "Kari Nordmann Phone Visma" in text
    assert "emptied" not in text


def test_an_open_run_leads_to_where_it_goes_on(web, run):
    assert at("overview", run.connection) in web.get(at("history", run.connection)).content.decode()


def test_a_cancelled_run_has_no_result(web, fjordheim):
    run = SyncRun.objects.create(connection=fjordheim, state="cancelled", finished_at=timezone.now())
    response = web.get(at("result", fjordheim, run.pk), follow=True)
    assert "That sync was cancelled. Nothing was sent." in words(response)


def test_many_runs_have_pages(web, fjordheim):
    for _ in range(30):
        SyncRun.objects.create(connection=fjordheim, state="finished", finished_at=timezone.now())
    assert "1–25 of 30" in words(web.get(at("history", fjordheim)))
    assert "26–30 of 30" in words(web.get(at("history", fjordheim) + "?page=2"))
