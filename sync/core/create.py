"""Who can be created on the other side, under which heading, and with what. Source: design, A run (Create)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sync.core.employee import Employee, Own, Period, Side, Value
from sync.core.fields import FIELDS, Pair
from sync.core.fields.contact import is_email
from sync.core.fields.dates import untold, visma_reason
from sync.core.fields.number import refusal
from sync.core.placeholders import is_placeholder
from sync.core.read import EXTERNAL_KEY, NOT_EMPLOYEES
from sync.core.reasons import Reason

NAMES_AND_EMAIL = ("given_name", "family_name", "email")
AFTERWARDS_IN_HUMA = ("phone", "employment_id", "bank_account", "address")
"""What follows ``POST /users`` as ordinary Changes; no dates, as the new user has no position."""


def heading(employee: Employee, returned: bool = False) -> str:
    """Under which heading a person who is on one side only is listed; ``main`` is what "select all" means."""
    if not employee.is_person:
        return "not_a_person"
    if returned:
        return "returned"
    if employee.ended:
        return "former"
    position = employee.position
    if employee.side is Side.HUMA and position and position.contract_type in NOT_EMPLOYEES:
        return "not_employee"
    return "no_position" if employee.standing is Period.NONE else "main"


def refused(
    employee: Employee,
    *,
    open_matches: Collection[str],
    left_out: Collection[str],
    numbers: Mapping[str, str],
    huma_emails: Collection[str],
) -> str:
    """Why the person can't be created on the other side, as a code of ``reasons``; "" when she can.

    ``open_matches``/``left_out``: ids on the employee's own side. ``numbers``: the Employment IDs that Visma has.
    ``huma_emails``: canonical emails that Huma has.
    """
    if not employee.is_person:
        return "create_not_a_person"
    if employee.id in left_out:
        return "create_left_out"
    if employee.id in open_matches:
        return "create_open_match"
    if not (employee.canonical("given_name") and employee.canonical("family_name")):
        return "create_no_name"
    if employee.side is Side.HUMA:
        reason = refusal(employee.number, "", dict(numbers))
        return "" if reason is None else {"number_empty": "create_no_number"}.get(reason.code, reason.code)
    email = employee.canonical("email")
    if not email:
        is_false = is_placeholder(employee.values["email"].problem)
        return "create_placeholder_email" if is_false else "create_no_email"
    if not is_email(email):
        return "bad_email"
    return "create_email_taken" if email in huma_emails else ""


@dataclass(frozen=True)
class Creation:
    """What a new person gets: per field the value in the target's own form, and what can't be sent, with the reason."""

    values: Mapping[str, Own]
    omitted: Mapping[str, Reason]


def creation(employee: Employee, today: date, default_end_reason: str, fields_off: Collection[str] = ()) -> Creation:
    """What the person would be created with on the other side."""
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
        if is_placeholder(source.problem):
            omitted[spec.name] = Reason(source.problem)
        if source.canonical is None:
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
    """The body of ``POST /users``; ``invite`` is left off unless asked for. Source: huma.md, Writing."""
    body = {
        "givenName": values["given_name"],
        "familyName": values["family_name"],
        "email": values["email"],
        "groups": groups,
    }
    return {**body, "invite": True} if invite else body
