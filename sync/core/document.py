"""A vendor's document, as ``connections.api`` lets it through: what stands in it has the type of its place.

So nothing is asked for its type here. A property that is missing or null says nothing, a date is YYYY-MM-DD or "", a
text may have signs that nobody sees. Only what ``connections.api`` leaves unchecked, because it just helps, is looked
at where it is read.
"""

from typing import Any

from sync.core.text import visible

Doc = dict[str, Any]


def value_in(wrapped: Doc | None) -> Any:
    """What one of Huma's wrappers holds: ``{"value": …, "editable": …}``; ``None`` for nothing, and without a wrapper.

    No wrapper isn't an empty value: the key may not see it [A]. Source: huma.md, Reading.
    """
    return wrapped.get("value") if wrapped else None


def shown(said: str | None) -> str | None:
    """Text or nothing; what can't be seen isn't in it. Source: design, What is written."""
    return None if said is None else visible(said)
