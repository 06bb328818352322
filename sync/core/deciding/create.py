"""Who can be created on the other side, under which heading, and with what. Source: design, A run (Create)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sync.core.codes import CreateGroup
from sync.core.fields import FIELDS, Pair
from sync.core.fields.contact import is_email
from sync.core.fields.dates import visma_reason
from sync.core.fields.end_reasons import untold
from sync.core.fields.number import refusal, same_number
from sync.core.reasons import Reason
from sync.core.records.employee import Employee, Own, Period, Side, Value
from sync.core.records.read import EXTERNAL_KEY, NOT_EMPLOYEES
from sync.core.values.placeholders import is_placeholder

UNTIL_READ_AGAIN = ("create_more_matches", "create_second_record", "create_unread")
"""Refusals that can end only after everybody was read again. Source: design, Who is who."""
NAMES_AND_EMAIL = ("given_name", "family_name", "email")
AFTERWARDS_IN_HUMA = ("phone", "employment_id", "bank_account", "address")
"""Fields written after ``POST /users``, as ordinary Changes. No dates: a new user has no position."""

SHARED = frozenset(
    {
        "create_shared_email",
        "create_shared_number",
        "create_email_taken",
        "create_email_in_visma",
        "create_number_in_huma",
    }
)
"""Refusals because somebody else has the email or the Employment ID; they end if that person is linked or left out."""


def keys(employee: Employee) -> tuple[str, ...]:
    """The values that no two people to create may share: the email and the Employment ID, if the person has them."""
    email, number = employee.canonical("email"), same_number(employee.number)
    return tuple(f"{name}:{text}" for name, text in (("email", email), ("number", number)) if text)


def shared_keys(people: Iterable[Employee]) -> set[str]:
    """The ``keys`` that more than one of these people has. Accounts of programs don't count."""
    counted = Counter(key for one in people if one.is_person for key in keys(one))
    return {key for key, people_with_it in counted.items() if people_with_it > 1}


def heading(employee: Employee, returned: bool = False) -> str:
    """Under which heading a person who is on one side only is listed; ``main`` is what "select all" means."""
    if not employee.is_person:
        return CreateGroup.NOT_A_PERSON
    if returned:
        return CreateGroup.RETURNED
    if employee.ended:
        return CreateGroup.FORMER
    position = employee.position
    if employee.side is Side.HUMA and position and position.contract_type in NOT_EMPLOYEES:
        return CreateGroup.NOT_EMPLOYEE
    return CreateGroup.NO_POSITION if employee.standing is Period.NONE else CreateGroup.MAIN


def refused(
    employee: Employee,
    *,
    open_matches: Collection[str],
    left_out: Collection[str],
    numbers: Mapping[str, str],
    huma_emails: Collection[str],
    across: Collection[str] = (),
    shared: Collection[str] = (),
    assign_number: bool = False,
) -> str:
    """Why the person can't be created on the other side, as a code of ``reasons``; "" if they can.

    ``open_matches``/``left_out``: ids on the employee's own side. ``numbers``: the Employment IDs that Visma has
    (``holders``). ``huma_emails``: canonical emails that Huma has. ``across``: the ``keys`` of everybody on the other
    side. ``shared``: the keys that several people to create from this side share. ``assign_number``: whether Visma
    gives a number to people who have none in Huma.
    """
    if not employee.is_person:
        return "create_not_a_person"
    if employee.id in left_out:
        return "create_left_out"
    if employee.id in open_matches:
        return "create_open_match"
    if not (employee.canonical("given_name") and employee.canonical("family_name")):
        return "create_no_name"
    own = _refused_in_visma(employee, numbers, assign_number) if employee.side is Side.HUMA else ""
    if employee.side is Side.VISMA:
        own = _refused_in_huma(employee, huma_emails)
    return own or _shares(employee, across, shared)


def _refused_in_visma(employee: Employee, numbers: Mapping[str, str], assign_number: bool) -> str:
    value = employee.values.get("employment_id")
    if value is None:  # the field is switched off, so it isn't known whether there is one
        return "create_number_off"
    reason = refusal(employee.number, "", numbers)
    if reason is None or reason.code != "number_empty":
        return reason.code if reason else ""
    if not assign_number:
        return "create_no_number"
    return "" if value.readable and value.editable else "create_number_locked"


def _refused_in_huma(employee: Employee, huma_emails: Collection[str]) -> str:
    email = employee.canonical("email")
    if not email:
        is_false = is_placeholder(employee.values["email"].problem)
        return "create_placeholder_email" if is_false else "create_no_email"
    if not is_email(email):
        return "bad_email"
    return "create_email_taken" if email in huma_emails else ""


def _shares(employee: Employee, across: Collection[str], shared: Collection[str]) -> str:
    """Why the person can't be created, if somebody else has the email or the Employment ID; else "".

    Source: design, Who is who.
    """
    there = {"email": "create_email_in_visma", "number": "number_taken"}
    if employee.side is Side.VISMA:
        there = {"email": "create_email_taken", "number": "create_number_in_huma"}
    for key in keys(employee):
        kind = key.partition(":")[0]
        if key in across:
            return there[kind]
        if key in shared:
            return f"create_shared_{kind}"
    return ""


@dataclass(frozen=True)
class Creation:
    """The values of a new person in the target's own form, and per field that can't be sent, the reason."""

    values: Mapping[str, Own]
    omitted: Mapping[str, Reason]


def creation(employee: Employee, today: date, default_end_reason: str, fields_off: Collection[str] = ()) -> Creation:
    """The values with which the person would be created on the other side."""
    target = employee.side.other
    blank = Employee(side=target, id="", values={f.name: Value() for f in FIELDS})
    pair = Pair(
        huma=employee if target is Side.VISMA else blank,
        visma=blank if target is Side.VISMA else employee,
        today=today,
    )
    values: dict[str, Own] = {}
    omitted: dict[str, Reason] = {}
    for spec in FIELDS:
        source = employee.values.get(spec.name)
        needed = spec.name in (*NAMES_AND_EMAIL, "employment_id")
        if not source or not source.readable or (spec.name in fields_off and not needed):
            continue
        if source.canonical is None:
            if is_placeholder(source.problem) or (spec.name == "bank_account" and source.problem):
                omitted[spec.name] = Reason(source.problem)
            continue
        if spec.on_position:
            if target is Side.VISMA:
                _date(spec.name, source, default_end_reason, values, omitted)
        elif reason := spec.forbids(target, pair):
            omitted[spec.name] = reason
        else:
            values[spec.name] = spec.convert(target, pair)
    return Creation(values, omitted)


def _date(
    name: str, source: Value, default_end_reason: str, values: dict[str, Own], omitted: dict[str, Reason]
) -> None:
    if name == "first_workday":
        values[name] = source.canonical
        return
    reason, origin = visma_reason(source.own.get("reason"), None, default_end_reason)
    if reason is None:
        omitted[name] = untold(Side.HUMA, source.own.get("reason")) or Reason("no_end_reason")
    else:
        values[name] = {"date": source.own["date"], "reason": reason, "reason_from": origin}


def visma_draft(values: Mapping[str, Own], huma_id: str, today: date) -> dict[str, Any]:
    """The body of ``POST /employees/withPosition`` for a draft. Source: visma-employee.md, Writing."""
    document: dict[str, Any] = {"isDraft": True, "externalIds": [{"key": EXTERNAL_KEY, "value": huma_id}]}
    position: dict[str, Any] = {}
    for spec in FIELDS:
        if spec.name in values:
            spec.write_visma(position if spec.on_position else document, values[spec.name], today)
    if position:
        document["positions"] = [position]
    return document


def huma_user(values: Mapping[str, Own], groups: list[str], invite: bool) -> dict[str, Any]:
    """The body of ``POST /users``; it has ``invite`` only if that is wanted. Source: huma.md, Writing."""
    body = {
        "givenName": values["given_name"],
        "familyName": values["family_name"],
        "email": values["email"],
        "groups": groups,
    }
    return {**body, "invite": True} if invite else body
