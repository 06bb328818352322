"""Access tokens: one at a time, renewed before they expire."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connections.answers import WrongShape

DEFAULT_LIFETIME = 600.0
"""Seconds a token is used when its answer names no ``expires_in``."""

_BEARER = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class TokenInfo:
    """What a token says about who it is for. Huma names organisation and user, Visma the scopes."""

    organization_id: str | None
    user_id: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """One access token and when it is due for renewal (``time.monotonic()``'s seconds)."""

    value: str
    renew_at: float
    info: TokenInfo

    def __repr__(self) -> str:
        return "Token(…)"


def leeway(lifetime: float) -> float:
    """How many seconds before its end a token is renewed."""
    return min(30.0, lifetime / 10)


def read_token(body: Any, *, asked_at: float) -> Token:
    """The token in a token answer; raises WrongShape. Source: huma.md and visma-employee.md, Access."""
    if not isinstance(body, dict):
        raise WrongShape("token")
    value = body.get("access_token")
    if not isinstance(value, str) or not _BEARER.fullmatch(value):
        raise WrongShape("access_token")
    if str(body.get("token_type", "Bearer")).lower() != "bearer":
        raise WrongShape("token_type")
    lifetime = body.get("expires_in", DEFAULT_LIFETIME)
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or lifetime < 0:
        raise WrongShape("expires_in")
    for name in ("organizationId", "userId", "scope"):
        if not isinstance(body.get(name, ""), str | None):
            raise WrongShape(name)
    info = TokenInfo(body.get("organizationId"), body.get("userId"), tuple((body.get("scope") or "").split()))
    return Token(value, asked_at + lifetime - leeway(lifetime), info)


class Tokens:
    """The current token of one client, shared by its threads."""

    def __init__(self, ask: Callable[[], Token]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._token: Token | None = None

    @property
    def kept(self) -> Token | None:
        """The last token that was got, expired or not."""
        return self._token

    def current(self) -> Token:
        """A token that is good for now, renewed where it is due."""
        token = self._token
        if token is not None and time.monotonic() < token.renew_at:
            return token
        return self.renewed(token)

    def renewed(self, old: Token | None) -> Token:
        """Another token than ``old``: the one that a thread before us got meanwhile, else a new one."""
        with self._lock:
            if self._token is None or self._token is old:
                self._token = self._ask()
            return self._token
