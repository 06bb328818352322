"""The pages of a pairs file, of what has to be fixed, and of other integrations, as a person sees them."""

from typing import Any

import pytest
from django.urls import reverse

from sync.models import EmployeeLink, PassedPerson
from sync.runs import pilot_group
from tests.browser.looking import Look
from tests.sync import driving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at(name: str, *more: Any) -> str:
    return reverse(f"admin:{name}", args=more)


@pytest.fixture
def company(settings: Any) -> Any:
    settings.HUMA_PERSON_URL = "https://huma.example/people/{id}"
    settings.VISMA_PERSON_URL = "https://visma.example/employees/{id}"
    with driving.running(settings, employees=6) as sandbox:
        for way in ("only_huma", "only_visma", "only_huma_without_number", "not_editable", "possible_match"):
            sandbox.add_person(way)
        user = next(iter(sandbox.huma.users.values()))
        user.integrations = {"Visma.net Payroll": {"type": "payroll", "externalId": "x"}}
        user.locks = {"phone": {"Azure AD": {"warning": "locked_disconnect"}}}
        yield sandbox


def test_a_pairs_file_goes_from_upload_to_links(desk, live_server, hr, company, sign_in, tmp_path):
    look = Look(desk, live_server.url)
    made = driving.connection(company, hr)
    sign_in(look.page.context, hr)
    look.at(at("pairs", made.code))
    run = driving.read(made, hr)
    PassedPerson.objects.create(connection=made, side="huma", vendor_id="odd", name="Odd", reason="passed_silent")
    (pair,) = company.people["possible_match"]
    number = company.visma.employees[pair.employee_id].body["number"]
    path = tmp_path / "pairs.csv"
    rows = [f";{pair.user_id};{number}", "nobody@example.com;;17", ";;99"]
    path.write_text("\n".join(["huma_email;huma_id;visma_number", *rows]))
    look.at(at("pairs", made.code))
    with look.page.expect_download() as download:
        look.page.get_by_role("button", name="Download the template").click()
    assert download.value.suggested_filename == f"pairs-{made.code}.csv"
    look.page.get_by_label("CSV file").set_input_files(path)
    look.page.get_by_role("button", name="Check the file").click()
    look.page.wait_for_url("**/pairs/preview/")
    look.here("preview")
    look.page.get_by_role("button", name="Link 1 pair").click()
    look.page.wait_for_url("**/people/?show=by_pair")
    assert EmployeeLink.objects.get(huma_id=pair.user_id).linked_by == "pair"
    for name in ("people", "to_fix", "automatic", "attention", "review"):
        look.at(at(name, made.code))
    look.page.goto(look.base + at("create", made.code))
    look.page.get_by_label("Bergen").wait_for()
    look.here("create")
    entry = made.integrations.get(to_visma=True).pk
    look.at(at("automatic_stale", made.code) + f"?entry={entry}")
    look.page.get_by_role("button", name="It is out of date").click()
    look.page.get_by_role("button", name="It is in use after all").wait_for()
    look.here("stale")
    assert run.connection_id == made.pk
    assert look.found == {}


def test_what_has_to_be_fixed_is_printed_as_a_list_and_nothing_else(desk, live_server, hr, company, sign_in, browser):
    look = Look(desk, live_server.url)
    made = driving.connection(company, hr)
    sign_in(look.page.context, hr)
    driving.read(made, hr)
    PassedPerson.objects.create(connection=made, side="huma", vendor_id="odd", name="Odd", reason="passed_silent")
    link = made.links.filter(state="linked")[0]
    pilot_group.add(made, hr, [("huma", link.huma_id)], made.pilot_version)
    look.page.goto(look.base + at("to_fix", made.code))
    assert look.page.get_by_role("link", name="Everyone").is_visible()
    look.page.evaluate("window.print = () => { document.documentElement.dataset.theme = 'dark'; }")
    look.page.get_by_role("button", name="Print").click()
    assert look.page.locator("html").get_attribute("data-theme") == "dark"
    look.page.set_viewport_size({"width": 700, "height": 1000})  # about the width of paper
    look.page.emulate_media(media="print", color_scheme="dark")
    assert look.page.get_by_role("row", name="Odd").is_visible()
    assert look.page.get_by_role("columnheader", name="To be fixed in").is_visible()
    for unneeded in ("Print", "Download as CSV"):
        assert not look.page.get_by_role("button", name=unneeded).is_visible()
    for unneeded in ("Change", "Everyone"):
        assert not look.page.get_by_role("link", name=unneeded).is_visible()
    stripe = look.page.locator("#container").evaluate("(it) => getComputedStyle(it).backgroundImage")
    assert stripe == "none", "the sidebar's"
    lefts = {look.page.locator(one).bounding_box()["x"] for one in ("h1", ".pilot-band", ".table")}
    assert lefts == {0}, "the paper has margins of its own"
    for around in ("#header", "#app-nav", "#footer", ".breadcrumbs", ".open-in >> nth=0"):
        assert not look.page.locator(around).is_visible(), around
    assert look.page.locator("html").evaluate("(it) => getComputedStyle(it).colorScheme") == "light"
    look.page.goto(look.base + at("people", made.code))
    assert look.page.locator("tbody .badge").first.is_visible(), "what isn't clicked stays"
    with browser.new_context(java_script_enabled=False) as plain:
        sign_in(plain, hr)
        page = plain.new_page()
        page.goto(look.base + at("to_fix", made.code))
        assert page.get_by_role("button", name="Download as CSV").is_visible()
        assert not page.locator("[data-print]").is_visible(), "without scripts it would do nothing"
