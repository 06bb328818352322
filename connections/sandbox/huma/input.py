"""Huma's input schemas as tables, checked as strictly as huma-openapi.yaml says.

Properties that the schema doesn't have are refused; `null` is accepted only for those that can be cleared [A].
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from connections.sandbox.clock import words

# A check takes a value and returns the wrong paths below the property: [""] for the value itself.
Check = Callable[[Any], list[str]]

CONTRACT_TYPES = words(
    "Permanent Temporary Seasonal Casual Trainee JobTrainingProgram Consultant Freelance ThirdParty Other"
)
END_REASONS = words(
    "change_in_organization_or_internal_job_transfer employee_resigned employee_terminated "
    "temporary_contract_or_position_ended change_in_payroll_system_or_accountant other"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def _when(fine: Callable[[Any], bool]) -> Check:
    return lambda value: [] if fine(value) else [""]


def _text(most: int = 255, least: int = 0) -> Check:
    return _when(lambda value: isinstance(value, str) and least <= len(value) <= most)


def _one_of(*values: str) -> Check:
    return _when(lambda value: value in values)


def _number(least: int | None = None, most: int | None = None) -> Check:
    return _when(
        lambda value: (
            isinstance(value, int)
            and not isinstance(value, bool)
            and (least is None or value >= least)
            and (most is None or value <= most)
        )
    )


def is_uuid(value: Any) -> bool:
    """Whether a value is a UUID written as text."""
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def is_day(value: Any) -> bool:
    """Whether a value is a date written as `YYYY-MM-DD`."""
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


_email = _when(lambda value: isinstance(value, str) and len(value) <= 255 and bool(_EMAIL.fullmatch(value)))
_country = _when(lambda value: isinstance(value, str) and bool(re.fullmatch(r"[A-Z]{2}", value)))
_country_or_blank = _when(lambda value: value == "" or not _country(value))
_day, _uuid = _when(is_day), _when(is_uuid)
_flag = _when(lambda value: isinstance(value, bool))


def _object(required: dict[str, Check]) -> Check:
    """A check for an object with exactly these properties, all of them present."""

    def check(value: Any) -> list[str]:
        if not isinstance(value, dict):
            return [""]
        wrong = [f".{name}" for name in set(value) ^ set(required)]
        for name in value.keys() & required.keys():
            wrong += [f".{name}{below}" for below in required[name](value[name])]
        return sorted(wrong)

    return check


_address = _object(
    {
        "line1": _text(),
        "line2": _text(),
        "line3": _text(),
        "postalCode": _text(),
        "city": _text(),
        "country": _country_or_blank,
    }
)
_national = _object({"type": _one_of("national"), "number": _text(least=1), "country": _country})
_international = _object({"type": _one_of("international"), "iban": _text(least=1), "bic": _text(least=1)})


def _bank_account(value: Any) -> list[str]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in ("national", "international"):
        return [".type"]
    return _national(value) if kind == "national" else _international(value)


USER: dict[str, Check] = {
    "givenName": _text(least=1),
    "familyName": _text(least=1),
    "preferredName": _text(),
    "email": _email,
    "phone": _text(),
    "nationality": _country_or_blank,
    "birthDate": _day,
    "homeAddress": _address,
    "civilStatus": _one_of("Married", "Relationship", "Single"),
    "gender": _text(),
    "dietaryRequirements": _text(2040),
    "interests": _when(lambda value: isinstance(value, list) and len(value) <= 50),
    "funfacts": _text(2040),
    "bankAccount": _bank_account,
    "supervisor": _uuid,
    "employmentId": _text(),
    "relevantExperienceInMonths": _number(),
    "relevantExperienceInYears": _number(),
    "seniorityNote": _text(1_000_000),
    "excludeFromInsights": _flag,
    "excludeFromSurveys": _flag,
    "privateEmail": _text(),
    "custom": _when(lambda value: isinstance(value, dict)),
}
# [A] huma.md, Writing: null clears a property; what every user must have can't be cleared.
USER_CLEARABLE = USER.keys() - {
    "givenName",
    "familyName",
    "email",
    "excludeFromInsights",
    "excludeFromSurveys",
    "custom",
}

POSITION: dict[str, Check] = {
    "contractStartDate": _day,
    "contractEndDate": _day,
    "contractCountry": _text(2),
    "firstDayOfWork": _day,
    "lastDayOfWork": _day,
    "contractType": _one_of(*CONTRACT_TYPES),
    "percentage": _number(0, 100),
    "probationEndDate": _day,
    "titleId": _uuid,
    "description": _text(10200),
    "terminationNoticeDate": _day,
    "endNote": _text(),
    "endReason": _one_of(*END_REASONS),
    "wantedEnd": _flag,
    "note": _text(),
}
POSITION_CLEARABLE = POSITION.keys() - {"contractStartDate", "contractType", "titleId", "percentage"}

NEW_USER: dict[str, Check] = {
    "givenName": _text(least=1),
    "familyName": _text(least=1),
    "preferredName": _text(),
    "email": _email,
    "phone": _text(),
    "supervisor": _uuid,
    "invite": _flag,
    "inviteSubject": _text(1_000_000),
    "inviteMessage": _text(1_000_000),
    "inviteLanguage": _when(lambda value: isinstance(value, str) and bool(re.fullmatch(r"[a-z]{2}", value))),
    "groups": _when(
        lambda value: isinstance(value, list) and all(map(is_uuid, value)) and len(set(value)) == len(value)
    ),
}
NEW_USER_REQUIRED = ("givenName", "familyName", "email", "groups")


def wrong(body: Any, table: dict[str, Check], clearable: set[str] | frozenset[str] = frozenset()) -> list[str]:
    """The paths in a body that its schema refuses; a body that isn't an object is wrong as a whole."""
    if not isinstance(body, dict):
        return ["body"]
    paths = []
    for name, value in body.items():
        if value is None and name in clearable:
            continue
        paths += [name + below for below in table[name](value)] if name in table else [name]
    return paths
