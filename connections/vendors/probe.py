"""Asks both vendors whether credentials work: a token from each, and one read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Overdue
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from connections.api.errors import BadCredentials, ContractBroken, Rejected, Unavailable, VendorError
from connections.api.vendor import Vendor
from connections.api.visma.client import VismaClient
from connections.api.visma.variants import PAGE_SIZES, Variants
from connections.vendors.background_thread import in_background
from connections.vendors.clients import huma_client, visma_client

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """Why a side can't be used: a code of ``vendors.connect_errors``; ``prop`` names a property of nonsense."""

    side: Vendor | Literal[""]
    code: str
    prop: str = ""


@dataclass(frozen=True)
class Probe:
    """What both sides answered. ``organization_id``: whose key it is, as Huma says; "" if Huma refused."""

    organization_id: str = ""
    sunset: str = ""
    troubles: tuple[Trouble, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether both sides can be read and written."""
        return not self.troubles

    def works(self, side: Vendor) -> bool:
        """Whether this side can be read and written."""
        return all(trouble.side != side for trouble in self.troubles)


@dataclass(frozen=True)
class _Said:
    organization_id: str = ""
    sunset: str = ""
    trouble: Trouble | None = None


def ask_both(tenant_id: str, client_id: str, client_secret: str) -> Probe:
    """Ask Huma and Visma at the same time, for at most CONNECT_PATIENCE_SECONDS. A refusal raises nothing."""
    deadline = time.monotonic() + settings.CONNECT_PATIENCE_SECONDS
    huma = _in_background(Vendor.HUMA, lambda: _ask_huma(client_id, client_secret))
    visma = _in_background(Vendor.VISMA, lambda: _ask_visma(tenant_id))
    said = [_in_time(Vendor.HUMA, huma, deadline), _in_time(Vendor.VISMA, visma, deadline)]
    return Probe(
        organization_id=said[0].organization_id,
        sunset="; ".join(one.sunset for one in said if one.sunset)[:60],
        troubles=tuple(one.trouble for one in said if one.trouble),
    )


def ask_visma(tenant_id: str) -> Trouble | None:
    """Why Visma can't be used with this company; ``None`` if it can. Takes at most as long as ``ask_both``."""
    visma = _in_background(Vendor.VISMA, lambda: _ask_visma(tenant_id))
    return _in_time(Vendor.VISMA, visma, time.monotonic() + settings.CONNECT_PATIENCE_SECONDS).trouble


def trouble_of(side: Vendor, error: VendorError) -> Trouble:
    """What a client's error means for connecting."""
    match error:
        case BadCredentials(application=True):
            return Trouble(side, "application")
        case BadCredentials():
            return Trouble(side, error.code)
        case Unavailable(status=429):
            return Trouble(side, "busy")
        case Unavailable():
            return Trouble(side, "unavailable")
        case ContractBroken():
            return Trouble(side, "nonsense", error.prop)
    return Trouble(side, "refused")


def _in_background(side: Vendor, ask: Callable[[], _Said]) -> Future[_Said]:
    return in_background(f"connect-{side}", lambda: _guarded(side, ask))


def _in_time(side: Vendor, future: Future[_Said], deadline: float) -> _Said:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except Overdue:
        return _Said(trouble=Trouble(side, "slow"))


def _guarded(side: Vendor, ask: Callable[[], _Said]) -> _Said:
    try:
        return ask()
    except VendorError as error:
        log.info("Connecting: %s", error)
        return _Said(trouble=trouble_of(side, error))


def _ask_huma(client_id: str, client_secret: str) -> _Said:
    client = huma_client(client_id, client_secret)
    try:
        info = client.token_info()
        if not info.organization_id:
            return _Said(trouble=Trouble(Vendor.HUMA, "nonsense", "organizationId"))
        client.list_users(0, limit=1)
        return _Said(info.organization_id, client.sunset or "")
    except BadCredentials as error:
        if error.code in ("unauthorized", "invalid_client", "invalid_grant") and _swapped(client_id, client_secret):
            return _Said(trouble=Trouble(Vendor.HUMA, "swapped"))
        raise
    finally:
        client.close()


def _swapped(client_id: str, client_secret: str) -> bool:
    """Whether id and secret work when swapped. Huma is sent nothing that it doesn't know already."""
    client = huma_client(client_secret, client_id)
    try:
        client.token_info()
    except VendorError:
        return False
    finally:
        client.close()
    return True


def _ask_visma(tenant_id: str) -> _Said:
    client = visma_client(tenant_id)
    try:
        client.token_info()
        _read_a_page(client)
        return _Said(sunset=client.sunset or "")
    finally:
        client.close()


def _read_a_page(client: VismaClient) -> None:
    """Read a page of employees, of the largest foreseen size that Visma doesn't refuse [A] (visma-employee.md, V2)."""
    for size in PAGE_SIZES:
        client.variants = Variants(page_size=size)
        try:
            client.list_employees(None)
            return
        except Rejected as error:
            if error.status != 400 or size == PAGE_SIZES[-1]:
                raise
