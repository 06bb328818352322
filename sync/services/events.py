"""What becomes of the events that a run was to answer."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from sync.models import HumaEvent, SyncRun


def handled(run: SyncRun) -> None:
    """The run's events are answered; whoever was told of meanwhile is next."""
    HumaEvent.objects.filter(run=run, state=HumaEvent.State.TAKEN).update(
        state=HumaEvent.State.DONE, handled_at=timezone.now()
    )


def not_handled(run: SyncRun) -> None:
    """The run came to nothing: its events wait again, but for those that came once more meanwhile."""
    for event in HumaEvent.objects.filter(run=run, state=HumaEvent.State.TAKEN):
        try:
            with transaction.atomic():
                HumaEvent.objects.filter(pk=event.pk).update(state=HumaEvent.State.WAITING, run=None)
        except IntegrityError:
            HumaEvent.objects.filter(pk=event.pk).update(state=HumaEvent.State.DONE, handled_at=timezone.now())
