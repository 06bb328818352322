"""Looks at a vendor's answers as they are: GETs only, and a bounded number of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connections.api.decoding import NotJson, WrongShape, decode, decode_page
from connections.api.errors import (
    FORBIDDEN,
    BadCredentials,
    ContractBroken,
    Rejected,
    VendorError,
    property_name,
)
from connections.api.huma.client import HumaClient
from connections.api.responses import Answer
from connections.api.visma.client import VismaClient
from connections.doctor.seen import Found

MOST_PEOPLE = 25
"""How many people of a side are looked at one by one."""
MOST_REQUESTS = 100
"""How many requests a check sends to a side at most, tokens and repeated requests apart."""
_WORD = re.compile(r"[A-Za-z][A-Za-z_]{1,60}")


class Enough(Exception):
    """The check has sent as many requests, or taken as long, as it may."""


class Looks:
    """The requests of one check to one side."""

    def __init__(self, client: HumaClient | VismaClient, go_on: Callable[[], None]) -> None:
        """``go_on`` is called before each request, and raises if nothing more is to be asked."""
        self._client, self._go_on = client, go_on
        self.sent = 0
        self.headers: set[str] = set()

    def __call__(self, template: str, *params: tuple[str, str], **ids: str) -> Answer:
        """One GET. Raises the vendor errors, and ``Enough``."""
        if self.sent >= MOST_REQUESTS:
            raise Enough
        self._go_on()
        self.sent += 1
        answer = self._client.look(template, ids, params)
        self.headers |= set(answer.headers)
        return answer

    def page(self, template: str, *params: tuple[str, str], **ids: str) -> Any:
        """The body of a page."""
        return decode_page(self(template, *params, **ids).body)

    def person(self, template: str, **ids: str) -> tuple[Any, Mapping[str, str]] | None:
        """The body and the headers of one document; ``None`` for one that we may not see, or that can't be read."""
        try:
            answer = self(template, **ids)
            return decode(answer.body), answer.headers
        except BadCredentials as error:
            if error.status != FORBIDDEN:
                raise
            return None
        except (Rejected, ContractBroken, WrongShape, NotJson):
            return None


def no_answer(error: Exception) -> Found:
    """What is noted where an answer doesn't help: its status, or the name of the property."""
    if isinstance(error, VendorError):
        what = str(error.status) if error.status else ""
        if isinstance(error, ContractBroken):
            what = error.prop
        return Found("no_answer", {"what": what or "?"})
    return Found("no_answer", {"what": property_name(error.prop) if isinstance(error, WrongShape) else "JSON"})


UNHELPFUL = (Rejected, ContractBroken, WrongShape, NotJson)
"""Answers that leave a question open, and don't end the check."""


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def record(value: Any) -> dict[str, Any]:
    """An object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def ids(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The usable ids of the rows."""
    return [one["id"] for one in rows if isinstance(one.get("id"), str) and one["id"]]


def words(found: Iterable[object]) -> list[str]:
    """Words of the interface that are in use, at most eight. What only one person has, or what may be free text, isn't
    named: it could be a value."""
    counted = Counter(one for one in found if isinstance(one, str))
    named = sorted(one for one, times in counted.items() if times > 1 and _WORD.fullmatch(one))[:8]
    return named + (["…"] if len(counted) > len(named) else [])
