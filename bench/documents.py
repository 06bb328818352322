"""A company's documents without a network, as the stand-ins would send them."""

import json
from datetime import date
from typing import Any

from connections.api import shapes
from connections.api.huma import documents as huma_documents
from connections.api.visma import documents as visma_documents
from connections.sandbox import Sandbox
from connections.sandbox.huma import render as huma_render
from sync.core.records.employee import Employee
from sync.core.records.read import huma_employee

LINKED_SHARE = 0.8
"""About the share of the stand-ins' people who are linked."""


def company(pairs: int) -> tuple[list[str], list[str]]:
    """All people of a company with about ``pairs`` linked ones, each as JSON: Huma's ``[details, the selected position
    or null]``, Visma's ``[document, positions]``."""
    sandbox = Sandbox(employees=round(pairs / LINKED_SHARE))
    huma = []
    for user in sandbox.huma.users.values():
        if user.type == "user":
            selected = next((p for p in user.ordered_positions() if p.status() == "CURRENT"), None)
            position = huma_render.position(sandbox.huma, selected) if selected else None
            huma.append(json.dumps([huma_render.details(sandbox.huma, user), position]))
    visma = [
        json.dumps([one.body, [position.body for position in one.positions.values()]])
        for one in sandbox.visma.employees.values()
    ]
    return huma, visma


def check_huma(details: dict[str, Any], position: dict[str, Any] | None) -> None:
    """The checks of Huma's client on a user's documents before it returns them."""
    shapes.identified(huma_documents.USER(details, ""), details["id"])
    if position is not None:
        shapes.identified(huma_documents.POSITION(position, ""), position["id"])


def check_visma(document: dict[str, Any], positions: list[dict[str, Any]]) -> None:
    """The checks of Visma's client on an employee in a list, with embedded positions."""
    row = {**document, "_embedded": {"positions": positions}}
    shapes.rows([row], visma_documents.employee, "data", str, begins_all=True)


def in_huma(details: dict[str, Any], position: dict[str, Any] | None, today: date) -> Employee:
    """One Huma user from their part of ``company``."""
    return huma_employee(details, details["currentPositions"], position, today)
