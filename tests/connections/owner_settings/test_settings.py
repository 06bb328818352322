"""The settings of a connection that an owner may change."""

from typing import Any

import pytest

from connections.models import AuditEntry
from sync.core.fields import names
from tests.connections.companies import company, text_of

pytestmark = pytest.mark.django_db


def sent(**other: Any) -> dict[str, Any]:
    facts = {"name": "Fjordheim AS", "recipients": "", "payroll_contacts": "", "default_end_reason": ""}
    return {**facts, "fields_on": list(names()), "threshold_percent": "20", "threshold_people": "10", **other}


@pytest.fixture
def connection(hr, sandbox):
    return company(hr)


@pytest.fixture
def url(connection):
    return f"/admin/connections/{connection.code}/settings/"


def test_it_stores_what_was_changed_and_notes_old_and_new(site, url, connection):
    response = site.post(url, sent(name="Fjordheim Norge AS", threshold_people="25"), follow=True)
    connection.refresh_from_db()
    assert (connection.name, connection.threshold_people) == ("Fjordheim Norge AS", 25)
    assert "Saved." in text_of(response)
    entry = AuditEntry.objects.get(action="settings.changed")
    assert entry.detail == {"name": ["Fjordheim AS", "Fjordheim Norge AS"], "threshold_people": [10, 25]}


def test_recipients_are_told_what_they_get_and_in_which_language(site, url, settings):
    page = text_of(site.get(url))
    assert "on the next working day one about last workdays and names" in page
    assert page.count("Emails are in Norwegian.") == 2
    settings.LANGUAGE_CODE = "en"
    assert "Emails are in" not in text_of(site.get(url))


def test_nothing_changed_leaves_no_entry(site, url):
    assert "Nothing was changed." in text_of(site.post(url, sent(), follow=True))
    assert not AuditEntry.objects.exists()


def test_a_field_can_be_switched_off(site, url, connection):
    site.post(url, sent(fields_on=[name for name in names() if name != "phone"]))
    connection.refresh_from_db()
    assert connection.fields_off == ["phone"]


def test_one_field_at_least_stays_on(site, url):
    assert "Choose at least one field." in text_of(site.post(url, sent(fields_on=[])))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"threshold_people": "0"}, "greater than or equal to 1"),
        ({"threshold_people": "10001"}, "less than or equal to 10000"),
        ({"threshold_percent": "0"}, "greater than or equal to 1"),
        ({"threshold_percent": "101"}, "less than or equal to 100"),
        ({"name": "F" * 81}, "at most 80 characters"),
    ],
)
def test_what_the_connection_can_not_be_is_said_and_nothing_is_stored(site, url, connection, wrong, said):
    page = text_of(site.post(url, sent(**wrong)))
    assert said in page
    assert "Fjordheim AS" in page  # the page is still about the connection as it is
    connection.refresh_from_db()
    assert (connection.name, connection.threshold_people, connection.threshold_percent) == ("Fjordheim AS", 10, 20)
    assert not AuditEntry.objects.exists()


def test_humas_groups_are_shown_by_name(site, url, connection, sandbox):
    group = next(iter(sandbox.huma.groups.values()))
    assert group["name"] in text_of(site.get(url))
    kind = {"company": "huma_companies", "location": "huma_locations", "team": "huma_teams"}[group["type"]]
    site.post(url, sent(**{kind: [group["id"]], "huma_groups": [group["id"]]}))
    connection.refresh_from_db()
    assert getattr(connection, kind) == [group["id"]]
    assert connection.huma_groups == [group["id"]]


def test_a_group_that_is_gone_from_huma_can_be_taken_off(site, url, connection):
    connection.huma_groups = ["gone-group"]
    connection.save()
    assert "No longer in Huma (gone-group)" in text_of(site.get(url))
    site.post(url, sent())
    connection.refresh_from_db()
    assert connection.huma_groups == []


def test_groups_stay_when_huma_does_not_answer(site, url, connection, sandbox):
    connection.huma_companies = ["kept"]
    connection.save()
    sandbox.faults.script("huma", "*", "", "503", times=99)
    said = text_of(site.get(url))
    assert "Huma doesn't answer." in said
    assert "stay as they are" in said
    site.post(url, sent(name="Renamed"))
    connection.refresh_from_db()
    assert (connection.name, connection.huma_companies) == ("Renamed", ["kept"])


def test_a_slow_huma_holds_up_no_page_and_is_asked_once(site, url, connection, sandbox, settings):
    settings.CONNECT_PATIENCE_SECONDS = 0.2
    sandbox.faults.script("huma", "GET", "/groups", "slow:3", times=9)
    for _ in range(3):
        assert "Huma doesn't answer." in text_of(site.get(url))
    assert len(sandbox.journal.of("huma", "GET", "/groups")) <= 1


def test_a_disconnected_connection_has_no_settings(site, url, connection):
    connection.state = "disconnected"
    connection.save()
    assert site.get(url).status_code == 302
