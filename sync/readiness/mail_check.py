"""A test email with a link to click: it shows that emails arrive, and that their links lead here.

There is one of each connection, the newest. Its link is signed, expires, and works once.
"""

from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import Connection, audit, name_of
from sync.mail import letters
from sync.mail.composing import Composer, Words
from sync.mail.message import absolute, message
from sync.models import Letter, MailCheck
from sync.models.mail_checks import new_mail_key
from sync.runs.lifecycle import NotAllowed

LINK_DAYS = 3
"""How long the link works."""
MINUTE = timedelta(minutes=1)
_SALT = "sync.mail_check"


class DeadLink(Exception):
    """The link is too old, was clicked before, wasn't made here, or a newer test email was sent."""


def send(connection: Connection, user: Any) -> str:
    """Send a test email to the user's own address, and return that; a second click within a minute sends no second.

    Raises ``NotAllowed``: "disconnected", or "no_address" if the user has none.
    """
    if connection.state == Connection.State.DISCONNECTED:
        raise NotAllowed("disconnected")
    if not user.email:
        raise NotAllowed("no_address")
    now = timezone.now()
    with transaction.atomic():
        Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        known = MailCheck.objects.filter(connection=connection).first()
        if known and known.address == user.email and known.arrived_at is None and now - known.sent_at < MINUTE:
            return known.address
        facts = {"address": user.email, "key": new_mail_key(), "sent_by": name_of(user), "sent_at": now}
        row, _made = MailCheck.objects.update_or_create(connection=connection, defaults={**facts, "arrived_at": None})
        letters.write(Letter.Kind.TEST, letter_key(row), [row.address], connection, check=row.pk)
        audit(user, "mail.sent", connection, address=row.address)
    return row.address


def letter_key(row: MailCheck) -> str:
    """The key of the letter with this link."""
    return f"test:{row.pk}:{row.key[:16]}"


def link(row: MailCheck) -> str:
    """The path to click; it contains no address."""
    return reverse("mail_check", args=[signing.dumps([row.pk, row.key], salt=_SALT)])


def of_link(token: str) -> MailCheck:
    """The test email whose link this is; raises ``DeadLink``."""
    try:
        pk, key = signing.loads(token, salt=_SALT, max_age=timedelta(days=LINK_DAYS))
    except (signing.BadSignature, ValueError, TypeError):
        raise DeadLink from None
    rows = MailCheck.objects.select_related("connection").filter(pk=pk, key=key, arrived_at=None)
    row = rows.exclude(connection__state=Connection.State.DISCONNECTED).first()
    if row is None:
        raise DeadLink
    return row


def arrived(row: MailCheck) -> bool:
    """Note that somebody clicked the link; False if another click was first, or a newer email was sent."""
    rows = MailCheck.objects.filter(pk=row.pk, key=row.key, arrived_at=None)
    if not rows.update(arrived_at=timezone.now()):
        return False
    audit(row.address[:150], "mail.arrived", row.connection, address=row.address)
    return True


def _email(letter: Letter) -> EmailMultiAlternatives | None:
    """The test email; ``None`` if a newer one was sent meanwhile, or the connection has ended."""
    row = MailCheck.objects.select_related("connection").filter(pk=letter.params["check"], arrived_at=None).first()
    if row is None or letter.key != letter_key(row) or row.connection.state == Connection.State.DISCONNECTED:
        return None
    name = row.connection.name
    lines = [
        _("%(who)s sent it from the connection %(name)s, to see whether emails arrive.")
        % {"who": row.sent_by, "name": name},
        _("Click the link and confirm on the page that opens. It works once, for %(days)d days, and needs no login.")
        % {"days": LINK_DAYS},
    ]
    words = Words(_("test email"), _("This is a test email."), lines, _("The email has arrived"), absolute(link(row)))
    return message("letter", {"connection": name, "words": words}, letter.to, letter.message_id)


EMAILS: dict[str, Composer] = {Letter.Kind.TEST: _email}
