"""Tells whether a worker is alive. A beat goes through the queue, so a cluster that hangs falls silent."""

import logging
import os
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models.functions import Now

from sync.models import Heartbeat

logger = logging.getLogger(__name__)

# From `manage.py worker` to its cluster: the pipe that reports each begun task, and the pid of the cluster's parent.
BEAT_FD = "HUMAVISMA_BEAT_FD"
PARENT_PID = "HUMAVISMA_PARENT_PID"

_ROW = 1
_last = 0.0


def beat() -> None:
    """Note that a worker works now. Only a task may call this; otherwise it proves nothing."""
    Heartbeat.objects.update_or_create(pk=_ROW, defaults={"beat_at": Now()})


def last_beat() -> datetime | None:
    """When the last beat came through the queue; None before the first."""
    return Heartbeat.objects.filter(pk=_ROW).values_list("beat_at", flat=True).first()


def worker_alive() -> bool:
    """Whether the last beat is younger than HEARTBEAT_LATE_SECONDS, by the database's clock, which all hosts share."""
    since = Now() - timedelta(seconds=settings.HEARTBEAT_LATE_SECONDS)
    return Heartbeat.objects.filter(pk=_ROW, beat_at__gt=since).exists()


def beat_at_every_task() -> None:
    """Let every task that begins count as a beat: with a long queue, the beat's own task may wait for long."""
    from django_q.signals import pre_execute

    pre_execute.connect(_begun, dispatch_uid="heartbeat")


def _begun(**kwargs: Any) -> None:
    """Beat, at most once a second. An error that escapes from here would end the worker."""
    global _last
    if time.monotonic() - _last < 1:
        return
    _last = time.monotonic()
    try:
        os.write(int(os.environ[BEAT_FD]), b".")
        beat()
    except (OSError, DatabaseError) as error:
        logger.warning("No beat (%s).", type(error).__name__)
