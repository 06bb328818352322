"""A new pairing waits for a superuser's release before anything of Visma is shown; then its Tenant ID is reserved.

Knowing a Tenant ID proves nothing, and a made-up Huma organisation can copy names and addresses. So a person asks the
company. Source: design, A run 1, and Roles. All other code looks at ``Connection.state`` only: nothing is read or
written unless it is *active*.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from connections import signals
from connections.models import AUTO, NEVER, Connection, ExpectedPairing, Pairing, ReleaseRequest, audit, name_of
from connections.pairing.release_requests import administrators, note_answer, open_request
from connections.pairing.reservations import mark_released, pairing_for

How, Answer = Pairing.How, ReleaseRequest.Answer


class Reserved(Exception):
    """The Tenant ID belongs to another Huma organisation, until a superuser frees it."""


def begin(row: Connection, user: Any) -> None:
    """Start a connection that was given credentials: it becomes active if its pairing is released, else it waits.

    Called inside a transaction, after ``one_at_a_time``. ``user`` connects (or is a command's name). Raises
    ``Reserved``.
    """
    released = Pairing.objects.filter(tenant_id=row.tenant_id).exclude(released_how="")
    if released.exclude(huma_organization_id=row.huma_organization_id).exists():
        raise Reserved
    pairing = pairing_for(row)
    how = pairing.released_how or _how(row, user)
    if how and not pairing.released_how:
        mark_released(pairing, how, user)
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


def ends(row: Connection, user: Any) -> None:
    """Called for a row that is being disconnected: its Tenant ID stays reserved, an open request is withdrawn."""
    request = open_request(row)
    if request is not None:
        note_answer(request, Answer.WITHDRAWN, user)
    if row.state in (Connection.State.ACTIVE, Connection.State.PAUSED):
        pairing = pairing_for(row)
        others = Pairing.objects.filter(tenant_id=row.tenant_id).exclude(pk=pairing.pk).exclude(released_how="")
        if not pairing.released_how and not others.exists():
            mark_released(pairing, How.BEFORE, "")
