"""Learns from ordinary writes and events what no look can settle: the report grows by itself. It keeps no value."""

import logging
from datetime import timedelta

from django.db import Error, transaction
from django.utils import timezone

from connections.doctor.assumptions import ASSUMPTIONS
from connections.doctor.seen import codes_of
from connections.models import Lesson

logger = logging.getLogger(__name__)

FRESH = timedelta(days=1)
"""For how long an outcome that was met isn't noted again."""


def learned(connection_pk: int, assumption: str, outcome: str) -> None:
    """Note that a write or an event of the connection had this outcome, one of ``doctor.seen``.

    Nothing may be disturbed by it: it raises nothing, and also inside a transaction that goes on.
    """
    try:
        if assumption in ASSUMPTIONS and outcome in codes_of(assumption):
            with transaction.atomic():
                _note(connection_pk, assumption, outcome)
    except Error as error:
        logger.warning("What was learned of %s couldn't be noted (%s).", assumption, type(error).__name__)


def _note(connection_pk: int, assumption: str, outcome: str) -> None:
    now = timezone.now()
    same = {"connection_id": connection_pk, "assumption": assumption, "outcome": outcome}
    if Lesson.objects.filter(**same, last_at__gt=now - FRESH).exists():
        return
    if not Lesson.objects.filter(**same).update(last_at=now):
        Lesson.objects.get_or_create(**same, defaults={"last_at": now})
