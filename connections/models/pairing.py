"""Which Huma organisation and which Visma.net company belong together, who approved it, and what is still open."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

AUTO, ALWAYS, NEVER = RELEASE_MODES = ("auto", "always", "never")
"""The values that CONNECT_NEEDS_RELEASE may have."""


class Pairing(models.Model):
    """A Huma organisation and a Tenant ID that were connected here once. The row outlives its connections.

    While the pairing is released, the Tenant ID is reserved for the organisation, until a superuser frees it.
    """

    class How(models.TextChoices):
        BEFORE = "before", _("Connected before approvals were asked for")
        BY_HAND = "by_hand", _("Approved by an administrator")
        COMMAND = "command", _("Connected by the command connect")
        EXPECTED = "expected", _("Entered beforehand by an administrator")
        NOT_NEEDED = "not_needed", _("No approval was needed")

    tenant_id = models.CharField(_("Tenant ID"), max_length=36)
    huma_organization_id = models.CharField(_("Huma organisation"), max_length=36, blank=True)
    made_at = models.DateTimeField(_("connected"), auto_now_add=True)
    released_how = models.CharField(_("how it was approved"), max_length=10, choices=How, blank=True)
    released_by = models.CharField(_("approved by"), max_length=150, blank=True)
    released_at = models.DateTimeField(_("approved"), null=True, blank=True)

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "huma_organization_id"], name="one_row_a_pairing"),
            models.UniqueConstraint(
                fields=["tenant_id"], condition=~models.Q(released_how=""), name="a_tenant_has_one_organisation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class ReleaseRequest(models.Model):
    """A connection that waits for a superuser's release: who was told, what was counted, and the answer."""

    class Answer(models.TextChoices):
        OPEN = "", _("Waiting")
        RELEASED = "released", _("Approved")
        REFUSED = "refused", _("Rejected")
        WITHDRAWN = "withdrawn", _("Disconnected meanwhile")

    connection = models.ForeignKey(
        "connections.Connection", models.CASCADE, verbose_name=_("connection"), related_name="release_requests"
    )
    asked_by = models.CharField(_("connected by"), max_length=150)
    asked_at = models.DateTimeField(_("connected"), auto_now_add=True)
    told = models.JSONField(_("who was told"), default=list, blank=True)  # names of superusers
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    # What the superuser is shown: {"huma": n, "visma": n, "linked": {by: n}, "possible": n, "companies": [names]}.
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    looked_at = models.DateTimeField(_("fetched from both systems"), null=True, blank=True)
    # Why the figures couldn't be read, as a code of sync.core.reasons with its parameters (never a value).
    trouble = models.CharField(_("why nothing could be fetched"), max_length=60, blank=True)
    trouble_params = models.JSONField(default=dict, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.OPEN, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=models.Q(answer=""), name="one_open_request_a_connection"
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class ExpectedPairing(models.Model):
    """Who will connect which company: entered beforehand by a superuser, used once."""

    tenant_id = models.CharField(_("Tenant ID"), max_length=36)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("who will connect"), related_name="+"
    )
    added_by = models.CharField(_("entered by"), max_length=150)
    added_at = models.DateTimeField(_("entered"), auto_now_add=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("pairing entered beforehand")
        verbose_name_plural = _("pairings entered beforehand")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id"], condition=models.Q(used_at=None), name="a_tenant_is_expected_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
