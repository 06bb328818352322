"""The owners of a connection: who sees it and runs it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from connections.models import Connection, audit


class NoSuchUser(Exception):
    """No active staff user has that name or address."""


class LastOwner(Exception):
    """A connection keeps at least one owner."""


def find_staff(who: str) -> User:
    """The one active staff user with this username or email address. Raises ``NoSuchUser``."""
    named = Q(username=who) | Q(email__iexact=who)
    users = list(get_user_model().objects.filter(named, is_active=True, is_staff=True)[:10])
    exact = [user for user in users if user.username == who] or users
    if not who or len(exact) != 1:
        raise NoSuchUser
    return exact[0]


def add_owner(connection: Connection, user: Any, owner: User) -> None:
    """Let another staff user see and run the connection."""
    with transaction.atomic():
        if not connection.owners.filter(pk=owner.pk).exists():
            connection.owners.add(owner)
            audit(user, "owner.added", connection, owner=owner.get_username())


def remove_owner(connection: Connection, user: Any, owner: User) -> None:
    """Remove an owner. Raises ``LastOwner`` for the only one."""
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)
        if not connection.owners.exclude(pk=owner.pk).exists():
            raise LastOwner
        connection.owners.remove(owner)
        audit(user, "owner.removed", connection, owner=owner.get_username())
