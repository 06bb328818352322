"""Reads the query parameters and bodies of requests to Huma, and refuses wrong ones as Huma does.

Source: huma-openapi.yaml, parameters and the `400` and `404` responses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connections.sandbox.api import Call, Refused
from connections.sandbox.huma import input as huma_input


def invalid(*fields: str, code: str = "field:invalid-format", message: str = "Invalid field format") -> Refused:
    """`InvalidFieldFormatResponse`."""
    return Refused(400, {"errorCode": code, "errorMessage": message, "fields": sorted(set(fields))})


def missing(kind: str, id: str) -> Refused:
    """`NotFoundErrorResponse`."""
    words = {"errorCode": "object:not-found", "errorMessage": "Object not found"}
    return Refused(404, {**words, "interpolations": {"type": kind, "id": id}})


def body(call: Call) -> dict[str, Any]:
    """The JSON object that was sent."""
    if call.http.mimetype != "application/json":
        raise Refused(415)
    try:
        sent = call.json()
    except ValueError:
        raise invalid("body") from None
    if not isinstance(sent, dict):
        raise invalid("body")
    return sent


def refuse(paths: Iterable[str]) -> None:
    """Refuse if any property is wrong."""
    paths = list(paths)
    if paths:
        raise invalid(*paths)


def page(call: Call, default: int, most: int | None) -> tuple[int, int]:
    """`limit` and `offset`."""
    try:
        limit, offset = int(call.http.args.get("limit", default)), int(call.http.args.get("offset", 0))
    except ValueError:
        raise invalid("limit", "offset") from None
    if limit < 0 or offset < 0 or (most is not None and limit > most):
        raise invalid("limit" if limit < 0 or (most is not None and limit > most) else "offset")
    return limit, offset


def ids(call: Call, name: str, most: int = 25, me: bool = False) -> set[str]:
    """The UUIDs of a repeated parameter, with the alias `me` where the description allows it."""
    values = call.http.args.getlist(name)
    if len(values) > most or len(set(values)) < len(values):
        raise invalid(name)
    if any(not huma_input.is_uuid(one) and not (me and one == "me") for one in values):
        raise invalid(name)
    return set(values)


def flag(call: Call, name: str) -> bool | None:
    """`true`, `false`, or None if the parameter is missing."""
    value = call.http.args.get(name)
    if value not in (None, "true", "false"):
        raise invalid(name)
    return None if value is None else value == "true"
