"""The start page: the user's connections, those that need attention first."""

import pytest
from django.test import Client
from django.utils import timezone

from sync.models import Change, Conflict, EmployeeLink, SyncRun
from tests.connections.companies import company, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(client: Client, hr):
    client.force_login(hr)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_without_a_connection_it_leads_to_connect(site):
    said = text_of(site.get("/admin/"))
    assert "Connect your first company" in said
    assert "/admin/connections/connect/" in said


def test_it_shows_ones_own_connections_only(site, hr, superuser):
    company(hr, name="Mine AS")
    company(superuser, name="Theirs AS", tenant_id="x")
    said = text_of(site.get("/admin/"))
    assert "Mine AS" in said
    assert "Theirs AS" not in said


def test_a_superuser_sees_all(site, hr, superuser):
    company(hr, name="Mine AS")
    site.force_login(superuser)
    assert "Mine AS" in text_of(site.get("/admin/"))


def test_what_needs_attention_comes_first(site, hr):
    company(hr, name="B new", tenant_id="1")
    company(hr, name="C paused", tenant_id="2", state="paused", pause_reason="credentials_huma")
    company(hr, name="A ended", tenant_id="3", state="disconnected")
    waits = company(hr, name="D waits", tenant_id="4")
    SyncRun.objects.create(connection=waits, state="review")
    said = text_of(site.get("/admin/"))
    order = [said.index(name) for name in ("C paused", "D waits", "B new", "A ended")]
    assert order == sorted(order)
    assert "Huma refused the API key." in said
    assert "Waiting for you" in said


def test_a_finished_run_says_what_was_not_done_and_what_waits(site, hr):
    connection = company(hr)
    run = SyncRun.objects.create(connection=connection, state="finished", finished_at=timezone.now())
    Change.objects.create(run=run, side="huma", state="failed")
    link = EmployeeLink.objects.create(connection=connection, huma_id="h", visma_id="v", linked_by="number")
    Conflict.objects.create(run=run, link=link, field="phone", kind="value")
    said = text_of(site.get("/admin/"))
    assert "1 change was not done." in said
    assert "1 difference is waiting" in said
    assert f"/admin/connections/{connection.code}/result/{run.pk}/" in said


def test_from_ten_on_it_can_be_searched_by_post(site, hr):
    for number in range(9):
        company(hr, name=f"Company {number}", tenant_id=str(number))
    assert "Find a connection" not in text_of(site.get("/admin/"))
    company(hr, name="Tenth AS", tenant_id="ten")
    assert "Find a connection" in text_of(site.get("/admin/"))
    said = text_of(site.post("/admin/", {"q": "tenth"}))
    assert "Tenth AS" in said
    assert "Company 3" not in said
    assert "No connection by that name" in text_of(site.post("/admin/", {"q": "nothing"}))


def test_a_list_of_fifty_takes_few_queries(site, hr, django_assert_max_num_queries):
    for number in range(50):
        connection = company(hr, name=f"Company {number}", tenant_id=str(number))
        SyncRun.objects.create(connection=connection, state="finished", finished_at=timezone.now())
    with django_assert_max_num_queries(30):
        site.get("/admin/")


def test_it_requires_login(client):
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
