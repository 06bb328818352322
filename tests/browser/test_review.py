"""Review in a real browser: choices by mouse and keyboard, focus and counts kept."""

from typing import Any

import pytest
from django.test import Client

from sync.models import Conflict
from tests.connections.companies import company
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def review(page: Any, live_server: Any, hr: Any) -> Any:
    """Review of a run with two people, open in the HR admin's browser."""
    run = read(
        company(hr),
        in_huma("kari", "Kari", "Nordmann", "1", "kari@x.no", phone=wrap("22 33 44 55")),
        in_visma("kari-v", "Karin", "Nordmann", "1", "kari@x.no"),
        in_huma("ola", "Ola", "Hansen", "2", "ola@x.no", phone=wrap("22 33 44 55")),
        in_visma("ola-v", "Ola", "Hansen", "2", "ola@x.no"),
    )
    client = Client()
    client.force_login(hr)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_extra_http_headers({"Accept-Language": "en"})
    page.goto(f"{live_server.url}/admin/connections/{run.connection.code}/review/")
    return page


def card(review: Any, name: str) -> Any:
    return review.get_by_role("article", name=name)


def test_a_choice_by_keyboard_is_saved_and_keeps_the_focus(review):
    phone = Conflict.objects.get(field="phone", link__huma_id="kari")
    group = review.get_by_role("group", name="Phone, Kari Nordmann: what is right?")
    group.get_by_role("radio", name="Use Huma's").focus()
    review.keyboard.press("Space")
    review.get_by_text("1 of 3 decided").wait_for()
    assert review.evaluate("document.activeElement.id") == f"c{phone.pk}-huma"
    review.keyboard.press("ArrowRight")
    review.keyboard.press("Space")
    review.locator(f"#difference-{phone.pk} input[name=expected][value=visma]").wait_for(state="attached")
    assert review.evaluate("document.activeElement.id") == f"c{phone.pk}-visma"
    assert review.get_by_role("status").inner_text() == "Saved: Use Visma's"
    phone.refresh_from_db()
    assert phone.decision == "visma"


def test_a_choice_for_a_person_decides_her_card(review):
    card(review, "Kari Nordmann").get_by_role("button", name="Use Huma's").click()
    review.get_by_text("2 of 3 decided").wait_for()
    assert Conflict.objects.filter(decision="huma").count() == 2


def test_the_list_follows_the_search_without_a_name_in_the_address(review):
    review.get_by_role("searchbox", name="Find an employee").press_sequentially("ola")
    card(review, "Kari Nordmann").wait_for(state="detached")
    assert card(review, "Ola Hansen").is_visible()
    assert "ola" not in review.url.split("/admin/")[1]


def test_a_filter_is_one_click_and_stands_in_the_address(review):
    review.get_by_label("Field", exact=True).select_option("given_name")
    card(review, "Ola Hansen").wait_for(state="detached")
    assert review.url.endswith("?field=given_name")
    review.get_by_role("button", name="All 3").click()
    assert review.url.endswith("?field=given_name&show=all")


def test_a_choice_that_could_not_be_sent_is_said(review):
    review.route("**/decide/", lambda route: route.abort())
    group = review.get_by_role("group", name="Phone, Ola Hansen: what is right?")
    group.get_by_role("radio", name="Use Huma's").check(force=True)
    review.get_by_text("The last choice was not saved.").wait_for()
    assert not Conflict.objects.exclude(decision="").exists()
