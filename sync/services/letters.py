"""Emails that aren't a run's result: written once, whoever asks, and sent until the mail server takes them."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from connections.models import Connection
from sync.models import Letter


def write(kind: str, key: str, to: Iterable[str], connection: Connection | None = None, **params: Any) -> bool:
    """Have an email sent soon; False when there is nobody to send it to, or the same key was written before.

    ``params`` are counts, dates and primary keys: never a value or a name.
    """
    addresses = list({address.strip().lower(): address.strip() for address in to if address.strip()}.values())
    if not addresses:
        return False
    _letter, made = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "connection": connection,
            "to": addresses,
            "params": params,
            "message_id": "",
            "next_at": timezone.now(),
        },
    )
    return made


def owners(connection: Connection) -> list[str]:
    """The addresses of a connection's owners."""
    return list(connection.owners.filter(is_active=True).exclude(email="").values_list("email", flat=True))


def superusers() -> list[str]:
    """The addresses of those who look after the installation."""
    people = get_user_model().objects.filter(Q(is_superuser=True), is_active=True).exclude(email="")
    return list(people.values_list("email", flat=True))
