"""Who we talk to: one Huma organisation and one Visma.net Payroll company, and what was done with them."""

import secrets
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.fields import EncryptedTextField


def new_code() -> str:
    """A connection's public name in addresses and commands: 10 letters and digits, not guessable."""
    return secrets.token_hex(5)


def new_fingerprint_key() -> str:
    """The connection's own HMAC key, 32 bytes in hex; made once and never changed."""
    return secrets.token_hex(32)


class Connection(models.Model):
    """One Huma organisation (or some of its groups) ↔ one Visma.net Payroll company."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        DISCONNECTED = "disconnected", _("Disconnected")

    code = models.CharField(_("code"), max_length=20, unique=True, default=new_code, editable=False)
    name = models.CharField(_("name"), max_length=80)
    owners = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("owners"), related_name="connections")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ACTIVE)
    pause_reason = models.CharField(_("why it is paused"), max_length=60, blank=True)

    tenant_id = models.CharField(_("Tenant ID"), max_length=36)
    huma_client_id = EncryptedTextField(_("Client ID"), blank=True)
    huma_client_secret = EncryptedTextField(_("Client secret"), blank=True)
    huma_organization_id = models.CharField(_("Huma organisation"), max_length=36, blank=True)
    fingerprint_key = EncryptedTextField(default=new_fingerprint_key, editable=False)

    recipients = models.JSONField(_("recipients of the result"), default=list, blank=True)
    payroll_contacts = models.JSONField(_("payroll contacts"), default=list, blank=True)
    default_end_reason = models.CharField(_("default end reason"), max_length=60, blank=True)
    huma_companies = models.JSONField(_("only these companies"), default=list, blank=True)
    huma_locations = models.JSONField(_("only these locations"), default=list, blank=True)
    huma_teams = models.JSONField(_("only these teams"), default=list, blank=True)
    huma_groups = models.JSONField(_("groups that new Huma users join"), default=list, blank=True)
    fields_off = models.JSONField(_("fields that are switched off"), default=list, blank=True)

    threshold_percent = models.PositiveSmallIntegerField(
        _("ask for confirmation above this share of the people (%)"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    threshold_people = models.PositiveSmallIntegerField(_("but never below this many people"), default=10)

    authority_confirmed_by = models.CharField(_("authority confirmed by"), max_length=150, blank=True)
    authority_confirmed_at = models.DateTimeField(_("authority confirmed"), null=True, blank=True)
    same_company_confirmed_by = models.CharField(_("same company confirmed by"), max_length=150, blank=True)
    automatic = models.BooleanField(_("automatic updates"), default=False)
    automatic_asked = models.BooleanField(_("asked about automatic updates"), default=False)
    sunset = models.CharField(_("end of the vendor's interface"), max_length=60, blank=True)
    huma_blocked_until = models.FloatField(default=0.0, editable=False)
    visma_blocked_until = models.FloatField(default=0.0, editable=False)
    created_at = models.DateTimeField(_("connected"), auto_now_add=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id"], condition=~models.Q(state="disconnected"), name="a_tenant_has_one_connection"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def threshold(self, linked: int) -> int:
        """How many people may be changed or created without typing their number, given the linked ones."""
        return max(self.threshold_people, linked * self.threshold_percent // 100)


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
    """What a user is called in our tables; ``who`` may be the name of a command or rule already."""
    return who if isinstance(who, str) else who.get_username()


def audit(who: Any, action: str, connection: Connection | None = None, **detail: Any) -> AuditEntry:
    """Leave an audit entry; ``who`` is a user, or the name of a command or rule. ``detail`` never holds a value."""
    return AuditEntry.objects.create(who=name_of(who), action=action, connection=connection, detail=detail)
