"""The data of the Visma stand-in: whole employee documents and positions; tests act on it as the payroll clerk."""

from __future__ import annotations

import copy
import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connections.sandbox import credentials
from connections.sandbox.clock import covers, stamp, today

# The properties that the vendor sets itself, whatever a document says [A].
OWN_EMPLOYEE = ("id", "tenantId", "lastChange")
_ENDS = ("activeStart", "activeEnd")
_PERIODS = frozenset({"personNames", "personIds", "partTimeFactors", "positions"})
OWN_POSITION = ("id", "employeeId", "lastChange")


def _tag() -> str:
    return f'"{secrets.token_hex(8)}"'


@dataclass
class Document:
    """A stored document and its ETag (with quotes), which changes with every change."""

    body: dict[str, Any]
    etag: str = field(default_factory=_tag)

    def replace(self, body: dict[str, Any]) -> None:
        """Overwrite the whole document."""
        self.body = {**body, "lastChange": stamp()}
        self.etag = _tag()


@dataclass
class Employee(Document):
    """An employee, and the positions by id. `sequence` is the order in lists."""

    positions: dict[str, Document] = field(default_factory=dict)
    sequence: int = 0

    @property
    def is_draft(self) -> bool:
        return self.body.get("isDraft") is True

    def is_active(self) -> bool:
        """Whether a position covers today."""
        return any(
            covers(today(), one.body.get("activeStart"), one.body.get("activeEnd")) for one in self.positions.values()
        )


class VismaState:
    """The payroll company. Everything here may be called while the servers run; ids are UUIDs as text.

    `customers` are Tenant IDs for which a token can be had that the API refuses; `scopes` are what the tenant
    activated; `token_error` (`invalid_grant`, `unauthorized_client`,
    `invalid_scope`) is what a tenant gets that has not authorised the application; `absolute_locations` makes
    job addresses absolute URLs; `sunset` is sent as a `Sunset` header. What `modes.py` switches: `number_changes` is
    what becomes of a new number of a saved employee (`done`, `refused`, or `kept` as it was, in silence),
    `assigns_numbers` whether a draft without a number is given one, `paged_positions`, `weak_etags` and `null_dates`
    how documents are shown; `respells` keeps towns that the API is sent in capitals. `cursors_count` lets a cursor say
    how many were listed instead of who was the last one [A: nothing says what it keeps]. `before_page` is called before
    a page of employees is answered, with 0 for the first one. `largest_page` and `cursor_param` are those of lists,
    `business` and `pascal_reasons` how documents say a business entry and the end reasons (`visma/words.py`).
    `newest_jobs_first`, `embeds` (positions in lists) and `has_etags` are as assumed unless a mode says otherwise;
    without `says_scopes` a token doesn't name its scopes, and a missing one is refused with 401; `says_rate_limit`
    sends the `X-RateLimit-*` headers.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clients = {credentials.VISMA_CLIENT_ID: credentials.VISMA_CLIENT_SECRET}
        self.tenants = {credentials.TENANT_ID}
        self.customers = {credentials.CUSTOMER_TENANT_ID}
        self.scopes = {credentials.READ_SCOPE, credentials.WRITE_SCOPE}
        self.token_error = "invalid_grant"
        self.absolute_locations = False
        self.respells = False
        self.sunset: str | None = None
        self.number_changes = "done"
        self.assigns_numbers = True
        self.paged_positions = self.weak_etags = self.null_dates = False
        self.cursors_count = False
        self.largest_page, self.cursor_param = 100, "cursor"
        self.business, self.pascal_reasons = "business", False
        self.newest_jobs_first = self.embeds = self.has_etags = True
        self.says_scopes = self.says_rate_limit = True
        self.before_page: Callable[[int], None] | None = None
        self.employees: dict[str, Employee] = {}
        self._sequence = 0

    def add_employee(
        self, body: dict[str, Any], positions: list[dict[str, Any]] | None = None, *, id: str | None = None
    ) -> str:
        """A new employee from a document and its positions; returns the id."""
        id = id or str(uuid.uuid4())
        with self.lock:
            self._sequence += 1
            employee = Employee({}, sequence=self._sequence)
            own = {"id": id, "tenantId": credentials.TENANT_ID}
            employee.replace({"isDraft": False, **copy.deepcopy(body), **own})
            self.employees[id] = employee
            for position in positions or []:
                self.add_position(id, position)
        return id

    def move_to_end(self, employee_id: str) -> None:
        """Put the employee last in the lists from now on."""
        with self.lock:
            self._sequence += 1
            employee = self.employees.pop(employee_id)
            employee.sequence = self._sequence
            self.employees[employee_id] = employee

    def add_position(self, employee_id: str, body: dict[str, Any], *, id: str | None = None) -> str:
        """A further position of an employee; returns its id."""
        id = id or str(uuid.uuid4())
        with self.lock:
            document = Document({})
            document.replace({**copy.deepcopy(body), "id": id, "employeeId": employee_id})
            self.employees[employee_id].positions[id] = document
        return id

    def edit(self, employee_id: str, **changes: Any) -> None:
        """Act as the payroll clerk: set top-level properties, None removes; the ETag changes."""
        with self.lock:
            employee = self.employees[employee_id]
            employee.replace(_merged(employee.body, changes))

    def edit_position(self, employee_id: str, position_id: str | None = None, **changes: Any) -> None:
        """Set a position's properties, None removes; without an id the newest position's."""
        with self.lock:
            document = self.position(employee_id, position_id)
            document.replace(_merged(document.body, changes))
            self.touch(employee_id)

    def touch(self, employee_id: str) -> None:
        """Count a position's change as a change of the employee, without a new ETag [A]."""
        self.employees[employee_id].body["lastChange"] = stamp()

    def position(self, employee_id: str, position_id: str | None = None) -> Document:
        """A position's document; without an id the one that started last."""
        positions = self.employees[employee_id].positions
        if position_id:
            return positions[position_id]
        return max(positions.values(), key=lambda one: one.body.get("activeStart") or "")

    def end(self, employee_id: str, day: str, reason: str = "arbeidstakerHarSagtOppSelv") -> None:
        """Act as the payroll clerk: end the newest position."""
        self.edit_position(employee_id, activeEnd=day, positionEndReason=[reason])

    def delete(self, employee_id: str) -> None:
        """The employee is gone: `404` from now on."""
        with self.lock:
            del self.employees[employee_id]

    def delete_position(self, employee_id: str, position_id: str) -> None:
        with self.lock:
            del self.employees[employee_id].positions[position_id]

    def with_number(self, number: str) -> str | None:
        """The id of the employee who has this number."""
        with self.lock:
            return next((id for id, one in self.employees.items() if one.body.get("number") == number), None)

    def next_number(self) -> str:
        """The number that a new employee without one gets."""
        numbers = (str(one.body.get("number", "")) for one in self.employees.values())
        return str(max((int(one) for one in numbers if one.isdecimal() and len(one) < 10), default=1000) + 1)

    def state(self) -> dict[str, Any]:
        """Every document by employee id, positions by id below it; JSON-able and free of timestamps and ETags."""
        with self.lock:
            return copy.deepcopy({id: _state(one) for id, one in self.employees.items()})


def _merged(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    after = {**body, **copy.deepcopy(changes)}
    return {name: value for name, value in after.items() if name not in changes or changes[name] is not None}


def shown(value: Any, key: str = "") -> Any:
    """A document in which every period has both of its ends, open ones as null."""
    if isinstance(value, dict):
        found = {name: shown(one, name) for name, one in value.items()}
        return {**dict.fromkeys(_ENDS), **found} if key in _PERIODS or found.keys() & set(_ENDS) else found
    return [shown(one, key) for one in value] if isinstance(value, list) else value


def _bounded(value: Any) -> Any:
    """The same document without open ends: null means the same as absent. Source: visma-employee.md, Reading."""
    if isinstance(value, dict):
        return {n: _bounded(one) for n, one in value.items() if not (n in _ENDS and one is None)}
    return [_bounded(one) for one in value] if isinstance(value, list) else value


def _state(employee: Employee) -> dict[str, Any]:
    def plain(document: Document) -> dict[str, Any]:
        body: dict[str, Any] = _bounded(document.body)
        return {name: value for name, value in body.items() if name != "lastChange"}

    return {**plain(employee), "positions": {id: plain(one) for id, one in employee.positions.items()}}
