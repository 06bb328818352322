"""Several people, a closed browser, a missing worker, and a stopped run."""

import re
from typing import Any

import pytest

from connections.models import Connection
from sync.models import Change, SyncRun
from sync.runs import lifecycle
from sync.wizard import review
from tests.browser.conftest import listen
from tests.sync import driving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLOW = pytest.mark.parametrize("vendors", [{"job_seconds": (1.0, 1.2)}], indirect=True, ids=["slow"])


@pytest.fixture
def fjordheim(vendors: Any, hr: Any, superuser: Any) -> Connection:
    """A connection of two owners; six people have another phone in Huma."""
    for way in ("equal", "equal", *["phone_differs"] * 6):
        vendors.add_person(way)
    connection = driving.connection(vendors, hr)
    connection.owners.add(superuser)
    return connection


@pytest.fixture
def at(fjordheim: Connection, live_server: Any) -> Any:
    """The address of one of the connection's pages."""
    return lambda page: f"{live_server.url}/admin/connections/{fjordheim.code}/{page}"


@pytest.fixture
def colleague(new_context: Any, sign_in: Any, superuser: Any, complaints: list[str]) -> Any:
    """A second admin's browser."""
    context = new_context()
    listen(context, complaints)
    sign_in(context, superuser)
    yield context.new_page()
    context.close()


def decided(connection: Connection, user: Any) -> SyncRun:
    """A run that was read, and in which Huma is right everywhere."""
    run = driving.read(connection, user)
    review.decide_bulk(run, user, review.ReviewFilter(), "huma")
    return run


def test_two_admins_dont_overwrite_each_other(desk, colleague, sign_in, hr, fjordheim, at):
    driving.read(fjordheim, hr)
    sign_in(desk.context, hr)
    for page in (desk, colleague):
        page.goto(at("review/"))
    groups = [page.get_by_role("group", name="what is right?").first for page in (desk, colleague)]
    groups[0].get_by_role("radio", name="Use Huma's").click()
    desk.get_by_text("1 of 6 decided").wait_for()
    groups[1].get_by_role("radio", name="Use Visma's").click()
    colleague.get_by_text("hr chose “Use Huma's” meanwhile. Your click was not saved").wait_for()
    assert colleague.get_by_role("radio", name="Use Huma's", checked=True).count() == 1
    for page in (desk, colleague):
        page.goto(at("confirm/"))
        page.get_by_text("1 change · 1 person").wait_for()
    colleague.goto(at("review/"))
    colleague.get_by_role("group", name="what is right?").first.get_by_role("radio", name="Use Huma's").click()
    colleague.get_by_text("2 of 6 decided").wait_for()
    desk.locator("button[form=confirm]").click()
    desk.get_by_text("The plan has changed since you opened this page. Nothing was sent").wait_for()
    assert not Change.objects.exists()
    for page in (desk, colleague):
        page.goto(at("confirm/"))
    desk.locator("button[form=confirm]").click()
    desk.wait_for_url("**/run/**")
    colleague.locator("button[form=confirm]").click()
    colleague.wait_for_url("**/run/**")
    assert Change.objects.count() == 2


@SLOW
def test_a_run_goes_on_without_its_browser(worker, desk, new_context, sign_in, hr, fjordheim, at):
    decided(fjordheim, hr)
    sign_in(desk.context, hr)
    desk.goto(at("confirm/"))
    desk.locator("button[form=confirm]").click()
    desk.get_by_role("heading", name="Sync", level=1).wait_for()
    desk.close()
    again = new_context()
    sign_in(again, hr)
    page = again.new_page()
    page.goto(at("sync/"))
    page.get_by_role("link", name="Follow it").click()
    page.get_by_text(re.compile(r"\d of 6")).wait_for()
    page.wait_for_url("**/result/**")
    page.get_by_text("6 changes were confirmed").wait_for()
    assert set(Change.objects.values_list("state", flat=True)) == {"done"}


@SLOW
def test_stop_ends_what_was_sent_and_sends_no_more(worker, desk, sign_in, hr, vendors, fjordheim, at):
    before = vendors.state()
    decided(fjordheim, hr)
    sign_in(desk.context, hr)
    desk.goto(at("confirm/"))
    desk.locator("button[form=confirm]").click()
    desk.get_by_text("Stop this sync").click()
    desk.get_by_role("button", name="Stop now").click()
    desk.wait_for_url("**/result/**")
    desk.get_by_text("Stopped by hr").wait_for()
    states = list(Change.objects.values_list("state", flat=True))
    assert set(states) <= {"done", "stopped"}
    assert "stopped" in states
    assert len(driving.changed(before, vendors.state())) == states.count("done") == len(vendors.journal.writes())


def test_without_a_worker_the_page_says_so_and_goes_on_once_it_runs(
    request, desk, sign_in, hr, fjordheim, at, settings
):
    settings.WORKER_MISSING_SECONDS = 1
    sign_in(desk.context, hr)
    desk.goto(at("sync/"))
    desk.get_by_role("button", name="Synchronize users").click()
    desk.get_by_text("The worker isn't running").wait_for()
    request.getfixturevalue("worker")
    desk.wait_for_url("**/overview/")


def test_the_language_is_one_click_away_and_stays(desk, sign_in, hr, fjordheim, at):
    lifecycle.start(fjordheim, hr)
    sign_in(desk.context, hr)
    desk.goto(at("people/"))
    desk.get_by_role("button", name="Norsk").click()
    desk.locator("html[lang=nb]").wait_for()
    assert desk.url == at("people/")
    desk.goto(at("history/"))
    desk.get_by_role("button", name="English").click()
    desk.locator("html[lang=en]").wait_for()
