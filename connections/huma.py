"""Huma's Open API. Source: huma.md and huma-openapi.yaml (1.53.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connections.http import DEFAULT_TIMEOUT, RateLimit, TokenInfo, Waiting


@dataclass(frozen=True)
class Page:
    """One page of a list: ``total`` of the whole list where Huma says it, else None (then: read until a short page)."""

    total: int | None
    items: list[dict[str, Any]]


class HumaClient:
    """One Huma organisation, as one API key sees it. Thread safe."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        base_url: str,
        waiting: Waiting | None = None,
        timeout: tuple[float, float] = DEFAULT_TIMEOUT,
        patience: float = 20.0,
        rate_limit: RateLimit | None = None,
    ) -> None:
        raise NotImplementedError

    def token_info(self) -> TokenInfo:
        """Ask for a token now; raises BadCredentials."""
        raise NotImplementedError

    def list_users(
        self,
        offset: int,
        limit: int = 50,
        companies: Sequence[str] = (),
        locations: Sequence[str] = (),
        teams: Sequence[str] = (),
        active: bool | None = None,
    ) -> Page:
        raise NotImplementedError

    def search_users(self, text: str) -> list[dict[str, Any]]:
        raise NotImplementedError

    def user(self, user_id: str) -> dict[str, Any]:
        raise NotImplementedError

    def positions(self, user_id: str) -> list[dict[str, Any]]:
        raise NotImplementedError

    def position(self, user_id: str, position_id: str) -> dict[str, Any]:
        raise NotImplementedError

    def groups(self) -> list[dict[str, Any]]:
        raise NotImplementedError

    def patch_user(self, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Write what is in ``body``; None clears a property."""
        raise NotImplementedError

    def patch_position(self, user_id: str, position_id: str, body: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def create_user(self, body: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError
