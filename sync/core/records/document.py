"""A vendor's document, after ``connections.api`` has checked the type of each property.

So the core doesn't check types again. A property that is missing or null says nothing; a date is YYYY-MM-DD or ""; a
text may have invisible characters. ``connections.api`` doesn't check the few properties that only help (such as the
date of birth): these are checked here, by the function that reads them.
"""

from typing import Any

from sync.core.values.text import visible

Doc = dict[str, Any]


def value_in(wrapped: Doc | None) -> Any:
    """The value in one of Huma's wrappers (``{"value": …, "editable": …}``); ``None`` for an empty or missing one.

    A missing wrapper doesn't mean an empty value: the key may not see it [A]. Source: huma.md, Reading.
    """
    return wrapped.get("value") if wrapped else None


def shown(said: str | None) -> str | None:
    """The text without invisible characters, or ``None``. Source: design, What is written."""
    return None if said is None else visible(said)
