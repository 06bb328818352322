"""Visma's validation: malformed documents are refused at once (`400`), wrong values when the job runs.

Source: visma-employee.md, Writing. Messages quote the wrong value, as the vendor's do, so they must be treated as
values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from schwifty import BIC, IBAN
from stdnum.no import kontonr

from connections.sandbox.clock import words
from connections.sandbox.huma.input import is_day
from connections.sandbox.visma.jobs import Finding
from connections.sandbox.visma.state import VismaState

END_REASONS = frozenset(
    words("""arbeidstakerHarSagtOppSelv arbeidsgiverHarSagtOppArbeidstaker kontraktEngasjementEllerVikariatErUtloept
    endringIOrganisasjonsstrukturEllerByttetJobbInternt arbeidsforholdetSkulleAldriVaertRapportert
    byttetLoenssystemEllerRegnskapsfoerer""")
)
EMPLOYEE_REQUIRED = ("personNames", "personIds", "dateOfBirth", "address.countryCode", "salaryPaymentMethod")
POSITION_REQUIRED = words(
    "typeOfPosition employmentForm typeOfWork workTimeAgreement partTimeFactors "
    "salaryInformation taxUnitIds activeStart"
)
_LISTS = {
    "personNames": ("firstName", "lastName"),
    "personIds": ("typeOfId", "id"),
    "emails": ("type", "address"),
    "phones": ("type", "number"),
    "externalIds": ("key", "value"),
}
_TEXTS = ("number", "manager")


def _at(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _required(document: dict[str, Any], names: Iterable[str], root: str) -> list[Finding]:
    return [
        Finding(f"{root}.{name}", f"{name} is required.", code="Required")
        for name in names
        if _at(document, name) in (None, "", [], {})
    ]


def malformed_employee(document: Any, root: str = "$") -> list[Finding]:
    """The findings that make a `PUT` or a creation a `400`; a draft may lack properties, but not have wrong ones."""
    if not isinstance(document, dict):
        return [Finding(root, "An employee is expected.", code="Malformed")]
    found = [] if document.get("isDraft") is True else _required(document, EMPLOYEE_REQUIRED, root)
    wrong = [name for name in _TEXTS if not isinstance(document.get(name, ""), str | None)]
    for name, parts in _LISTS.items():
        wrong += _misshapen_entries(name, document.get(name), parts)
    for name in ("address", "salaryPaymentMethod"):
        wrong += [name] if not isinstance(document.get(name, {}), dict | None) else []
    day = document.get("dateOfBirth")
    wrong += ["dateOfBirth"] if day is not None and not is_day(day) else []
    country = _at(document, "address.countryCode")
    wrong += ["address.countryCode"] if country is not None and not re.fullmatch("[A-Z]{2}", str(country)) else []
    kind = _at(document, "salaryPaymentMethod.paymentType")
    if document.get("salaryPaymentMethod") and kind not in ("bank", "cash"):
        wrong.append("salaryPaymentMethod.paymentType")
    wrong += ["_embedded"] if "_embedded" in document else []
    return found + [Finding(f"{root}.{path}", f"{path} is malformed.", code="Malformed") for path in wrong]


def _misshapen_entries(name: str, entries: Any, parts: tuple[str, ...]) -> list[str]:
    if entries is None:
        return []
    if not isinstance(entries, list):
        return [name]
    wrong = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict) or any(not isinstance(entry.get(part), str) for part in parts):
            wrong.append(f"{name}[{index}]")
        else:
            days = (entry.get("activeStart"), entry.get("activeEnd"))
            wrong += [f"{name}[{index}]"] if any(day is not None and not is_day(day) for day in days) else []
    return wrong


def malformed_position(document: Any, draft: bool, root: str = "$") -> list[Finding]:
    """The findings that make a position a `400`; a draft's may lack mandatory properties."""
    if not isinstance(document, dict):
        return [Finding(root, "A position is expected.", code="Malformed")]
    found = [] if draft else _required(document, POSITION_REQUIRED, root)
    wrong = [day for day in ("activeStart", "activeEnd") if document.get(day) is not None and not is_day(document[day])]
    reasons = document.get("positionEndReason")
    if reasons is not None and not (isinstance(reasons, list) and all(isinstance(one, str) for one in reasons)):
        wrong.append("positionEndReason")
    return found + [Finding(f"{root}.{path}", f"{path} is malformed.", code="Malformed") for path in wrong]


def employee_findings(
    state: VismaState, id: str | None, before: dict[str, Any], after: dict[str, Any]
) -> list[Finding]:
    """The findings of a job in a well-formed employee."""
    return [*_number(state, id, before, after), *_names(after), *_account(after)]


def _number(state: VismaState, id: str | None, before: dict[str, Any], after: dict[str, Any]) -> list[Finding]:
    number, path = after.get("number"), "$.number"
    if not number:
        return [Finding(path, "The number can not be removed.", code="Required")] if before.get("number") else []
    if changes_number(before, after) and state.number_changes == "refused":
        return [Finding(path, "The number of a saved employee can not be changed.", number, "Immutable")]
    if len(number) > 12:
        return [Finding(path, f"The number {number} is longer than 12 characters.", number, "TooLong")]
    if state.with_number(number) not in (None, id):
        return [Finding(path, f"The number {number} is used by another employee.", number, "NotUnique")]
    return []


def changes_number(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether this changes a saved employee's number; a draft's may change. Source: visma-employee.md, Writing."""
    return bool(before.get("number")) and before.get("isDraft") is not True and after.get("number") != before["number"]


def _names(after: dict[str, Any]) -> list[Finding]:
    entries = after.get("personNames") or []
    found = [
        Finding(f"$.personNames[{index}].{part}", "The name can not be empty.", code="Required")
        for index, entry in enumerate(entries)
        for part in ("firstName", "lastName")
        if not entry[part].strip() and after.get("isDraft") is not True
    ]
    last = "9999-12-31"
    periods = sorted((one.get("activeStart") or "", one.get("activeEnd") or last) for one in entries)
    upside_down = any(end < start for start, end in periods)
    overlapping = any(later[0] <= earlier[1] for earlier, later in pairwise(periods))
    if upside_down or overlapping:
        found.append(Finding("$.personNames", "The periods of the names overlap or end before they start."))
    return found


def _account(after: dict[str, Any]) -> list[Finding]:
    method, root = after.get("salaryPaymentMethod") or {}, "$.salaryPaymentMethod"
    if method.get("paymentType") != "bank":
        return []
    if method.get("internationalBankAccount") is not True:
        account = str(method.get("localBankAccount") or "")
        if len(account) == 11 and account.isdecimal() and kontonr.is_valid(account):
            return []
        return [Finding(f"{root}.localBankAccount", f"The account {account} is not valid.", account)]
    iban, swift = str(method.get("internationalIban") or ""), str(method.get("internationalBankSwift") or "")
    found = []
    if not IBAN(iban, allow_invalid=True).is_valid:
        found.append(Finding(f"{root}.internationalIban", f"The IBAN {iban} is not valid.", iban))
    # SWIFT registers Kosovo's banks under XK. ISO 3166 has no such country, and the library knows only that list.
    known = f"{swift[:4]}NO{swift[6:]}" if swift[4:6] == "XK" else swift
    if not BIC(known, allow_invalid=True).is_valid:
        found.append(Finding(f"{root}.internationalBankSwift", f"The SWIFT {swift} is not valid.", swift))
    for country in ("internationalBankCountry", "internationalRemittanceCountry"):
        if not re.fullmatch("[A-Z]{2}", str(method.get(country) or "")):
            found.append(Finding(f"{root}.{country}", f"{country} is required.", code="Required"))
    return found


def position_findings(position: dict[str, Any], root: str = "$") -> list[Finding]:
    """The findings of a job in a position: its dates, and the reason that an end needs."""
    start, end, reasons = (
        position.get("activeStart"),
        position.get("activeEnd"),
        position.get("positionEndReason") or [],
    )
    found = []
    if start and end and end < start:
        found.append(Finding(f"{root}.activeEnd", f"The position ends {end}, before it starts.", end))
    path = f"{root}.positionEndReason"
    if end and len(reasons) != 1:
        found.append(Finding(path, "A position that ends needs one end reason.", code="Required"))
    if not end and reasons:
        found.append(Finding(path, "A position that does not end has no end reason.", reasons[0]))
    return found + [
        Finding(path, f"The end reason {one} is unknown.", one) for one in reasons if one not in END_REASONS
    ]
