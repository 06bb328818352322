"""The state of the daily look for people whose selected position has changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


class DateRoll(models.Model):
    """One row for each connection: the last local day that was looked at, and when the look may go on."""

    connection = models.OneToOneField(
        Connection, models.CASCADE, verbose_name=_("connection"), primary_key=True, related_name="roll"
    )
    day = models.DateField(_("day"), null=True, blank=True)
    not_before = models.DateTimeField(_("not before"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    after_link = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("daily check of positions")
        verbose_name_plural = _("daily checks of positions")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
