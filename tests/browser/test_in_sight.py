"""In a real browser: errors scroll into view, Confirm counts its ticks, and live pages say why nothing moves."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.urls import reverse

from connections.models import Connection
from sync.models import Change, EmployeeSnapshot, SyncRun
from sync.wizard import review
from tests.browser.looking import Look
from tests.conftest import PASSWORD
from tests.connections.companies import company
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IN_SIGHT = """() => {
    const it = document.activeElement, box = it.getBoundingClientRect();
    return it.id && box.top >= 0 && box.bottom <= innerHeight ? it.id : '';
}"""
SAYS = """() => (document.activeElement.getAttribute('aria-describedby') ?? '').split(' ')
    .map((id) => document.getElementById(id)?.innerText ?? '').join(' ')"""


@pytest.fixture
def fjordheim(hr: User) -> Connection:
    """A connection whose run has read forty people who disagree; half of them is a lot."""
    made = company(hr, threshold_people=1, threshold_percent=1)
    people = []
    for n in range(40):
        one = (f"Person{n:02}", "Name", str(100 + n), f"p{n}@x.no")
        people += [in_huma(f"h{n}", *one, phone=wrap("22 33 44 55")), in_visma(f"v{n}", *one)]
    people.append(in_huma("new", "Nina", "Ny", "8", "nina@x.no"))
    read(made, *people)
    return made


@pytest.fixture
def open_page(desk: Any, live_server: Any, fjordheim: Connection, sign_in: Any, hr: User) -> Any:
    """Opens a page of the connection in the HR admin's browser."""
    sign_in(desk.context, hr)

    def go(name: str, *more: Any) -> Any:
        desk.goto(live_server.url + reverse(f"admin:{name}", args=[fjordheim.code, *more]))
        return desk

    return go


@pytest.fixture
def expected(complaints: list[str]) -> Any:
    """What Chromium says of an answer that was refused on purpose isn't a complaint."""
    yield
    complaints[:] = [one for one in complaints if "502" not in one and "ERR_FAILED" not in one and "htmx:" not in one]


def test_a_wrong_number_is_said_where_it_was_typed(open_page, fjordheim, hr):
    review.decide_bulk(fjordheim.runs.get(), hr, review.ReviewFilter(), "huma")
    page = open_page("confirm")
    page.get_by_label("Type 40 to confirm").fill("4")
    page.locator("button[form=confirm]").last.click()
    page.get_by_text("That isn't the number. Nothing was sent.").wait_for()
    assert page.evaluate(IN_SIGHT) == "number"
    assert page.input_value("#number") == "4"
    assert "That isn't the number. Nothing was sent." in page.evaluate(SAYS)
    look = Look(page, page.url)
    look.here("a wrong number")
    assert look.found == {}


def test_an_unknown_owner_is_said_where_they_were_typed(open_page):
    page = open_page("connection")
    page.get_by_label("Username or email of a colleague").fill("nobody@example.com")
    page.get_by_role("button", name="Add an owner").click()
    page.get_by_text("No user here has that username or email.").wait_for()
    assert page.evaluate(IN_SIGHT) == "id_who"
    assert page.input_value("#id_who") == "nobody@example.com"
    assert "No user here has that username or email." in page.evaluate(SAYS)
    assert page.title().startswith("Error:")


def test_settings_lead_to_the_field_that_is_wrong(open_page):
    page = open_page("connection_settings")
    page.evaluate("document.querySelector('#settings-form').noValidate = true")
    page.get_by_role("spinbutton", name="Never ask at this number of people or fewer").fill("-1")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("One field must be corrected.").wait_for()
    assert page.evaluate(IN_SIGHT) == "id_threshold_people"
    assert (
        page.get_by_role("alert").get_by_role("link", name="Never ask at this number of people or fewer").is_visible()
    )


def test_the_number_to_type_is_that_of_the_ticked_people(open_page, fjordheim, hr):
    Connection.objects.update(threshold_people=38)
    review.decide_bulk(fjordheim.runs.get(), hr, review.ReviewFilter(), "huma")
    page = open_page("confirm")
    page.get_by_role("checkbox", name="Send for Person07 Name").uncheck()
    page.get_by_label("Type 39 to confirm").fill("39")
    page.get_by_role("checkbox", name="Send for Person08 Name").uncheck()
    page.get_by_label("Type 38 to confirm").wait_for(state="hidden")
    page.get_by_role("checkbox", name="Send for Person08 Name").check()
    page.get_by_label("Type 39 to confirm").press("Enter")
    page.wait_for_url("**/run/**")
    assert Change.objects.count() == 39


def test_whoever_is_unticked_is_struck_out_everywhere_and_not_written(open_page, fjordheim, hr):
    Connection.objects.update(threshold_people=100)
    run = fjordheim.runs.get()
    review.decide_bulk(run, hr, review.ReviewFilter(), "huma")
    EmployeeSnapshot.objects.filter(run=run, vendor_id="new").update(create_chosen=True)
    page = open_page("confirm")
    boxes = page.get_by_role("checkbox", name=re.compile("^Send for"))
    assert boxes.count() == 41
    assert all(box.is_checked() for box in boxes.all())
    page.get_by_role("checkbox", name="Send for Person07 Name").uncheck()
    page.get_by_text("40 of 41 people are ticked").wait_for()
    assert page.locator(".left-off").count() == 1
    look = Look(page, page.url)
    look.here("one is unticked")
    assert look.found == {}
    page.get_by_role("button", name="Send what is ticked").click()
    page.wait_for_url("**/run/**")
    assert Change.objects.count() == 40
    assert not Change.objects.filter(name="Person07 Name").exists()


def test_a_box_that_could_not_be_saved_is_not_shown_as_ticked(open_page, expected):
    page = open_page("create")
    page.route("**/choose/", lambda route: route.fulfill(status=502, body="x"))
    box = page.get_by_role("checkbox", name="Add to Visma.net Payroll: Nina Ny")
    box.click()
    page.get_by_text("The last choice was not saved.").wait_for()
    assert not box.is_checked()
    page.unroute("**/choose/")
    box.click()
    page.get_by_text("1 person will be added").wait_for()
    assert box.is_checked()


def test_a_live_page_goes_on_after_the_network_was_away(open_page, fjordheim, expected):
    run = fjordheim.runs.get()
    SyncRun.objects.update(state="applying", confirmed_by="hr")
    page = open_page("run", run.pk)
    page.route("**/live/", lambda route: route.abort())
    page.get_by_text("No connection to humavisma right now.").wait_for()
    look = Look(page, page.url)
    look.here("no connection")
    assert look.found == {}
    page.unroute("**/live/")
    page.get_by_text("No connection to humavisma right now.").wait_for(state="hidden")
    SyncRun.objects.update(state="finished")
    page.wait_for_url("**/result/**")


def test_a_live_page_whose_session_ended_leads_to_the_sign_in_and_back(open_page, fjordheim):
    run = fjordheim.runs.get()
    SyncRun.objects.update(state="applying", confirmed_by="hr")
    page = open_page("run", run.pk)
    Session.objects.all().delete()
    page.get_by_label("Username").fill("hr")
    assert not page.get_by_text("was not saved").is_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/run/\d+/"))
    page.get_by_text("What you confirmed is being sent.").wait_for()


def test_next_in_review_goes_on_behind_the_last_card(open_page, fjordheim):
    page = open_page("review")
    page.get_by_role("article").nth(24).wait_for()
    for n in range(12):
        card = page.get_by_role("group", name=f"Phone, Person{n:02} Name: what is right?")
        card.get_by_role("radio", name="Leave as is").click()
        page.get_by_text(f"{n + 1} of 40 decided").wait_for()
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("heading", name="Person25 Name").wait_for()
    assert page.get_by_role("article").count() == 15
    assert page.get_by_text("14–28 of 28").is_visible()
    page.get_by_role("button", name="Previous").click()
    page.get_by_role("heading", name="Person12 Name").wait_for()
    assert page.get_by_role("article").count() == 13
