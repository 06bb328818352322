"""Whether a worker is alive: a beat goes through the queue, so that a cluster that hangs falls silent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from sync.models import Heartbeat

_ROW = 1


def beat() -> None:
    """Say that a worker works, now. For a task only: else it proves nothing."""
    Heartbeat.objects.update_or_create(pk=_ROW, defaults={"beat_at": timezone.now()})


def last_beat() -> datetime | None:
    """When the last beat came through the queue; None before the first."""
    return Heartbeat.objects.filter(pk=_ROW).values_list("beat_at", flat=True).first()


def worker_alive() -> bool:
    """True when the last beat is younger than HEARTBEAT_LATE_SECONDS."""
    at = last_beat()
    return at is not None and timezone.now() - at < timedelta(seconds=settings.HEARTBEAT_LATE_SECONDS)
