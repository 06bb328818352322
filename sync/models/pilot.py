"""The members of pilot groups. What a pilot group means stands in ``sync.analysis.pilot_scope``."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from sync.core.records.employee import Side
from sync.models.links import EmployeeLink


class PilotMembers(models.QuerySet["PilotMember"]):
    """Finds the members of pilot groups."""

    def of_link(self, pk: Any, huma_id: Any, visma_id: Any) -> "PilotMembers":
        """The rows of a linked person, by the link or by one of its halves; the arguments may be ``OuterRef``."""
        return self.filter(Q(link=pk) | Q(side=Side.HUMA, vendor_id=huma_id) | Q(side=Side.VISMA, vendor_id=visma_id))


class PilotMember(models.Model):
    """One person of a pilot group: a link, or the id on one side of somebody who wasn't linked when they were chosen.

    A row without any of these stands for a link that was deleted: it matches nobody, so the group's page can say so.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="pilot_group")
    link = models.ForeignKey(
        EmployeeLink, models.SET_NULL, verbose_name=_("linked person"), null=True, blank=True, related_name="+"
    )
    side = models.CharField(_("system"), max_length=5, blank=True)
    vendor_id = models.CharField(_("ID in that system"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    by = models.CharField(_("by whom"), max_length=150)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = PilotMembers.as_manager()

    class Meta:
        verbose_name = _("person of a pilot group")
        verbose_name_plural = _("people of pilot groups")
        constraints = [
            models.UniqueConstraint(fields=["connection", "link"], name="link_in_pilot_once"),
            models.UniqueConstraint(
                fields=["connection", "side", "vendor_id"], condition=~Q(vendor_id=""), name="person_in_pilot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
