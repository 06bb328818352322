"""The shapes of Visma's answers, as far as we use them. Source: visma-employee.md."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from connections.api import shapes
from connections.api.decoding import BeyondLimit, WrongShape, decode, decode_page
from connections.api.errors import Problem
from connections.api.responses import Answer
from connections.api.visma.etags import etag_of
from connections.api.visma.problems import results, said
from connections.api.visma.variants import ASSUMED, Words


@dataclass(frozen=True)
class VismaPage:
    """One page of a list; ``cursor`` is for the next page, None after the last.

    ``odd``: by id, why some of its people can't be understood or seen.
    """

    items: list[dict[str, Any]] = field(repr=False)
    cursor: str | None
    odd: dict[str, Exception] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Document:
    """A whole document of Visma, unknown properties included, and the ETag for its PUT ("" if there is none)."""

    body: dict[str, Any] = field(repr=False)
    etag: str


@dataclass(frozen=True)
class Job:
    """The job of a write. ``status`` is NotStarted, InProgress, Succeeded or Failed.

    A job that ``is_odd`` can't be understood: it has its ``action``, "" without one, and counts as not finished.
    """

    id: str
    status: str
    action: str
    artifact_id: str | None
    artifact_type: str
    created: datetime
    problems: tuple[Problem, ...]
    is_odd: bool = False

    @property
    def finished(self) -> bool:
        """Whether the job has run, with or without success."""
        return self.status in ("Succeeded", "Failed")


_PERIOD: dict[str, shapes.Shape] = {"activeStart": shapes.day, "activeEnd": shapes.day}
_ACCOUNT_TEXTS = (
    "paymentType",
    "localBankAccount",
    "internationalIban",
    "internationalBankSwift",
    "internationalBankCountry",
    "internationalRemittanceCountry",
)
_ADDRESS_LINES = ("streetName", "cityName", "zipCode", "countryCode")


def _business(key: str) -> shapes.Shape:
    """An entry of a list of emails or phones; only business entries are used."""
    kind = shapes.exact({"type": shapes.text, key: shapes.anything}, one_of=("type", key))
    used = shapes.has({key: shapes.text})

    def shape(value: Any, prop: str) -> dict[str, Any]:
        entry: dict[str, Any] = kind(value, prop)
        if entry.get("type") is None or shapes.says(entry["type"], "business"):
            used(entry, prop)
        return entry

    return shape


def _factor(value: Any, prop: str) -> dict[str, Any]:
    """An entry of a timeline of percentages. [A] The name of its number isn't public."""
    entry: dict[str, Any] = _IN_PERIOD(value, prop)
    for key, inside in entry.items():
        if not isinstance(inside, str | bool | list | dict | None):
            shapes.number(inside, shapes.within(prop, key))
    return entry


_IN_PERIOD = shapes.has(_PERIOD)
POSITION = shapes.exact(
    {
        **_PERIOD,
        "positionEndReason": shapes.texts,
        "partTimeFactors": shapes.each(_factor),
    }
)
_NAME = shapes.exact({"firstName": shapes.text, "lastName": shapes.text, **_PERIOD}, one_of=("firstName", "lastName"))
_STATED_ADDRESS = shapes.exact(dict.fromkeys(_ADDRESS_LINES, shapes.text), one_of=_ADDRESS_LINES)
_METHOD = {"internationalBankAccount": shapes.flag, **dict.fromkeys(_ACCOUNT_TEXTS, shapes.text)}
_STATED_METHOD = shapes.exact(_METHOD, one_of=_METHOD)
_PROPERTIES = shapes.exact(
    {
        "number": shapes.text,
        "isDraft": shapes.flag,
        "dateOfBirth": shapes.anything,  # it only helps to match, as externalIds below
        "personNames": shapes.each(_NAME),
        "emails": shapes.each(_business("address")),
        "phones": shapes.each(_business("number")),
        "address": shapes.record,
        "salaryPaymentMethod": shapes.record,
        "externalIds": shapes.each(shapes.anything),
        "_embedded": shapes.has({"positions": shapes.each(POSITION)}),
    }
)


def _stated(value: Any, prop: str) -> dict[str, Any]:
    """An employee whose address and payment method aren't empty objects; a draft's may lack anything [A]."""
    whole: dict[str, Any] = _PROPERTIES(value, prop)
    is_draft = whole.get("isDraft") is True
    for key, shape in (("address", _STATED_ADDRESS), ("salaryPaymentMethod", _STATED_METHOD)):
        inner = whole.get(key)
        if inner is not None and (inner or not is_draft):
            shape(inner, shapes.within(prop, key))
    method = whole.get("salaryPaymentMethod") or {}
    is_paid_to_one = not is_draft and shapes.says(method.get("paymentType"), "bank")
    if is_paid_to_one and method.get("localBankAccount") is None and method.get("internationalIban") is None:
        raise WrongShape(shapes.within(prop, "salaryPaymentMethod.localBankAccount"))
    return whole


EMPLOYEE: shapes.Shape = _stated

_JOB = shapes.has(
    {
        "status": shapes.one_of(("NotStarted", "InProgress", "Succeeded", "Failed")),
        "created": shapes.stamp,
        "action": shapes.text,
        "artifactId": shapes.id_or_none,
        "artifactType": shapes.text,
        "message": shapes.anything,
        "validationResults": shapes.records,
    }
)


def whole_job(value: Any, prop: str) -> dict[str, Any]:
    """A readable job: it has an id, a status and a time."""
    whole = shapes.identified(_JOB(value, prop))
    for key in ("status", "created"):
        shapes.name(whole.get(key), key)
    return whole


def document(asked: str, words: Words = ASSUMED) -> Callable[[Answer], Document]:
    """The shape of the employee who was asked for, in our words, with the ETag."""
    return _guarded(EMPLOYEE, asked, words)


def position(asked: str, words: Words = ASSUMED) -> Callable[[Answer], Document]:
    """The shape of the position that was asked for, in our words, with the ETag."""
    return _guarded(POSITION, asked, words)


def _guarded(whole: shapes.Shape, asked: str, words: Words) -> Callable[[Answer], Document]:
    def shape(answer: Answer) -> Document:
        body = shapes.identified(whole(words.come_in(decode(answer.body)), ""), asked)
        return Document(body, etag_of(answer, words.etag_may_be_missing))

    return shape


def page(item: shapes.Shape, asked_with: str | None) -> Callable[[Answer], VismaPage]:
    """The shape of a page of items with ids; if its cursor is the one it was asked with, the list would never end."""

    def shape(answer: Answer) -> VismaPage:
        body, data = _body(answer)
        items = shapes.each(item)(data, "data")
        for index, found in enumerate(items):
            shapes.identified(found, prop=f"data[{index}].id")
        return VismaPage(items, _next(body, asked_with))

    return shape


def people(item: shapes.Shape, asked_with: str | None, is_all: bool = True) -> Callable[[Answer], VismaPage]:
    """The shape of a page of employees; those who can't be understood don't concern the others.

    ``is_all``: whether it is the list of everybody.
    """
    return _rows(item, asked_with, begins_all=is_all and asked_with is None)


def jobs(asked_with: str | None) -> Callable[[Answer], VismaPage]:
    """The shape of a page of jobs; those that can't be understood are ``odd``."""
    return _rows(whole_job, asked_with, begins_all=False)


def _rows(item: shapes.Shape, asked_with: str | None, begins_all: bool) -> Callable[[Answer], VismaPage]:
    page_of = f"{zlib.crc32((asked_with or '').encode('utf-8', 'surrogatepass')):x}"

    def shape(answer: Answer) -> VismaPage:
        body, data = _body(answer)
        found, odd = shapes.rows(data, item, "data", lambda index: f"{page_of}-{index}", begins_all)
        return VismaPage(found, _next(body, asked_with), dict(odd))

    return shape


def employee(value: Any, prop: str) -> dict[str, Any]:
    """An employee in a list, with the embedded positions."""
    whole: dict[str, Any] = EMPLOYEE(value, prop)
    for embedded in (whole.get("_embedded") or {}).get("positions") or ():
        shapes.identified(embedded, prop="_embedded.positions.id")
    return whole


def in_part(row: dict[str, Any]) -> dict[str, Any]:
    """The part of an employee in a list that can be understood: each property that is right by itself."""

    def is_right(key: str) -> bool:
        try:
            EMPLOYEE({key: row[key]}, "")
        except WrongShape:
            return False
        return True

    return {key: value for key, value in row.items() if is_right(key)}


def _body(answer: Answer) -> tuple[dict[str, Any], Any]:
    """The body of a page, and its items, of which a page may have only so many."""
    body = shapes.record(decode_page(answer.body), "page")
    data = body.get("data")
    if isinstance(data, list) and len(data) > settings.PAGE_MAX_ITEMS:
        raise BeyondLimit("data", "items", settings.PAGE_MAX_ITEMS, len(data))
    return body, data


def _next(body: dict[str, Any], asked_with: str | None) -> str | None:
    cursor = body.get("cursor")
    token = None if cursor is None else shapes.record(cursor, "cursor").get("nextToken")
    if token is not None and (shapes.cursor(token, "cursor.nextToken") and token == asked_with):
        raise WrongShape("cursor.nextToken")
    return token or None


def positions(asked_with: str | None) -> Callable[[Answer], VismaPage]:
    """[A] The shape of an employee's positions: a plain list, or a page like those of employees."""
    paged = page(POSITION, asked_with)

    def shape(answer: Answer) -> VismaPage:
        body = decode(answer.body)
        if not isinstance(body, list):
            return paged(answer)
        if len(body) > settings.PAGE_MAX_ITEMS:
            raise BeyondLimit("positions", "items", settings.PAGE_MAX_ITEMS, len(body))
        items = shapes.each(POSITION)(body, "positions")
        return VismaPage([shapes.identified(found, prop="positions.id") for found in items], None)

    return shape


def job(body: Any) -> Job:
    """A job; a failed one always has a problem, at least its ``message``. Source: visma-employee.md, Writing."""
    whole = whole_job(body, "")
    status = str(whole["status"])
    found = results(whole.get("validationResults") or [])
    if status == "Failed" and not any(problem.severity == "error" for problem in found):
        found += (Problem("", said(whole, "statusCode"), said(whole, "message")),)
    return Job(
        id=whole["id"],
        status=status,
        action=whole.get("action") or "",
        artifact_id=whole.get("artifactId") or None,
        artifact_type=whole.get("artifactType") or "",
        created=shapes.moment(whole.get("created"), "created"),
        problems=found,
    )


def answered_job(answer: Answer) -> Job:
    """The job in an answer."""
    return job(decode(answer.body))
