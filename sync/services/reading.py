"""Reading one person or one page from a vendor, in a worker thread: HTTP and the pure core only, no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connections.clients import Clients
from connections.errors import ContractBroken, Gone, Unavailable
from connections.models import Connection
from sync.core.employee import Employee
from sync.core.fields import FIELDS, Field
from sync.core.fingerprint import Fingerprinter
from sync.core.read import huma_employee, huma_selected, visma_employee
from sync.core.shape import WrongShape


class Elsewhere(Exception):
    """The user isn't one of those whom the connection is about."""


@dataclass(frozen=True)
class Reader:
    """Reads people of one connection. ``paired``: the position that is paired, by the employee's id on its side.

    ``within``: whether the connection is about a user; ``None`` where nobody has to be asked.
    """

    clients: Clients
    fingerprint: Fingerprinter
    today: date
    fields: tuple[Field, ...] = FIELDS
    paired_huma: Mapping[str, str] | None = None
    paired_visma: Mapping[str, str] | None = None
    within: Callable[[dict[str, Any]], bool] | None = None

    def huma(self, user_id: str) -> Employee | None:
        """One Huma user with her selected position; ``None`` when she isn't there any more (404).

        Raises the vendor errors, ``ContractBroken`` for a document of another shape, and ``Elsewhere``.
        """
        client = self.clients.huma
        try:
            details = client.user(user_id)
            if self.within and not self.within(details):
                raise Elsewhere
            summaries = details.get("currentPositions") or client.positions(user_id)
            chosen = huma_selected(summaries, (self.paired_huma or {}).get(user_id, ""), self.today)
        except Gone:
            return None
        except WrongShape as error:
            raise _broken(error) from error
        position = self._huma_position(user_id, chosen) if chosen else None
        try:
            return self._private(huma_employee(details, summaries, position, self.today, self.fields))
        except WrongShape as error:
            raise _broken(error) from error

    def _huma_position(self, user_id: str, position_id: str) -> dict[str, object]:
        try:
            return self.clients.huma.position(user_id, position_id)
        except Gone as error:  # the position went meanwhile, which says nothing of the person: read her again
            path = "/users/{user}/positions/{position}"
            raise Unavailable("a listed position isn't there", side="huma", method="GET", path=path) from error

    def visma(self, document: dict[str, object]) -> Employee:
        """One Visma employee out of a list that was read with her positions embedded."""
        embedded = document.get("_embedded")
        positions = embedded.get("positions") if isinstance(embedded, dict) else None
        paired = (self.paired_visma or {}).get(str(document.get("id")), "")
        try:
            return self._private(visma_employee(document, positions or [], self.today, paired, self.fields))
        except WrongShape as error:
            raise ContractBroken(error.prop, side="visma", method="GET", path="/employees") from error

    def visma_person(self, employee_id: str) -> Employee | None:
        """One Visma employee with her positions; ``None`` when she isn't there any more (404)."""
        client = self.clients.visma
        try:
            document = client.employee(employee_id).body
            positions = client.positions(employee_id)
        except Gone:
            return None
        return self.visma({**document, "_embedded": {"positions": positions}})

    def visma_page(self, cursor: str | None) -> tuple[list[Employee], str | None]:
        """One page of employees, drafts included, and the next cursor."""
        page = self.clients.visma.list_employees(cursor)
        return [self.visma(document) for document in page.items], page.cursor

    def _private(self, employee: Employee) -> Employee:
        """The date of birth is for matching only and never kept: its fingerprint goes on in its place."""
        return replace(employee, birth=self.fingerprint("birth", 1, employee.birth)) if employee.birth else employee


def _broken(error: WrongShape) -> ContractBroken:
    return ContractBroken(error.prop, side="huma", method="GET", path="/users/{user}")


def enabled_fields(connection: Connection) -> tuple[Field, ...]:
    """The fields that the connection hasn't switched off."""
    return tuple(field for field in FIELDS if field.name not in connection.fields_off)


def fingerprinter(connection: Connection) -> Fingerprinter:
    """The connection's own maker of fingerprints."""
    return Fingerprinter(bytes.fromhex(connection.fingerprint_key))
