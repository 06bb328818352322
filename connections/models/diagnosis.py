"""What was found out about how a connection's two systems answer. It holds no employee's value."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class Diagnosis(models.Model):
    """The last check of a connection: by assumption, what was seen and when.

    ``findings``: {"V3": {"code": …, "params": {…}, "at": …}}. ``trouble``: why the last check ended early, a code.
    A check is claimed until ``claimed_until`` by ``holder``; of two at once, one does it, and one that was killed
    starts anew. ``done`` of ``steps`` are behind it.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="diagnosis")
    findings = models.JSONField(default=dict)
    trouble = models.CharField(max_length=80, blank=True)
    version = models.CharField(_("checked by version"), max_length=30, blank=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    due_at = models.DateTimeField(_("next check"), null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(max_length=32, blank=True)
    done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("check of a connection")
        verbose_name_plural = _("checks of connections")

    def __str__(self) -> str:
        return f"Check of connection {self.connection_id}"


class Lesson(models.Model):
    """An outcome of an ordinary write or event that settles an assumption, and when it was last met."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="lessons")
    assumption = models.CharField(max_length=4)
    outcome = models.CharField(max_length=20)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("outcome of a write")
        verbose_name_plural = _("outcomes of writes")
        constraints = [
            models.UniqueConstraint(fields=["connection", "assumption", "outcome"], name="a_lesson_is_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.assumption} {self.outcome}"
