"""Requests and answers as values, JSON without loss, and the error for each status."""

from __future__ import annotations

import json
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
from connections.api.vendor import Vendor

REFUSALS = (400, 409, 413, 422)
BUSY = (408, 425)


@dataclass(frozen=True)
class Answer:
    """One answer of a vendor with its whole body; the body of a refusal that is too long isn't kept."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Call:
    """One request. ``template`` and ``ids`` make the path; only the template is in logs and errors."""

    side: Vendor
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
        """The address, with each id quoted as one segment of the path.

        Raises ContractBroken if a text for the address, its query or a header can't be sent.
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
        """Where an error happened: the arguments that all errors share."""
        return {"side": self.side, "method": self.method, "path": self.template, "status": status}


class Passing(Unavailable):
    """Trouble that urllib3's Retry doesn't see (a cut body, no JSON, no token), after which a GET is sent again."""


def encode(body: Any) -> bytes:
    """``body`` as JSON. Numbers that ``decode`` kept as Decimal are written with the same digits as they came."""
    mark = secrets.token_hex(8)
    text = json.dumps(body, allow_nan=False, default=lambda number: f"{mark}{_digits(number)}{mark}")
    return text.replace(f'"{mark}', "").replace(f'{mark}"', "").encode()


def _digits(number: Any) -> str:
    if not isinstance(number, Decimal):
        raise TypeError(f"{type(number).__name__} can't be sent as JSON")
    return str(number)


def failure(call: Call, answer: Answer, problems: Callable[[Any], tuple[Problem, ...]]) -> VendorError | None:
    """The error for ``answer``, None for a success. The caller handles 401 and 429. ``problems`` reads a body."""
    status, place = answer.status, call.place(answer.status)
    if 200 <= status < 300:
        return None
    if status >= 500 or status in BUSY:
        return Unavailable(may_have_taken_effect=call.writes, **place)
    if status == 403:
        return BadCredentials("forbidden", **place)
    kind = _refusal(call, status)
    if kind is None:
        # Redirects aren't followed: the other address would get the token, and a write would be repeated.
        return ContractBroken("redirect" if 300 <= status < 400 else "status", **place)
    return kind(_problems(answer, problems), **place)


def _refusal(call: Call, status: int) -> type[Rejected] | None:
    """The class of refusal for a status. A missing *list* is a broken contract, never a gone person."""
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
