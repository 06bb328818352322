"""Access tokens: a client has one at a time, renewed before it expires."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connections.api import shapes
from connections.api.decoding import WrongShape

DEFAULT_LIFETIME = 600.0
"""How many seconds a token is used if its answer has no readable ``expires_in``."""
LONGEST_LIFETIME = 24 * 60 * 60.0
LONGEST_ID = 36
"""The most characters of an organisation's id, which is stored."""

_BEARER = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class TokenInfo:
    """Whom a token is for. Huma names organisation and user, Visma the scopes."""

    organization_id: str | None
    user_id: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Token:
    """One access token, and when it has to be renewed (``time.monotonic()``'s seconds)."""

    value: str
    renew_at: float
    info: TokenInfo

    def __repr__(self) -> str:
        return "Token(…)"


def leeway(lifetime: float) -> float:
    """How many seconds before its end a token is renewed."""
    return min(30.0, lifetime / 10)


def read_token(body: Any, *, asked_at: float) -> Token:
    """The token of a token answer; raises WrongShape. Source: huma.md and visma-employee.md, Access."""
    if not isinstance(body, dict):
        raise WrongShape("token")
    value = body.get("access_token")
    if not isinstance(value, str) or not _BEARER.fullmatch(value):
        raise WrongShape("access_token")
    kind = body.get("token_type") or "bearer"
    if not isinstance(kind, str) or kind.strip().casefold() not in ("bearer", ""):
        raise WrongShape("token_type")
    organization = _id(body.get("organizationId"))
    if organization is not None and len(organization) > LONGEST_ID:
        raise WrongShape("organizationId")
    info = TokenInfo(organization, _id(body.get("userId")), _scopes(body.get("scope")))
    lifetime = _lifetime(body.get("expires_in"))
    return Token(value, asked_at + lifetime - leeway(lifetime), info)


def _lifetime(said: Any) -> float:
    """How many seconds a token lives: a number, or a text of one. A token that is refused earlier is renewed anyway."""
    seconds = shapes.as_number(said)
    return min(seconds, LONGEST_LIFETIME) if seconds is not None and seconds > 0 else DEFAULT_LIFETIME


def _id(said: Any) -> str | None:
    """An id, which may be a number; ``None`` for anything else."""
    if isinstance(said, str):
        return said.strip() or None
    return str(said) if isinstance(said, int) and not isinstance(said, bool) else None


def _scopes(said: Any) -> tuple[str, ...]:
    """The scopes, from one text or a list."""
    texts = said if isinstance(said, list) else [said]
    return tuple(scope for text in texts if isinstance(text, str) for scope in text.split())


class Tokens:
    """The current token of one client, shared by its threads."""

    def __init__(self, ask: Callable[[], Token]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._token: Token | None = None

    @property
    def kept(self) -> Token | None:
        """The last token, expired or not."""
        return self._token

    def current(self) -> Token:
        """A valid token, renewed if it is time."""
        token = self._token
        if token is not None and time.monotonic() < token.renew_at:
            return token
        return self.renewed(token)

    def renewed(self, old: Token | None) -> Token:
        """A token other than ``old``: one that another thread has got meanwhile, else a new one."""
        with self._lock:
            if self._token is None or self._token is old:
                self._token = self._ask()
            return self._token
