"""What Huma told us by its webhook: ids and hashes, never a value."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from sync.models.runs import SyncRun


class HumaEvent(models.Model):
    """One verified request of Huma's webhook. A duplicate of a waiting event is only counted (``times``)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Being handled")
        DONE = "done", _("Done")
        NOTED = "noted", _("Noted")

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="events")
    topic = models.CharField(_("topic"), max_length=40)
    huma_ids = models.JSONField(_("ids in Huma"), default=list)
    body_hash = models.CharField(max_length=64)
    verified_by = models.CharField(_("verified by"), max_length=20)  # secret, old_secret
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    times = models.PositiveIntegerField(_("times received"), default=1)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    run = models.ForeignKey(
        SyncRun, models.SET_NULL, verbose_name=_("sync"), null=True, blank=True, related_name="events"
    )
    # How many of the people were outside the pilot group when a run answered the event: nothing was written for them.
    outside = models.PositiveIntegerField(_("outside the pilot group"), default=0)
    # A read can be older than its event, so these people are read once more: when, who, and by which run.
    again_at = models.DateTimeField(_("fetched once more"), null=True, blank=True)
    again_ids = models.JSONField(_("who is fetched once more"), default=list, blank=True)
    again_run = models.ForeignKey(
        SyncRun, models.SET_NULL, verbose_name=_("sync of the second fetch"), null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("notice from Huma")
        verbose_name_plural = _("notices from Huma")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["connection", "state"], name="event_waiting"),
            models.Index(fields=["again_at"], condition=models.Q(again_at__isnull=False), name="event_read_again"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "topic", "body_hash"],
                condition=models.Q(state="waiting"),
                name="duplicates_collapse_while_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class RefusedEvent(models.Model):
    """How often requests to a connection's webhook were refused. One row for each reason, so the table stays small."""

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="refused")
    why = models.CharField(_("why"), max_length=20)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("refused request")
        verbose_name_plural = _("refused requests")
        constraints = [models.UniqueConstraint(fields=["connection", "why"], name="one_row_a_reason")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
