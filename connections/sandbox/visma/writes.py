"""The work of Visma's jobs: overwrite a document, or create an employee.

Source: visma-employee.md, Writing.
"""

from __future__ import annotations

import copy
from typing import Any

from connections.sandbox.visma.checks import changes_number, employee_findings, position_findings
from connections.sandbox.visma.jobs import Finding, Work
from connections.sandbox.visma.state import OWN_EMPLOYEE, OWN_POSITION, VismaState

# [A] If a document changed between the acceptance of a write with If-Match and its job, the job leaves it alone.
_MOVED = Finding("$", "The document was changed after the request was accepted.", code="Conflict")


def _failed(findings: list[Finding]) -> bool:
    return any(one.severity == "Error" for one in findings)


def employee_update(state: VismaState, id: str, sent: dict[str, Any], etag: str | None) -> Work:
    """Overwrite an employee with the document that was sent; `etag` is the caller's If-Match."""

    def work(spared: frozenset[str]) -> tuple[str | None, list[Finding]]:
        employee = state.employees.get(id)
        if employee is None or (etag and employee.etag != etag):
            return id, [_MOVED]
        after = _overwritten(employee.body, _respelt(state, sent), OWN_EMPLOYEE, spared)
        if state.number_changes == "kept" and changes_number(employee.body, after):
            after["number"] = employee.body["number"]
        findings = employee_findings(state, id, employee.body, after)
        if not _failed(findings):
            employee.replace(after)
        return id, findings

    return work


def position_update(state: VismaState, id: str, position_id: str, sent: dict[str, Any], etag: str | None) -> Work:
    """Overwrite one of an employee's positions."""

    def work(spared: frozenset[str]) -> tuple[str | None, list[Finding]]:
        employee = state.employees.get(id)
        document = employee.positions.get(position_id) if employee else None
        if document is None or (etag and document.etag != etag):
            return position_id, [_MOVED]
        after = _overwritten(document.body, sent, OWN_POSITION, spared)
        findings = position_findings(after)
        if not _failed(findings):
            document.replace(after)
            state.touch(id)
        return position_id, findings

    return work


def creation(state: VismaState, sent: dict[str, Any], positions: list[dict[str, Any]]) -> Work:
    """Create an employee and its positions; without a number it gets the next one [A]."""

    def work(spared: frozenset[str]) -> tuple[str | None, list[Finding]]:
        new = {name: value for name, value in sent.items() if name not in spared}
        findings = employee_findings(state, None, {}, new)
        for index, position in enumerate(positions):
            findings += position_findings(position, f"$.positions[{index}]")
        if _failed(findings):
            return None, findings
        if not new.get("number") and (state.assigns_numbers or new.get("isDraft") is not True):
            new["number"] = state.next_number()
        new = _respelt(state, new)
        return state.add_employee(new, positions), findings

    return work


def _respelt(state: VismaState, document: dict[str, Any]) -> dict[str, Any]:
    """The document as the vendor stores it: towns in capitals if `respells` is set."""
    address = document.get("address")
    if not (state.respells and isinstance(address, dict) and isinstance(address.get("cityName"), str)):
        return document
    return {**document, "address": {**address, "cityName": address["cityName"].upper()}}


def foreign(body: Any, own: dict[str, str]) -> list[Finding]:
    """The findings that make a document a `400` because it has another document's ids."""
    if not isinstance(body, dict):
        return []
    return [
        Finding(f"$.{name}", f"{name} can not be changed.", body[name])
        for name in own
        if body.get(name, own[name]) != own[name]
    ]


def _overwritten(
    before: dict[str, Any], sent: dict[str, Any], own: tuple[str, ...], spared: frozenset[str]
) -> dict[str, Any]:
    """The document as sent, except for what the vendor sets itself and what a fault leaves alone."""
    kept = {name: before[name] for name in before if name in spared or name in own}
    return {**{name: copy.deepcopy(value) for name, value in sent.items() if name not in spared | set(own)}, **kept}
