"""A connection's pay day and cut-off, on its settings page."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections.models import AuditEntry
from tests.connections.companies import company, text_of
from tests.connections.owner_settings.test_settings import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(hr, sandbox):
    return company(hr)


@pytest.fixture
def url(connection):
    return f"/admin/connections/{connection.code}/settings/"


def later_month() -> date:
    """The first day of a month that is ahead all day long."""
    return (timezone.localdate().replace(day=1) + timedelta(days=70)).replace(day=1)


def by_hand(**other: Any) -> dict[str, Any]:
    """Both days, and one month that is otherwise."""
    month = later_month()
    facts = {"month_by_hand": f"{month:%Y-%m}", "pay_by_hand": month.replace(day=10).isoformat()}
    return sent(pay_day="20", cutoff_day="18", cutoff_by_hand=month.replace(day=7).isoformat(), **facts | other)


def test_both_days_are_stored_and_noted(site, url, connection):
    site.post(url, sent(pay_day="20", cutoff_day="18"))
    connection.refresh_from_db()
    assert (connection.pay_day, connection.cutoff_day, connection.cutoff_at) == (20, 18, time(12))
    entry = AuditEntry.objects.get(action="settings.changed")
    assert entry.detail == {"pay_day": [None, 20], "cutoff_day": [None, 18]}
    assert "day 20 of the month, changes until day 18, 12:00" in text_of(site.get(url.replace("settings/", "")))


def test_neither_is_fine_and_takes_them_away_again(site, url, connection):
    site.post(url, sent(pay_day="20", cutoff_day="18", cutoff_at="09:30"))
    connection.refresh_from_db()
    assert connection.cutoff_at == time(9, 30)
    site.post(url, sent())
    connection.refresh_from_db()
    assert (connection.pay_day, connection.cutoff_day, connection.cutoff_at) == (None, None, time(12))


def test_one_month_by_hand(site, url, connection):
    site.post(url, by_hand())
    connection.refresh_from_db()
    month = later_month()
    assert connection.month_by_hand == f"{month:%Y-%m}"
    assert (connection.pay_by_hand, connection.cutoff_by_hand) == (month.replace(day=10), month.replace(day=7))
    detail = AuditEntry.objects.get(action="settings.changed").detail
    assert detail["pay_by_hand"] == [None, month.replace(day=10).isoformat()]
    assert "Pay day of that month" in text_of(site.get(url.replace("settings/", "")))
    site.post(url, sent(pay_day="20", cutoff_day="18"))
    connection.refresh_from_db()
    assert (connection.month_by_hand, connection.pay_by_hand, connection.cutoff_by_hand) == ("", None, None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pay_day": "20"}, "Fill in the pay day and the cut-off, or neither."),
        ({"cutoff_day": "18"}, "Fill in the pay day and the cut-off, or neither."),
        ({"pay_day": "32", "cutoff_day": "18"}, "less than or equal to 31"),
        ({"pay_day": "0", "cutoff_day": "18"}, "greater than or equal to 1"),
        ({"pay_day": "20", "cutoff_day": "18", "cutoff_at": "25:00"}, "Enter a valid time."),
        ({"pay_by_hand": "2026-12-18"}, "Choose which month this is."),
        ({"month_by_hand": "1999-01"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(site, url, connection, wrong, said):
    assert said in text_of(site.post(url, sent(**wrong)))
    connection.refresh_from_db()
    assert connection.pay_day is None
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pay_by_hand": ""}, "This is needed for a month with other days."),
        ({"cutoff_by_hand": ""}, "This is needed for a month with other days."),
        ({"cutoff_by_hand": "2099-01-01"}, "The cut-off can't be after the pay day."),
        ({"pay_by_hand": "2099-01-01"}, "Choose a day of that month, or of the month before or after."),
        ({"pay_day": "", "cutoff_day": ""}, "This is needed for a month with other days."),
    ],
)
def test_a_month_by_hand_is_whole_or_refused(site, url, connection, wrong, said):
    assert said in text_of(site.post(url, {**by_hand(), **wrong}))
    connection.refresh_from_db()
    assert connection.pay_day is None
