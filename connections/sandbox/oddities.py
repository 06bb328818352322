"""Odd documents of single people: any JSON in place of a document, or of a row in a list."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

PLACES = ("document", "row", "positions", "position")
Change = Callable[[Any], Any]

_LISTS = {"huma": ("/users", "items"), "visma": ("/v2/employees", "data")}
_OF_ONE = re.compile(r"/(?:users|v2/employees)/(?P<id>[^/]+)(?P<more>/positions(?P<one>/[^/]+)?)?$")


class Oddities:
    """By side, place and person, the function that changes that JSON each time it is read.

    Places: ``document`` (the user or employee), ``row`` (in the list of people), ``positions`` (their list) and
    ``position`` (each by itself).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes: dict[tuple[str, str, str], Change] = {}

    def put(self, side: str, id_: str, place: str, change: Change) -> None:
        """From now on ``change`` is applied when this is read. Raises `ValueError` for an unknown place."""
        if place not in PLACES:
            raise ValueError(f"There is no place {place!r}.")
        with self._lock:
            self._changes[side, place, id_] = change

    def clear(self) -> None:
        """Remove all oddities."""
        with self._lock:
            self._changes.clear()

    def applied(self, side: str, path: str, body: bytes) -> bytes:
        """The body of a successful read as it is to be sent."""
        with self._lock:
            changes = {(place, id_): change for (where, place, id_), change in self._changes.items() if where == side}
        if not changes or not body:
            return body
        whole = json.loads(body)
        found = self._in_list(side, path, whole, changes) or self._of_one(path, whole, changes)
        return body if found is None else encoded(found[0])

    def _in_list(self, side: str, path: str, whole: Any, changes: dict[tuple[str, str], Change]) -> tuple[Any] | None:
        where, key = _LISTS[side]
        if path != where or not isinstance(whole, dict) or key not in whole:
            return None
        rows = [changes.get(("row", row["id"]), lambda same: same)(row) for row in whole[key]]
        return ({**whole, key: rows},)

    def _of_one(self, path: str, whole: Any, changes: dict[tuple[str, str], Change]) -> tuple[Any] | None:
        found = _OF_ONE.match(path)
        if found is None:
            return None
        place = "position" if found["one"] else "positions" if found["more"] else "document"
        change = changes.get((place, found["id"]))
        return None if change is None else (change(whole),)


def encoded(body: Any) -> bytes:
    """JSON in UTF-8. Halves of surrogate pairs are escaped: JSON may have them, UTF-8 may not."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body).encode()
