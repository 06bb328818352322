"""Reading vendors' documents without trusting their shape."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sync.core.text import clean, visible

Doc = dict[str, Any]


class WrongShape(Exception):
    """A document has a property of another type than the contracts say; ``prop`` names it, never its value."""

    def __init__(self, prop: str) -> None:
        super().__init__(f"the property {prop} has an unexpected shape")
        self.prop = prop


def as_text(value: Any, prop: str) -> str | None:
    """Text or nothing; what can't be seen isn't in it. Source: design, What is written."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else visible(value)
    if value is None:
        return None
    raise WrongShape(prop)


def as_day(value: Any, prop: str) -> str | None:
    """The ISO date of a date or timestamp text, or nothing."""
    if value is None:  # many of them
        return None
    if not value:
        as_text(value, prop)
        return None
    day = _day(value) if isinstance(value, str) else None
    if day is None:
        day = _day(clean(as_text(value, prop)))
    if day is None:
        raise WrongShape(prop)
    return day


@lru_cache(maxsize=10_000)
def _day(text: str) -> str | None:
    """The ISO date that the text names; many people share one."""
    try:
        return date.fromisoformat(text if len(text) == 10 else f"{datetime.fromisoformat(text):%Y-%m-%d}").isoformat()
    except ValueError:
        return None


def as_bool(value: Any, prop: str) -> bool | None:
    """True, false or nothing."""
    if value is None or isinstance(value, bool):
        return value
    raise WrongShape(prop)


def as_dict(value: Any, prop: str) -> Doc | None:
    """An object or nothing."""
    if value is None or isinstance(value, dict):
        return value
    raise WrongShape(prop)


def as_dicts(value: Any, prop: str) -> list[Doc]:
    """A list of objects; nothing is an empty list."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise WrongShape(prop)
    for item in value:
        if not isinstance(item, dict):
            raise WrongShape(prop)
    return value


def wrapper(doc: Doc, prop: str) -> Doc | None:
    """Huma's ``{"value": …, "editable": …}``; ``None`` where it is missing, which means not visible to the key [A].

    Unset is one that says so: with an empty ``value``, or without one and with ``editable``, which the contract
    demands. Any other object is none, and never an empty value. Source: huma.md, Reading; huma-openapi.yaml,
    FieldString.
    """
    wrapped = doc.get(prop)
    if wrapped is None:
        return None
    if not isinstance(wrapped, dict):
        raise WrongShape(prop)
    editable = wrapped.get("editable")
    if editable is not True and editable is not False and (editable is not None or "value" not in wrapped):
        raise WrongShape(prop)
    if len(wrapped) > 2 or not ("value" in wrapped or len(wrapped) == 1):  # few of them
        spelt(wrapped, _IN_WRAPPER, prop)
    return wrapped


_IN_WRAPPER = frozenset({"value", "editable", "requestedValue"})


def states(doc: Doc, names: frozenset[str], prop: str) -> None:
    """An object that says nothing of what the contract knows isn't an empty one. Raises ``WrongShape``."""
    if names.isdisjoint(doc):
        raise WrongShape(prop)
    spelt(doc, names, prop)


def spelt(doc: Doc, names: frozenset[str], prop: str = "") -> None:
    """A property whose name came in other capitals isn't missing: it can't be understood. Raises ``WrongShape``."""
    keys = tuple(doc)
    wrong = (_misspelt if len(keys) <= MOST_KEYS else _misspelt.__wrapped__)(keys, names)
    if wrong:
        raise WrongShape(f"{prop}.{wrong}" if prop else wrong)


MOST_KEYS = 100
"""Properties of an object whose names are remembered; most objects of a kind have the same ones."""


@lru_cache(maxsize=500)
def _misspelt(keys: tuple[str, ...], names: frozenset[str]) -> str:
    """The first of the names that is there in other capitals only, "" where there is none."""
    folded = {key.casefold() for key in keys}
    return min((name for name in names.difference(keys) if name.casefold() in folded), default="")
