"""A pilot group in a browser: started with one click on a first run's overview, changed on its page, and ended."""

from typing import Any

import pytest
from django.urls import reverse

from sync.models import PilotMember
from sync.runs import pilot_group
from tests.browser.looking import Look
from tests.sync import driving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def look(desk: Any, live_server: Any) -> Look:
    return Look(desk, live_server.url)


@pytest.fixture
def company(settings: Any) -> Any:
    with driving.running(settings, employees=14) as sandbox:
        for way in ("equal", "equal", "phone_differs", "address_differs", "only_huma", "draft"):
            sandbox.add_person(way)
        yield sandbox


def at(name: str, *more: Any) -> str:
    return reverse(f"admin:{name}", args=more)


def test_from_three_people_to_everyone(look, hr, company, sign_in):
    fjordheim = driving.connection(company, hr)
    sign_in(look.page.context, hr)
    driving.read(fjordheim, hr)
    code, page = fjordheim.code, look.page
    look.at(at("overview", code))
    page.get_by_role("button", name="Start with these three").click()
    band = page.get_by_role("complementary", name="Pilot group")
    band.get_by_text("Only they are changed.").wait_for()
    assert PilotMember.objects.count() == 3
    look.here("overview, pilot group")
    look.at(at("review", code) + "?show=outside")
    look.at(at("create", code))
    band.get_by_role("link", name="Change the pilot group").click()
    page.get_by_label("Find a person").fill("a")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add to the group").wait_for()
    look.here("pilot, found")
    page.locator("input[name=person]").first.check()
    page.get_by_role("button", name="Add to the group").click()
    page.get_by_text("joined the pilot group").wait_for()
    page.get_by_role("link", name="Choose a location").click()
    page.get_by_label("Location in Huma").wait_for()
    look.here("pilot, locations")
    page.locator("input[name=member]").first.check()
    page.get_by_role("button", name="Take out of the group").click()
    page.get_by_text("Nothing is changed for them any more").wait_for()
    fjordheim.refresh_from_db()
    pks = list(PilotMember.objects.values_list("pk", flat=True))
    pilot_group.remove(fjordheim, hr, pks, fjordheim.pilot_version)
    look.at(at("pilot", code))
    band.get_by_role("link", name="Everyone").click()
    look.here("everyone")
    page.get_by_role("button", name="Yes, for all").click()
    page.get_by_text("works for everyone from now on").wait_for()
    assert not band.count()
    look.here("pilot, ended")
    fjordheim.refresh_from_db()
    assert not fjordheim.pilot
    assert look.found == {}
