"""Helpers for reads that are older than their events, and for second reads."""

from django.utils import timezone

from sync.models import HumaEvent
from tests.sync import bell
from tests.sync.hearing import NEW, phone, tell


def huma_shows_the_old(found, moments: float = 600):
    """Let reads of Huma give the old values until it catches up."""
    found.sandbox.huma.old_seconds = moments


def it_is_time():
    """Let all second reads be due."""
    HumaEvent.objects.filter(again_at__isnull=False).update(again_at=timezone.now())


def later():
    it_is_time()
    bell.a_minute()


def read(found, person) -> int:
    """How often Huma was asked for the person since the journal was cleared."""
    return sum(one.path == f"/users/{person.user_id}" for one in found.sandbox.journal if one.method == "GET")


def to_come() -> int:
    """How many events still wait for a second read."""
    return HumaEvent.objects.filter(again_at__isnull=False).count()


def read_too_early(found, person, **new):
    """Change the person, send the event, and let the read that follows be older than the change."""
    huma_shows_the_old(found)
    found.huma(person, **(new or {"phone": NEW}))
    tell(found, person)
    bell.until_quiet()
    assert phone(found, person) != NEW
    found.sandbox.journal.clear()
