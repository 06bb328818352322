"""Who we talk to: one Huma organisation and one Visma.net Payroll company, and how."""

import secrets
from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.api.huma.documents import GROUP_KINDS
from connections.fields import EncryptedTextField

LIMITS = {kind: f"huma_{kinds}" for kind, kinds in GROUP_KINDS.items()}
"""By the kind of a group in Huma, the column with the groups that a connection is limited to."""

CUTOFF_AT = time(12)
"""The time of day of a cut-off that nobody has set another time for. Source: design, Pay day."""


def new_code() -> str:
    """A connection's public name in addresses and commands: 10 letters and digits, not guessable."""
    return secrets.token_hex(5)


def new_fingerprint_key() -> str:
    """The connection's own HMAC key, 32 bytes in hex; made once and never changed."""
    return secrets.token_hex(32)


def new_webhook_secret() -> str:
    """The secret with which Huma signs its webhook's requests: 32 bytes in hex."""
    return secrets.token_hex(32)


class Connection(models.Model):
    """One Huma organisation (or some of its groups) ↔ one Visma.net Payroll company."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        WAITING = "waiting", _("Waiting for approval")  # for its release; nothing of Visma is shown before that
        DISCONNECTED = "disconnected", _("Disconnected")

    class BothMoved(models.TextChoices):
        ASK = "ask", _("Ask first")
        HUMA = "huma", _("Use Huma's value")

    class Accounts(models.TextChoices):
        AFTER_A_LOOK = "look", _("Wait for approval")
        AT_ONCE = "once", _("Send them at once")

    class Schedule(models.TextChoices):
        OFF = "off", _("Off")
        HOURS = "hours", _("Every few hours")
        DAILY = "daily", _("Daily at a time")

    code = models.CharField(_("code"), max_length=20, unique=True, default=new_code, editable=False)
    name = models.CharField(_("name"), max_length=80)
    owners = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("owners"), related_name="connections")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.ACTIVE)
    pause_reason = models.CharField(_("why it is paused"), max_length=60, blank=True)  # a code; by hand: "by_hand"
    paused_by = models.CharField(_("paused by"), max_length=150, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    paused_until = models.DateField(_("paused until and including"), null=True, blank=True)
    retry_next = models.DateTimeField(_("next try with the refused access"), null=True, blank=True)
    retry_tries = models.PositiveSmallIntegerField(default=0, editable=False)

    tenant_id = models.CharField(_("Tenant ID"), max_length=36)
    huma_client_id = EncryptedTextField(_("Client ID"), blank=True)
    huma_client_secret = EncryptedTextField(_("Client secret"), blank=True)
    huma_organization_id = models.CharField(_("Huma organisation"), max_length=36, blank=True)
    fingerprint_key = EncryptedTextField(default=new_fingerprint_key, editable=False)

    recipients = models.JSONField(_("recipients of the result"), default=list, blank=True)
    payroll_contacts = models.JSONField(_("recipients of payroll notices"), default=list, blank=True)
    # The days of the month of the pay and of its cut-off, if they are known, and one month that differs.
    pay_day = models.PositiveSmallIntegerField(
        _("pay day"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    cutoff_day = models.PositiveSmallIntegerField(
        _("cut-off"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    cutoff_at = models.TimeField(_("time of the cut-off"), default=CUTOFF_AT)  # Europe/Oslo's
    month_by_hand = models.CharField(_("a month set by hand"), max_length=7, blank=True)  # 2026-12
    pay_by_hand = models.DateField(_("pay day of that month"), null=True, blank=True)
    cutoff_by_hand = models.DateField(_("cut-off of that month"), null=True, blank=True)
    default_end_reason = models.CharField(_("default end reason"), max_length=60, blank=True)
    huma_companies = models.JSONField(_("only these companies"), default=list, blank=True)
    huma_locations = models.JSONField(_("only these locations"), default=list, blank=True)
    huma_teams = models.JSONField(_("only these teams"), default=list, blank=True)
    huma_groups = models.JSONField(_("groups that new Huma users join"), default=list, blank=True)
    fields_off = models.JSONField(_("fields that are switched off"), default=list, blank=True)

    threshold_percent = models.PositiveSmallIntegerField(
        _("ask for the number above this share of employees (%)"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    threshold_people = models.PositiveSmallIntegerField(
        _("never ask at this number of people or fewer"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
    )

    authority_confirmed_by = models.CharField(_("authority confirmed by"), max_length=150, blank=True)
    authority_confirmed_at = models.DateTimeField(_("authority confirmed"), null=True, blank=True)
    same_company_confirmed_by = models.CharField(_("same company confirmed by"), max_length=150, blank=True)
    # Whether the connection works for a pilot group only (sync.analysis.pilot_scope), and how often that was changed.
    pilot = models.BooleanField(_("pilot group"), default=False)
    pilot_version = models.PositiveIntegerField(default=0, editable=False)
    # Automatic updates. Every automatic write names this rule: who turned them on, and when.
    automatic = models.BooleanField(_("automatic updates"), default=False)
    automatic_asked = models.BooleanField(_("asked about automatic updates"), default=False)
    automatic_by = models.CharField(_("automatic updates turned on by"), max_length=150, blank=True)
    automatic_at = models.DateTimeField(_("automatic updates turned on"), null=True, blank=True)
    both_moved = models.CharField(
        _("when both systems changed"), max_length=4, choices=BothMoved, default=BothMoved.ASK
    )
    accounts = models.CharField(
        _("changed bank accounts"), max_length=6, choices=Accounts, default=Accounts.AFTER_A_LOOK
    )
    # The connection was made when "at once" was the default: an owner is asked whether that is to stay.
    accounts_asks = models.BooleanField(_("asked about changed bank accounts"), default=False)
    schedule = models.CharField(_("scheduled sync"), max_length=5, choices=Schedule, default=Schedule.OFF)
    schedule_hours = models.PositiveSmallIntegerField(
        _("hours between syncs"), default=4, validators=[MinValueValidator(1), MaxValueValidator(168)]
    )
    schedule_time = models.TimeField(_("at this time"), default=time(5, 0))  # Europe/Oslo's
    schedule_next = models.DateTimeField(_("next scheduled sync"), null=True, blank=True)

    # Huma's own integration that writes to Visma; "" if none was seen.
    other_writer = models.CharField(_("other integration with Visma"), max_length=80, blank=True, editable=False)
    other_writer_people = models.JSONField(default=list, blank=True, editable=False)  # some of their ids in Huma
    other_writer_count = models.PositiveIntegerField(default=0, editable=False)
    other_writer_at = models.DateTimeField(null=True, blank=True, editable=False)
    other_writer_next = models.DateTimeField(null=True, blank=True, editable=False)  # when Huma is asked again

    # When some people in Huma were looked at for other integrations right after the connection was made.
    writers_looked_at = models.DateTimeField(null=True, blank=True, editable=False)

    webhook_secret = EncryptedTextField(default=new_webhook_secret, editable=False)
    webhook_secret_old = EncryptedTextField(blank=True, editable=False)
    webhook_secret_old_until = models.DateTimeField(null=True, blank=True, editable=False)
    webhook_token = EncryptedTextField(_("access token of the webhook"), blank=True)

    # In which foreseen ways Visma answers otherwise than assumed, by name (connections.api.visma.variants).
    variants = models.JSONField(default=dict, blank=True, editable=False)
    sunset = models.CharField(_("end of an interface in Huma or Visma"), max_length=60, blank=True)
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

    @property
    def huma_limits(self) -> dict[str, list[str]]:
        """The ids of the groups in Huma that the connection is limited to, by kind; without any, it is about all."""
        return {kind: getattr(self, column) for kind, column in LIMITS.items()}

    def threshold(self, linked: int) -> int:
        """How many people may be changed or created before somebody has to type their number, for ``linked`` people."""
        return max(self.threshold_people, linked * self.threshold_percent // 100)
