"""The audit trail: who did what, when."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


class AuditEntry(models.Model):
    """Who did what, when: every decision, run, credential and settings change, and export. Never a secret."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    who = models.CharField(_("who"), max_length=150)
    action = models.CharField(_("what"), max_length=60)
    connection = models.ForeignKey(
        Connection, models.CASCADE, verbose_name=_("connection"), null=True, blank=True, related_name="audit"
    )
    detail = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


def name_of(who: Any) -> str:
    """A user's name in our tables; ``who`` may already be the name of a command or rule."""
    return who if isinstance(who, str) else who.get_username()


PROGRAM = "humavisma"
"""The name in the audit trail for what no person did."""


def audit(who: Any, action: str, connection: Connection | None = None, **detail: Any) -> AuditEntry:
    """Make an audit entry; ``who`` is a user, or the name of a command or rule. ``detail`` never holds a value."""
    return AuditEntry.objects.create(who=name_of(who), action=action, connection=connection, detail=detail)
