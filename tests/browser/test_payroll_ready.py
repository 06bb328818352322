"""Ready for payroll, and the table of many connections, in a real browser: axe, a phone, dark, the policy."""

from typing import Any

import pytest
from django.urls import reverse

from tests.browser.looking import Look
from tests.connections.companies import company, heard
from tests.sync.paying import paid
from tests.sync.payroll_ready.test_payroll_ready import changed, checked, pair

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def companies(hr: Any) -> list[str]:
    """Ten companies: the first isn't ready, the second is; the addresses of their pages."""
    made = [heard(company(hr, name=f"Company {n}", tenant_id=str(n))) for n in range(10)]
    for one in made[:2]:
        paid(one)
        checked(one, pair(1), pair(2))
        changed(one)
        changed(one, "family_name", person="h2", before="Nordmann", after="Hansen")
    changed(made[0], state="held", reason="held_account")
    changed(made[0], "phone", state="held", person="h2", reason="held_many")
    return [reverse("admin:payroll_ready", args=[one.code]) for one in made]


def test_nothing_is_wrong_with_the_pages(desk, live_server, companies, hr, sign_in):
    sign_in(desk.context, hr)
    look = Look(desk, live_server.url)
    for address in (*companies[:3], "/admin/"):
        look.at(address)
    assert look.found == {}
