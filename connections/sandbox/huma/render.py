"""Huma's documents: summaries in lists, wrapped values in details. Source: huma-openapi.yaml, schemas."""

from __future__ import annotations

from datetime import date
from typing import Any

from connections.sandbox.huma.state import POSITION_FIELDS, USER_FIELDS, HumaState, Position, User

GROUP_LISTS = {"team": "teams", "location": "locations", "company": "companies"}


def title(state: HumaState, title_id: str | None) -> dict[str, Any] | None:
    """`JobTitle` of an id."""
    return {"id": title_id, "name": state.titles[title_id]} if title_id in state.titles and title_id else None


def _groups(state: HumaState, user: User) -> dict[str, list[dict[str, Any]]]:
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUP_LISTS.values()}
    for group_id in user.groups:
        group = state.groups.get(group_id)
        if group:
            lists[GROUP_LISTS[group["type"]]].append(group)
    return lists


def _titles(state: HumaState, user: User) -> list[dict[str, Any]]:
    current = (title(state, one.values.get("title")) for one in user.ordered_positions() if one.status() == "CURRENT")
    unique = {one["id"]: one for one in current if one}
    return list(unique.values())


def summary(state: HumaState, user: User) -> dict[str, Any]:
    """`User`, as lists have it: without bank account, address, Employment ID and dates."""
    shown = {name: user.values[name] for name in ("preferredName", "phone") if user.values.get(name)}
    titles = _titles(state, user)
    if titles:
        shown["jobTitle"] = titles[0]
    return {
        "id": user.id,
        "givenName": user.values.get("givenName", ""),
        "familyName": user.values.get("familyName", ""),
        "email": user.values.get("email", ""),
        **shown,
        "jobTitles": titles,
        **_groups(state, user),
        "type": user.type,
        "status": {"active": user.active},
    }


def _wrapped(holder: User | Position, name: str, value: Any) -> dict[str, Any]:
    wrapper: dict[str, Any] = {} if value is None else {"value": value}
    return {**wrapper, "editable": name not in holder.locked}


def details(state: HumaState, user: User) -> dict[str, Any]:
    """`UserDetails`: wrapped values; an unset one has no `value`, one that the key can't see is left out."""
    shown: dict[str, Any] = {"id": user.id}
    for name in USER_FIELDS:
        if name not in user.hidden:
            shown[name] = _wrapped(user, name, _user_value(state, user, name))
    for name, by in user.locks.items():
        if name in shown:
            shown[name]["integrations"] = by
    if user.requested_email:
        shown["email"]["requestedValue"] = user.requested_email
    for name, groups in _groups(state, user).items():
        shown[name] = {"value": groups, "editable": True}
    status: dict[str, Any] = {"active": user.active}
    if user.deactivated_at:
        status["deactivatedAt"] = user.deactivated_at
    shown |= {
        "status": status,
        "type": user.type,
        "subordinatesCount": state.subordinates(user.id),
        "currentPositions": [
            position_summary(state, one) for one in user.ordered_positions() if one.status() == "CURRENT"
        ],
        "custom": user.custom,
    }
    if user.integrations:
        shown["connectedIntegrations"] = user.integrations
    if user.invited_at:
        shown["invitedAt"] = user.invited_at
    return shown


def _user_value(state: HumaState, user: User, name: str) -> Any:
    value = user.values.get(name)
    if name == "supervisor" and value is not None:
        boss = state.users.get(value)
        return None if boss is None else _simple_user(state, boss)
    return value


def _simple_user(state: HumaState, user: User) -> dict[str, Any]:
    kept = ("id", "givenName", "familyName", "email", "jobTitles", "type", "status")
    return {name: value for name, value in summary(state, user).items() if name in kept}


def position_summary(state: HumaState, position: Position) -> dict[str, Any]:
    """`PositionSummary`: contract dates and status, no working days."""
    kept = ("contractStartDate", "contractEndDate", "percentage", "contractType", "description")
    shown = {name: position.values[name] for name in kept if position.values.get(name) is not None}
    job = title(state, position.values.get("title"))
    months = _months(position.values.get("contractStartDate"), position.values.get("contractEndDate"))
    return {
        "id": position.id,
        **({"title": job} if job else {}),
        **shown,
        **({} if months is None else {"periodInMonths": months}),
        "status": position.status(),
    }


def _months(start: str | None, end: str | None) -> int | None:
    if not start or not end:
        return None
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return (last.year - first.year) * 12 + last.month - first.month


def position(state: HumaState, position: Position) -> dict[str, Any]:
    """`Position`: wrapped values, the working days among them."""
    shown: dict[str, Any] = {"id": position.id, "status": position.status()}
    for name in POSITION_FIELDS:
        if name not in position.hidden:
            value = position.values.get(name)
            shown[name] = _wrapped(position, name, title(state, value) if name == "title" else value)
    return shown
