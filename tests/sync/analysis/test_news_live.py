"""The same news by Huma's webhook and by a schedule are one notice, which either closes; then the day's digest."""

from datetime import time

import pytest
from django.test import Client
from django.utils import timezone

from connections.models import Installation
from sync.core.calendar.workdays import is_working_day
from tests.sync import bell, hearing, scheduling
from tests.sync.hearing import notices, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company(settings, hr):
    with hearing.company(settings, hr) as found:
        yield found


def start_page(user):
    web = Client(headers={"accept-language": "en"})
    web.force_login(user)
    return web.get("/admin/").content.decode()


def test_what_was_told_is_not_found_again_and_ends_where_it_is_seen_to_end(company, hr):
    fjordheim, anna, berit = company
    users = fjordheim.sandbox.huma
    users.activate(anna.user_id, False)
    tell(fjordheim, anna)
    bell.until_quiet()
    users.activate(berit.user_id, False)
    for _again in range(2):
        scheduling.scheduled(fjordheim)
        assert notices() == ["deactivated", "deactivated"]
    assert "2 people are deactivated in Huma and still employed in Visma." in start_page(hr)
    users.activate(anna.user_id, True)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert notices() == ["deactivated"]
    users.activate(berit.user_id, True)
    scheduling.scheduled(fjordheim)
    assert notices() == []
    assert "Nothing needs your attention right now." in start_page(hr)


def test_somebody_new_is_news_until_she_is_added(company, hr):
    fjordheim, _anna, _berit = company
    fjordheim.add("only_huma")
    scheduling.scheduled(fjordheim)
    assert notices() == ["new_person"]
    run = fjordheim.read()
    fjordheim.create(run, "visma")
    fjordheim.apply(run)
    assert "is new in Huma" not in start_page(hr)
    scheduling.scheduled(fjordheim)
    assert notices() == []
    assert "1 person who was added to Visma is still a draft there." in start_page(hr)


def test_the_tick_looks_whether_a_digest_is_due(company, settings):
    settings.DIGEST_TIME = time(0, 0)
    bell.a_minute()
    written = Installation.objects.filter(digest_at__isnull=False).exists()
    assert written == is_working_day(timezone.localdate())
