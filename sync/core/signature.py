"""Checks that the sender of a request knows the secret. Source: huma.md, Webhook."""

import hmac
import re
from base64 import b64encode

HEX, BASE64 = "hex", "base64"
_ALGORITHM = re.compile(r"sha256\s*=\s*", re.IGNORECASE)
"""The prefix with which many senders name the algorithm."""


def is_signed(body: bytes, given: str, secret: str) -> bool:
    """Whether ``given`` is the body's signature (see ``form_of``)."""
    return bool(form_of(body, given, secret))


def form_of(body: bytes, given: str, secret: str) -> str:
    """``hex`` or ``base64`` if ``given`` is the HMAC-SHA256 of the body's bytes in that form [A] (huma.md, H8), with or
    without ``sha256=`` before it; "" if it isn't. Compares in constant time.

    An empty secret is never accepted: anybody knows it.
    """
    if not secret:
        return ""
    digest = hmac.digest(secret.encode(), body, "sha256")
    text = given.strip()
    named = _ALGORITHM.match(text)
    text = text[named.end() :] if named else text
    in_hex = _equal(text.lower(), digest.hex())
    in_base64 = _equal(text.rstrip("="), b64encode(digest).decode().rstrip("="))
    return HEX if in_hex else BASE64 if in_base64 else ""


def bears(authorization: str, token: str) -> bool:
    """Whether the header ``Authorization`` is ``Bearer`` and this token. An empty token is never accepted."""
    scheme, _space, given = authorization.strip().partition(" ")
    return bool(token) and _equal(given.strip(), token) and scheme.lower() == "bearer"


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
