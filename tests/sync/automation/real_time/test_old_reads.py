"""A read right after an event gives old data: nothing old is written, and the new value is found by the next read."""

from datetime import timedelta

import pytest
from django.db.models import F

from sync.models import Change
from tests.sync import bell
from tests.sync.automation.real_time.again import later, to_come
from tests.sync.hearing import NEW, NEWER, phone, tell
from tests.sync.scheduling import scheduled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def old_reads(fjordheim):
    """Until the moment has passed, Huma answers with old data."""
    fjordheim.sandbox.huma.old_seconds = 600


def test_what_we_have_just_written_to_huma_is_not_undone_in_visma(fjordheim, anna):
    fjordheim.phone(anna, NEW)
    fjordheim.sync("visma", anna, "phone")
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    fjordheim.sandbox.huma.catch_up()
    tell(fjordheim, anna, times=2)
    bell.until_quiet()
    assert not fjordheim.open(anna)
    assert phone(fjordheim, anna) == NEW


def test_somebody_who_changes_it_back_soon_after_is_heard_later(fjordheim, anna):
    fjordheim.sandbox.huma.old_seconds = 0
    before = phone(fjordheim, anna)
    fjordheim.phone(anna, NEW)
    fjordheim.sync("visma", anna, "phone")
    fjordheim.huma(anna, phone=before)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    Change.objects.filter(side="huma").update(settled_at=F("settled_at") - timedelta(minutes=10))
    assert scheduled(fjordheim).changes.get().state == "done"
    assert phone(fjordheim, anna) == before


def test_a_change_whose_event_was_read_too_early_comes_with_the_schedule(fjordheim, anna):
    fjordheim.huma(anna, phone=NEWER)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) != NEWER
    fjordheim.sandbox.huma.catch_up()
    assert scheduled(fjordheim).changes.get().state == "done"
    assert phone(fjordheim, anna) == NEWER


def test_a_second_read_that_may_still_be_old_is_followed_by_another(fjordheim, anna):
    """They change back what we wrote a moment ago, and the first read after that doesn't show it yet."""
    before = phone(fjordheim, anna)
    fjordheim.phone(anna, NEW)
    fjordheim.sync("visma", anna, "phone")
    fjordheim.sandbox.huma.catch_up()
    fjordheim.huma(anna, phone=before)
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.sandbox.huma.catch_up()
    later()
    assert (phone(fjordheim, anna), to_come()) == (NEW, 1)
    Change.objects.filter(side="huma").update(settled_at=F("settled_at") - timedelta(minutes=10))
    later()
    assert (phone(fjordheim, anna), to_come()) == (before, 0)
