"""A superuser approves or rejects a connection that waits; the command ``connect`` approves what it connects."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from connections import signals
from connections.connect.disconnecting import disconnect
from connections.models import Connection, Pairing, ReleaseRequest, audit
from connections.pages.permissions import require_administrator
from connections.pairing.release_requests import note_answer
from connections.pairing.reservations import mark_released, one_at_a_time, pairing_for

How, Answer = Pairing.How, ReleaseRequest.Answer


class Answered(Exception):
    """Somebody has answered meanwhile, or the connection was disconnected: the question on the page is out of date."""


def release(request_pk: int, user: User) -> Connection:
    """Release the connection of this request: from now on both sides are read and shown. Raises ``Answered``."""
    with transaction.atomic():
        request, row = _asked(request_pk, user)
        note_answer(request, Answer.RELEASED, user)
        _released(row, How.BY_HAND, user)
        audit(user, "connection.released", row)
        signals.release_answered.send(Connection, request=request)
    return row


def release_by_command(connection: Connection, name: str) -> None:
    """Count a pair that the command connected as released. ``name``: the command's name. May be repeated."""
    with transaction.atomic():
        one_at_a_time()
        request = ReleaseRequest.objects.filter(connection=connection, answer=Answer.OPEN).first()
        row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        if row.state == Connection.State.WAITING and request:
            note_answer(request, Answer.RELEASED, name)
            _released(row, How.COMMAND, name)
            audit(name, "connection.released", row)
            signals.release_answered.send(Connection, request=request)
    connection.refresh_from_db()


def refuse(request_pk: int, user: User, reason: str) -> Connection:
    """Refuse the connection, tell whoever connected why, and delete its credentials. Raises ``Answered``."""
    with transaction.atomic():
        request, row = _asked(request_pk, user)
        request.reason = reason
        note_answer(request, Answer.REFUSED, user)
        audit(user, "connection.not_released", row)
        disconnect(row, user)
        signals.release_answered.send(Connection, request=request)
    return row


def _asked(request_pk: int, user: User) -> tuple[ReleaseRequest, Connection]:
    require_administrator(user)
    one_at_a_time()
    request = ReleaseRequest.objects.filter(pk=request_pk, answer=Answer.OPEN).first()
    if request is None:
        raise Answered
    row = Connection.objects.select_for_update(no_key=True).get(pk=request.connection_id)
    if row.state != Connection.State.WAITING:
        raise Answered
    return request, row


def _released(row: Connection, how: str, user: Any) -> None:
    mark_released(pairing_for(row), how, user)
    row.state = Connection.State.ACTIVE
    row.save(update_fields=["state"])
