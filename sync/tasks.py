"""What the queue may call: each task takes a primary key or nothing, and is safe to run twice."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from sync import heartbeat
from sync.models import SyncRun
from sync.services import mail, retention, work
from sync.services.runs import STEPS, cancel
from sync.wake import wake

UNTOUCHED = timedelta(days=7)


def advance(run_pk: int) -> None:
    """Work off one slice of a run and ring again while there is more."""
    pause = work.advance(run_pk)
    if pause is not None and pause <= settings.SLICE_SECONDS:
        wake(run_pk)


def beat() -> None:
    """Say that a worker is alive."""
    heartbeat.beat()


def tick() -> None:
    """The sweeper: wakes what the queue lost, sends mail that is due, and ends runs that nobody touches."""
    idle = SyncRun.objects.filter(state__in=work.WORKING, dry=False).filter(
        Q(lease_until=None) | Q(lease_holder="") | Q(lease_until__lt=Now())
    )
    for pk in idle.values_list("pk", flat=True):
        wake(pk)
    for run in mail.due():
        mail.send_result(run)
    _cancel_untouched()
    retention.blank_values()
    retention.drop_history()


def _cancel_untouched() -> None:
    old = SyncRun.objects.filter(state__in=STEPS, touched_at__lt=timezone.now() - UNTOUCHED)
    for run in old:
        cancel(run, "humavisma")
