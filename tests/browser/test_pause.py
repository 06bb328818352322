"""An owner pauses the connection while payroll runs, and resumes it; the pages have no problems."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from connections.models import Connection
from sync.models import SyncRun
from tests.browser.looking import Look
from tests.connections.companies import company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_pause_from_its_first_click_to_its_last(
    desk: Any, live_server: Any, sign_in: Any, context: Any, hr: User
) -> None:
    sign_in(context, hr)
    made = company(hr)
    SyncRun.objects.create(connection=made, state="review", read_at=timezone.now())
    look, url = Look(desk, live_server.url), f"/admin/connections/{made.code}/"
    look.at(url)
    desk.get_by_role("link", name="Pause…").click()
    look.here("pause")
    until = timezone.localdate() + timedelta(days=3)
    desk.get_by_label("Until and including").fill(until.isoformat())
    desk.get_by_role("button", name="Pause", exact=True).click()
    desk.get_by_text("Paused by hr until and including").wait_for()
    assert Connection.objects.get().paused_until == until
    look.at(url)
    look.at(f"{url}overview/")
    desk.get_by_text("This sync stays open").wait_for()
    desk.get_by_role("link", name="Open the connection").click()
    desk.get_by_role("button", name="Resume").click()
    desk.get_by_text("The connection resumes").wait_for()
    assert Connection.objects.get().state == "active"

    Connection.objects.update(
        state="paused",
        pause_reason="credentials_huma",
        paused_at=timezone.now(),
        retry_next=timezone.now() + timedelta(minutes=15),
    )
    look.at(url)
    desk.get_by_text("We try the access again automatically").wait_for()
    assert look.found == {}
