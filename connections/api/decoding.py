"""Decodes the JSON of an answer without loss and within limits. No exception of this module holds any of its content.

Valid JSON that can't be kept as it came (an object with the same property twice, endlessly nested lists, a number that
is far too large) makes a document unreadable; on a page, only the item that contains it.
Limits: ``humavisma.limits``.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.conf import settings

from connections.api.errors import property_name

_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]++")
_BLANKS = (" :", "\t:", "\n:", "\r:")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_TOO_DEEP = "1e99999999999999999999"
"""A number that can't be kept; it replaces what is nested too deeply."""


class NotJson(Exception):
    """The answer isn't JSON."""


class WrongShape(Exception):
    """A property isn't what the contract says; becomes ContractBroken where the request is known.

    Every check of a vendor's document raises this or its subclass.
    """

    def __init__(self, prop: str) -> None:
        self.prop = prop or "answer"
        super().__init__(f"unexpected shape of {property_name(self.prop)}")


class BeyondLimit(WrongShape):
    """The answer is beyond a limit; becomes TooMuch, with the same ``what``, ``seen`` and ``limit``."""

    def __init__(self, prop: str, what: str, limit: int, seen: int = 0) -> None:
        super().__init__(prop)
        self.what, self.limit, self.seen = what, limit, seen


class Unreadable:
    """Replaces a value on a page that can't be kept. It has no shape that a contract allows."""


class Twice(dict[str, Any]):
    """An object with the same property twice: nobody can tell which of the two counts."""


UNREADABLE = Unreadable()


def decode(body: bytes) -> Any:
    """The JSON in ``body``, read as UTF-8 whatever the header says; raises NotJson, and WrongShape for what can't be
    kept.

    A number that a float can't hold exactly becomes a Decimal, because whole documents are written back.
    """
    text = _text(body)
    reading = _Reading()
    found = reading.parse(text)
    if reading.odd is not None:
        raise reading.odd
    if text.count("[") + text.count("{") > settings.ANSWER_MAX_DEPTH < _depth(text):
        raise _too_deep()
    return found


def decode_page(body: bytes) -> Any:
    """The same for a page with many items: ``UNREADABLE`` or ``Twice`` replaces what can't be kept."""
    return _Reading().parse(_text(body))


def _text(body: bytes) -> str:
    if body.count(b",") + body.count(b"[") + body.count(b"{") > settings.ANSWER_MAX_VALUES:
        raise BeyondLimit("body", "values", settings.ANSWER_MAX_VALUES)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Raised outside of the except block, as below: Python's own exceptions hold the whole text.
    raise NotJson


class _Reading:
    """Decodes one answer. ``odd``: the first thing in it that can't be kept."""

    def __init__(self) -> None:
        self.odd: WrongShape | None = None
        self._properties = 0

    def parse(self, text: str) -> Any:
        """The JSON of the text; raises NotJson, and BeyondLimit if its nesting has no end."""
        deep = again = False
        try:
            found = self._loads(text, object_hook=self._counted)
            # Checking each object for a property that occurs twice takes as long as everything else together.
            if text.count('":') == self._properties and not any(blank in text for blank in _BLANKS):
                return found
            again = True
        except RecursionError:
            deep = again = True
        except ValueError as error:  # the text is JSON with an integer of more digits than Python converts
            again = not isinstance(error, json.JSONDecodeError)
        if deep:
            self.odd, text = _too_deep(), _pruned(text)
        if not again:
            raise NotJson
        return self._carefully(text)

    def _carefully(self, text: str) -> Any:
        try:
            return self._loads(text, object_pairs_hook=self._object, parse_int=_integer)
        except (ValueError, RecursionError):
            pass
        raise self.odd or NotJson

    def _loads(self, text: str, **more: Any) -> Any:
        return json.loads(text, parse_float=self._number, parse_constant=_no_number, **more)

    def _counted(self, found: dict[str, Any]) -> dict[str, Any]:
        self._properties += len(found)
        return found

    def _number(self, text: str) -> float | Decimal | Unreadable:
        near = float(text)
        try:
            exact = Decimal(text)
        except ArithmeticError:
            self.odd = self.odd or WrongShape("number")
            return UNREADABLE
        return near if Decimal(repr(near)) == exact else exact

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.odd = self.odd or WrongShape(_repeated([name for name, _value in pairs]))
        return Twice(found)


def _repeated(names: list[str]) -> str:
    """The first name that occurs twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""


def _integer(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def _no_number(text: str) -> float:
    raise json.JSONDecodeError("not JSON", "", 0)


def _too_deep() -> BeyondLimit:
    return BeyondLimit("nesting", "depth", settings.ANSWER_MAX_DEPTH)


def _depth(text: str) -> int:
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)


def _pruned(text: str) -> str:
    """The text without what is nested too deeply; raises BeyondLimit if the nesting never ends."""
    kept: list[str] = []
    depth, most, last = 0, settings.ANSWER_MAX_DEPTH, 0
    for found in _TOKEN.finditer(text):
        at = found.start()
        step = _STEP.get(text[at], 0)
        if step > 0 and depth == most:
            kept += (text[last:at], _TOO_DEEP)
        elif step < 0 and depth == most + 1:
            last = at + 1
        depth += step
    if depth > most:
        raise _too_deep()
    return "".join([*kept, text[last:]])
