"""How the stand-in says ``business`` and the end reasons, where a mode lets it use other words than its documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connections.sandbox.visma.checks import END_REASONS
from connections.sandbox.visma.state import VismaState

UNKNOWN = "unknown:"


def said(state: VismaState, value: Any) -> Any:
    """What is answered, in the mode's words."""
    if state.business == "business" and not state.pascal_reasons:
        return value
    return _with(value, lambda kind: _other(kind, "business", state.business), lambda code: _pascal(state, code))


def heard(state: VismaState, value: Any) -> Any:
    """What was sent, in the words of the documents. A word that isn't the mode's is none that it knows."""
    if state.business == "business" and not state.pascal_reasons:
        return value

    def kind(sent: str) -> str:
        known = _other(sent, state.business, "business")
        return UNKNOWN + sent if known == sent and sent.casefold() == "business" != state.business else known

    def code(sent: str) -> str:
        found = next((one for one in END_REASONS if _pascal(state, one) == sent), "")
        return found or UNKNOWN + sent

    return _with(value, kind, code)


def _pascal(state: VismaState, code: str) -> str:
    return code[:1].upper() + code[1:] if state.pascal_reasons else code


def _other(kind: str, word: str, other: str) -> str:
    """The same capitals, another word."""
    if kind.casefold() != word or word == other:
        return kind
    return other.upper() if kind.isupper() else other.capitalize() if kind[:1].isupper() else other


def _with(value: Any, kind: Callable[[str], str], code: Callable[[str], str]) -> Any:
    """The document with each ``type`` of an email or phone, and each end reason, replaced."""
    if isinstance(value, list):
        return [_with(one, kind, code) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _with(one, kind, code) for name, one in value.items()}
    if isinstance(found.get("type"), str) and found.keys() & {"address", "number"}:
        found["type"] = kind(found["type"])
    reasons = found.get("positionEndReason")
    if isinstance(reasons, list):
        found["positionEndReason"] = [code(one) if isinstance(one, str) else one for one in reasons]
    return found
