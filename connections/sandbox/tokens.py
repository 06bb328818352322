"""Access tokens that expire."""

from __future__ import annotations

import secrets
import threading
import time


class Tokens:
    """Issues bearer tokens, and knows for `seconds` which scopes each has."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._issued: dict[str, tuple[float, frozenset[str]]] = {}
        self._lock = threading.Lock()

    def issue(self, scopes: frozenset[str] = frozenset()) -> str:
        """A new token that carries these scopes."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._issued[token] = (time.monotonic() + self.seconds, scopes)
        return token

    def scopes(self, authorization: str | None) -> frozenset[str] | None:
        """The scopes of this `Authorization` header; None if it is missing, unknown or expired."""
        kind, _, token = (authorization or "").partition(" ")
        with self._lock:
            expires, scopes = self._issued.get(token.strip(), (0.0, frozenset[str]()))
        return scopes if kind.lower() == "bearer" and time.monotonic() < expires else None

    def revoke_all(self) -> None:
        """Refuse all tokens issued so far."""
        with self._lock:
            self._issued.clear()
