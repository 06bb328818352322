"""Checks whether properties have the shape that the contract says. Only used properties are checked; others pass."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from connections.api.decoding import BeyondLimit, Twice, WrongShape
from connections.api.errors import storable
from connections.api.unseen import is_all_seen, seen

Shape = Callable[[Any, str], Any]
"""Takes a value and the name of its property; returns the value or raises WrongShape."""

LONGEST_ID = 64
"""The most characters of an id, which is stored as it came; ids in Huma and Visma have 36."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NOBODYS = "unknown-"
"""How our replacement for an unusable id begins."""


def within(prop: str, name: str) -> str:
    """The name of the property ``name`` inside ``prop``; "" names the document itself."""
    return f"{prop}.{name}" if prop else name


def record(value: Any, prop: str) -> dict[str, Any]:
    """An object that has each property once."""
    if not isinstance(value, dict) or isinstance(value, Twice):
        raise WrongShape(prop)
    return value


def records(value: Any, prop: str) -> list[dict[str, Any]]:
    """A list of objects."""
    if not isinstance(value, list):
        raise WrongShape(prop)
    return [record(item, prop) for item in value]


def texts(value: Any, prop: str) -> list[str]:
    """A list of strings."""
    if not isinstance(value, list):
        raise WrongShape(prop)
    for item in value:
        text(item, prop)
    return value


def text(value: Any, prop: str) -> str:
    """A string of at most VALUE_MAX_LENGTH characters."""
    return _short(value, prop, settings.VALUE_MAX_LENGTH)


def cursor(value: Any, prop: str) -> str:
    """A cursor: text that can be stored, and sent back in an address."""
    found = _short(value, prop, settings.CURSOR_MAX_LENGTH)
    if storable(found) != found:
        raise WrongShape(prop)
    return found


def _short(value: Any, prop: str, most: int) -> str:
    if not isinstance(value, str):
        raise WrongShape(prop)
    if len(value) > most:
        raise BeyondLimit(prop, "length", most, len(value))
    return value


def anything(value: Any, prop: str) -> Any:
    """Any value, for properties that only help; a value that can't be understood counts as none."""
    return value


def name(value: Any, prop: str) -> str:
    """A non-empty string: an id, a status."""
    if not isinstance(value, str) or not value:
        raise WrongShape(prop)
    return text(value, prop)


def flag(value: Any, prop: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise WrongShape(prop)
    return value


def number(value: Any, prop: str) -> Any:
    """Any number that a float can hold."""
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise WrongShape(prop)
    try:
        if math.isfinite(float(value)):
            return value
    except OverflowError:
        pass
    raise WrongShape(prop)


def count(value: Any, prop: str) -> int:
    """A whole number from 0 on, or a text of one."""
    found = as_number(value)
    if found is None or found < 0 or found != int(found):
        raise WrongShape(prop)
    return int(found)


def as_number(value: Any) -> float | None:
    """The number in a number or a text, ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def day(value: Any, prop: str) -> str:
    """A date as YYYY-MM-DD, returned as a string; an empty one is no date."""
    try:
        if value == "":
            return ""
        if isinstance(value, str) and _DAY.fullmatch(value) and date.fromisoformat(value):
            return value
    except ValueError:
        pass
    raise WrongShape(prop)


def moment(value: Any, prop: str) -> datetime:
    """A timestamp; one without a zone is UTC [A]."""
    try:
        parsed = datetime.fromisoformat(text(value, prop))
    except ValueError:
        raise WrongShape(prop) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def stamp(value: Any, prop: str) -> str:
    """A timestamp, returned as a string."""
    moment(value, prop)
    return str(value)


def says(value: str | None, word: str) -> bool:
    """Whether a text is a word of the contract; case and invisible characters don't count."""
    return value is not None and seen(value).casefold() == word


def one_of(allowed: Iterable[str]) -> Shape:
    """The shape of a word out of a closed set."""
    words = frozenset(allowed)

    def shape(value: Any, prop: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise WrongShape(prop)
        return value

    return shape


def has(fields: Mapping[str, Shape]) -> Shape:
    """The shape of an object whose ``fields``, if they aren't missing or null, have their shapes."""

    def shape(value: Any, prop: str) -> dict[str, Any]:
        whole = record(value, prop)
        for key, inner in fields.items():
            if whole.get(key) is not None:
                inner(whole[key], within(prop, key))
        return whole

    return shape


def exact(fields: Mapping[str, Shape], *needed: str, one_of: Iterable[str] = ()) -> Shape:
    """The same, if all ``needed`` properties are there and not null, and at least one of ``one_of`` is there.

    A name in other case doesn't count as missing, and an object with other properties doesn't count as empty.
    """
    inner, some = has(fields), frozenset(one_of)

    def shape(value: Any, prop: str) -> dict[str, Any]:
        whole: dict[str, Any] = inner(value, prop)
        if some and some.isdisjoint(whole):
            raise WrongShape(prop)
        for name in needed:
            if whole.get(name) is None:
                raise WrongShape(within(prop, name))
        missing = [name for name in fields if name not in whole]
        if missing and len(whole) > len(fields) - len(missing):  # it has other properties
            others = {key.casefold() for key in whole}
            for name in missing:
                if name.casefold() in others:
                    raise WrongShape(within(prop, name))
        return whole

    return shape


def each(inner: Shape) -> Shape:
    """The shape of a list whose items all have the shape ``inner``; errors name the item."""

    def shape(value: Any, prop: str) -> list[Any]:
        if not isinstance(value, list):
            raise WrongShape(prop)
        return [inner(item, f"{prop}[{index}]") for index, item in enumerate(value)]

    return shape


def identified(value: dict[str, Any], asked: str | None = None, prop: str = "id") -> dict[str, Any]:
    """An object with an id: the one that was asked for, if there was one."""
    found = some_id(value.get("id"), prop)
    if asked is not None and found.casefold() != asked.casefold():
        raise WrongShape(prop)
    return value


def with_id(inner: Shape) -> Shape:
    """The same, with an id."""

    def shape(value: Any, prop: str) -> dict[str, Any]:
        return identified(inner(value, prop), prop=within(prop, "id"))

    return shape


def some_id(value: Any, prop: str) -> str:
    """An id that has no invisible characters, and can be stored and sent back in an address."""
    found = _short(name(value, prop), prop, LONGEST_ID)
    if not is_all_seen(found) or is_stand_in(found):
        raise WrongShape(prop)
    return found


def id_or_none(value: Any, prop: str) -> str:
    """An id, or an empty text."""
    return "" if value == "" else some_id(value, prop)


def is_stand_in(id_: str) -> bool:
    """Whether an id is our replacement for one that can't be used."""
    return id_.startswith(_NOBODYS)


def rows(
    value: Any, item: Shape, prop: str, place: Callable[[int], str], begins_all: bool
) -> tuple[list[dict[str, Any]], dict[str, WrongShape]]:
    """The rows of a list of people, and by id what is wrong with each row that can't be understood.

    Each row gets an id: one without a usable id gets a replacement, made from the row's ``place``, so that it counts,
    too. If the first page of a list of everybody (``begins_all``) has nobody who can be understood, it isn't a list of
    people; a list of only some people may have only such rows.
    """
    if not isinstance(value, list):
        raise WrongShape(prop)
    found: list[dict[str, Any]] = []
    odd: dict[str, WrongShape] = {}
    for index, row in enumerate(value):
        known = row if isinstance(row, dict) else {}
        try:
            identified(record(row, ""))
        except WrongShape as wrong:
            known = {**known, "id": f"{_NOBODYS}{place(index)}"}
            odd[known["id"]] = wrong
        else:
            try:
                item(row, "")
            except WrongShape as wrong:
                odd[known["id"]] = wrong
        found.append(known)
    if found and begins_all and all(one["id"] in odd for one in found):
        inside = odd[found[0]["id"]].prop
        raise WrongShape(f"{prop}[0]" if inside == "answer" else f"{prop}[0].{inside}")
    return found, odd
