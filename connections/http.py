"""The one door to the network."""

from __future__ import annotations

from dataclasses import dataclass

from connections.waiting import MemoryWaiting, RateLimit, Waiting

__all__ = ["DEFAULT_TIMEOUT", "MemoryWaiting", "RateLimit", "TokenInfo", "Waiting"]

DEFAULT_TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for an answer."""


@dataclass(frozen=True)
class TokenInfo:
    """What a token says about who it is for. Huma names organisation and user, Visma the scopes."""

    organization_id: str | None
    user_id: str | None
    scopes: tuple[str, ...]
