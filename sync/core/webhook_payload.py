"""Reads the topic and the ids from a body of Huma's webhook, and nothing else. Source: huma.md, Webhook.

Whatever the topic is, the people who are named are read again: the request itself is the hint. Huma may add topics
whose names and shapes we don't know [A].
"""

import json
import re
from typing import Any

from sync.core.immutable import record

TOPICS = ("users-create", "users-update", "users-delete", "users-export")
TOPIC_LENGTH = 40
"""How many characters of a topic are stored."""
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""An id becomes a part of addresses, so it may have no character with a meaning there."""
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""A text in a list counts as an id only if it looks like one of Huma's."""
_NAMES_USERS = frozenset({"user", "users", "userid", "userids"})
"""Names of properties with users or their ids, in lower case, without underscores and hyphens."""


class NotUnderstood(Exception):
    """The body isn't what Huma sends; ``why`` is one of not_json, topic, users, too_many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@record
class Told:
    """The content of a request. ``ids``: Huma users, each once, in order. ``topic``: "" if it had none."""

    topic: str
    ids: tuple[str, ...]


def read_told(body: bytes, topic: str, most: int) -> Told:
    """Read a body. ``topic``: from the header; ``most``: how many people it may name. Raises ``NotUnderstood``.

    A topic of the contract must name somebody, or have an empty list of users; another topic may be about anything.
    People without an id are ignored, if somebody has one.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):  # also for bytes that aren't text, and for endless numbers
        raise NotUnderstood("not_json") from None
    if not isinstance(document, dict):
        raise NotUnderstood("not_json")
    topic = _topic(document.get("topic"), topic)
    ids = _ids(document, most)
    if topic in TOPICS and not ids and document.get("users") != []:
        raise NotUnderstood("users")
    return Told(topic[:TOPIC_LENGTH], ids)


def _topic(said: Any, header: str) -> str:
    """The topic in the body, which is signed, else the header's.

    Raises ``NotUnderstood`` if the header isn't a name, or if both are topics of the contract and differ.
    """
    if header and not _TOPIC.fullmatch(header):
        raise NotUnderstood("topic")
    if not isinstance(said, str) or not _TOPIC.fullmatch(said):
        return header
    if said != header and said in TOPICS and header in TOPICS:
        raise NotUnderstood("topic")
    return said


def _ids(document: dict[str, Any], most: int) -> tuple[str, ...]:
    """The ids of the users whom a document names anywhere in it, each once, in its order."""
    found: dict[str, None] = {}
    named = 0
    left: list[tuple[Any, bool]] = [(document, False)]  # what is still to visit, and whether it is users
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
