"""Pausing a connection on its pages, and what the pages say while it is paused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import AuditEntry, Connection, Installation
from connections.pauses import pausing
from sync.models import SyncRun
from tests.connections.companies import company, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_day")]


@pytest.fixture
def connection(hr):
    return company(hr)


@pytest.fixture
def url(connection):
    return f"/admin/connections/{connection.code}/"


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def test_it_says_first_what_stops_and_what_waits(site, url, connection):
    assert f'href="{url}pause/"' in text_of(site.get(url))
    said = text_of(site.get(f"{url}pause/"))
    for sentence in (
        "Pause Fjordheim AS?",
        "A sync that is sending is stopped.",
        "A sync that is waiting for you stays open",
        "All owners get an email",
    ):
        assert sentence in said
    connection.refresh_from_db()
    assert connection.state == "active"


def test_until_somebody_resumes_it(site, url, connection):
    said = text_of(site.post(f"{url}pause/", {"until": ""}, follow=True))
    assert "Paused. The owners get an email." in said
    assert "Paused by hr." in said
    assert "It stays paused until an owner resumes it." in said
    assert "Renew the API key" not in said
    connection.refresh_from_db()
    assert (connection.state, connection.pause_reason, connection.paused_by) == ("paused", "by_hand", "hr")

    said = text_of(site.post(f"{url}resume/", follow=True))
    assert "The connection resumes" in said
    connection.refresh_from_db()
    assert connection.state == "active"
    assert "Resumed" in said.split("Timeline")[1]


def test_until_and_including_a_day(site, url, connection):
    said = text_of(site.post(f"{url}pause/", {"until": in_days(2).isoformat()}, follow=True))
    assert "Paused by hr until and including" in said
    assert "It resumes automatically on" in said
    connection.refresh_from_db()
    assert connection.paused_until == in_days(2)
    entry = AuditEntry.objects.get(action="connection.paused_until")
    assert (entry.who, entry.detail["until"]) == ("hr", in_days(2).isoformat())


def test_the_day_can_be_changed(site, url, connection):
    site.post(f"{url}pause/", {"until": in_days(2).isoformat()})
    said = text_of(site.get(f"{url}pause/"))
    assert "Change the pause" in said
    assert f'value="{in_days(2).isoformat()}"' in said
    assert "Saved." in text_of(site.post(f"{url}pause/", {"until": in_days(9).isoformat()}, follow=True))
    connection.refresh_from_db()
    assert connection.paused_until == in_days(9)


@pytest.mark.parametrize("until", ["tomorrow", "yesterday"])
def test_a_day_that_is_over_is_refused(site, url, connection, until):
    typed = in_days(-1).isoformat() if until == "yesterday" else until
    said = text_of(site.post(f"{url}pause/", {"until": typed}))
    assert "Error:" in said
    connection.refresh_from_db()
    assert connection.state == "active"


def test_a_day_typed_as_people_write_it_is_understood(site, url, connection):
    site.post(f"{url}pause/", {"until": in_days(2).strftime("%d.%m.%Y")})
    connection.refresh_from_db()
    assert connection.paused_until == in_days(2)


def test_today_is_a_day_of_the_pause(site, url, connection):
    site.post(f"{url}pause/", {"until": in_days(0).isoformat()})
    connection.refresh_from_db()
    assert connection.paused_until == in_days(0)


def test_a_double_click_pauses_once(site, url):
    for _ in range(2):
        site.post(f"{url}pause/", {"until": ""})
    assert AuditEntry.objects.filter(action="connection.paused").count() == 1


def test_refused_credentials_say_when_they_are_tried_again(site, url, connection):
    Connection.objects.update(
        state="paused",
        pause_reason="credentials_visma",
        paused_at=timezone.now(),
        retry_next=timezone.now() + timedelta(minutes=15),
    )
    said = text_of(site.get(url))
    assert "Visma refused the app." in said
    assert "We try the access again automatically, next on" in said
    assert "Check the access again" in said
    assert "Renew the API key" in said


def test_resuming_does_not_pass_over_refused_credentials(site, url, connection):
    Connection.objects.update(state="paused", pause_reason="credentials_huma")
    site.post(f"{url}resume/")
    connection.refresh_from_db()
    assert connection.state == "paused"


def test_refused_credentials_can_be_followed_by_a_pause_by_hand(site, url, connection):
    Connection.objects.update(state="paused", pause_reason="credentials_huma", retry_next=timezone.now())
    site.post(f"{url}pause/", {"until": ""})
    connection.refresh_from_db()
    assert (connection.pause_reason, connection.retry_next) == ("by_hand", None)


def test_an_open_run_says_why_it_cannot_be_confirmed_now(site, url, connection, hr):
    SyncRun.objects.create(connection=connection, state="review", read_at=timezone.now())
    assert "This sync stays open" not in text_of(site.get(f"{url}overview/"))
    pausing.pause(connection, hr)
    for page in ("sync/", "overview/", "review/", "create/", "confirm/"):
        said = text_of(site.get(f"{url}{page}"))
        assert "Paused by hr." in said
        assert "This sync stays open with all your choices." in said


def test_what_is_true_of_all_connections_is_said_without_marking_this_one(site, url, connection):
    Installation.objects.create(pk=1, visma_refused_at=timezone.now())
    said = text_of(site.get(url))
    assert "Visma.net doesn't accept the installation's Visma key" in said
    assert "Pause…" in said


def test_a_disconnected_connection_is_not_paused(site, url, connection):
    Connection.objects.update(state="disconnected")
    assert "Pause…" not in text_of(site.get(url))
    assert site.get(f"{url}pause/").url == url
    site.post(f"{url}pause/", {"until": ""})
    connection.refresh_from_db()
    assert connection.state == "disconnected"


def test_nobody_pauses_or_resumes_anothers(site, other_hr):
    theirs = company(other_hr)
    url = f"/admin/connections/{theirs.code}/"
    assert site.get(f"{url}pause/").status_code == 404
    assert site.post(f"{url}pause/", {"until": ""}).status_code == 404
    assert site.post(f"{url}resume/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "active"


def test_nothing_is_changed_by_looking(site, url, connection):
    assert site.get(f"{url}resume/").status_code == 405
