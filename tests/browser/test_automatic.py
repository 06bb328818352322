"""Automatic updates, by keyboard: from the question after the first run to a schedule. Also how the page looks."""

from typing import Any

import pytest
from django.urls import reverse

from tests.browser.keys import Keys
from tests.browser.looking import Look
from tests.connections.companies import heard
from tests.sync import driving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def first(hr: Any, vendors: Any) -> Any:
    """The first run of a company about whom both sides agree, finished."""
    for _ in range(3):
        vendors.add_person()
    made = heard(driving.connection(vendors, hr))
    return driving.apply(driving.read(made, hr), hr)


def test_from_the_question_to_a_schedule_by_keyboard(desk, live_server, first, hr, sign_in):
    sign_in(desk.context, hr)
    look, keys, connection = Look(desk, live_server.url), Keys(desk), first.connection
    look.at(reverse("admin:result", args=[connection.code, first.pk]))
    keys.to("Turn on automatic updates")
    keys.press("Enter")
    desk.wait_for_url(f"**{reverse('admin:automatic', args=[connection.code])}")
    look.here("just turned on")
    look.at(reverse("admin:automatic", args=[connection.code]))
    keys.to("Scheduled sync")
    keys.press("ArrowDown", "ArrowDown")
    assert "Daily at a time" in keys.focused
    keys.to("Save")
    keys.press("Enter")
    desk.get_by_text("Next scheduled sync:").wait_for()
    look.at(reverse("admin:automatic", args=[connection.code]))
    keys.to("Turn off")
    keys.press("Enter")
    desk.get_by_role("heading", name="Automatic updates are off").wait_for()
    connection.refresh_from_db()
    assert (connection.automatic, connection.schedule, connection.schedule_next) == (False, "daily", None)
    assert look.found == {}


def test_what_is_wrong_in_it_is_seen(desk, live_server, first, hr, sign_in):
    sign_in(desk.context, hr)
    look = Look(desk, live_server.url)
    desk.goto(live_server.url + reverse("admin:automatic", args=[first.connection.code]))
    look.here("off")
    desk.evaluate("document.querySelector('#automatic-form').noValidate = true")
    desk.get_by_role("radio", name="Every few hours").check()
    desk.get_by_label("Hours between syncs").fill("")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_role("alert").first.wait_for()
    look.here("refused")
    assert look.found == {}
