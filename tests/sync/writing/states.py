"""Comparing the whole state of both systems."""

from typing import Any

ABSENT = "(absent)"


def flat(document: Any, path: str = "") -> dict[str, Any]:
    """A document as path → value, lists by index."""
    if isinstance(document, dict) and document:
        parts = [flat(value, f"{path}.{key}" if path else str(key)) for key, value in document.items()]
    elif isinstance(document, list) and document:
        parts = [flat(value, f"{path}[{index}]") for index, value in enumerate(document)]
    else:
        return {path: document}
    return {key: value for part in parts for key, value in part.items()}


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Between two whole states: by side, path (without the ids of people and positions) → (before, after)."""
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for side in ("huma", "visma"):
        for id_ in before[side].keys() | after[side].keys():
            old, new = (_plain(state[side].get(id_)) for state in (before, after))
            for path in old.keys() | new.keys():
                pair = (old.get(path, ABSENT), new.get(path, ABSENT))
                if pair[0] != pair[1] or type(pair[0]) is not type(pair[1]):
                    found.setdefault(side, {})[path] = pair
    return found


def _plain(document: dict[str, Any] | None) -> dict[str, Any]:
    """Flat, with the positions by their place instead of their ids."""
    if document is None:
        return {}
    positions = list(document["positions"].values())
    return flat({**document, "positions": positions})


def news(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The same with only the new values."""
    return {side: {path: new for path, (_old, new) in found.items()} for side, found in changes(before, after).items()}
