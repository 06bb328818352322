"""What is entered in Huma for the webhook: the secret that signs, which can be replaced, and an optional token."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.models import Connection, audit, new_webhook_secret

COLUMNS = ("webhook_secret", "webhook_secret_old", "webhook_secret_old_until", "webhook_token")


class TokenForm(forms.Form):
    """A token that Huma has to send as well. It is never shown again."""

    token = forms.CharField(
        label=_("Access token"),
        min_length=16,
        max_length=200,
        validators=[RegexValidator(r"^[!-~]+\Z", _("Letters, digits and signs only, without spaces."))],
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("At least 16 characters of your own choice. Stored encrypted, and never shown again."),
    )


def address(connection: Connection) -> str:
    """The address to enter in Huma, to which it sends its requests; "" if SITE_URL isn't set."""
    path = reverse("huma_webhook", args=[connection.code])
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else ""


def old_secret_until(connection: Connection) -> Any:
    """Until when the replaced secret is valid; ``None`` if there is none or it has ended."""
    until = connection.webhook_secret_old_until
    return until if connection.webhook_secret_old and until and until > timezone.now() else None


def rotate(connection: Connection, user: Any) -> None:
    """Make a new secret; the old one stays valid for WEBHOOK_OLD_SECRET_HOURS, to have time to enter the new one."""
    until = timezone.now() + timedelta(hours=settings.WEBHOOK_OLD_SECRET_HOURS)

    def change(row: Connection) -> str:
        row.webhook_secret_old, row.webhook_secret = row.webhook_secret, new_webhook_secret()
        row.webhook_secret_old_until = until
        return "webhook.rotated"

    _change(connection, user, change)


def end_old_secret(connection: Connection, user: Any) -> None:
    """End the validity of the replaced secret now."""

    def change(row: Connection) -> str:
        if old_secret_until(row) is None:
            return ""
        row.webhook_secret_old_until = timezone.now()
        return "webhook.old_ended"

    _change(connection, user, change)


def set_token(connection: Connection, user: Any, token: str) -> None:
    """Require this token from now on; "" requires none."""

    def change(row: Connection) -> str:
        if row.webhook_token == token:
            return ""
        row.webhook_token = token
        return "webhook.token_set" if token else "webhook.token_cleared"

    _change(connection, user, change)


def _change(connection: Connection, user: Any, change: Any) -> None:
    """Change the locked row; ``change`` returns the action for the audit trail, or "" if nothing changed."""
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        action = change(row)
        if action:
            row.save(update_fields=COLUMNS)
            audit(user, action, row)
    connection.refresh_from_db()
