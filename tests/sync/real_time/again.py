"""Reads that are older than their events, and the time after which people are read once more."""

from django.utils import timezone

from sync.models import HumaEvent
from tests.sync import bell
from tests.sync.hearing import NEW, phone, tell


def huma_shows_the_old(found, moments: float = 600):
    """Until it catches up, whoever asks Huma hears what was so before."""
    found.sandbox.huma.old_seconds = moments


def it_is_time():
    """The moments after which people are read once more have passed."""
    HumaEvent.objects.filter(again_at__isnull=False).update(again_at=timezone.now())


def later():
    it_is_time()
    bell.a_minute()


def read(found, person) -> int:
    """How often Huma was asked for them since the journal was cleared."""
    return sum(one.path == f"/users/{person.user_id}" for one in found.sandbox.journal if one.method == "GET")


def to_come() -> int:
    """How many events somebody is still to be read once more for."""
    return HumaEvent.objects.filter(again_at__isnull=False).count()


def read_too_early(found, person, **new):
    """They are changed, Huma tells of it, and the read that follows is older than that."""
    huma_shows_the_old(found)
    found.huma(person, **(new or {"phone": NEW}))
    tell(found, person)
    bell.until_quiet()
    assert phone(found, person) != NEW
    found.sandbox.journal.clear()
