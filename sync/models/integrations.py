"""The other integrations that Huma names: who writes to Visma, too, and who has locked fields in Huma."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


class SeenIntegration(models.Model):
    """One integration that Huma's people have, as it was seen last. An owner can say that the entry is stale.

    Another name or type is another row. A read of everybody that doesn't see it any more deletes the row, so that it
    counts anew if it comes back.
    """

    connection = models.ForeignKey(
        Connection, models.CASCADE, verbose_name=_("connection"), related_name="integrations"
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("type"), max_length=80, blank=True)
    to_visma = models.BooleanField(_("changes Visma"), default=False)
    # By the names of our fields that it has locked, whether Huma is sure of that.
    fields = models.JSONField(_("locked fields"), default=dict, blank=True)
    people = models.PositiveIntegerField(_("people"), default=0)
    some = models.JSONField(default=list, blank=True)  # some of their ids in Huma
    last_at = models.DateTimeField(_("last seen"))
    stale_by = models.CharField(_("called out of date by"), max_length=150, blank=True)
    stale_at = models.DateTimeField(_("called out of date"), null=True, blank=True)

    class Meta:
        verbose_name = _("other integration in Huma")
        verbose_name_plural = _("other integrations in Huma")
        ordering = ["-to_visma", "-people", "pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "name", "kind"], name="one_row_an_integration")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
