"""What waits before a pay day, the recipients of payroll notices, and their confirmation, in a real browser."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from connections.owner_settings import recipients
from connections.owner_settings.changing import change_settings
from sync.models import Change, EmployeeLink, SyncRun
from tests.browser.looking import Look
from tests.connections.companies import company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OLD = {"paymentType": "bank", "localBankAccount": "86011117947"}
NEW = {"paymentType": "bank", "localBankAccount": "12345678903"}


@pytest.fixture
def fjordheim(hr: Any, sandbox: Any) -> Connection:
    """A connection from before the upgrade, in which accounts and a last workday wait for the pay in some days."""
    now = timezone.now()
    made = company(hr, automatic=True, automatic_by="hr", automatic_at=now, accounts="once", accounts_asks=True)
    day = (timezone.localdate() + timedelta(days=9)).day
    contacts = ["lonn@fjordheim.example", "regnskap@fjordheim.example"]
    change_settings(made, hr, {"payroll_contacts": contacts, "pay_day": day, "cutoff_day": day})
    row = made.payroll_recipients.get(address="lonn@fjordheim.example")
    recipients.confirm(row)
    long_ago = (timezone.localdate() - timedelta(days=70)).isoformat()
    held: list[Any] = [("bank_account", OLD, NEW), ("bank_account", {"paymentType": "cash"}, NEW)]
    held.append(("last_workday", {"date": None, "reason": None}, {"date": long_ago, "reason": None}))
    run = SyncRun.objects.create(connection=made, trigger="real-time", state="finished", confirmed_at=now)
    for number, (field, before, after) in enumerate(held):
        name = f"Kari Nordmann {number}"
        link = EmployeeLink.objects.create(
            connection=made, huma_id=f"h{number}", visma_id=f"v{number}", linked_by="number", name=name
        )
        Change.objects.create(
            run=run, link=link, side="visma", field=field, name=name, number=str(number), before=before, after=after,
            state="held", reason="held_account", settled_at=now - timedelta(days=40 * number),
        )  # fmt: skip
    return made


def test_nothing_is_wrong_with_the_pages(desk, live_server, fjordheim, hr, sign_in):
    sign_in(desk.context, hr)
    look, code = Look(desk, live_server.url), fjordheim.code
    for page in ("held", "attention", "automatic", "connection", "connection_settings"):
        look.at(reverse(f"admin:{page}", args=[code]))
    assert look.found == {}


def test_an_address_is_confirmed_without_a_login(desk, live_server, fjordheim):
    look = Look(desk, live_server.url)
    row = fjordheim.payroll_recipients.get(address="regnskap@fjordheim.example")
    look.at(recipients.link(row))
    desk.get_by_role("button", name="Confirm the address").click()
    desk.get_by_role("heading", name="The address is confirmed").wait_for()
    look.here("confirmed")
    look.at("/payroll/nothing/")
    assert look.found == {}
    assert recipients.unconfirmed(Connection.objects.get(pk=fjordheim.pk)) == []
