"""Which Huma organisation a Tenant ID is reserved for, and what frees it."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import Connection, ExpectedPairing, Installation, Pairing, audit, name_of
from connections.pages.permissions import require_administrator

_NAMED = ("tenant_id", "huma_organization_id", "name")


class StillConnected(Exception):
    """The Tenant ID is connected; only a disconnected one can be freed."""


def one_at_a_time() -> None:
    """Lock until this transaction ends, so that nobody else connects, releases or frees at the same time."""
    Installation.objects.get_or_create(pk=1)
    Installation.objects.select_for_update().get(pk=1)


def pairing_for(row: Connection) -> Pairing:
    """The pairing of a connection; it is made if it isn't known yet."""
    pairing, _made = Pairing.objects.get_or_create(
        tenant_id=row.tenant_id, huma_organization_id=row.huma_organization_id
    )
    return pairing


def mark_released(pairing: Pairing, how: str, user: Any) -> None:
    """Note who released a pairing and how (a value of ``Pairing.How``): from now on its Tenant ID is reserved."""
    pairing.released_how, pairing.released_by, pairing.released_at = how, name_of(user), timezone.now()
    pairing.save()


def pairing_of(connection: Connection) -> Pairing | None:
    """The pairing of a connection, if it is known."""
    mine = Pairing.objects.filter(tenant_id=connection.tenant_id)
    return mine.filter(huma_organization_id=connection.huma_organization_id).first()


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
    require_administrator(user)
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
