"""What waits for a person's attention, and the emails about it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connections.fields import EncryptedJSONField
from connections.models import Connection
from sync.models.links import EmployeeLink


class Notice(models.Model):
    """Something about one person that somebody should know. There is one row for it, until somebody closes it."""

    class Kind(models.TextChoices):
        NEW_PERSON = "new_person", _("New in Huma")
        DELETED = "deleted", _("Deleted in Huma")
        DEACTIVATED = "deactivated", _("Deactivated in Huma, still employed in Visma")
        GONE = "gone", _("No longer in one of the systems")
        POSITION = "position", _("Another position")

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="notices")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    key = models.CharField(max_length=140)  # the same key is the same notice: a vendor's id, a pair of positions
    link = models.ForeignKey(EmployeeLink, models.CASCADE, verbose_name=_("linked person"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    number = models.CharField(_("Employment ID"), max_length=64, blank=True)
    params = EncryptedJSONField(null=True, blank=True)
    made_at = models.DateTimeField(_("since"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        # A closed notice stays, so that it isn't made again.
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "key"], name="one_notice_a_key")]
        indexes = [models.Index(fields=["connection"], condition=Q(closed_at=None), name="notice_open")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Letter(models.Model):
    """One email. It is written once, however many ask for it, and tried until the mail server accepts it."""

    class Kind(models.TextChoices):
        PAUSED = "paused", _("Paused")
        RESUMED = "resumed", _("Works again")
        HELD = "held", _("Held back")
        APPLICATION_REFUSED = "application", _("Visma refuses the installation's Visma key")
        APPLICATION_WORKS = "app_works", _("Visma accepts the installation's Visma key again")
        DIGEST = "digest", _("Digest")
        RELEASE = "release", _("Waiting for approval")
        ANSWERED = "answered", _("Approved or rejected")
        REMINDER = "reminder", _("Reminder before the cut-off")
        CONFIRM = "confirm", _("Confirm an address")
        ACCOUNTS = "accounts", _("Bank accounts in Visma changed")
        RESULT = "result", _("Result")
        DRAFTS = "drafts", _("New drafts in Visma")
        TEST = "test", _("Test email")
        READY = "ready", _("Ready for payroll")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    key = models.CharField(max_length=200, unique=True)  # the same key is the same email
    connection = models.ForeignKey(
        Connection, models.CASCADE, verbose_name=_("connection"), null=True, blank=True, related_name="letters"
    )
    to = models.JSONField(_("to"), default=list)
    params = models.JSONField(default=dict, blank=True)  # counts, dates and primary keys; never a value or a name
    message_id = models.CharField(_("Message-ID"), max_length=120)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    holder = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "next_at"], name="letter_due")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
