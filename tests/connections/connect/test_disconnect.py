"""Ending a connection."""

import pytest
from django.db import connection as database

from connections.models import AuditEntry
from sync.models import EmployeeLink, SyncRun
from tests.connections.companies import company, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(hr, sandbox):
    return company(hr)


@pytest.fixture
def url(connection):
    return f"/admin/connections/{connection.code}/disconnect/"


def test_it_says_what_stops_and_what_stays(site, url, connection):
    said = text_of(site.get(url))
    assert "The API key for Huma is deleted at once." in said
    assert "Who is who, earlier syncs and what was decided" in said
    connection.refresh_from_db()
    assert connection.state == "active"


def test_it_deletes_the_credentials_at_once_and_keeps_who_is_who(site, url, connection):
    EmployeeLink.objects.create(connection=connection, huma_id="h", visma_id="v", linked_by="number")
    said = text_of(site.post(url, follow=True))
    assert "Disconnected. The API key is deleted." in said
    assert "Connect again" in said
    with database.cursor() as cursor:
        cursor.execute("SELECT huma_client_id, huma_client_secret, state FROM connections_connection")
        assert cursor.fetchone() == ("", "", "disconnected")
    assert EmployeeLink.objects.count() == 1
    assert AuditEntry.objects.filter(action="connection.disconnected").exists()


def test_what_huma_signed_with_is_worth_nothing_afterwards(site, url, connection):
    before = connection.webhook_secret
    connection.webhook_secret_old, connection.webhook_token = "old", "token"
    connection.save()
    site.post(url)
    connection.refresh_from_db()
    assert connection.webhook_secret not in ("", before)
    assert connection.webhook_secret_old == connection.webhook_token == ""


def test_a_run_that_waits_is_cancelled(site, url, connection):
    run = SyncRun.objects.create(connection=connection, state="review")
    site.post(url)
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_run_that_writes_is_stopped(site, url, connection):
    run = SyncRun.objects.create(connection=connection, state="applying")
    site.post(url)
    run.refresh_from_db()
    assert run.stop_requested_by == "hr"


def test_the_tenant_can_be_connected_by_somebody_else_afterwards(site, url, other_hr):
    site.post(url)
    assert company(other_hr, name="Theirs").state == "active"
