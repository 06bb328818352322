"""Letters: each email is written once, and tried for about a day until the mail server accepts it."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.mail import get_connection
from django.db.models import Q
from django.utils import timezone

from connections.bug_report import bug_report
from connections.models import Connection
from sync.mail import outbox
from sync.mail.composing import compose
from sync.mail.outbox import each_once, new_message_id
from sync.models import Letter
from sync.worker.queue import wake_letters

logger = logging.getLogger(__name__)


def write(
    kind: str,
    key: str,
    to: Iterable[str],
    connection: Connection | None = None,
    *,
    at: datetime | None = None,
    **params: Any,
) -> bool:
    """Store an email to be sent soon; False if it has no recipient, or the same key was written before.

    ``params`` are counts, dates and primary keys: never a value or a name. ``at``: it isn't sent before that time.
    """
    addresses = each_once(list(to))
    if not addresses:
        return False
    _letter, made = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "connection": connection,
            "to": addresses,
            "params": params,
            "message_id": new_message_id(str(kind)),
            "next_at": at or timezone.now(),
        },
    )
    if made and at is None:
        wake_letters()
    return made


def send_due(connection: Connection) -> None:
    """Send the due letters of a connection and of the installation, where perhaps no worker runs (a command)."""
    for letter in outbox.due().filter(Q(connection=connection) | Q(connection=None)):
        send(letter)


def send(letter: Letter) -> bool:
    """Send a letter; True if it was sent. If another process is sending it, nothing happens.

    Raises nothing if the letter or the mail server is at fault: the letter waits for its next try, so that the others
    go out.
    """
    if not outbox.claim(letter):
        return False
    try:
        message = compose(letter)
        if message is not None:
            with get_connection() as server:
                server.send_messages([message])
    except Exception as error:
        if not isinstance(error, OSError | ValueError):  # SMTP errors are OSErrors, a wrong address is a ValueError
            logger.error("Letter %s met a bug: %s", letter.pk, bug_report(error))
        outbox.try_later(letter, error)
        return False
    outbox.sent(letter, timezone.now() if message is not None else None)
    return True


def owners(connection: Connection) -> list[str]:
    """The addresses of a connection's owners."""
    return list(connection.owners.filter(is_active=True).exclude(email="").values_list("email", flat=True))


def superusers() -> list[str]:
    """The addresses of the active superusers."""
    people = get_user_model().objects.filter(Q(is_superuser=True), is_active=True).exclude(email="")
    return list(people.values_list("email", flat=True))
