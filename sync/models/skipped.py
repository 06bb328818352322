"""The people who were passed over, by which run and why."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from sync.models.links import EmployeeLink
from sync.models.runs import SyncRun


class PassedPerson(models.Model):
    """A person on one side whom a run passed over: the run compared and wrote nothing of theirs.

    The newest row of a person stays open until they are read again.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="passed_over")
    run = models.ForeignKey(
        SyncRun, models.SET_NULL, verbose_name=_("sync"), null=True, blank=True, related_name="passed_over"
    )
    link = models.ForeignKey(
        EmployeeLink, models.CASCADE, verbose_name=_("linked person"), null=True, blank=True, related_name="+"
    )
    side = models.CharField(_("system"), max_length=5)
    vendor_id = models.CharField(_("ID in that system"), max_length=64)
    name = models.CharField(_("name"), max_length=255, blank=True)
    number = models.CharField(_("Employment ID"), max_length=64, blank=True)
    reason = models.CharField(_("why"), max_length=60)  # code of sync.core.reasons
    prop = models.CharField(_("property"), max_length=80, blank=True)  # the one that can't be understood; never a value
    since = models.DateTimeField(_("since"), default=timezone.now)
    over_at = models.DateTimeField(_("fetched again"), null=True, blank=True)

    class Meta:
        verbose_name = _("skipped person")
        verbose_name_plural = _("skipped people")
        ordering = ["pk"]
        indexes = [models.Index(fields=["connection"], condition=Q(over_at=None), name="passed_open")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
