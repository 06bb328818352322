"""The clients of both vendors for each connection; the process keeps them, so that tokens and sockets are reused."""

import threading
import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models.functions import Greatest

from connections.api.huma.client import HumaClient
from connections.api.vendor import Vendor
from connections.api.visma.client import VismaClient
from connections.api.visma.variants import Variants, variants_of
from connections.api.waiting.after_429 import Waiting
from connections.api.waiting.request_rate import RateLimit
from connections.api.waiting.silence import Silence
from connections.models import Connection


@dataclass
class Clients:
    """Both clients of one connection. Each waits by itself after a 429."""

    huma: HumaClient
    visma: VismaClient
    huma_waiting: Waiting
    visma_waiting: Waiting

    @property
    def is_waiting(self) -> bool:
        """Whether one of the vendors said to come back later (429)."""
        return max(self.huma_waiting.blocked_until(), self.visma_waiting.blocked_until()) > time.time()

    def share_waiting(self, connection: Connection) -> None:
        """Share with other processes, through the database, until when a vendor is not asked after a 429.

        Called between pieces of work.
        """
        now = time.time()
        mine = {Vendor.HUMA: self.huma_waiting.blocked_until(), Vendor.VISMA: self.visma_waiting.blocked_until()}
        row = Connection.objects.filter(pk=connection.pk)
        if max(mine.values()) > now:
            row.update(
                huma_blocked_until=Greatest("huma_blocked_until", mine[Vendor.HUMA]),
                visma_blocked_until=Greatest("visma_blocked_until", mine[Vendor.VISMA]),
            )
        theirs = row.values_list("huma_blocked_until", "visma_blocked_until").first()
        if theirs:
            self.huma_waiting.block_until(theirs[0])
            self.visma_waiting.block_until(theirs[1])

    def silence(self, side: str) -> Silence:
        """Since when a side hasn't answered."""
        return self.huma.silence if side == Vendor.HUMA else self.visma.silence

    def close(self) -> None:
        """Close the sockets that the clients keep open."""
        self.huma.close()
        self.visma.close()


def huma_client(client_id: str, client_secret: str, waiting: Waiting | None = None) -> HumaClient:
    """A Huma client with this installation's address and time-outs."""
    return HumaClient(
        client_id,
        client_secret,
        base_url=settings.HUMA_API_URL,
        waiting=waiting,
        timeout=(settings.HTTP_CONNECT_TIMEOUT, settings.HTTP_READ_TIMEOUT),
        rate_limit=_rate_limit(Vendor.HUMA, settings.HUMA_REQUESTS_PER_SECOND),
    )


def visma_client(tenant_id: str, waiting: Waiting | None = None, variants: Variants | None = None) -> VismaClient:
    """A Visma client with this installation's application, addresses and time-outs; ``variants`` as in the client."""
    return VismaClient(
        tenant_id,
        client_id=settings.VISMA_CLIENT_ID,
        client_secret=settings.VISMA_CLIENT_SECRET,
        base_url=settings.VISMA_API_URL,
        token_url=settings.VISMA_TOKEN_URL,
        waiting=waiting,
        timeout=(settings.HTTP_CONNECT_TIMEOUT, settings.HTTP_READ_TIMEOUT),
        rate_limit=_rate_limit(Vendor.VISMA, settings.VISMA_REQUESTS_PER_SECOND),
        variants=variants,
    )


@cache
def _rate_limit(side: str, per_second: float) -> RateLimit:
    """The limit that all connections of this process share: a vendor counts all our requests together."""
    return RateLimit(per_second)


_lock = threading.Lock()
_kept: dict[int, tuple[tuple[object, ...], Clients]] = {}


def clients_for(connection: Connection) -> Clients:
    """Both clients of a connection; new ones when its credentials, its variants or the vendors' addresses changed."""
    variants = variants_of(connection.variants)
    key = (
        variants,
        connection.tenant_id,
        connection.huma_client_id,
        connection.huma_client_secret,
        settings.HUMA_API_URL,
        settings.VISMA_API_URL,
        settings.VISMA_TOKEN_URL,
        settings.VISMA_CLIENT_ID,
        settings.VISMA_CLIENT_SECRET,
    )
    with _lock:
        kept = _kept.get(connection.pk)
        if kept is None or kept[0] != key:
            if kept is not None:
                kept[1].close()
            huma_waiting, visma_waiting = Waiting(), Waiting()
            made = Clients(
                huma_client(connection.huma_client_id, connection.huma_client_secret, huma_waiting),
                visma_client(connection.tenant_id, visma_waiting, variants),
                huma_waiting,
                visma_waiting,
            )
            kept = _kept[connection.pk] = (key, made)
    return kept[1]


def forget_clients(connection: Connection) -> None:
    """Drop the kept clients, after a disconnect or a change of credentials."""
    with _lock:
        kept = _kept.pop(connection.pk, None)
    if kept is not None:
        kept[1].close()
