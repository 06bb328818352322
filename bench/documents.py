"""A company's documents without a network: what the stand-ins would send, parsed."""

import json
from typing import Any

from connections.sandbox import Sandbox, huma_render

Document = tuple[dict[str, Any], Any]
"""A person's document with, in Huma, the selected position's; in Visma, the list of her positions."""

LINKED_SHARE = 0.8
"""How many of the stand-ins' people are linked, about."""


def company(pairs: int) -> tuple[list[Document], list[Document]]:
    """All documents of a company with about so many people on both sides."""
    sandbox = Sandbox(employees=round(pairs / LINKED_SHARE))
    huma: list[Document] = []
    for user in sandbox.huma.users.values():
        if user.type != "user":
            continue
        selected = next((p for p in user.ordered_positions() if p.status() == "CURRENT"), None)
        position = huma_render.position(sandbox.huma, selected) if selected else None
        huma.append(_parsed(huma_render.details(sandbox.huma, user), position))
    visma = [
        _parsed(one.body, [position.body for position in one.positions.values()])
        for one in sandbox.visma.employees.values()
    ]
    return huma, visma


def _parsed(*documents: Any) -> Any:
    """As it comes out of an answer: nothing shared with the stand-in or between people."""
    return tuple(json.loads(json.dumps(documents)))
