"""Real time, in a browser: a phone is edited in "Huma", and soon "Visma" has it; nothing else changed."""

import re
from typing import Any

import pytest

from connections.models import Connection
from connections.sandbox import Sandbox
from sync.automation import switching
from sync.models import SyncRun
from tests.browser.looking import Look
from tests.browser.story import until
from tests.connections.companies import heard
from tests.sync import driving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = "+4790000123"
PATIENCE_MS = 60_000


@pytest.fixture
def fjordheim(vendors: Sandbox, hr: Any) -> Connection:
    """A company after its first run, with automatic updates on; what differed was left as it is."""
    for way in ("equal", "equal", "family_name", "account_differs", "only_huma", "only_visma"):
        vendors.add_person(way)
    connection = driving.connection(vendors, hr)
    run = driving.apply(driving.read(connection, hr), hr)
    assert run.state == SyncRun.State.FINISHED
    switching.turn_on(heard(connection), hr)
    return connection


@pytest.fixture
def at(fjordheim: Connection, live_server: Any, settings: Any) -> Any:
    """The address of one of the connection's pages."""
    settings.SITE_URL = live_server.url
    return lambda page: f"{live_server.url}/admin/connections/{fjordheim.code}/{page}"


@pytest.fixture
def stand_ins(desk: Any, vendors: Sandbox) -> Any:
    """The stand-ins' page, in a second tab of the same browser."""
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = desk.context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(vendors.huma_url)
    return page


def test_a_phone_edited_in_huma_is_in_visma_while_one_looks(
    fjordheim, vendors, worker, desk, stand_ins, sign_in, hr, at
):
    sign_in(desk.context, hr)
    paste_the_webhook(desk, stand_ins, at)
    person, expected = vendors.people["equal"][1], vendors.state()
    expected["huma"][person.user_id]["phone"] = PHONE
    (business,) = (one for one in expected["visma"][person.employee_id]["phones"] if one["type"] == "business")
    business["number"] = PHONE

    card = stand_ins.locator(f"#p-{person.user_id}")
    edit_the_phone(stand_ins, card)
    see_it_arrive(stand_ins, card)
    read_of_it(desk, fjordheim, at)
    assert vendors.state() == expected
    assert len(vendors.journal.writes()) == 1


def paste_the_webhook(desk: Any, stand_ins: Any, at: Any) -> None:
    """Copy the address and the secret from the connection's pages, and paste them into the stand-in Huma's form."""
    desk.goto(at(""))
    desk.get_by_role("link", name="Notices from Huma").first.click()
    desk.get_by_text("Show the signing key").click()
    for field, source in (("Address", "webhook-address"), ("Client secret", "webhook-secret")):
        desk.bring_to_front()
        desk.locator(f"button[data-copy={source}]").click()
        desk.locator(f"button[data-copy={source}]").get_by_text("Copied").wait_for()
        stand_ins.bring_to_front()
        stand_ins.get_by_label(field, exact=True).focus()
        stand_ins.keyboard.press("Control+V")
        assert stand_ins.get_by_label(field, exact=True).input_value() == desk.locator(f"#{source}").text_content()
    stand_ins.get_by_role("button", name="Save the webhook").click()
    stand_ins.get_by_text("nothing was sent yet").wait_for()


def edit_the_phone(page: Any, card: Any) -> None:
    """By keyboard alone."""
    card.get_by_role("link", name="Edit the phone of").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement?.name === 'phone'")
    page.keyboard.press("Control+A")
    page.keyboard.type(PHONE)
    page.keyboard.press("Enter")
    page.wait_for_url("**#p-*")


def see_it_arrive(page: Any, card: Any) -> None:
    """On the same page, without touching it."""
    row = card.get_by_role("row", name="Phone")
    row.get_by_text("s after Huma").wait_for()
    page.get_by_role("status").filter(has_text=re.compile(r"and in Visma \d+\.\d s later")).wait_for()
    assert [cell.inner_text().split()[0] for cell in row.get_by_role("cell").all()] == [PHONE, PHONE]
    assert card.locator(".fresh").count() == 2


def read_of_it(desk: Any, connection: Connection, at: Any) -> None:
    """The connection's page lists the event as verified, with a link to the run that wrote."""
    run = SyncRun.objects.get(connection=connection, trigger=SyncRun.Trigger.REAL_TIME)
    ended = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.FINISHED)
    assert until(ended.exists, PATIENCE_MS / 1000)
    desk.bring_to_front()
    desk.reload()
    told = desk.get_by_role("row").filter(has=desk.get_by_role("link", name="Open the sync"))
    told.get_by_text("Signed with the signing key").wait_for()
    told.get_by_role("link", name="Open the sync").click()
    desk.locator("details").filter(has_text=PHONE).locator("summary").first.click()
    desk.get_by_text(PHONE).first.wait_for()


def test_the_stand_ins_page_is_accessible_on_a_laptop_and_a_phone(vendors, desk):
    vendors.add_person("phone_differs")
    person = vendors.add_person("equal")
    desk.goto(vendors.huma_url)
    look = Look(desk, vendors.huma_url)
    look.here("without a webhook")
    webhook = vendors.register_webhook("http://127.0.0.1:1/webhooks/huma/abc/", secret="geheim", token="token")
    vendors.huma.edit(str(person.user_id), phone=PHONE)
    assert until(lambda: webhook.sent)
    for address in ("/", f"/?edit={person.user_id}"):
        desk.goto(vendors.huma_url + address)
        look.here(address)
    assert look.found == {}


def test_what_one_types_stays_while_the_page_follows_what_happens(vendors, desk):
    typed, other = (str(vendors.add_person("equal").user_id) for _ in range(2))
    desk.goto(f"{vendors.huma_url}/?edit={typed}")
    field = desk.get_by_role("textbox", name="The phone of")
    field.fill("+4791")
    vendors.huma.edit(other, phone=PHONE)
    vendors.huma.edit(typed, familyName="Nordlie")
    desk.locator(f"#p-{other}").get_by_text(PHONE).wait_for()
    assert field.input_value() == "+4791"
    desk.get_by_role("link", name="Cancel").click()
    desk.locator(f"#p-{typed}").get_by_text("Nordlie").first.wait_for()
