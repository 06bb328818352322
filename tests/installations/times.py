"""Lets time pass in a database by moving everything that happened further back."""

from datetime import date, datetime, timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import DateTimeField, F
from django.utils import timezone

from connections.models import AuditEntry, Installation
from sync.core.calendar.workdays import is_working_day
from sync.models import DateRoll, Letter


def days_pass(days: float) -> None:
    """Let ``days`` pass. Dates of people stay, because both vendors' documents stay, too."""
    move(-timedelta(days=days))


def come_to_now() -> None:
    """Move everything so that the latest event was a moment ago."""
    last: datetime = AuditEntry.objects.latest("at").at
    move(timezone.now() - last)


@transaction.atomic
def move(by: timedelta) -> None:
    """Move all times by ``by``; dates move by its whole days."""
    for model in apps.get_models():
        names = [field.name for field in model._meta.local_concrete_fields if isinstance(field, DateTimeField)]
        if names and model._meta.managed:
            model._base_manager.update(**{name: F(name) + by for name in names})
    whole = timedelta(days=round(by / timedelta(days=1)))
    for roll in DateRoll.objects.all():
        if roll.day:
            DateRoll.objects.filter(pk=roll.pk).update(day=roll.day + whole)
    _move_digests(whole)


def _move_digests(by: timedelta) -> None:
    """Move digests, whose keys have their day, in an order in which no two have the same key."""
    digests = Letter.objects.filter(kind=Letter.Kind.DIGEST).order_by("made_at")
    for letter in digests.reverse() if by > timedelta(0) else digests:
        name, day, rest = letter.key.split(":", 2)
        moved = (date.fromisoformat(day) + by).isoformat()
        Letter.objects.filter(pk=letter.pk).update(key=f"{name}:{moved}:{rest}")


def next_working_day() -> datetime:
    """Noon of the next working day without a digest."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    while not is_working_day(noon.date()) or Installation.objects.filter(digest_at__date__gte=noon.date()).exists():
        noon += timedelta(days=1)
    return noon if noon > timezone.localtime() else noon + timedelta(days=1)
