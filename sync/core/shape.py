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

    Source: huma.md, Reading.
    """
    value = doc.get(prop)
    if value is None or isinstance(value, dict):
        return value
    raise WrongShape(prop)
