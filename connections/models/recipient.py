"""Who gets payroll's notices, and whether they have confirmed their address."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models.connection import Connection


def new_link_key() -> str:
    """The key in the links with which one recipient confirms: 16 bytes in hex, deleted with the address."""
    return secrets.token_hex(16)


class PayrollRecipient(models.Model):
    """Whether an address of a connection's ``payroll_contacts`` was confirmed by a click."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, verbose_name=_("connection"), related_name="payroll_recipients"
    )
    address = models.CharField(_("address"), max_length=254)  # in lower case
    key = models.CharField(max_length=64, default=new_link_key, editable=False)  # identifies the address in its links
    asked = models.PositiveSmallIntegerField(_("asked so many times"), default=0)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)  # a command's name; "": by the link

    class Meta:
        verbose_name = _("recipient of payroll notices")
        verbose_name_plural = _("recipients of payroll notices")
        constraints = [models.UniqueConstraint(fields=["connection", "address"], name="one_recipient_an_address")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
