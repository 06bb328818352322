"""A superuser releases a new pairing before anything of Visma is shown; then its Tenant ID is reserved.

Knowing a Tenant ID proves nothing, and a made-up Huma organisation can copy names and addresses. So a person asks the
company. Source: design, A run 1, and Roles. All other code looks at ``Connection.state`` only: nothing is read or
written unless it is *active*.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections import signals
from connections.models import (
    AUTO,
    NEVER,
    Connection,
    ExpectedPairing,
    Installation,
    Pairing,
    ReleaseRequest,
    audit,
    name_of,
)

How, Answer = Pairing.How, ReleaseRequest.Answer
_NAMED = ("tenant_id", "huma_organization_id", "name")


class Reserved(Exception):
    """The Tenant ID belongs to another Huma organisation, until a superuser frees it."""


class Answered(Exception):
    """Somebody has answered meanwhile, or the connection was disconnected: the question on the page is out of date."""


class StillConnected(Exception):
    """The Tenant ID is connected; only a disconnected one can be freed."""


def one_at_a_time() -> None:
    """Lock until this transaction ends, so that nobody else connects, releases or frees at the same time."""
    Installation.objects.get_or_create(pk=1)
    Installation.objects.select_for_update().get(pk=1)


def begin(row: Connection, user: Any) -> None:
    """Start a connection that was given credentials: it becomes active if its pairing is released, else it waits.

    Called inside a transaction, after ``one_at_a_time``. ``user`` connects (or is a command's name). Raises
    ``Reserved``.
    """
    released = Pairing.objects.filter(tenant_id=row.tenant_id).exclude(released_how="")
    if released.exclude(huma_organization_id=row.huma_organization_id).exists():
        raise Reserved
    pairing = _pairing(row)
    how = pairing.released_how or _how(row, user)
    if how and not pairing.released_how:
        _mark(pairing, how, user)
    row.state = Connection.State.ACTIVE if how else Connection.State.WAITING
    row.save(update_fields=["state"])
    if not how:
        told = [user.get_full_name() or user.get_username() for user in administrators()]
        request = ReleaseRequest.objects.create(connection=row, asked_by=name_of(user), told=told)
        signals.waits_for_release.send(Connection, request=request)


def _how(row: Connection, user: Any) -> str:
    """Why a new pairing needs no release; "" if it needs one."""
    if isinstance(user, str):
        return How.COMMAND
    if _use_expected(row, user):
        return How.EXPECTED
    if settings.CONNECT_NEEDS_RELEASE == NEVER:
        return How.NOT_NEEDED
    if settings.CONNECT_NEEDS_RELEASE == AUTO and (user.is_superuser or not _had_another(row)):
        return How.NOT_NEEDED
    return ""


def _had_another(row: Connection) -> bool:
    """Whether the installation has or had another connection, a deleted one included."""
    mine = {"tenant_id": row.tenant_id, "huma_organization_id": row.huma_organization_id}
    return Connection.objects.exclude(pk=row.pk).exists() or Pairing.objects.exclude(**mine).exists()


def _use_expected(row: Connection, user: User) -> bool:
    """Use up the expected pairing of exactly this user and Tenant ID; False if there is none."""
    expected = ExpectedPairing.objects.filter(tenant_id=row.tenant_id, user=user, used_at=None)
    if not expected.update(used_at=timezone.now()):
        return False
    audit(user, "pairing.as_expected", row)
    return True


def _pairing(row: Connection) -> Pairing:
    pairing, _made = Pairing.objects.get_or_create(
        tenant_id=row.tenant_id, huma_organization_id=row.huma_organization_id
    )
    return pairing


def _mark(pairing: Pairing, how: str, user: Any) -> None:
    pairing.released_how, pairing.released_by, pairing.released_at = how, name_of(user), timezone.now()
    pairing.save()


def pairing_of(connection: Connection) -> Pairing | None:
    """The pairing of a connection, if it is known."""
    mine = Pairing.objects.filter(tenant_id=connection.tenant_id)
    return mine.filter(huma_organization_id=connection.huma_organization_id).first()


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


def release(request_pk: int, user: User) -> Connection:
    """Release the connection of this request: from now on both sides are read and shown. Raises ``Answered``."""
    with transaction.atomic():
        request, row = _asked(request_pk, user)
        _answer(request, Answer.RELEASED, user)
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
            _answer(request, Answer.RELEASED, name)
            _released(row, How.COMMAND, name)
            audit(name, "connection.released", row)
            signals.release_answered.send(Connection, request=request)
    connection.refresh_from_db()


def refuse(request_pk: int, user: User, reason: str) -> Connection:
    """Refuse the connection, tell whoever connected why, and delete its credentials. Raises ``Answered``."""
    from connections.connect.connecting import disconnect  # services imports this module, too

    with transaction.atomic():
        request, row = _asked(request_pk, user)
        request.reason = reason
        _answer(request, Answer.REFUSED, user)
        audit(user, "connection.not_released", row)
        disconnect(row, user)
        signals.release_answered.send(Connection, request=request)
    return row


def _asked(request_pk: int, user: User) -> tuple[ReleaseRequest, Connection]:
    if not (user.is_superuser and user.is_active):
        raise PermissionDenied
    one_at_a_time()
    request = ReleaseRequest.objects.filter(pk=request_pk, answer=Answer.OPEN).first()
    if request is None:
        raise Answered
    row = Connection.objects.select_for_update(no_key=True).get(pk=request.connection_id)
    if row.state != Connection.State.WAITING:
        raise Answered
    return request, row


def _answer(request: ReleaseRequest, answer: str, user: Any) -> None:
    request.answer, request.answered_by, request.answered_at = answer, name_of(user), timezone.now()
    request.save(update_fields=["answer", "answered_by", "answered_at", "reason"])


def _released(row: Connection, how: str, user: Any) -> None:
    _mark(_pairing(row), how, user)
    row.state = Connection.State.ACTIVE
    row.save(update_fields=["state"])


def look_again(connection: Connection) -> None:
    """Have both sides counted anew for the superuser's page; does nothing without an open request."""
    with transaction.atomic():
        open_ones = ReleaseRequest.objects.filter(connection=connection, answer=Answer.OPEN)
        if open_ones.update(figures={}, looked_at=None, trouble="", trouble_params={}):
            signals.looked_at_again.send(Connection, request=open_ones.get())


def ends(row: Connection, user: Any) -> None:
    """Called for a row that is being disconnected: its Tenant ID stays reserved, an open request is withdrawn."""
    request = open_request(row)
    if request is not None:
        _answer(request, Answer.WITHDRAWN, user)
    if row.state in (Connection.State.ACTIVE, Connection.State.PAUSED):
        pairing = _pairing(row)
        others = Pairing.objects.filter(tenant_id=row.tenant_id).exclude(pk=pairing.pk).exclude(released_how="")
        if not pairing.released_how and not others.exists():
            _mark(pairing, How.BEFORE, "")


def reserved() -> QuerySet[Pairing]:
    """The pairings that reserve a Tenant ID which no connection has now."""
    connected = Connection.objects.exclude(state=Connection.State.DISCONNECTED).values("tenant_id")
    rows = Pairing.objects.exclude(released_how="").exclude(tenant_id__in=connected)
    return rows.order_by("tenant_id")


def names_of(pairings: QuerySet[Pairing]) -> dict[tuple[str, str], str]:
    """The name of the last connection of each pairing, by Tenant ID and Huma organisation."""
    rows = Connection.objects.filter(tenant_id__in=pairings.values("tenant_id")).order_by("pk")
    return {(row.tenant_id, row.huma_organization_id): row.name for row in rows.only(*_NAMED)}


def free(pairing_pk: int, user: User) -> bool:
    """Let any Huma organisation connect the Tenant ID; the one that had it needs a release again.

    False if it was freed meanwhile. Raises ``StillConnected``.
    """
    if not (user.is_superuser and user.is_active):
        raise PermissionDenied
    with transaction.atomic():
        one_at_a_time()
        pairing = Pairing.objects.filter(pk=pairing_pk).exclude(released_how="").first()
        if pairing is None:
            return False
        rows = Connection.objects.filter(tenant_id=pairing.tenant_id)
        if rows.exclude(state=Connection.State.DISCONNECTED).exists():
            raise StillConnected
        pairing.released_how, pairing.released_by, pairing.released_at = "", "", None
        pairing.save()
        ExpectedPairing.objects.filter(tenant_id=pairing.tenant_id, used_at=None).delete()  # to be entered again
        last = rows.filter(huma_organization_id=pairing.huma_organization_id).order_by("-pk").first()
        audit(user, "tenant.freed", last, tenant=pairing.tenant_id)
    return True
