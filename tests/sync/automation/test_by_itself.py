"""How an automatic run looks on its result page, and among the others."""

import pytest
from django.utils import timezone

from sync.models import Change, Conflict, EmployeeLink, SyncRun
from tests.sync.browsing import at, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def start(fjordheim):
    """A run of that kind, in that state."""

    def one(trigger, state="finished", **more):
        now = timezone.now()
        rule = {"rule_by": "boss", "rule_at": now} if trigger in ("real-time", "scheduled") else {"started_by": "hr"}
        ended = {} if state in ("fetching", "review", "applying") else {"finished_at": now}
        return SyncRun.objects.create(connection=fjordheim, trigger=trigger, state=state, **rule, **ended, **more)

    return one


def changed(run, *states, **more):
    """A Change of it for each outcome."""
    link, _made = EmployeeLink.objects.get_or_create(
        connection=run.connection, huma_id="kari", visma_id="kari-v", linked_by="number", name="Kari Nordmann"
    )
    for state in states:
        Change.objects.create(run=run, link=link, side="visma", field="phone", name=link.name, state=state, **more)


def result(web, run):
    return words(web.get(at("result", run.connection, run.pk)))


@pytest.mark.parametrize(
    ("trigger", "sentence"),
    [
        ("real-time", "Started by a change in Huma,"),
        ("scheduled", "Started by the schedule,"),
        ("release", "Changes that hr approved,"),
    ],
)
def test_it_says_what_started_it_and_names_its_rule(web, start, trigger, sentence):
    run = start(trigger)
    changed(run, "done")
    text = result(web, run)
    assert sentence in text
    assert ("Automatic updates, turned on by boss on " in text) is (trigger != "release")
    assert "was confirmed" not in text
    assert "Updated 1" in text
    assert "is active" not in text, "that is said of the first run that somebody made"


def test_what_is_held_is_no_part_of_what_adds_up(web, start):
    run = start("real-time")
    changed(run, "done", "done", "failed", "held", "held", "held")
    text = result(web, run)
    assert "3 changes were to be sent automatically" in text
    assert "Updated 2" in text
    assert "Not done 1" in text
    assert "3 changes were held back. 3 are waiting for approval" in text
    assert at("held", run.connection) in web.get(at("result", run.connection, run.pk)).content.decode()


def test_the_answers_to_what_was_held_are_said(web, start):
    run = start("scheduled")
    at_once = {"answered_at": timezone.now(), "reason": "held_many"}
    changed(run, "held", answer="released", answered_by="hr", **at_once)
    changed(run, "held", answer="dropped", answered_by="boss", **at_once)
    changed(run, "held", answer="overtaken", **at_once)
    changed(run, "held", reason="held_account")
    text = result(web, run)
    assert "Nothing was sent" in text
    assert "4 changes were held back. 1 is waiting for approval" in text
    for answer in ("Approved by hr,", "Rejected by boss,", "Replaced by a newer value", "Waiting for approval"):
        assert answer in text
    assert "Changed bank accounts wait for approval" in text


def test_open_differences_wait_for_a_person(web, start):
    run = start("real-time")
    changed(run, "done")
    link = EmployeeLink.objects.get()
    Conflict.objects.create(run=run, link=link, field="email", kind="value", huma_fingerprint="1:a")
    assert "1 difference is waiting for you" in result(web, run)


def test_who_is_left_out_since_waits_no_more(web, start):
    run = start("real-time")
    changed(run, "done")
    link = EmployeeLink.objects.get()
    Conflict.objects.create(run=run, link=link, field="email", kind="value", huma_fingerprint="1:a")
    link.connection.left_out.create(link=link, field="email", by="hr")
    assert "waiting for you" not in result(web, run), "as Needs your attention counts it"


@pytest.mark.parametrize("state", ["fetching", "review"])
@pytest.mark.parametrize("trigger", ["real-time", "scheduled", "release"])
def test_before_it_writes_it_says_so(web, start, trigger, state):
    text = result(web, start(trigger, state))
    assert "Fetching from both systems" in text
    assert "Nothing has been sent yet." in text


def test_while_it_writes_it_is_shown_live(web, start):
    run = start("real-time", "applying")
    response = web.get(at("result", run.connection, run.pk))
    assert response.url == at("run", run.connection, run.pk)
    assert "Automatic updates, turned on by boss on " in words(web.get(response.url))


def test_one_that_failed_is_tried_again_or_gives_back_what_was_approved(web, start):
    failure = {"failure": "read_failed_huma"}
    text = result(web, start("real-time", "failed", **failure))
    assert "Not everything could be fetched from Huma." in text
    assert "We try again automatically." in text
    assert "The approved changes are waiting again." in result(web, start("release", "failed", **failure))


def test_one_that_was_cancelled_leads_back_to_the_list(web, start):
    run = start("scheduled", "cancelled")
    response = web.get(at("result", run.connection, run.pk))
    assert response.url == at("history", run.connection)
    assert "That sync was cancelled. Nothing was sent." in words(web.get(response.url))


def test_no_step_of_the_wizard_is_shown(web, start):
    run = start("real-time")
    assert web.get(at("result", run.connection, run.pk)).context["steps"] == []


def test_what_runs_by_itself_does_not_bury_what_people_did(web, fjordheim, start):
    by_hand = start("manual")
    start("release")
    for _ in range(30):
        start("real-time")
    start("scheduled")
    page = web.get(at("history", fjordheim))
    text = words(page)
    assert "Manual 2 Automatic 31" in text
    assert at("result", fjordheim, by_hand.pk) in page.content.decode()
    assert "Change in Huma" not in text
    text = words(web.get(at("history", fjordheim) + "?show=automatic"))
    assert "Change in Huma" in text
    assert "Schedule" in text
    assert "Approved" not in text
    assert "1–25 of 31" in text
    assert "26–31 of 31" in words(web.get(at("history", fjordheim) + "?show=automatic&page=2"))


def test_the_list_says_how_many_were_held_back(web, fjordheim, start):
    changed(start("real-time"), "done", "held", "held")
    text = words(web.get(at("history", fjordheim) + "?show=automatic"))
    assert "Change in Huma Finished 2 waiting for approval 1 1 0" in text


def test_without_runs_of_their_own_there_is_nothing_to_choose(web, fjordheim, start):
    start("manual")
    assert "?show=automatic" not in web.get(at("history", fjordheim)).content.decode()
    assert "No automatic sync yet" in words(web.get(at("history", fjordheim) + "?show=automatic"))
    assert "Manual" in words(web.get(at("history", fjordheim) + "?show=anything"))


def test_what_failed_is_tried_again_by_hand(web, start):
    run = start("real-time", read_at=timezone.now(), figures={"linked": 1, "conflicts": 1})
    changed(run, "failed", reason="unavailable", before="+4722667788", after="+4733667788", source="1:a", pin="1:b")
    response = web.post(at("result_retry", run.connection, run.pk))
    assert response.url == at("confirm", run.connection)
    for page in ("confirm", "create", "review", "overview"):
        assert web.get(at(page, run.connection)).status_code == 200, page
