"""Huma's companies, locations and teams."""

from typing import Any

from connections.clients import clients_for
from connections.models import Connection


def huma_groups(connection: Connection) -> list[dict[str, Any]]:
    """The groups that a connection may be limited to, and that a new user may join; asked of Huma each time.

    Each has ``id``, ``name`` and ``type`` (company, location, team). Raises the vendor errors.
    Source: huma-openapi.yaml, GET /groups.
    """
    return clients_for(connection).huma.groups()
