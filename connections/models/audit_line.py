"""An audit entry as one line of JSON on a logger of its own, for a company's log collector.

It names people by their links, never by their names, and holds no value. Addresses of emails are left out, too: who
gets emails may be an employee.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

LOGGER = logging.getLogger("humavisma.audit")
MOST_LINKS = 1000
"""The most links that a line names; ``people`` has their number."""
USERNAMES = ("owner", "user")
"""The details that are the names of users, which may look like addresses."""
BY_EMAIL = ("recipient.confirmed", "mail.arrived")
"""What a recipient does by the link in an email, without signing in: their name in the trail is their address."""
LEFT_OUT = "…"


def write_line(
    at: datetime, who: str, action: str, connection: str | None, detail: dict[str, Any], links: Sequence[int]
) -> None:
    """Write the line of an entry. ``connection``: the connection's code; ``links``: the keys of the links."""
    line = {
        "at": timezone.localtime(at).isoformat(timespec="seconds"),
        "who": LEFT_OUT if action in BY_EMAIL and "@" in who else who,
        "action": action,
        "connection": connection,
        "people": len(links),
        "links": list(links[:MOST_LINKS]),
        "detail": {name: value if name in USERNAMES else _without_addresses(value) for name, value in detail.items()},
    }
    if settings.AUDIT_LOG or LOGGER.isEnabledFor(logging.INFO):  # a command keeps its terminal quiet, and no file
        said = (json.dumps(line, ensure_ascii=False),)
        LOGGER.handle(LOGGER.makeRecord(LOGGER.name, logging.INFO, __file__, 0, "%s", said, None))


def _without_addresses(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_addresses(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_addresses(one) for one in value]
    return LEFT_OUT if isinstance(value, str) and "@" in value else value
