"""Sends requests to the webhook, as Huma does or as somebody else does."""

import json
from typing import Any

from django.test import Client

from connections.models import Connection
from connections.sandbox.huma.signing import signed
from sync.models import RefusedEvent

ANNA = "0a1b2c3d-0000-4000-8000-000000000001"
BEATE = "0a1b2c3d-0000-4000-8000-000000000002"


def connected() -> Connection:
    """A connection that keeps itself up to date."""
    return Connection.objects.create(name="Fjordheim", tenant_id="t-1", automatic=True, automatic_by="hr")


def body_of(*ids: str, topic: str = "users-update", **more: Any) -> bytes:
    """What Huma says of these people."""
    users = [{"id": one, "email": "somebody@example.com", **more} for one in ids]
    return json.dumps({"topic": topic, "users": users}).encode()


def send(
    connection: Connection,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    *,
    path: str = "",
    content_type: str = "application/json",
    client: Client | None = None,
    **how: Any,
) -> Any:
    """Send a request; ``how``: another secret, topic, token, or base64, unless ``headers`` are given."""
    body = body_of(ANNA) if body is None else body
    how.setdefault("topic", "users-update")
    if headers is None:
        headers = signed(body, how.pop("secret", connection.webhook_secret), **how)
    headers["Content-Type"] = content_type
    path = path or f"/webhooks/huma/{connection.code}/"
    return (client or Client()).post(path, body, content_type=content_type, headers=headers)


def refused() -> dict[str, int]:
    """How often requests were refused, by the reason."""
    return dict(RefusedEvent.objects.values_list("why", "times"))
