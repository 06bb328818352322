"""The Client secret, which Huma shows once, survives an error in another field, and is nowhere in clear."""

import base64
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from connections.models import Connection
from connections.pages.form_fields import KeptSecretInput
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from tests.connections.companies import OTHER_GUID, company, text_of, typed

pytestmark = pytest.mark.django_db
URL = "/admin/connections/connect/"


@pytest.fixture
def site(hr):
    client = Client(headers={"accept-language": "en"})
    client.force_login(hr)
    return client


def kept(page):
    """The encrypted secret in the page, or ""."""
    found = re.findall(r'name="huma_client_secret_kept" value="([^"]*)"', page.content.decode())
    return found[0] if found else ""


def again(page, **other):
    """The form as the browser sends it once another field was put right; the secret's own is empty."""
    return typed(huma_client_secret="", huma_client_secret_kept=kept(page), **other)


@pytest.mark.parametrize(
    "wrong", [{"tenant_id": "x"}, {"name": ""}, {"authority": ""}, {"recipients": "nobody"}, {"tenant_id": OTHER_GUID}]
)
def test_it_survives_whatever_else_is_wrong(site, sandbox, wrong):
    page = site.post(URL, typed(**wrong))
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    token = kept(page)
    for form in (HUMA_CLIENT_SECRET, HUMA_CLIENT_SECRET.replace("-", "")):
        assert form not in page.content.decode()
        assert form.encode() not in base64.urlsafe_b64decode(token)
    field = re.findall(r'<input type="password"[^>]*>', page.content.decode())[0]
    assert "required" not in field
    assert 'placeholder="Stored. Paste a new one only to replace it."' in field
    site.post(URL, again(page))
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET
    assert HUMA_CLIENT_SECRET not in str([one.get_decoded() for one in Session.objects.all()])


def test_it_survives_several_errors_in_a_row(site, sandbox):
    page = site.post(URL, typed(tenant_id="x"))
    page = site.post(URL, again(page, tenant_id=OTHER_GUID))
    page = site.post(URL, again(page, name=""))
    site.post(URL, again(page))
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET


def test_what_is_pasted_anew_wins(site, sandbox):
    page = site.post(URL, typed(huma_client_secret=OTHER_GUID))
    assert "Huma doesn't accept" in text_of(page)
    site.post(URL, {**again(page), "huma_client_secret": HUMA_CLIENT_SECRET})
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET


def test_a_secret_that_is_wrong_itself_is_not_kept(site, sandbox):
    page = site.post(URL, typed(huma_client_secret="half of it"))
    assert kept(page) == ""
    assert "half of it" not in page.content.decode()
    assert "This field is required." in text_of(site.post(URL, again(page)))


def test_changed_places_are_put_right_without_losing_it(site, sandbox):
    page = site.post(URL, typed(huma_client_id=HUMA_CLIENT_SECRET, huma_client_secret=HUMA_CLIENT_ID))
    assert f'value="{HUMA_CLIENT_ID}"' in page.content.decode()
    assert HUMA_CLIENT_SECRET not in page.content.decode()
    site.post(URL, again(page))
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET


def test_it_is_for_one_person_and_an_hour_only(site, sandbox, superuser, monkeypatch):
    page = site.post(URL, typed(tenant_id="x"))
    other = Client(headers={"accept-language": "en"})
    other.force_login(superuser)
    assert "This field is required." in text_of(other.post(URL, again(page)))
    later = (timezone.now() + timedelta(seconds=KeptSecretInput.KEPT_SECONDS + 5)).timestamp()
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    assert "This field is required." in text_of(site.post(URL, again(page)))
    for nonsense in ("x", "\x00", "æ", "gAAAAA"):
        assert site.post(URL, typed(huma_client_secret="", huma_client_secret_kept=nonsense)).status_code == 200
    assert not Connection.objects.exists()


def test_renewed_credentials_keep_it_too(site, sandbox, hr):
    made = company(hr, tenant_id=TENANT_ID)
    url = f"/admin/connections/{made.code}/credentials/"
    page = site.post(url, {"huma_client_id": "x", "huma_client_secret": HUMA_CLIENT_SECRET})
    assert HUMA_CLIENT_SECRET not in page.content.decode()
    Connection.objects.update(huma_client_secret="")
    site.post(url, {"huma_client_id": HUMA_CLIENT_ID, "huma_client_secret_kept": kept(page)})
    made.refresh_from_db()
    assert made.huma_client_secret == HUMA_CLIENT_SECRET
