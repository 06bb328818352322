"""The lines that the page shows of a person: the same for both sides, in the words of the vendors' own pages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connections.sandbox.clock import covers, today
from connections.sandbox.huma.state import HumaState, User
from connections.sandbox.visma.state import Employee, VismaState

LINES = ("Name", "Email", "Phone", "Employment ID", "First workday", "Last workday", "Bank account", "Address")

# Both vendors' end reasons, in the same words if they mean the same.
_REASONS = {
    "employee_resigned": "resigned",
    "arbeidstakerHarSagtOppSelv": "resigned",
    "employee_terminated": "dismissed",
    "arbeidsgiverHarSagtOppArbeidstaker": "dismissed",
    "temporary_contract_or_position_ended": "contract ended",
    "kontraktEngasjementEllerVikariatErUtloept": "contract ended",
    "change_in_organization_or_internal_job_transfer": "reorganised or moved",
    "endringIOrganisasjonsstrukturEllerByttetJobbInternt": "reorganised or moved",
    "change_in_payroll_system_or_accountant": "another payroll system",
    "byttetLoenssystemEllerRegnskapsfoerer": "another payroll system",
    "arbeidsforholdetSkulleAldriVaertRapportert": "never to be reported",
}


@dataclass
class Row:
    """One person. A side is None if the person isn't there; `marks` are badges such as Draft.

    `user` and `employee` are the data behind the two sides.
    """

    name: str
    huma: dict[str, str] | None
    visma: dict[str, str] | None
    huma_marks: list[str]
    visma_marks: list[str]
    user: User | None = None
    employee: Employee | None = None

    def side(self, side: str) -> dict[str, str] | None:
        """The lines of "huma" or "visma"."""
        return self.huma if side == "huma" else self.visma

    def id(self, side: str) -> str:
        """The person's id on a side; blank if they aren't there."""
        if side == "huma":
            return self.user.id if self.user else ""
        return str(self.employee.body["id"]) if self.employee else ""

    def changed(self, side: str) -> datetime | None:
        """When anything of the person last changed on a side, if that is known."""
        if side == "huma":
            return self.user.changed_at if self.user else None
        return datetime.fromisoformat(self.employee.body["lastChange"]) if self.employee else None

    def differs(self, line: str) -> bool:
        """Whether the two sides differ, apart from spaces, dots and capitals."""
        if self.huma is None or self.visma is None:
            return False
        huma, visma = _plain(self.huma[line]), _plain(self.visma[line])
        # No account in Huma and cash in Visma mean the same.
        return huma != visma and not (line == "Bank account" and not huma and visma == "cash")

    def text(self) -> str:
        """All shown text, for the search box."""
        sides = [*(self.huma or {}).values(), *(self.visma or {}).values()]
        return " ".join([self.name, *sides]).casefold()


def rows(huma: HumaState, visma: VismaState) -> list[Row]:
    """Everybody once: matched by external id, number or email, as a reader would; ordered by name."""
    with huma.lock, visma.lock:
        users = dict(huma.users)
        by_key: dict[tuple[str, str], str] = {}
        for user in users.values():
            number, email = user.values.get("employmentId"), user.values.get("email")
            for kind, key in (("huma", user.id), ("number", number), ("email", email)):
                if key:
                    by_key.setdefault((kind, key.casefold()), user.id)
        found = []
        for employee in visma.employees.values():
            known = (by_key.get(key) for key in _keys(employee))
            match = next((id for id in known if id in users), None)
            found.append(_row(users.pop(match) if match else None, employee))
        found += [_row(user, None) for user in users.values()]
    return sorted(found, key=lambda row: row.name.casefold())


def _keys(employee: Employee) -> list[tuple[str, str]]:
    body = employee.body
    external = [("huma", one["value"].casefold()) for one in body.get("externalIds") or [] if one["key"] == "huma"]
    return [
        *external,
        ("number", str(body.get("number", "")).casefold()),
        ("email", _business(body, "emails", "address").casefold()),
    ]


def _row(user: User | None, employee: Employee | None) -> Row:
    huma, visma = (user and _huma_lines(user)) or None, (employee and _visma_lines(employee)) or None
    name = (huma or visma or {}).get("Name", "")
    marks = _huma_marks(user) if user else [], _visma_marks(employee) if employee else []
    return Row(name, huma, visma, *marks, user, employee)


def _huma_lines(user: User) -> dict[str, str]:
    values, address = user.values, user.values.get("homeAddress") or {}
    position = _selected([(one.values, "contractStartDate", "contractEndDate") for one in user.positions.values()])
    last = position.get("lastDayOfWork") or position.get("contractEndDate") or ""
    street = ", ".join(filter(None, (address.get(line) for line in ("line1", "line2", "line3"))))
    email = values.get("email", "")
    return {
        "Name": f"{values.get('givenName', '')} {values.get('familyName', '')}".strip(),
        "Email": f"{email} (waits: {user.requested_email})" if user.requested_email else email,
        "Phone": values.get("phone", ""),
        "Employment ID": values.get("employmentId", ""),
        "First workday": position.get("firstDayOfWork") or position.get("contractStartDate") or "",
        "Last workday": _with_reason(last, position.get("endReason")),
        "Bank account": _huma_account(values.get("bankAccount")),
        "Address": _joined(street, address.get("postalCode"), address.get("city"), address.get("country")),
    }


def _visma_lines(employee: Employee) -> dict[str, str]:
    body, address = employee.body, employee.body.get("address") or {}
    position = _selected([(one.body, "activeStart", "activeEnd") for one in employee.positions.values()])
    names = body.get("personNames") or [{}]
    current = (one for one in names if covers(today(), one.get("activeStart"), one.get("activeEnd")))
    name = next(current, names[-1])
    reasons = position.get("positionEndReason") or [""]
    return {
        "Name": f"{name.get('firstName', '')} {name.get('lastName', '')}".strip(),
        "Email": _business(body, "emails", "address"),
        "Phone": _business(body, "phones", "number"),
        "Employment ID": str(body.get("number", "")),
        "First workday": position.get("activeStart") or "",
        "Last workday": _with_reason(position.get("activeEnd") or "", reasons[0]),
        "Bank account": _visma_account(body.get("salaryPaymentMethod") or {}),
        "Address": _joined(*(address.get(part) for part in ("streetName", "zipCode", "cityName", "countryCode"))),
    }


def _selected(positions: list[tuple[dict[str, Any], str, str]]) -> dict[str, Any]:
    """The current position, else the most recent past one, else the nearest future one."""
    day = today().isoformat()

    def order(one: tuple[dict[str, Any], str, str]) -> tuple[int, str]:
        values, start, end = one
        if covers(today(), values.get(start), values.get(end)):
            return (2, values.get(start) or "")
        if (values.get(end) or "9999") < day:
            return (1, values.get(end) or "")
        return (0, "".join(chr(255 - ord(letter)) for letter in values.get(start) or ""))

    return max(positions, key=order)[0] if positions else {}


def _business(body: dict[str, Any], kind: str, part: str) -> str:
    entries = body.get(kind) or []
    return next((str(one[part]) for one in entries if one["type"].casefold() == "business"), "")


def _huma_account(account: dict[str, Any] | None) -> str:
    if not account:
        return ""
    if account["type"] == "national":
        return account["number"] if account["country"] == "NO" else f"{account['number']} ({account['country']})"
    return f"{account['iban']} · {account['bic']}"


def _visma_account(method: dict[str, Any]) -> str:
    if method.get("paymentType") != "bank":
        return "Cash" if method else ""
    if method.get("internationalBankAccount"):
        return f"{method.get('internationalIban', '')} · {method.get('internationalBankSwift', '')}"
    return str(method.get("localBankAccount", ""))


def _with_reason(day: str, reason: str | None) -> str:
    return f"{day} ({_REASONS.get(reason, reason)})" if day and reason else day


def _joined(street: str | None, code: str | None, city: str | None, country: str | None) -> str:
    return ", ".join(filter(None, (street, f"{code or ''} {city or ''}".strip(), country)))


def _huma_marks(user: User) -> list[str]:
    statuses = {one.status() for one in user.positions.values()}
    return [
        *(["Not a person"] if user.type != "user" else []),
        *(["Deactivated"] if not user.active else []),
        *(["No position"] if user.type == "user" and not statuses else []),
        *(["Former"] if statuses == {"ENDED"} else []),
        *(["Upcoming"] if "UPCOMING" in statuses and "CURRENT" not in statuses else []),
    ]


def _visma_marks(employee: Employee) -> list[str]:
    ends = [one.body.get("activeEnd") for one in employee.positions.values()]
    former = bool(ends) and all(end and end < today().isoformat() for end in ends)
    upcoming = bool(ends) and not former and not employee.is_active()
    marks = (("Draft", employee.is_draft), ("Former", former), ("Upcoming", upcoming))
    return [mark for mark, true in marks if true]


def _plain(text: str) -> str:
    return re.sub(r"[\s.]|^\+47", "", unicodedata.normalize("NFC", text).casefold())
