"""Is a property what the contract says? Only what is used is looked at; unknown properties pass."""

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
"""Takes a value and the name of its property; gives the value back or raises WrongShape."""

LONGEST_ID = 64
"""Characters of an id: one in Huma and Visma has 36, and it is kept as it came."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NOBODYS = "unknown-"
"""How the stand-in begins for an id that isn't one."""


def within(prop: str, name: str) -> str:
    """The name of a property in what ``prop`` names; "" names the document itself."""
    return f"{prop}.{name}" if prop else name


def record(value: Any, prop: str) -> dict[str, Any]:
    """An object, which names each of its properties once."""
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
    """A string, of no more than VALUE_MAX_LENGTH characters."""
    return _short(value, prop, settings.VALUE_MAX_LENGTH)


def cursor(value: Any, prop: str) -> str:
    """What asks for the next page of a list: text that can be kept, and sent back in an address."""
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
    """What only helps: it may be whatever it is, and is taken for nothing where it can't be understood."""
    return value


def name(value: Any, prop: str) -> str:
    """A string that isn't empty: an id, a status."""
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
    """A whole number from 0, or a text that is one."""
    found = as_number(value)
    if found is None or found < 0 or found != int(found):
        raise WrongShape(prop)
    return int(found)


def as_number(value: Any) -> float | None:
    """The number that a number or a text is, ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def day(value: Any, prop: str) -> str:
    """A date as YYYY-MM-DD, left as the string that it is; an empty one is no date."""
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
    """A timestamp, left as the string that it is."""
    moment(value, prop)
    return str(value)


def says(value: str | None, word: str) -> bool:
    """Whether a text is a word of the contract's, in whatever capitals and with whatever signs that nobody sees."""
    return value is not None and seen(value).casefold() == word


def one_of(allowed: Iterable[str]) -> Shape:
    """One of a closed set of words."""
    words = frozenset(allowed)

    def shape(value: Any, prop: str) -> str:
        if not isinstance(value, str) or value not in words:
            raise WrongShape(prop)
        return value

    return shape


def has(fields: Mapping[str, Shape]) -> Shape:
    """An object whose ``fields``, where they are there and not null, have their shape."""

    def shape(value: Any, prop: str) -> dict[str, Any]:
        whole = record(value, prop)
        for key, inner in fields.items():
            if whole.get(key) is not None:
                inner(whole[key], within(prop, key))
        return whole

    return shape


def exact(fields: Mapping[str, Shape], *needed: str, one_of: Iterable[str] = ()) -> Shape:
    """The same, where all that is ``needed`` is there and not null, and one property at least of ``one_of`` is there.

    A name in other capitals isn't a missing one, and an object of other things isn't an empty one.
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
        if missing and len(whole) > len(fields) - len(missing):  # it has others
            others = {key.casefold() for key in whole}
            for name in missing:
                if name.casefold() in others:
                    raise WrongShape(within(prop, name))
        return whole

    return shape


def each(inner: Shape) -> Shape:
    """A list whose every item has a shape; the property's name tells which."""

    def shape(value: Any, prop: str) -> list[Any]:
        if not isinstance(value, list):
            raise WrongShape(prop)
        return [inner(item, f"{prop}[{index}]") for index, item in enumerate(value)]

    return shape


def identified(value: dict[str, Any], asked: str | None = None, prop: str = "id") -> dict[str, Any]:
    """An object with an id: the one that was asked for, where one was."""
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
    """An id: all of it can be seen, stored, and sent back in an address."""
    found = _short(name(value, prop), prop, LONGEST_ID)
    if not is_all_seen(found) or is_stand_in(found):
        raise WrongShape(prop)
    return found


def id_or_none(value: Any, prop: str) -> str:
    """An id, or an empty text where there is none."""
    return "" if value == "" else some_id(value, prop)


def is_stand_in(id_: str) -> bool:
    """Whether an id is none of the vendor's, but ours, for somebody whose own can't be understood."""
    return id_.startswith(_NOBODYS)


def rows(
    value: Any, item: Shape, prop: str, place: Callable[[int], str], begins_all: bool
) -> tuple[list[dict[str, Any]], dict[str, WrongShape]]:
    """The rows of a list of people, and by id what is wrong with those who can't be understood: that is theirs alone.

    Each row has an id; where it has none that can be used, it is a stand-in out of the row's ``place``, so that it
    counts all the same. Where a list of everybody begins (``begins_all``) with nobody who can be understood, it isn't
    a list of people; one of only some people may well have nobody else.
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
