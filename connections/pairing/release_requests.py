"""The requests with which a connection waits for a superuser's release."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections import signals
from connections.models import Connection, ReleaseRequest, name_of

Answer = ReleaseRequest.Answer


def open_request(connection: Connection) -> ReleaseRequest | None:
    """The open release request of a connection that waits."""
    return connection.release_requests.filter(answer=Answer.OPEN).first()


def last_refusal(connection: Connection) -> ReleaseRequest | None:
    """The refused request that ended a connection, as long as nobody has connected it again."""
    if connection.state != Connection.State.DISCONNECTED:
        return None
    last = connection.release_requests.first()
    return last if last and last.answer == Answer.REFUSED else None


def administrators() -> QuerySet[User]:
    """The superusers who can be told by email."""
    return get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="").order_by("username")


def note_answer(request: ReleaseRequest, answer: str, user: Any) -> None:
    """Note the answer to a request (a value of ``ReleaseRequest.Answer``), and who gave it."""
    request.answer, request.answered_by, request.answered_at = answer, name_of(user), timezone.now()
    request.save(update_fields=["answer", "answered_by", "answered_at", "reason"])


def look_again(connection: Connection) -> None:
    """Have both sides counted anew for the superuser's page; does nothing without an open request."""
    with transaction.atomic():
        open_ones = ReleaseRequest.objects.filter(connection=connection, answer=Answer.OPEN)
        if open_ones.update(figures={}, looked_at=None, trouble="", trouble_params={}):
            signals.looked_at_again.send(Connection, request=open_ones.get())
