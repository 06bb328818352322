"""Every page: axe finds no problem, light or dark; nothing is too wide for a phone; no policy is violated."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, reverse

from connections.doctor.check import check
from connections.doctor.due import ask_soon
from sync.models import EmployeeLink, SyncRun
from sync.runs import lifecycle
from sync.wizard import confirm, creation, review
from tests.browser.looking import Look
from tests.conftest import PASSWORD
from tests.sync import driving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fails(request: HttpRequest) -> HttpResponse:
    """A page with a mistake in it."""
    raise RuntimeError


urlpatterns = [path("fails/", fails), path("", include("humavisma.urls"))]


@pytest.fixture
def look(desk: Any, live_server: Any) -> Look:
    return Look(desk, live_server.url)


@pytest.fixture
def everybody(settings: Any) -> Any:
    """Both vendors with people for everything that a page can show."""
    with driving.running(settings, employees=14) as sandbox:
        for way in ("possible_match", "address_capitals", "rehired", "last_workday_without_reason", "not_editable"):
            sandbox.add_person(way)
        for way in ("draft", "former", "only_huma_consultant", "only_huma_without_number", "only_visma_former"):
            sandbox.add_person(way)
        yield sandbox


def at(name: str, *more: Any) -> str:
    return reverse(f"admin:{name}", args=more)


def test_what_is_wrong_is_found(look):
    look.page.set_content("<html lang='en'><title>Wrong</title><main><h1>Wide</h1><img src='' width='3000'></main>")
    look.here("wrong")
    assert list(look.found) == ["wrong 1280 light", "wrong 390 dark"]
    assert "image-alt" in str(look.found)
    assert "sticks out" in str(look.found)


def test_pages_before_a_company_is_connected(look, hr, vendors, sign_in, settings):
    look.at(at("index"))
    look.page.get_by_label("Username").fill("hr")
    look.page.get_by_label("Password").fill("wrong")
    look.page.get_by_role("button", name="Sign in").click()
    look.here("sign-in refused")
    look.page.get_by_label("Username").fill("hr")
    look.page.get_by_label("Password").fill(PASSWORD)
    look.page.get_by_role("button", name="Sign in").click()
    look.page.wait_for_url(f"**{at('index')}")
    look.here("start, empty")
    look.at(at("connect"))
    look.page.evaluate("document.querySelector('#connect-form').noValidate = true")
    look.page.get_by_role("textbox", name="Tenant ID").fill("123")
    look.page.get_by_role("button", name="Connect", exact=True).click()
    look.page.get_by_role("alert").first.wait_for()
    look.here("connect refused")
    look.at(at("password_change"))
    look.at("/nothing/")
    settings.ROOT_URLCONF = __name__
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    look.at("/fails/")
    assert look.found == {}


def test_pages_of_a_run(look, hr, everybody, sign_in, settings):
    fjordheim = driving.connection(everybody, hr)
    sign_in(look.page.context, hr)
    code = fjordheim.code
    for name in ("people", "history", "sync_users", "ready"):
        look.at(at(name, code))
    look.at(at("help"))
    run = driving.read(fjordheim, hr)
    for name in ("connection", "connection_settings", "connection_credentials", "connection_disconnect"):
        look.at(at(name, code))
    look.at(at("connection_doctor", code))
    check(fjordheim)
    look.at(at("connection_doctor", code))
    ask_soon(fjordheim)
    look.page.goto(look.base + at("connection_doctor", code))
    look.page.get_by_text("The check is about to start").wait_for()
    look.here("connection_doctor, started")
    look.page.goto("about:blank")
    for name in ("sync_users", "overview", "review", "review_matches"):
        look.at(at(name, code))
    look.at(at("review", code) + "?show=impossible")
    look.page.locator("details.bulk button", has_text="Use Huma's").click()
    look.page.wait_for_url("**/bulk/")
    look.here("bulk")
    look.page.goto(look.base + at("create", code))
    look.page.get_by_label("Bergen").wait_for()
    look.here("create")
    review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
    review.decide_bulk(run, hr, review.ReviewFilter(), "visma")
    creation.choose_all(run, hr, "visma", True)
    creation.choose_all(run, hr, "huma", True)
    look.at(at("review", code) + "?show=decided")
    look.at(at("confirm", code))
    look.at(at("people", code))
    link = EmployeeLink.objects.filter(connection=fjordheim, state="linked").first()
    assert link
    look.at(at("person", code, "huma", link.huma_id))
    look.at(at("person_unlink", code, "huma", link.huma_id))
    settings.WORKER_MISSING_SECONDS = 0
    shown = confirm.build(run)
    confirm.confirm(run, hr, shown.fingerprint, str(shown.people))
    look.at(at("run", code, run.pk))
    look.page.goto("about:blank")
    driving.runner.drive(run)
    for address in (at("result", code, run.pk), at("history", code), at("index"), at("sync_users", code)):
        look.at(address)
    assert look.found == {}


def test_what_leads_on_beside_a_title_looks_like_a_link(look, hr, everybody, sign_in):
    fjordheim = driving.connection(everybody, hr)
    sign_in(look.page.context, hr)
    driving.read(fjordheim, hr)
    look.page.goto(look.base + at("people", fjordheim.code))
    style = "(it) => [getComputedStyle(it).color, getComputedStyle(it).fontWeight]"
    link = look.page.locator("table a.name").first.evaluate(style)
    for name in ("Pilot group", "Pairs file", "To fix", "How people are matched"):
        assert look.page.get_by_role("main").get_by_role("link", name=name, exact=True).evaluate(style) == link, name


def test_pages_of_reading_that_goes_on_or_failed(look, hr, vendors, sign_in, settings):
    fjordheim = driving.connection(vendors, hr)
    sign_in(look.page.context, hr)
    settings.WORKER_MISSING_SECONDS = 0
    lifecycle.start(fjordheim, hr)
    look.at(at("sync_users", fjordheim.code))
    driving.runner.drive(SyncRun.objects.get())
    look.at(at("sync_users", fjordheim.code))
    look.at(at("history", fjordheim.code))
    assert look.found == {}


def test_the_superusers_own_pages(look, superuser, vendors, sign_in):
    for way in ("equal", "equal", "phone_differs", "account_differs"):
        vendors.add_person(way)
    fjordheim = driving.connection(vendors, superuser)
    driving.read(fjordheim, superuser)
    sign_in(look.page.context, superuser)
    look.at(at("sync_conflict_changelist"))
    look.at(at("sync_syncrun_changelist"))
    look.at(at("sync_syncrun_change", SyncRun.objects.get().pk))
    look.at(at("connections_connection_changelist"))
    look.at(at("auth_user_changelist"))
    look.at(at("auth_user_add"))
    assert look.found == {}
