"""Synchronize users: starting, watching, cancelling, and getting past a check."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import AuditEntry, Connection
from sync.models import SyncRun
from sync.worker.heartbeat import beat
from tests.sync.browsing import at, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(fjordheim):
    def make(code, **params):
        return SyncRun.objects.create(
            connection=fjordheim, state="failed", failure=code, failure_params=params, finished_at=timezone.now()
        )

    return make


def test_it_says_what_happens_before_one_starts(web, fjordheim):
    text = words(web.get(at("sync_users", fjordheim)))
    assert "What happens" in text
    assert "Nothing is sent before you click there." in text


def test_a_double_click_starts_one_run(web, fjordheim):
    for _ in range(2):
        assert web.post(at("sync_start", fjordheim)).url == at("sync_users", fjordheim)
    assert SyncRun.objects.get().started_by == "hr"


def test_a_paused_connection_does_not_start(web, fjordheim):
    Connection.objects.update(state="paused")
    web.post(at("sync_start", fjordheim))
    assert not SyncRun.objects.exists()
    assert "The connection isn't active" in words(web.get(at("sync_users", fjordheim)))


def test_reading_is_shown_live(web, fjordheim):
    progress = {"huma": {"read": 12, "total": 120}, "visma": {"read": 100, "stage": "list"}}
    SyncRun.objects.create(connection=fjordheim, started_by="hr", progress=progress)
    text = words(web.get(at("sync_users", fjordheim)))
    assert "People fetched from Huma 12 of 120" in text
    assert "Employees fetched from Visma 100" in text
    assert "isn't running" not in text
    assert "12 of 120" in words(web.get(at("sync_live", fjordheim)))


def test_a_worker_that_does_not_run_is_said_after_some_seconds(web, fjordheim):
    run = SyncRun.objects.create(connection=fjordheim)
    SyncRun.objects.filter(pk=run.pk).update(touched_at=timezone.now() - timedelta(seconds=30))
    text = words(web.get(at("sync_live", fjordheim)))
    assert "The worker isn't running" in text
    assert "python manage.py worker" in text
    beat()
    assert "isn't running" not in words(web.get(at("sync_live", fjordheim)))


def test_a_side_that_does_not_answer_is_named(web, fjordheim):
    SyncRun.objects.create(connection=fjordheim, progress={"trouble": ["visma"]})
    assert "No answer right now: Visma" in words(web.get(at("sync_live", fjordheim)))


def test_the_live_part_leads_on_once_both_sides_are_read(web, run):
    response = web.get(at("sync_live", run.connection), headers={"hx-request": "true"})
    assert response["HX-Redirect"] == at("overview", run.connection)


def test_cancelling_ends_the_run_and_says_that_nothing_was_written(web, run):
    response = web.post(at("sync_cancel", run.connection), follow=True)
    assert "The sync was cancelled. Nothing was sent." in words(response)
    run.refresh_from_db()
    assert run.state == SyncRun.State.CANCELLED


def test_a_run_that_writes_is_not_cancelled(web, run):
    SyncRun.objects.update(state="applying")
    response = web.post(at("sync_cancel", run.connection), follow=True)
    assert "It was too late to cancel" in words(response)
    run.refresh_from_db()
    assert run.state == SyncRun.State.APPLYING


def test_read_again_replaces_the_open_run(web, run):
    assert web.post(at("sync_read_again", run.connection)).url == at("sync_users", run.connection)
    assert [r.state for r in SyncRun.objects.order_by("pk")] == ["cancelled", "fetching"]


def test_an_open_run_is_continued_not_started_anew(web, run):
    text = words(web.get(at("sync_users", run.connection)))
    assert "Continue where you left off" in text
    assert "Your choices stay wherever neither value has changed." in text
    web.post(at("sync_start", run.connection))
    assert SyncRun.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "words_shown"),
    [
        ("read_failed_huma", "Not everything could be fetched from Huma. Nothing was sent."),
        ("huma_empty", "Huma's list of people is empty."),
        ("credentials_visma", "Visma refused the app."),
        ("list_unsteady", "The list of people kept changing while we fetched it."),
        ("bug", "Something went wrong in humavisma."),
    ],
)
def test_why_reading_failed_is_said_with_what_to_do(web, failed, code, words_shown):
    text = words(web.get(at("sync_users", failed(code).connection)))
    assert words_shown in text
    assert "Start again" in text


def test_many_missing_people_need_their_number_typed(web, failed):
    run = failed("visma_lost", lost=30, linked=100)
    text = words(web.get(at("sync_users", run.connection)))
    assert "30 of 100 linked people are missing in Visma. Nothing was sent." in text
    assert "Type 30 to confirm" in text

    text = words(web.post(at("sync_check", run.connection), {"typed": "3"}))
    assert "That isn't the number. Nothing was started." in text
    run.refresh_from_db()
    assert run.state == SyncRun.State.FAILED

    web.post(at("sync_check", run.connection), {"typed": "30"})
    run.refresh_from_db()
    assert (run.state, run.passed_checks) == ("fetching", ["visma_lost"])
    assert AuditEntry.objects.filter(action="run.check_passed").exists()


def test_an_empty_visma_of_a_company_that_was_linked_is_never_gone_past(web, failed):
    first = failed("visma_empty", people=40, linked=0)
    assert "Type 40 to confirm" in words(web.get(at("sync_users", first.connection)))
    failed("visma_empty", people=40, linked=30)
    text = words(web.get(at("sync_users", first.connection)))
    assert "Visma's list of employees is empty. Is it the right company?" in text
    assert "to confirm" not in text


def test_only_a_superuser_says_that_it_is_the_same_company(web, failed, superuser):
    run = failed("same_company", matched=1, people=40)
    text = words(web.get(at("sync_users", run.connection)))
    assert "Ask an administrator of humavisma" in text
    assert "Yes, it is the same company" not in text
    response = web.post(at("sync_check", run.connection), follow=True)
    assert "Only an administrator can confirm this." in words(response)

    hers = signed_in(superuser)
    assert "Yes, it is the same company" in words(hers.get(at("sync_users", run.connection)))
    hers.post(at("sync_check", run.connection))
    run.refresh_from_db()
    assert run.state == SyncRun.State.FETCHING


def test_the_last_result_is_one_click_away(web, fjordheim):
    run = SyncRun.objects.create(connection=fjordheim, state="finished", finished_at=timezone.now(), confirmed_by="hr")
    response = web.get(at("sync_users", fjordheim))
    assert "by hr." in words(response)
    assert at("result", fjordheim, run.pk) in response.content.decode()
