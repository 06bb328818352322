"""What Huma tells by its webhook: a topic and ids, and nothing else is taken. Source: contracts/huma.md, Webhook."""

import json
import re
from typing import Any

from sync.core.record import record

TOPICS = ("users-create", "users-update", "users-delete", "users-export")
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""An id becomes a part of addresses, so nothing that means something there is one."""


class NotUnderstood(Exception):
    """The body isn't what Huma sends; ``why`` is one of not_json, topic, users, too_many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@record
class Told:
    """What a request said. ``ids``: Huma users, each once, in order; none for a topic that isn't known."""

    topic: str
    ids: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether the topic is one that the contract names."""
        return self.topic in TOPICS


def read_told(body: bytes, topic: str, most: int) -> Told:
    """Read a body whose header said ``topic``; names at most ``most`` people. Raises ``NotUnderstood``.

    Of people without an id nothing can be read; they are passed over while somebody has one.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):  # also for bytes that are no text, and numbers without end
        raise NotUnderstood("not_json") from None
    if not isinstance(document, dict):
        raise NotUnderstood("not_json")
    said = document.get("topic")
    if not isinstance(said, str) or said != topic or not _TOPIC.fullmatch(said):
        raise NotUnderstood("topic")
    if said not in TOPICS:
        return Told(said, ())
    return Told(said, _ids(document.get("users"), most))


def _ids(users: Any, most: int) -> tuple[str, ...]:
    if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
        raise NotUnderstood("users")
    if len(users) > most:
        raise NotUnderstood("too_many")
    given = (user.get("id") for user in users)
    ids = tuple(dict.fromkeys(one for one in given if isinstance(one, str) and _ID.fullmatch(one)))
    if users and not ids:
        raise NotUnderstood("users")
    return ids
