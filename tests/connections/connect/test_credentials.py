"""Renewing the credentials of a connection, and checking them."""

import pytest

from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from tests.connections.companies import OTHER_GUID, company, text_of

pytestmark = pytest.mark.django_db
NEW_SECRET = "99999999-8888-4777-8666-555555555555"


@pytest.fixture
def connection(hr, sandbox):
    return company(hr)


@pytest.fixture
def url(connection):
    return f"/admin/connections/{connection.code}/credentials/"


def renew(site, url, client_id=HUMA_CLIENT_ID, secret=NEW_SECRET):
    return text_of(site.post(url, {"huma_client_id": client_id, "huma_client_secret": secret}, follow=True))


def test_new_credentials_are_stored_when_they_work(site, url, connection, sandbox):
    sandbox.huma.api_keys = {HUMA_CLIENT_ID: NEW_SECRET}
    said = renew(site, url)
    connection.refresh_from_db()
    assert connection.huma_client_secret == NEW_SECRET
    assert "The new API key works, and is stored." in said
    assert "Renewed the API key" in said
    assert NEW_SECRET not in said


def test_the_old_ones_stay_when_the_new_ones_do_not_work(site, url, connection):
    said = renew(site, url)
    connection.refresh_from_db()
    assert connection.huma_client_secret == HUMA_CLIENT_SECRET
    assert "Huma doesn't accept this Client ID and Client secret." in said
    assert f'value="{HUMA_CLIENT_ID}"' in said
    assert NEW_SECRET not in said


def test_another_organisation_is_refused(site, url, connection, sandbox):
    sandbox.huma.api_keys = {OTHER_GUID: NEW_SECRET}
    sandbox.huma.organization_id = OTHER_GUID
    said = renew(site, url, OTHER_GUID)
    connection.refresh_from_db()
    assert "This API key belongs to another Huma organisation than the connection." in said
    assert connection.huma_client_id == HUMA_CLIENT_ID


def test_a_pause_for_refused_credentials_ends(site, url, connection):
    connection.state, connection.pause_reason = "paused", "credentials_huma"
    connection.save()
    renew(site, url, secret=HUMA_CLIENT_SECRET)
    connection.refresh_from_db()
    assert (connection.state, connection.pause_reason) == ("active", "")


def test_a_pause_by_hand_does_not_end(site, url, connection):
    connection.state, connection.pause_reason = "paused", "by_hand"
    connection.save()
    renew(site, url, secret=HUMA_CLIENT_SECRET)
    connection.refresh_from_db()
    assert connection.state == "paused"


def test_checking_asks_both_sides(site, connection, sandbox):
    url = f"/admin/connections/{connection.code}/check/"
    assert "Huma and Visma.net Payroll both answer." in text_of(site.post(url, follow=True))
    sandbox.visma.tenants.clear()
    assert "Visma.net gives humavisma no access" in text_of(site.post(url))


def test_a_disconnected_connection_is_connected_again(site, url, connection):
    connection.state, connection.huma_client_id, connection.huma_client_secret = "disconnected", "", ""
    connection.save()
    assert "Connect again" in text_of(site.get(url))
    renew(site, url, secret=HUMA_CLIENT_SECRET)
    connection.refresh_from_db()
    assert connection.state == "active"


def test_a_tenant_that_is_connected_elsewhere_by_now_is_not_taken(site, url, connection, other_hr):
    connection.state = "disconnected"
    connection.save()
    company(other_hr, tenant_id=TENANT_ID, name="Theirs")
    said = renew(site, url, secret=HUMA_CLIENT_SECRET)
    connection.refresh_from_db()
    assert "This Tenant ID is already connected." in said
    assert connection.state == "disconnected"
