"""The shapes of Huma's answers, as far as we use them. Source: huma-openapi.yaml and huma.md, Reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from connections.api import shapes
from connections.api.decoding import BeyondLimit, WrongShape, decode, decode_page
from connections.api.errors import Problem
from connections.api.responses import Answer


@dataclass(frozen=True)
class Page:
    """One page of a list. ``total``: the length of the whole list, or None (then read until a short page).

    ``odd``: by id, what is wrong with rows that can't be understood.
    """

    total: int | None
    items: list[dict[str, Any]] = field(repr=False)
    odd: Mapping[str, WrongShape] = field(default_factory=dict, repr=False)


LONGEST_WORDS = 1000
"""The most characters that are kept of what Huma says about a request."""


def _wrapped(value: shapes.Shape, **more: shapes.Shape) -> shapes.Shape:
    """The shape ``{"value": …, "editable": …}``; a wrapper without a value must have ``editable``."""
    inside = shapes.exact({"value": value, "editable": shapes.flag, **more})

    def shape(found: Any, prop: str) -> dict[str, Any]:
        whole: dict[str, Any] = inside(found, prop)
        if "value" not in whole and whole.get("editable") is None:
            raise WrongShape(prop)
        return whole

    return shape


def _account(value: Any, prop: str) -> dict[str, Any]:
    """An account with its kind, and an IBAN or a number. Without a BIC or a country it can be read, but not sent."""
    whole: dict[str, Any] = _ACCOUNT(value, prop)
    if whole.get("iban") is None and whole.get("number") is None:
        raise WrongShape(f"{prop}.number")
    return whole


_TEXT = _wrapped(shapes.text)
_DAY = _wrapped(shapes.day)
_ACCOUNT = shapes.exact(dict.fromkeys(("type", "number", "country", "iban", "bic"), shapes.text), "type")
_LINES = ("line1", "postalCode", "city", "country")
_ADDRESS = shapes.exact(dict.fromkeys((*_LINES, "line2", "line3"), shapes.text), *_LINES)
_POSITION_DATES = {"contractStartDate": shapes.day, "contractEndDate": shapes.day}
_STATUS = {"status": shapes.one_of(("CURRENT", "ENDED", "UPCOMING"))}

SUMMARY = shapes.has({"type": shapes.text, "status": shapes.has({"active": shapes.flag})})
POSITION_SUMMARY = shapes.exact(
    {**_POSITION_DATES, **_STATUS, "percentage": shapes.number, "contractType": shapes.text}
)
USER_WRAPPERS: dict[str, shapes.Shape] = {
    "givenName": _TEXT,
    "familyName": _TEXT,
    "email": _wrapped(shapes.text, requestedValue=shapes.text),
    "phone": _TEXT,
    "employmentId": _TEXT,
    "birthDate": shapes.anything,  # it only helps to match
    "bankAccount": _wrapped(_account),
    "homeAddress": _wrapped(_ADDRESS),
}
GROUP_KINDS = {"company": "companies", "location": "locations", "team": "teams"}
"""The kinds of groups as Huma's parameters and a group's ``type`` call them, with the property that lists a user's own.
Source: huma-openapi.yaml, GET /users, GET /groups and UserDetails."""
KINDS = ("organization", "user", "location", "team", "subordinates", "company", "service_user")
USER = shapes.exact(
    {
        **USER_WRAPPERS,
        "type": shapes.one_of((*KINDS, "")),
        "status": shapes.exact({"active": shapes.flag}, "active"),
        "currentPositions": shapes.each(shapes.with_id(POSITION_SUMMARY)),
        **dict.fromkeys(GROUP_KINDS.values(), shapes.anything),  # ``groups_of`` looks at them, where they matter
    }
)
_GROUPS = _wrapped(shapes.each(shapes.exact({"id": shapes.name}, "id")))
POSITION_WRAPPERS: dict[str, shapes.Shape] = {
    **dict.fromkeys(("contractStartDate", "contractEndDate", "firstDayOfWork", "lastDayOfWork"), _DAY),
    "contractType": _TEXT,
    "percentage": _wrapped(shapes.number),
    "endReason": _TEXT,
}
POSITION = shapes.exact({**POSITION_WRAPPERS, **_STATUS})


def problems(body: Any) -> tuple[Problem, ...]:
    """The problems of a refusal, one for each field. Source: huma-openapi.yaml, InvalidFieldFormatResponse."""
    if not isinstance(body, dict):
        return ()
    code, words = (str(body.get(key) or "")[:LONGEST_WORDS] for key in ("errorCode", "errorMessage"))
    fields = body.get("fields")
    named = [field for field in fields if isinstance(field, str)] if isinstance(fields, list) else []
    return tuple(Problem(field, code, words) for field in named or ([""] if code or words else []))


def _document(whole: dict[str, Any], wrappers: Iterable[str]) -> dict[str, Any]:
    """The document without wrappers that are null: like missing ones, they aren't visible to the key [A]."""
    hidden = {key for key in wrappers if key in whole and whole[key] is None}
    return {key: value for key, value in whole.items() if key not in hidden}


def user(asked: str) -> Callable[[Answer], dict[str, Any]]:
    """The shape of UserDetails of the user who was asked for."""
    return lambda answer: _document(shapes.identified(USER(decode(answer.body), ""), asked), USER_WRAPPERS)


def groups_of(user: dict[str, Any], kind: str) -> set[str] | None:
    """The ids of the groups of a ``kind`` (one of GROUP_KINDS) to which a user belongs; None if the key may not see
    them [A]. Raises WrongShape: a value that can't be understood doesn't mean "no group".
    """
    name = GROUP_KINDS[kind]
    wrapped = user.get(name)
    if wrapped is None:
        return None
    return {group["id"] for group in _GROUPS(wrapped, name).get("value") or ()}


def position(asked: str) -> Callable[[Answer], dict[str, Any]]:
    """The shape of the Position that was asked for."""
    return lambda answer: _document(shapes.identified(POSITION(decode(answer.body), ""), asked), POSITION_WRAPPERS)


def summary(answer: Answer) -> dict[str, Any]:
    """One User."""
    return shapes.identified(SUMMARY(decode(answer.body), ""))


def _total(value: Any) -> int | None:
    """The length of the whole list, as Huma says; ``None`` if it doesn't say."""
    if value is None:
        return None
    total = shapes.count(value, "total")
    if total > settings.LIST_MAX_PEOPLE:
        raise BeyondLimit("total", "total", settings.LIST_MAX_PEOPLE, total)
    return total


def page(limit: int, item: shapes.Shape) -> Callable[[Answer], Page]:
    """The shape of a page of at most ``limit`` items, each with an id."""

    def shape(answer: Answer) -> Page:
        body, found = _body(answer, limit)
        items = shapes.each(item)(found, "items")
        for index, one in enumerate(items):
            shapes.identified(one, prop=f"items[{index}].id")
        return Page(_total(body.get("total")), items)

    return shape


def users(limit: int, offset: int) -> Callable[[Answer], Page]:
    """The shape of a page of users from ``offset`` on; users who can't be understood don't concern the others."""

    def shape(answer: Answer) -> Page:
        body, items = _body(answer, limit)
        found, odd = shapes.rows(items, SUMMARY, "items", lambda index: str(offset + index), not offset)
        return Page(_total(body.get("total")), found, odd)

    return shape


def _body(answer: Answer, limit: int) -> tuple[dict[str, Any], Any]:
    """The body of a page, and its items, of which there may be at most ``limit``."""
    body = shapes.record(decode_page(answer.body), "page")
    items = body.get("items")
    if isinstance(items, list) and len(items) > limit:
        raise BeyondLimit("items", "items", limit, len(items))
    return body, items
