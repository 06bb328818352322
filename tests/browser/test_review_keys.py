"""Review in a real browser: arrows only move, *never* asks first, and unsaved choices don't look saved."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from sync.models import Conflict
from tests.browser.keys import Keys
from tests.browser.looking import Look
from tests.browser.test_review import review
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["review"]


def phone(review: Any) -> Any:
    """The choices for Kari's phone."""
    return review.get_by_role("group", name="Phone, Kari Nordmann: what is right?")


def row() -> Conflict:
    return Conflict.objects.get(field="phone", link__huma_id="kari")


@pytest.mark.parametrize("key", ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"])
def test_an_arrow_only_moves(review, key):
    keys, seen = Keys(review), []
    keys.to("Phone, Kari Nordmann: what is right? Not decided")
    for _ in range(6):
        keys.press(key)
        seen.append(keys.focused.removeprefix("Phone, Kari Nordmann: what is right? "))
    assert {name.split(" suggested")[0].split(" empties")[0] for name in seen} == {
        "Use Huma's", "Use Visma's", "Leave as is", "Never sync this field for this person", "Not decided",
    }  # fmt: skip
    assert phone(review).get_by_role("radio", checked=True).get_attribute("value") == ""
    assert not Conflict.objects.exclude(decision="").exists()
    assert "No sync compares" not in review.inner_text("body")


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_space_and_enter_choose_where_the_arrows_led(review, key):
    keys = Keys(review)
    keys.to("Phone, Kari Nordmann: what is right? Not decided")
    keys.press("ArrowRight", "ArrowRight", key)
    review.get_by_text("1 of 3 decided").wait_for()
    assert row().decision == "visma"
    assert review.evaluate("document.activeElement.id") == f"c{row().pk}-visma"
    keys.press("ArrowRight", "ArrowRight", "Enter")
    review.get_by_text("Never sync “Phone” for Kari Nordmann?").wait_for()
    assert row().decision == "visma"


def test_never_asks_and_escape_changes_nothing(review):
    phone(review).get_by_text("Never sync this field").click()
    question = review.get_by_role("group", name="Never sync “Phone” for Kari Nordmann?")
    question.wait_for()
    assert review.evaluate("document.activeElement.textContent") == "Never sync this field"
    assert row().decision == ""
    review.keyboard.press("Escape")
    question.wait_for(state="detached")
    assert review.evaluate("document.activeElement.id") == f"c{row().pk}-none"
    assert row().decision == ""


def test_never_is_saved_once_it_is_meant(review):
    phone(review).get_by_text("Never sync this field").click()
    review.get_by_role("button", name="Never sync this field").press("Enter")
    review.get_by_text("1 of 3 decided").wait_for()
    assert row().decision == "never"
    assert review.evaluate("document.activeElement.id") == f"c{row().pk}-never"


def test_the_question_can_be_read_by_everybody(review):
    phone(review).get_by_text("Never sync this field").click()
    review.get_by_role("group", name="Never sync “Phone” for Kari Nordmann?").wait_for()
    look = Look(review, review.url)
    look.here("never asks")
    assert look.found == {}


def choose(review: Any, name: str = "Use Huma's") -> None:
    phone(review).get_by_role("radio", name=name).click()


def nothing_is_shown_as_saved(review: Any) -> None:
    assert phone(review).get_by_role("radio", checked=True).get_attribute("value") == ""
    assert not Conflict.objects.exclude(decision="").exists()


def test_after_the_session_ended_she_signs_in_and_comes_back_to_the_card(review, live_server):
    review.goto(f"{review.url}?field=phone&show=all")
    Session.objects.all().delete()
    choose(review)
    review.get_by_text("You were signed out, and your last click was not saved").wait_for()
    look = Look(review, live_server.url)
    look.here("signed out")
    assert look.found == {}
    review.get_by_label("Username").fill("hr")
    review.get_by_label("Password").fill(PASSWORD)
    review.keyboard.press("Enter")
    review.wait_for_url(f"**/review/?field=phone&show=all#difference-{row().pk}")
    nothing_is_shown_as_saved(review)
    choose(review)
    review.get_by_text("1 of 2 decided").or_(review.get_by_text("1 of 3 decided")).wait_for()


def test_a_page_from_before_signing_in_again_says_so(review, live_server, hr):
    client = Client()
    client.force_login(hr)
    review.context.clear_cookies()
    review.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url},
            {"name": "csrftoken", "value": "x" * 32, "url": live_server.url},
        ]
    )
    choose(review)
    review.get_by_text("This page is out of date").wait_for()
    nothing_is_shown_as_saved(review)
    review.get_by_role("button", name="Reload the page").click()
    review.get_by_text("This page is out of date").wait_for(state="hidden")
    choose(review)
    review.get_by_text("1 of 3 decided").wait_for()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda route: route.abort(), "Check that you are online"),
        (lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"), "Something went wrong on our side"),
        (lambda route: route.fulfill(status=500, body="x"), "Something went wrong on our side"),
    ],
)
def test_a_choice_that_got_no_answer_is_not_shown_as_saved(review, answer, words):
    review.route("**/decide/", answer)
    choose(review)
    review.get_by_text(re.compile(words)).wait_for()
    assert review.get_by_text("The last choice was not saved.").first.is_visible()
    nothing_is_shown_as_saved(review)
    assert "Bad gateway" not in review.inner_text("body")
    look = Look(review, review.url)
    look.here("not saved")
    assert look.found == {}
    review.unroute("**/decide/")
    choose(review)
    review.get_by_text("1 of 3 decided").wait_for()
    assert not review.get_by_text(re.compile(words)).is_visible()
