"""What concerns the installation, not one connection."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """One row (pk 1): what concerns all connections.

    If Visma refuses the *application's* credentials, that concerns the installation; no connection is marked.
    """

    visma_refused_at = models.DateTimeField(
        _("Visma refuses the installation's Visma key since"), null=True, blank=True
    )
    retry_next = models.DateTimeField(null=True, blank=True)
    retry_tries = models.PositiveSmallIntegerField(default=0)
    digest_at = models.DateTimeField(_("last digest"), null=True, blank=True)

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installation")

    def __str__(self) -> str:
        return "Installation"
