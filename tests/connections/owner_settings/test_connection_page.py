"""A connection's own page."""

import re

import pytest

from connections.models import audit
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, ORGANIZATION_ID, TENANT_ID
from tests.connections.companies import company, text_of

pytestmark = pytest.mark.django_db


def test_it_shows_what_belongs_to_the_connection_and_no_secret(site, hr):
    connection = company(hr, recipients=["boss@example.com"], default_end_reason="arbeidstakerHarSagtOppSelv")
    said = text_of(site.get(f"/admin/connections/{connection.code}/"))
    for fact in (TENANT_ID, ORGANIZATION_ID, "boss@example.com", "The employee resigned", "hr@example.com"):
        assert fact in said
    assert HUMA_CLIENT_ID not in said
    assert HUMA_CLIENT_SECRET not in said
    assert connection.fingerprint_key not in said


def test_it_leads_to_the_first_run(site, hr):
    connection = company(hr)
    said = text_of(site.get(f"/admin/connections/{connection.code}/"))
    assert "Not synchronized yet." in said
    assert f"/admin/connections/{connection.code}/sync/" in said


def test_it_tells_what_was_done_with_old_and_new(site, hr):
    connection = company(hr)
    audit(hr, "settings.changed", connection, threshold_people=[10, 25], fields_off=[[], ["phone"]])
    said = text_of(site.get(f"/admin/connections/{connection.code}/"))
    assert "Changed the settings" in said
    assert "Phone" in said.split("Timeline")[1]
    assert "25" in said.split("Timeline")[1]


def test_it_warns_of_an_interface_that_ends(site, hr):
    connection = company(hr, sunset="Sat, 31 Jul 2027 23:59:59 GMT")
    said = text_of(site.get(f"/admin/connections/{connection.code}/"))
    assert "An interface that this connection uses ends on Sat, 31 Jul 2027" in said


def test_a_paused_connection_says_why_and_what_to_do(site, hr):
    connection = company(hr, state="paused", pause_reason="credentials_huma")
    said = text_of(site.get(f"/admin/connections/{connection.code}/"))
    assert "Huma refused the API key. Renew the connection's API key." in said
    assert "Check the access again" in said


def test_another_hr_admin_does_not_find_it(site, other_hr):
    connection = company(other_hr)
    for part in ("", "settings/", "credentials/", "disconnect/"):
        assert site.get(f"/admin/connections/{connection.code}/{part}").status_code == 404
    for part in ("check/", "owners/add/", f"owners/{other_hr.pk}/remove/", "settings/", "credentials/", "disconnect/"):
        assert site.post(f"/admin/connections/{connection.code}/{part}").status_code == 404


def test_a_superuser_finds_it(site, superuser, other_hr):
    connection = company(other_hr)
    site.force_login(superuser)
    assert site.get(f"/admin/connections/{connection.code}/").status_code == 200


def test_it_requires_login(client, hr):
    url = f"/admin/connections/{company(hr).code}/"
    assert client.get(url).headers["Location"] == f"/admin/login/?next={url}"


def test_the_plain_admin_pages_keep_their_addresses_and_show_no_secret(site, superuser, hr):
    connection = company(hr)
    audit(hr, "settings.changed", connection, threshold_people=[10, 25])
    site.force_login(superuser)
    assert "Fjordheim AS" in text_of(site.get("/admin/connections/connection/"))
    said = text_of(site.get(f"/admin/connections/connection/{connection.pk}/change/"))
    assert TENANT_ID in said
    assert HUMA_CLIENT_SECRET not in said
    assert HUMA_CLIENT_ID not in said
    assert connection.fingerprint_key not in said
    assert site.get("/admin/connections/connection/add/").status_code == 403
    assert "settings.changed" in text_of(site.get("/admin/connections/auditentry/"))


def test_every_action_of_ours_has_words():
    from pathlib import Path

    from connections.pages.audit_words import _ACTIONS

    sources = [path.read_text() for app in ("connections", "sync") for path in Path(app).rglob("*.py")]
    named = {code for text in sources for code in re.findall(r'audit\(\s*[^()]*?"([a-z]+\.[a-z_]+)"', text)}
    assert named
    assert named <= set(_ACTIONS)
