"""The session ended while a page was open: the page says what wasn't saved, and signing in leads back to it."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from humavisma import coming_back
from sync.models import Conflict
from tests.conftest import PASSWORD
from tests.sync.browsing import at, signed_in, words
from tests.sync.pages.test_every_address import each_address

pytestmark = pytest.mark.django_db

HERE = "http://testserver"


def part(**more):
    """The headers of a request of htmx."""
    return {"hx-request": "true", **{key.replace("_", "-"): value for key, value in more.items()}}


def sign_in(client, address, **more):
    """Sign in on the page that the address leads to."""
    page = client.get(address)
    data = {"username": "hr", "password": PASSWORD, "next": parse_qs(urlsplit(address).query).get("next", [""])[0]}
    return page, client.post(address, {**data, **more}, follow=True)


def test_a_choice_after_the_session_ended_leads_back_to_the_card(web, run, conflict):
    page = f"{at('review', run.connection)}?field=phone&show=all"
    phone = conflict("kari", "phone")
    Session.objects.all().delete()
    headers = part(hx_current_url=f"{HERE}{page}#person-1", hx_target=f"difference-{phone.pk}")
    data = {"conflict": phone.pk, "choice": "huma", "expected": ""}
    refused = web.post(at("review_decide", run.connection), data, headers=headers)
    assert refused.content == b"", "the sign-in page never ends inside a card"
    shown, back = sign_in(web, refused["HX-Redirect"])
    assert "You were signed out, and your last click was not saved Sign in, and you come back" in words(shown)
    assert back.redirect_chain[-1][0] == f"{page}#difference-{phone.pk}"
    assert "0 of 3 decided" in words(back)
    assert not Conflict.objects.exclude(decision="").exists()


def test_a_part_that_asks_for_itself_leads_to_the_sign_in_without_a_word_about_saving(web, run):
    type(run).objects.update(state="applying")
    Session.objects.all().delete()
    live, page = at("run_live", run.connection, run.pk), at("run", run.connection, run.pk)
    refused = web.get(live, headers=part(hx_current_url=f"{HERE}{page}", hx_trigger="writing"))
    shown, back = sign_in(web, refused["HX-Redirect"])
    assert "was not saved" not in words(shown)
    assert back.request["PATH_INFO"] == page
    assert back.status_code == 200


def test_a_click_without_javascript_leads_back_to_its_page(web, run, conflict):
    page = f"{at('review', run.connection)}?kind=value"
    Session.objects.all().delete()
    data = {"conflict": conflict("kari", "phone").pk, "choice": "huma"}
    refused = web.post(at("review_decide", run.connection), data, headers={"referer": f"{HERE}{page}"})
    shown, back = sign_in(web, refused["Location"])
    assert "your last click was not saved" in words(shown)
    assert back.redirect_chain[-1][0] == page


def test_a_page_that_is_only_looked_at_says_nothing_of_saving(web, run):
    Session.objects.all().delete()
    refused = web.get(at("review", run.connection))
    assert "unsaved" not in refused["Location"]


@pytest.mark.parametrize("where", ["https://elsewhere.test/admin/", "//elsewhere.test/", "javascript:x", ""])
def test_another_sites_page_is_never_gone_back_to(web, run, where):
    Session.objects.all().delete()
    go = at("confirm_run", run.connection)
    for headers in ({"referer": where}, part(hx_current_url=where, hx_target="x")):
        refused = web.post(go, headers=headers)
        address = refused.headers.get("HX-Redirect") or refused["Location"]
        assert parse_qs(urlsplit(address).query)["next"] == [at("confirm", run.connection)]
    _page, back = sign_in(web, f"/admin/login/?{urlencode({'next': where})}")
    assert back.request["PATH_INFO"] == "/admin/"


def test_signing_in_never_ends_at_an_address_that_only_takes_a_click(hr, run, sandbox):
    def ends(address):
        wanted = Client().post(address).headers.get("Location") or f"/admin/login/?{urlencode({'next': address})}"
        for way in (wanted, f"/admin/login/?{urlencode({'next': address})}"):
            _page, back = sign_in(Client(headers={"accept-language": "en"}), way)
            yield back.status_code == 200 and back.request["PATH_INFO"].startswith("/admin/connections/")

    found = each_address(run, lambda address: all(ends(address)))
    assert [name for name, well in found.items() if not well] == []


def test_a_browser_that_comes_to_an_address_for_clicks_is_led_to_its_page(web, run, sandbox):
    found = each_address(run, lambda address: web.get(address, headers={"accept": "text/html,*/*"}, follow=True))
    assert {name: one.status_code for name, one in found.items() if one.status_code != 200} == {}


def test_who_signed_in_in_another_tab_goes_on_from_the_first(web, run):
    page = at("review", run.connection)
    login = f"/admin/login/?{urlencode({'next': page})}"
    assert web.get(login)["Location"] == page
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(run.connection.owners.get())
    assert strict.post(login, {"username": "hr", "password": PASSWORD, "next": page})["Location"] == login


def test_signing_in_never_ends_at_signing_out(hr, run):
    _page, back = sign_in(Client(), f"/admin/login/?{urlencode({'next': '/admin/logout/'})}")
    assert (back.status_code, back.request["PATH_INFO"]) == (200, "/admin/")


def test_a_lost_cookie_leads_to_the_sign_in_too(run):
    client = Client(enforce_csrf_checks=True)
    page = at("review", run.connection)
    headers = part(hx_current_url=f"{HERE}{page}")
    refused = client.post(at("review_decide", run.connection), {"choice": "huma"}, headers=headers)
    assert refused["HX-Redirect"] == f"/admin/login/?next={page}&unsaved=1"


def test_somebody_who_may_not_see_it_gets_no_further(run, other):
    refused = signed_in(other).post(at("review_decide", run.connection), headers=part())
    assert refused.status_code == 404


def test_never_is_asked_about_before_it_is_saved(web, run, conflict):
    phone = conflict("kari", "phone")
    url, data = at("review_decide", run.connection), {"conflict": phone.pk, "choice": "never", "expected": ""}
    asked = web.post(url, data, headers=part())
    assert "Never sync “Phone” for Kari Nordmann? No sync compares or sends it from then on." in words(asked)
    without = words(web.post(url, {**data, "field": "phone", "show": "all"}))
    assert "Never sync “Phone” for Kari Nordmann?" in without
    phone.refresh_from_db()
    assert phone.decision == ""
    web.post(url, {**data, "cancel": "1"}, headers=part())
    phone.refresh_from_db()
    assert phone.decision == ""
    saved = web.post(url, {**data, "sure": "never", "field": "phone"})
    assert saved["Location"] == f"{at('review', run.connection)}?field=phone#person-{phone.link_id}"
    phone.refresh_from_db()
    assert phone.decision == "never"


@pytest.mark.parametrize("name", ["review_person", "review_bulk", "review_bulk_decide"])
def test_never_is_no_choice_for_many(web, run, conflict, name):
    link = conflict("kari", "phone").link_id
    refused = web.post(at(name, run.connection), {"link": link, "choice": "never"})
    assert refused.status_code == 404
    assert not Conflict.objects.exclude(decision="").exists()


@pytest.mark.parametrize("path", ["/admin/auth/user/", "/admin/", "/admin/connections/"])
def test_a_long_address_is_looked_at_for_as_many_parts_as_a_page_has(path, monkeypatch):
    looked: list[str] = []

    def is_page(path):
        looked.append(path)
        return False

    monkeypatch.setattr(coming_back, "_is_page", is_page)
    assert coming_back.page_of(path + "a/" * 5000) == "/admin/"
    assert len(looked) <= coming_back.DEEPEST
    assert max(map(len, looked)) < 100


def test_a_long_address_leads_to_the_page_above_it(client):
    refused = client.post("/admin/" + "a/" * 5000)
    assert refused["Location"] == "/admin/login/?next=/admin/&unsaved=1"
