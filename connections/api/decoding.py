"""JSON out of an answer, without loss and within limits. No exception in here carries what was in it.

What is valid JSON but can't be kept as it came (an object that names a property twice, lists within lists without
end, a number beyond all bounds) costs a single document, and on a page only the thing in which it stands.
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
"""A number that nobody can keep, in the place of what lies too deep."""


class NotJson(Exception):
    """What came isn't JSON."""


class WrongShape(Exception):
    """A property isn't what the contract says; becomes ContractBroken where the request is known.

    There is no other check of a vendor's document than those that raise this, or its subclass.
    """

    def __init__(self, prop: str) -> None:
        self.prop = prop or "answer"
        super().__init__(f"unexpected shape of {property_name(self.prop)}")


class BeyondLimit(WrongShape):
    """More than is ever taken; becomes TooMuch. ``what``, ``seen`` and ``limit`` as there."""

    def __init__(self, prop: str, what: str, limit: int, seen: int = 0) -> None:
        super().__init__(prop)
        self.what, self.limit, self.seen = what, limit, seen


class Unreadable:
    """Stands on a page where a value can't be kept. It has no shape that a contract knows."""


class Twice(dict[str, Any]):
    """An object that names a property twice: nobody can tell which of the two counts."""


UNREADABLE = Unreadable()


def decode(body: bytes) -> Any:
    """The JSON in ``body``, UTF-8 whatever the header says; raises NotJson, and WrongShape for what can't be kept.

    A number that a float can't hold exactly becomes a Decimal, because a document that is read is written back whole.
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
    """The same of a page, which has many things on it: ``UNREADABLE`` or ``Twice`` stands where one can't be kept."""
    return _Reading().parse(_text(body))


def _text(body: bytes) -> str:
    if body.count(b",") + body.count(b"[") + body.count(b"{") > settings.ANSWER_MAX_VALUES:
        raise BeyondLimit("body", "values", settings.ANSWER_MAX_VALUES)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Raised out here, as below: Python's own exceptions carry the whole text.
    raise NotJson


class _Reading:
    """One answer. ``odd``: the first thing in it that can't be kept."""

    def __init__(self) -> None:
        self.odd: WrongShape | None = None
        self._properties = 0

    def parse(self, text: str) -> Any:
        """The text's JSON; raises NotJson, and BeyondLimit where no end of it can be found."""
        deep = again = False
        try:
            found = self._loads(text, object_hook=self._counted)
            # Looking at each object for a property that is there twice takes as long as all the rest.
            if text.count('":') == self._properties and not any(blank in text for blank in _BLANKS):
                return found
            again = True
        except RecursionError:
            deep = again = True
        except ValueError as error:  # an integer of more digits than Python takes, where the text is JSON
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
    """The first name that is there twice."""
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
    """The text without what lies too deep; raises BeyondLimit where that never ends."""
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
