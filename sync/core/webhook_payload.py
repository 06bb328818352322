"""What Huma tells by its webhook: a topic and ids, and nothing else is taken. Source: huma.md, Webhook.

Whatever the topic, who is named is read again: that a body came at all is the hint. Huma has added topics whose names
and shapes nobody knows [A].
"""

import json
import re
from typing import Any

from sync.core.record import record

TOPICS = ("users-create", "users-update", "users-delete", "users-export")
TOPIC_LENGTH = 40
"""So much of a topic is kept."""
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""An id becomes a part of addresses, so nothing that means something there is one."""
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""Text without a name is an id where it looks like Huma's."""
_NAMES_USERS = frozenset({"user", "users", "userid", "userids"})
"""Names, without their spelling, of what can be nothing but users or their ids."""


class NotUnderstood(Exception):
    """The body isn't what Huma sends; ``why`` is one of not_json, topic, users, too_many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@record
class Told:
    """What a request said. ``ids``: Huma users, each once, in order. ``topic``: "" where it had none."""

    topic: str
    ids: tuple[str, ...]


def read_told(body: bytes, topic: str, most: int) -> Told:
    """Read a body whose header said ``topic``; names at most ``most`` people. Raises ``NotUnderstood``.

    A topic of the contract has to name somebody, or say that it names nobody; another one may be about anything. Of
    people without an id nothing can be read; they are passed over while somebody has one.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):  # also for bytes that are no text, and numbers without end
        raise NotUnderstood("not_json") from None
    if not isinstance(document, dict):
        raise NotUnderstood("not_json")
    topic = _topic(document.get("topic"), topic)
    ids = _ids(document, most)
    if topic in TOPICS and not ids and document.get("users") != []:
        raise NotUnderstood("users")
    return Told(topic[:TOPIC_LENGTH], ids)


def _topic(said: Any, header: str) -> str:
    """The body's own topic, which is signed, else the header's.

    A header that is no name at all, and two topics of the contract that contradict each other, are nobody's.
    """
    if header and not _TOPIC.fullmatch(header):
        raise NotUnderstood("topic")
    if not isinstance(said, str) or not _TOPIC.fullmatch(said):
        return header
    if said != header and said in TOPICS and header in TOPICS:
        raise NotUnderstood("topic")
    return said


def _ids(document: dict[str, Any], most: int) -> tuple[str, ...]:
    """The ids of the users whom a document names, wherever it does, each once, in its order."""
    found: dict[str, None] = {}
    named = 0
    left: list[tuple[Any, bool]] = [(document, False)]  # what is to be looked at, and whether it is said to be users
    while left:
        one, are_users = left.pop()
        given = one.get("id") if isinstance(one, dict) else one
        if are_users and isinstance(given, str):
            named += 1
            if (_ID if isinstance(one, dict) else _UUID).fullmatch(given):
                found[given] = None
        elif isinstance(one, dict):
            left += [(inner, are_users or _says_users(key)) for key, inner in reversed(one.items())]
        elif isinstance(one, list):
            left += [(inner, are_users) for inner in reversed(one)]
        if named > most:
            raise NotUnderstood("too_many")
    return tuple(found)


def _says_users(key: str) -> bool:
    return key.replace("_", "").replace("-", "").lower() in _NAMES_USERS
