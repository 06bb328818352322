"""The page of automatic updates, and the question that the first result asks once."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from connections.models import AuditEntry, Connection
from sync.models import SyncRun
from sync.wizard import review
from tests.connections.companies import heard
from tests.sync.browsing import at, fingerprint_of, signed_in, words

pytestmark = pytest.mark.django_db

SETTINGS = {"both_moved": "ask", "accounts": "look", "schedule": "off", "schedule_hours": "4", "schedule_time": "05:00"}


@pytest.fixture
def first(fjordheim):
    """The first run, which has finished; payroll has a confirmed recipient."""
    heard(fjordheim)
    return SyncRun.objects.create(
        connection=fjordheim, state="finished", started_by="hr", confirmed_by="hr", finished_at=timezone.now()
    )


@pytest.fixture
def page(fjordheim):
    return at("automatic", fjordheim)


def press(web, connection: Connection, to: str, **more):
    return web.post(at("automatic_switch", connection), {"to": to, **more}, follow=True)


def test_the_first_result_says_that_it_is_active_and_asks_once(web, fjordheim, first):
    said = words(web.get(at("result", fjordheim, first.pk)))
    assert "Your connection between Huma and Visma.net Payroll is active" in said
    assert "Turn on automatic updates" in said
    assert "Not yet" in said
    answered = press(web, fjordheim, "not_yet", run=first.pk)
    assert answered.redirect_chain[-1][0] == at("result", fjordheim, first.pk)
    assert "You find it under Automatic updates" in words(answered)
    assert "Not yet" not in words(web.get(at("result", fjordheim, first.pk)))


def test_turning_it_on_from_the_result_leads_to_its_page(web, fjordheim, first):
    said = press(web, fjordheim, "on")
    assert said.redirect_chain[-1][0] == at("automatic", fjordheim)
    assert "Automatic updates are on" in words(said)
    assert "Turned on by hr" in words(said)
    assert "Not yet" not in words(web.get(at("result", fjordheim, first.pk)))


@pytest.mark.parametrize("state", ["failed", "stopped", "cancelled"])
def test_a_run_that_did_not_finish_asks_nothing(web, fjordheim, state):
    run = SyncRun.objects.create(connection=fjordheim, state=state, started_by="hr", finished_at=timezone.now())
    assert "Turn on automatic updates" not in words(web.get(at("result", fjordheim, run.pk), follow=True))


def test_a_paused_connection_asks_nothing(web, fjordheim, first):
    Connection.objects.update(state="paused", pause_reason="by_hand")
    assert "Turn on automatic updates" not in words(web.get(at("result", fjordheim, first.pk)))


def test_the_page_says_what_is_written_and_what_never_is(web, page, first):
    said = words(web.get(page))
    for sentence in (
        "Automatic updates are off",
        "What only changed in Huma, for linked people",
        "Nothing is sent to Huma.",
        "Nobody is added or deleted, in either system.",
        "Drafts in Visma and former employees aren't changed.",
        "If Huma's value is used, it overwrites what was entered in Visma",
    ):
        assert sentence in said


def test_before_the_first_run_it_says_so_and_has_no_button(web, page):
    said = web.get(page)
    assert "once you have synchronized users for the first time" in words(said)
    assert 'value="on"' not in said.content.decode()


def test_a_forged_click_before_the_first_run_is_refused_with_the_sentence(web, fjordheim):
    said = press(web, fjordheim, "on")
    assert "once you have synchronized users for the first time" in words(said)
    fjordheim.refresh_from_db()
    assert not fjordheim.automatic


def test_a_paused_connection_cannot_be_turned_on(web, fjordheim, first):
    Connection.objects.update(state="paused", pause_reason="by_hand")
    assert "The connection is paused." in words(press(web, fjordheim, "on"))
    fjordheim.refresh_from_db()
    assert not fjordheim.automatic


def test_a_disconnected_connection_has_no_such_page(web, fjordheim, page):
    Connection.objects.update(state="disconnected")
    said = web.get(page, follow=True)
    assert said.redirect_chain[-1][0] == at("connection", fjordheim)
    assert "Connect it again first." in words(said)


def test_it_can_be_turned_off_again(web, fjordheim, first):
    press(web, fjordheim, "on")
    assert "Automatic updates are off" in words(press(web, fjordheim, "off"))
    fjordheim.refresh_from_db()
    assert not fjordheim.automatic
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["automatic.off", "automatic.on"]


def test_the_connections_page_says_whether_it_is_on(web, fjordheim, first):
    shown = web.get(at("connection", fjordheim))
    assert "Automatic updates off." in words(shown)
    assert f'class="link" href="{at("automatic", fjordheim)}"' in " ".join(shown.content.decode().split())
    press(web, fjordheim, "on")
    assert "Automatic updates on, turned on by hr." in words(web.get(at("connection", fjordheim)))


def test_nothing_else_can_be_switched(web, fjordheim):
    assert web.post(at("automatic_switch", fjordheim), {"to": "sideways"}).status_code == 404


@pytest.mark.parametrize("run", ["", "x", "²", "9" * 30, "0"])
def test_an_answer_that_names_no_run_of_hers_goes_nowhere_else(web, fjordheim, first, run):
    response = web.post(at("automatic_switch", fjordheim), {"to": "not_yet", "run": run})
    assert response.status_code == 404 or response["Location"] == at("sync_users", fjordheim)


def test_the_schedule_shows_its_next_time(web, fjordheim, page, first):
    press(web, fjordheim, "on")
    said = web.post(page, {**SETTINGS, "schedule": "daily", "schedule_time": "06:30"}, follow=True)
    fjordheim.refresh_from_db()
    assert fjordheim.schedule_next > timezone.now()
    assert re.search(r"Next scheduled sync: \d+ \w+( \d{4})?, 0[67]:\d\d\.", words(said))
    assert 'value="06:30"' in said.content.decode()


def test_a_schedule_without_automatic_updates_says_that_it_waits(web, page, first):
    said = web.post(page, {**SETTINGS, "schedule": "hours"}, follow=True)
    assert "The schedule starts once automatic updates are on." in words(said)


def test_settings_are_noted_old_and_new_in_words(web, fjordheim, page):
    web.post(page, {**SETTINGS, "both_moved": "huma", "accounts": "once", "schedule": "hours", "schedule_hours": "6"})
    fjordheim.refresh_from_db()
    assert (fjordheim.both_moved, fjordheim.accounts, fjordheim.schedule_hours) == ("huma", "once", 6)
    said = words(web.get(at("connection", fjordheim)))
    assert "Changed the settings" in said
    for pair in (
        "Ask first",
        "Use Huma's value",
        "Wait for approval",
        "Send them at once",
        "Every few hours",
    ):
        assert pair in said
    assert "Nothing was changed." in words(
        web.post(
            page,
            {**SETTINGS, "both_moved": "huma", "accounts": "once", "schedule": "hours", "schedule_hours": "6"},
            follow=True,
        )
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"schedule": "hours", "schedule_hours": ""}, "This is needed for the schedule that you chose."),
        ({"schedule": "daily", "schedule_time": ""}, "This is needed for the schedule that you chose."),
        ({"schedule_hours": "0"}, "greater than or equal to 1"),
        ({"schedule_hours": "169"}, "less than or equal to 168"),
        ({"schedule_time": "25:00"}, "Enter a valid time."),
        ({"schedule": "weekly"}, "Select a valid choice."),
        ({"both_moved": "visma"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(web, fjordheim, page, wrong, said):
    assert said in words(web.post(page, {**SETTINGS, **wrong}))
    before = fjordheim.schedule
    fjordheim.refresh_from_db()
    assert (fjordheim.schedule, fjordheim.both_moved) == (before, "ask")


def test_the_last_scheduled_sync_and_what_waits_are_a_click_away(web, fjordheim, page, first, run):
    SyncRun.objects.filter(pk=run.pk).update(trigger="scheduled", state="finished", finished_at=timezone.now())
    said = web.get(page)
    assert at("result", fjordheim, run.pk) in said.content.decode()
    assert "differences are waiting for you" in words(said)


def test_every_automatic_run_names_its_rule(web, fjordheim, first):
    run = SyncRun.objects.create(
        connection=fjordheim, trigger="scheduled", state="finished", rule_by="hr", rule_at=timezone.now(),
        finished_at=timezone.now(),
    )  # fmt: skip
    assert "Automatic updates, turned on by hr on" in words(web.get(at("result", fjordheim, run.pk)))
    SyncRun.objects.filter(pk=run.pk).update(state="applying")
    assert "Automatic updates, turned on by hr on" in words(web.get(at("run", fjordheim, run.pk)))


def by_itself(connection: Connection, state: str, trigger: str = "scheduled", **more) -> SyncRun:
    ended = timezone.now() if state not in ("fetching", "review", "applying") else None
    return SyncRun.objects.create(connection=connection, trigger=trigger, state=state, finished_at=ended, **more)


@pytest.mark.parametrize("trigger", ["scheduled", "real-time", "release"])
@pytest.mark.parametrize("state", ["fetching", "review", "applying", "finished", "failed", "cancelled", "stopped"])
def test_the_wizard_is_not_disturbed_by_what_runs_by_itself(web, fjordheim, run, state, trigger):
    by_itself(fjordheim, state, trigger, failure="huma_lost" if state == "failed" else "", failure_params={"lost": 3})
    assert "Continue where you left off" in words(web.get(at("sync_users", fjordheim)))
    assert web.get(at("overview", fjordheim)).context["run"] == run
    assert web.get(at("review", fjordheim)).context["run"] == run
    assert web.get(at("confirm", fjordheim)).context["run"] == run
    assert web.get(at("history", fjordheim)).status_code == 200
    web.post(at("sync_cancel", fjordheim))
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_failure_of_a_scheduled_sync_is_not_hers_to_pass(web, fjordheim, first):
    failed = by_itself(fjordheim, "failed", failure="huma_lost", failure_params={"lost": 3, "linked": 4})
    said = words(web.get(at("sync_users", fjordheim)))
    assert "Last synchronized" in said
    web.post(at("sync_check", fjordheim), {"typed": "3"})
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_the_last_run_of_hers_is_named_as_the_last(web, fjordheim, first):
    by_itself(fjordheim, "finished")
    assert at("result", fjordheim, first.pk) in web.get(at("sync_users", fjordheim)).content.decode()


def test_a_scheduled_sync_does_not_make_the_next_run_a_later_one(web, fjordheim, first):
    SyncRun.objects.filter(pk=first.pk).delete()
    by_itself(fjordheim, "finished")
    run = SyncRun.objects.create(
        connection=fjordheim, state="finished", started_by="hr", finished_at=timezone.now() + timedelta(seconds=1)
    )
    assert "is active" in words(web.get(at("result", fjordheim, run.pk)))


@pytest.mark.parametrize("state", ["fetching", "review"])
def test_one_that_has_not_written_says_so(web, fjordheim, state):
    run = by_itself(fjordheim, state, rule_by="hr", rule_at=timezone.now())
    listed = web.get(at("history", fjordheim), {"show": "automatic"})
    assert at("result", fjordheim, run.pk) in listed.content.decode()
    said = web.get(at("run", fjordheim, run.pk), follow=True)
    assert said.status_code == 200
    assert "Automatic updates, turned on by hr on" in words(said)


@pytest.mark.django_db(transaction=True)
def test_the_last_click_waits_a_moment_for_what_writes_by_itself(web, fjordheim, run, conflict, hr):
    review.decide(run, hr, [conflict("kari", "phone").pk], "huma")
    other = by_itself(fjordheim, "applying", "real-time")
    page = web.get(at("confirm", fjordheim)).content.decode()

    def end() -> None:
        try:
            SyncRun.objects.filter(pk=other.pk).update(state="finished")
        finally:
            database.close()

    ends = threading.Timer(0.3, end)
    ends.start()
    web.post(at("confirm_run", fjordheim), {"fingerprint": fingerprint_of(page), "number": "1"})
    ends.join()
    run.refresh_from_db()
    assert run.state == "applying"


def test_who_may_not_see_the_connection_cannot_switch_it(other, fjordheim, first):
    assert signed_in(other).post(at("automatic_switch", fjordheim), {"to": "on"}).status_code == 404
    fjordheim.refresh_from_db()
    assert not fjordheim.automatic
