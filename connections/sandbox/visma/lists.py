"""Visma's lists: cursors that need the same query parameters again, `embed=(…)`, `fields=(…)`.

Source: visma-employee.md, Reading.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from connections.sandbox.api import Refused
from connections.sandbox.visma.jobs import Finding

Item = TypeVar("Item")


def refused(findings: list[Finding]) -> Refused:
    """A `400` whose body names the properties."""
    words = {"message": "The request is not valid.", "messageCode": "BadRequest"}
    return Refused(400, {**words, "validationResults": [one.shown() for one in findings]})


def wrong(name: str, words: str) -> Refused:
    """A `400` for a query parameter."""
    return refused([Finding(name, words)])


def flag(args: Mapping[str, str], name: str) -> bool:
    value = args.get(name, "false")
    if value not in ("true", "false"):
        raise wrong(name, "true or false is expected.")
    return value == "true"


def names(args: Mapping[str, str], name: str) -> set[str]:
    """The names in `name=(one,two)`."""
    value = args.get(name)
    if value is None:
        return set()
    found = re.fullmatch(r"\(([A-Za-z,]+)\)", value)
    if not found:
        raise wrong(name, "A list in parentheses is expected.")
    return set(found[1].split(","))


def _question(args: Mapping[str, str], by: str) -> str:
    asked = sorted((name, value) for name, value in args.items() if name != by)
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def page(
    args: Mapping[str, str],
    items: Iterable[tuple[int, Item]],
    show: Callable[[Item], Any],
    *,
    most: int = 100,
    by: str = "cursor",
) -> dict[str, Any]:
    """One page of items that carry a rising key: those after the cursor, `page-size` (50, at most 100 [A]) of them.

    The cursor belongs to its query: with other query parameters it is refused. `by` is the name of its parameter.
    """
    size_text = args.get("page-size", str(min(50, most)))
    size = int(size_text) if size_text.isdecimal() else 0
    if not 1 <= size <= most:
        raise wrong("page-size", f"1 to {most} is expected.")
    after = _after(args, by)
    rest = [one for one in items if one[0] > after]
    data, cursor = [show(item) for _, item in rest[:size]], {}
    if len(rest) > size:
        token = json.dumps([_question(args, by), rest[size - 1][0]]).encode()
        cursor = {"nextToken": base64.b64encode(token).decode()}
    return {"cursor": cursor, "data": data}


def _after(args: Mapping[str, str], by: str) -> float:
    token = args.get(by)
    if token is None:
        return float("-inf")
    try:
        question, after = json.loads(base64.b64decode(token, validate=True))
    except ValueError:
        raise wrong(by, "The cursor is not valid.") from None
    if question != _question(args, by):
        raise wrong(by, "The cursor belongs to another query.")
    return int(after)
