"""From nothing to three people with automatic updates, and on to everyone, in a browser and with a real worker."""

import copy
import re
from typing import Any

import pytest

from connections.sandbox import Sandbox
from sync.models import PilotMember, SyncRun
from tests.browser.story import until
from tests.browser.test_real_time import paste_the_webhook
from tests.browser.test_wizard_mouse import bulk, button, connect, sign_in, synchronize

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEFORE, MEANWHILE = "+4722334455", ("+4790000101", "+4790000102")
PATIENCE = 90


@pytest.fixture
def vendors(vendors: Sandbox) -> Sandbox:
    """Five people whose phones differ, two who agree, and one who is only in Huma."""
    for way in (*("phone_differs",) * 5, "equal", "equal", "only_huma"):
        vendors.add_person(way)
    return vendors


@pytest.fixture
def stand_ins(desk: Any, vendors: Sandbox) -> Any:
    """The stand-ins' page, in a second tab of the same browser."""
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = desk.context.new_page()
    page.goto(vendors.huma_url)
    return page


def test_three_people_on_a_monday_morning_and_everyone_after_them(
    vendors, worker, desk, stand_ins, live_server, smtp, settings, hr
):
    settings.SITE_URL = live_server.url
    expected = vendors.state()
    desk.goto(live_server.url)
    sign_in(desk)
    connect(desk)
    home = desk.url
    synchronize(desk)
    button(desk, "Start with these three").click()
    desk.get_by_text("Only they are changed.").first.wait_for()
    members = set(PilotMember.objects.values_list("link__huma_id", flat=True))
    assert len(members) == 3
    outside = next(one for one in vendors.people["phone_differs"] if one.user_id not in members)

    decide_and_send(desk)
    for one in vendors.people["phone_differs"]:
        if one.user_id in members:
            business(expected, one.employee_id)["number"] = BEFORE
    assert vendors.state() == expected

    desk.goto(home)
    paste_the_webhook(desk, stand_ins, lambda page: home + page)
    inside = next(one for one in vendors.people["phone_differs"] if one.user_id in members)
    confirm_as_payroll(desk, smtp)
    turn_on_automatic_updates(desk, home)
    for one, phone in zip((outside, inside), MEANWHILE, strict=True):
        vendors.huma.edit(str(one.user_id), phone=phone)
        expected["huma"][one.user_id]["phone"] = phone
    only_theirs = copy.deepcopy(expected)
    business(only_theirs, inside.employee_id)["number"] = MEANWHILE[1]
    assert until(lambda: vendors.state() == only_theirs, PATIENCE)

    everyone(desk, home)
    business(only_theirs, outside.employee_id)["number"] = MEANWHILE[0]
    assert until(lambda: vendors.state() == only_theirs, PATIENCE)
    assert until(lambda: not SyncRun.objects.filter(state__in=("fetching", "applying")).exists(), PATIENCE)
    assert vendors.state() == only_theirs, "what nobody decided about the others is as it was"


def decide_and_send(page: Any) -> None:
    """Take over the phones of the three, and nothing of anybody else."""
    button(page, "Next: Review").click()
    page.get_by_text("0 of 3 decided").wait_for()
    bulk(page, "Use Huma's", 3)
    button(page, "Next: Create").click()
    button(page, "Next: Confirm").click()
    button(page, "Send 3 changes").click()
    page.wait_for_url("**/result/**")
    page.get_by_text("Your connection between Huma and Visma.net Payroll is active").wait_for()


def confirm_as_payroll(page: Any, smtp: Any) -> None:
    """Click the link in the email to whoever is told of changed bank accounts."""
    page.bring_to_front()
    texts = [mail.get_body(("plain",)).get_content() for mail in smtp.messages if mail["to"] == "payroll@example.com"]
    found = next(found for text in texts if (found := re.search(r"http\S+/payroll/\S+/", text)))
    page.goto(found.group())
    button(page, "Confirm the address").click()
    page.get_by_role("heading", name="The address is confirmed").wait_for()


def turn_on_automatic_updates(page: Any, home: str) -> None:
    page.goto(home)
    page.get_by_role("link", name="Automatic updates").first.click()
    button(page, "Turn on automatic updates").click()
    page.get_by_role("heading", name="Automatic updates are on").wait_for()


def everyone(page: Any, home: str) -> None:
    page.goto(home)
    page.get_by_role("complementary", name="Pilot group").get_by_role("link", name="Everyone").click()
    page.get_by_role("button", name="Yes, for all").click()
    page.get_by_text("works for everyone from now on").wait_for()


def business(state: dict[str, Any], employee_id: Any) -> dict[str, Any]:
    """The entry of somebody's business phone in Visma."""
    found: dict[str, Any]
    (found,) = (one for one in state["visma"][employee_id]["phones"] if one["type"] == "business")
    return found
