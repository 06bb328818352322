"""The pages about approvals: for the user who connected, and for superusers."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from connections.connect import connecting, disconnecting
from connections.models import Connection
from connections.pairing import reservations
from connections.releases import answering, expected_pairings
from connections.sandbox import Sandbox
from tests.browser.looking import Look
from tests.connections.companies import OTHER_GUID, company
from tests.sync import bell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THIRD = "22222222-2222-4333-8444-555555555555"


@pytest.fixture
def look(desk: Any, live_server: Any) -> Look:
    return Look(desk, live_server.url)


@pytest.fixture
def waiting(vendors: Sandbox, hr: User, superuser: User) -> Connection:
    """A connection that waits, beside one that was disconnected."""
    for way in ("equal", "equal", "phone_differs", "account_differs", "possible_match", "only_huma"):
        vendors.add_person(way)
    disconnecting.disconnect(
        company(hr, name="Bergen Regnskap AS", tenant_id=OTHER_GUID, huma_organization_id=THIRD), hr
    )
    access = connecting.Access(vendors.TENANT_ID, vendors.HUMA_CLIENT_ID, vendors.HUMA_CLIENT_SECRET)
    return connecting.connect(hr, access, {"name": "Fjordheim AS"}, hr)


def at(name: str, *more: Any) -> str:
    return reverse(f"admin:{name}", args=more)


def test_pages_of_whoever_connected(look, waiting, hr, superuser, sign_in):
    sign_in(look.page.context, hr)
    for address in (at("connection", waiting.code), at("index"), at("connection_settings", waiting.code)):
        look.at(address)
    answering.refuse(waiting.release_requests.get().pk, superuser, "Fjordheim says that nobody there knows of it.")
    look.at(at("connection", waiting.code))
    assert look.found == {}


def test_pages_of_the_superuser(look, waiting, hr, superuser, sign_in):
    sign_in(look.page.context, superuser)
    look.at(at("connection_release", waiting.code))
    bell.until_quiet()
    look.page.get_by_text("People in Huma").wait_for()
    expected_pairings.expect(superuser, [(THIRD, hr)])
    for name in ("connection_release", "connection", "connection_release_approve", "connection_release_reject"):
        look.at(at(name, waiting.code))
    look.page.get_by_role("button", name="Reject the connection").click()
    look.page.goto(look.base + at("connection_release_approve", waiting.code))
    look.page.get_by_role("button", name="Approve the connection").evaluate("it => it.form.noValidate = true")
    look.page.get_by_role("button", name="Approve the connection").click()
    look.page.get_by_role("alert").first.wait_for()
    look.here("not asked yet")
    look.at(at("index"))
    look.at(at("pairings"))
    rows = f"Tenant ID;Who\n33333333-2222-4333-8444-555555555555;hr\nnot one;hr\n{THIRD};nobody"
    look.page.locator("input[type=file]").set_input_files(
        {"name": "pairings.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    look.page.get_by_role("button", name="Check the file").click()
    look.page.get_by_role("button", name="Enter 1 connection").wait_for()
    look.here("upload")
    look.at(at("pairings_free", reservations.reserved().get().pk))
    look.page.goto(look.base + at("connection_release_approve", waiting.code))
    look.page.get_by_role("checkbox").check()
    look.page.get_by_role("button", name="Approve the connection").click()
    look.page.get_by_text("Approved. Whoever connected it is told by email.").wait_for()
    assert look.found == {}
