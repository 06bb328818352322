"""Huma's companies, locations and teams."""

import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Overdue
from typing import Any

from django.conf import settings

from connections.api.errors import Unavailable
from connections.api.vendor import Vendor
from connections.models import Connection
from connections.vendors.background_thread import in_background
from connections.vendors.clients import clients_for

Groups = list[dict[str, Any]]


def huma_groups(connection: Connection) -> Groups:
    """The groups that a connection may be limited to, and that a new user may join. Asks Huma each time.

    Each has ``id``, ``name`` and ``type`` (company, location, team). Raises the vendor errors.
    Source: huma-openapi.yaml, GET /groups.
    """
    return clients_for(connection).huma.groups()


def huma_locations(connection: Connection) -> Groups:
    """Huma's locations for a page, by name. Raises as ``groups_for_page``."""
    found = [group for group in groups_for_page(connection) if group["type"] == "location"]
    return sorted(found, key=lambda group: str(group["name"]).casefold())


def people_at(connection: Connection, location: str) -> list[str]:
    """The ids of everybody at a location. Asks Huma each time; raises the vendor errors."""
    return [str(user["id"]) for user in clients_for(connection).huma.all_users(location)]


_asked: dict[int, tuple[Future[Groups], float]] = {}
"""By connection, the request to Huma that is under way, and until when a page waits for it."""
_lock = threading.Lock()


def groups_for_page(connection: Connection) -> Groups:
    """The same for a page, which waits for at most CONNECT_PATIENCE_SECONDS, even if many pages ask at once.

    Raises ``Unavailable`` after that, and the other vendor errors.
    """
    huma = clients_for(connection).huma
    with _lock:
        future, until = _asked.get(connection.pk, (None, 0.0))
        if future is None or future.done():
            future, until = in_background("groups", huma.groups), time.monotonic() + settings.CONNECT_PATIENCE_SECONDS
            _asked[connection.pk] = future, until
    try:
        return future.result(max(0.0, until - time.monotonic()))
    except Overdue:
        raise Unavailable("no answer in time", side=Vendor.HUMA, method="GET", path="/groups") from None
