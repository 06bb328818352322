"""The heartbeat: a beat that went through the queue shows that a worker is alive."""

from django.db import models


class Heartbeat(models.Model):
    """One row (pk 1): when the last beat came through the queue."""

    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return "Heartbeat"
