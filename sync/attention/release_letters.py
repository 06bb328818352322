"""Emails about a new pairing that waits for its release: superusers are told and reminded, owners get the answer.

Receives ``connections.signals``. Source: design, A run 1.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from connections.models import Connection, ReleaseRequest
from sync.core.calendar.workdays import is_working_day
from sync.mail import letters
from sync.models import Letter
from sync.worker.queue import wake_look

DAY = timedelta(days=1)


def begins_to_wait(sender: Any, *, request: ReleaseRequest, **more: Any) -> None:
    """Tell superusers, and count both sides for their page."""
    _tell_superusers(request, "asked")
    wake_look(request.connection_id)


def looked_at_again(sender: Any, *, request: ReleaseRequest, **more: Any) -> None:
    """Count both sides anew."""
    wake_look(request.connection_id)


def answered(sender: Any, *, request: ReleaseRequest, **more: Any) -> None:
    """Tell the owners."""
    owners = letters.owners(request.connection)
    letters.write(Letter.Kind.ANSWERED, f"answered:{request.pk}", owners, request.connection, request=request.pk)


def look_after(now: datetime | None = None) -> None:
    """Remind superusers when it is time, and start counts that the queue lost. May be repeated."""
    now = now or timezone.now()
    waiting = ReleaseRequest.objects.filter(answer="", connection__state=Connection.State.WAITING)
    for request in waiting.filter(reminded_at=None).select_related("connection"):
        if now >= remind_at(request.asked_at) and waiting.filter(pk=request.pk, reminded_at=None).update(
            reminded_at=now
        ):
            _tell_superusers(request, "again")
    for connection_pk in waiting.filter(looked_at=None).values_list("connection", flat=True):
        wake_look(connection_pk)


def remind_at(asked_at: datetime) -> datetime:
    """When to remind: one working day later, at the same time, but not before the digest's time.

    A request on a day off counts as made on the next working day.
    """
    asked = timezone.localtime(asked_at)
    first = _working_day(asked.date())
    at = max(asked.time().replace(tzinfo=None), settings.DIGEST_TIME) if first == asked.date() else settings.DIGEST_TIME
    return timezone.make_aware(datetime.combine(_working_day(first + DAY), at))


def _working_day(day: Any) -> Any:
    while not is_working_day(day):
        day += DAY
    return day


def _tell_superusers(request: ReleaseRequest, which: str) -> None:
    key = f"release:{request.pk}:{which}"
    letters.write(Letter.Kind.RELEASE, key, letters.superusers(), request.connection, request=request.pk)
