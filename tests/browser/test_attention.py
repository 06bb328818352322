"""The inbox on the start page in a real browser: looked at, and worked off by keyboard."""

import re

import pytest
from django.utils import timezone

from sync.analysis.notices import tell
from sync.models import Change, Conflict, EmployeeLink, Notice, SyncRun
from tests.browser.looking import Look
from tests.connections.companies import company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(hr):
    """A connection in which much waits, and one that is paused."""
    now = timezone.now()
    made = company(hr, automatic=True)
    run = SyncRun.objects.create(connection=made, state="finished", finished_at=now, read_at=now)
    kari = EmployeeLink.objects.create(
        connection=made, huma_id="h", visma_id="v", linked_by="number", name="Kari Nordmann", number="1"
    )
    Conflict.objects.create(run=run, link=kari, field="phone", kind="value")
    Change.objects.create(run=run, link=kari, side="visma", field="email", state="held")
    for number in range(60):
        tell(made, "new_person", f"n{number}", name=f"Nina Ny {number:02}", number=f"{number}")
    tell(made, "deactivated", "d", link=kari)
    positions = {"what": "another", "before": "2020-01-01 – 2026-02-28", "now": "2026-03-01 – …"}
    tell(made, "position", "p", link=kari, params={"huma": positions, "visma": {**positions, "what": "ended"}})
    company(hr, name="Breidvik", tenant_id="2", state="paused", pause_reason="credentials_huma")
    return made


@pytest.fixture
def desk(desk, sign_in, hr):
    sign_in(desk.context, hr)
    return desk


def test_nothing_is_wrong_with_the_pages(desk, live_server, busy):
    look = Look(desk, live_server.url)
    look.at("/admin/")
    look.at(f"/admin/connections/{busy.code}/attention/")
    look.at(f"/admin/connections/{busy.code}/attention/?kind=new_person")
    assert look.found == {}


def test_it_is_worked_off_by_keyboard(desk, live_server, busy):
    desk.goto(f"{live_server.url}/admin/")
    inbox = desk.locator("#attention")
    done = inbox.get_by_role("button", name=re.compile("^Mark as done ?: Kari Nordmann$"))
    assert done.count() == 2
    done.first.focus()
    desk.keyboard.press("Enter")
    inbox.get_by_text("deactivated in Huma").wait_for(state="detached")
    # The focus is at the heading of the inbox, and not at the top of the page.
    assert desk.evaluate("document.activeElement.id") == "attention-title"
    desk.keyboard.press("Tab")
    assert "Renew the API key" in desk.evaluate("document.activeElement.textContent")
    inbox.get_by_role("link", name=re.compile("^and 57 more")).click()
    desk.get_by_role("button", name="Mark all 60 as done").click()
    desk.get_by_text("60 notices are closed.").wait_for()
    assert Notice.objects.filter(closed_at=None).values_list("kind", flat=True).get() == "position"
