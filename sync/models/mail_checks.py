"""Test emails: whether an email from this installation arrives, and its link leads back here."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Connection


def new_mail_key() -> str:
    """The key in a test email's link: 16 bytes in hex."""
    return secrets.token_hex(16)


class MailCheck(models.Model):
    """The newest test email of a connection, and whether the link in it was clicked. A new one replaces it."""

    connection = models.OneToOneField(
        Connection, models.CASCADE, verbose_name=_("connection"), related_name="mail_check"
    )
    address = models.CharField(_("address"), max_length=254)
    key = models.CharField(max_length=64, default=new_mail_key, editable=False)
    sent_by = models.CharField(_("sent by"), max_length=150)
    sent_at = models.DateTimeField(_("sent"))
    arrived_at = models.DateTimeField(_("link clicked"), null=True, blank=True)

    class Meta:
        verbose_name = _("test email")
        verbose_name_plural = _("test emails")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
