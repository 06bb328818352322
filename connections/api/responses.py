"""What a vendor's answer means: JSON in and out without loss, and a status as the error that says what happens next."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connections.api.decoding import NotJson, WrongShape, decode
from connections.api.errors import (
    BadCredentials,
    ContractBroken,
    Gone,
    Problem,
    Rejected,
    Stale,
    Unavailable,
    VendorError,
    storable,
)

REFUSALS = (400, 409, 413, 422)
BUSY = (408, 425)


@dataclass(frozen=True)
class Answer:
    """One answer of a vendor, its body read to the end; of a refusal that is too long nothing is kept of it."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Call:
    """One request. ``template`` and its ``ids`` make the path; only the template is logged or named in an error."""

    side: str
    method: str
    template: str
    ids: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    absolute: str | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def url(self, base_url: str) -> str:
        """The address, each id quoted as one segment of the path.

        Raises ContractBroken where something that is sent back to the vendor, in the address, its query or a header,
        is text that can't be sent.
        """
        for name, value in (*(("id", value) for value in self.ids.values()), *self.params, *self.headers.items()):
            if storable(value) != value:
                raise ContractBroken(name, **self.place(None))
        if self.absolute is not None:
            return self.absolute
        if any(value in ("", ".", "..") for value in self.ids.values()):
            raise ContractBroken("id", **self.place(None))
        return base_url + self.template.format(**{name: quote(value, safe="") for name, value in self.ids.items()})

    def place(self, status: int | None) -> dict[str, Any]:
        """What every error says about where it happened."""
        return {"side": self.side, "method": self.method, "path": self.template, "status": status}


class Passing(Unavailable):
    """Trouble that urllib3's Retry doesn't see (a cut body, no JSON, no token): a GET is asked again."""


def encode(body: Any) -> bytes:
    """``body`` as JSON. Numbers that ``decode`` kept as Decimal are written digit by digit as they came."""
    mark = secrets.token_hex(8)
    text = json.dumps(body, allow_nan=False, default=lambda number: f"{mark}{_digits(number)}{mark}")
    return re.sub(f'"{mark}([^"]*){mark}"', r"\1", text).encode()


def _digits(number: Any) -> str:
    if not isinstance(number, Decimal):
        raise TypeError(f"{type(number).__name__} can't be sent as JSON")
    return str(number)


def failure(call: Call, answer: Answer, problems: Callable[[Any], tuple[Problem, ...]]) -> VendorError | None:
    """The error that ``answer`` is, None for a success. 401 and 429 are the caller's. ``problems`` reads a body."""
    status, place = answer.status, call.place(answer.status)
    if 200 <= status < 300:
        return None
    if status >= 500 or status in BUSY:
        return Unavailable(may_have_taken_effect=call.writes, **place)
    if status == 403:
        return BadCredentials("forbidden", **place)
    kind = _refusal(call, status)
    if kind is None:
        # Redirects are not followed: the address would get the token, and a write be repeated.
        return ContractBroken("redirect" if 300 <= status < 400 else "status", **place)
    return kind(_problems(answer, problems), **place)


def _refusal(call: Call, status: int) -> type[Rejected] | None:
    """Which refusal a status is; a missing *list* is a broken contract: it must never look like an absent person."""
    if status == 412:
        return Stale
    if status in (404, 410):
        if call.ids or call.absolute:
            return Gone
        return Rejected if call.writes else None
    return Rejected if status in REFUSALS else None


def _problems(answer: Answer, problems: Callable[[Any], tuple[Problem, ...]]) -> tuple[Problem, ...]:
    try:
        return problems(decode(answer.body))
    except (NotJson, WrongShape):
        return ()
