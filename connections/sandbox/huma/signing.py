"""Signs requests to a webhook as Huma does, for the stand-in and for tests that forge them."""

from __future__ import annotations

import base64 as b64
import hashlib
import hmac


def signed(
    body: bytes, secret: str, token: str = "", base64: bool = False, topic: str = "users-update"
) -> dict[str, str]:
    """The headers of a request to a webhook with exactly these bytes: topic, HMAC-SHA256, bearer token.

    Without a `secret` there is no signature, without a `token` no Authorization. The signature is hex, or base64.
    Source: huma.md, "Webhook".
    """
    headers = {"Content-Type": "application/json", "huma-topic": topic}
    if secret:
        digest = hmac.new(secret.encode(), body, hashlib.sha256)
        headers["huma-hmac-sha256"] = b64.b64encode(digest.digest()).decode() if base64 else digest.hexdigest()
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return headers
