"""Reading one person or one page from a vendor, in a worker thread: HTTP and the pure core only, no database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from connections.clients import Clients, clients_for
from connections.errors import BadCredentials, ContractBroken, Gone, Rejected, Unavailable
from connections.models import Connection
from sync.core.employee import Employee
from sync.core.fields import FIELDS, Field
from sync.core.fingerprint import Fingerprinter
from sync.core.read import huma_employee, huma_selected, visma_employee
from sync.core.reasons import Reason
from sync.core.shape import Doc, WrongShape
from sync.models import EmployeeLink
from sync.services.failures import CannotRead

GROUPS = {"companies": "huma_companies", "locations": "huma_locations", "teams": "huma_teams"}
"""What a user belongs to, by its name in Huma's document, and the connection's limits."""
FORBIDDEN = 403


class Elsewhere(Exception):
    """The user is there, but isn't one of those whom the connection is about."""


class CannotTell(Exception):
    """The user is there, but what they belong to can't be seen: nobody knows whether the connection is about them."""


@dataclass(frozen=True)
class Reader:
    """Reads people of one connection. ``paired``: the position that is paired, by the employee's id on its side.

    ``within``: whether the connection is about a user, by Huma's document; ``None`` where that can't be seen.
    """

    clients: Clients
    fingerprint: Fingerprinter
    today: date
    within: Callable[[Doc], bool | None]
    fields: tuple[Field, ...] = FIELDS
    paired_huma: Mapping[str, str] | None = None
    paired_visma: Mapping[str, str] | None = None

    def huma(self, user_id: str, *, listed: bool = False) -> Employee | None:
        """One Huma user with their selected position; ``None`` when they aren't there any more (404).

        ``listed``: Huma has just named them among those whom the connection is about. Raises the vendor errors,
        ``ContractBroken`` for a document of another shape, and for others than the listed ones ``Elsewhere`` and
        ``CannotTell``.
        """
        client, paired = self.clients.huma, (self.paired_huma or {}).get(user_id, "")
        try:
            details = client.user(user_id)
        except Gone:
            return None
        if not listed:
            self._look_where(details)
        try:
            summaries = details.get("currentPositions") or _while_there(lambda: client.positions(user_id), "huma")
            vanished = ""
            if _is_missing(paired, summaries) and _is_gone(lambda: client.position(user_id, paired)):
                vanished, summaries = paired, _while_there(lambda: client.positions(user_id), "huma")
            chosen = huma_selected(summaries, paired, self.today)
            position = _while_there(lambda: client.position(user_id, chosen), "huma") if chosen else None
            found = huma_employee(details, summaries, position, self.today, self.fields)
        except WrongShape as error:
            raise ContractBroken(error.prop, side="huma", method="GET", path="/users/{user}") from error
        return self._private(replace(found, vanished=vanished) if vanished else found)

    def _look_where(self, details: Doc) -> None:
        inside = self.within(details)
        if inside is None:
            raise CannotTell
        if not inside:
            raise Elsewhere

    def visma(self, document: Doc) -> Employee:
        """One Visma employee out of a list that was read with their positions embedded."""
        embedded, employee_id = document.get("_embedded"), str(document.get("id"))
        positions = (embedded.get("positions") if isinstance(embedded, dict) else None) or []
        paired = (self.paired_visma or {}).get(employee_id, "")
        try:
            found = visma_employee(document, positions, self.today, paired, self.fields)
        except WrongShape as error:
            raise ContractBroken(error.prop, side="visma", method="GET", path="/employees") from error
        if _is_missing(paired, positions) and _is_gone(lambda: self.clients.visma.position(employee_id, paired)):
            found = replace(found, vanished=paired)
        return self._private(found)

    def visma_person(self, employee_id: str) -> Employee | None:
        """One Visma employee with their positions; ``None`` when they aren't there any more (404)."""
        client = self.clients.visma
        try:
            document = client.employee(employee_id).body
        except Gone:
            return None
        positions = _while_there(lambda: client.positions(employee_id), "visma")
        return self.visma({**document, "_embedded": {"positions": positions}})

    def visma_page(self, cursor: str | None) -> tuple[list[Employee], str | None]:
        """One page of employees, drafts included, and the next cursor."""
        page = self.clients.visma.list_employees(cursor)
        return [self.visma(document) for document in page.items], page.cursor

    def visma_ids(self, cursor: str | None) -> tuple[list[str], str | None]:
        """One page of the employees' ids alone, drafts included, and the next cursor."""
        page = self.clients.visma.list_employee_ids(cursor)
        return [str(document["id"]) for document in page.items], page.cursor

    def _private(self, employee: Employee) -> Employee:
        """The date of birth is for matching only and never kept: its fingerprint goes on in its place."""
        return replace(employee, birth=self.fingerprint("birth", 1, employee.birth)) if employee.birth else employee


def _while_there(ask: Callable[[], Any], side: str) -> Any:
    """What a person has. It went while they were read, perhaps with them: which of the two, a new read of them says."""
    try:
        return ask()
    except Gone as error:
        said = "what a person had isn't there"
        raise Unavailable(said, side=side, method=error.method, path=error.path) from error


def _is_missing(paired: str, positions: Iterable[Doc]) -> bool:
    return bool(paired) and all(position.get("id") != paired for position in positions)


def _is_gone(ask: Callable[[], Any]) -> bool:
    """Whether a position doesn't exist any more: only 404 says so, and what can't be read of it isn't gone."""
    try:
        ask()
    except Gone:
        return True
    except (Rejected, ContractBroken):
        return False
    except BadCredentials as error:
        if error.status != FORBIDDEN:
            raise
    return False


def reader_for(connection: Connection, links: Iterable[EmployeeLink], *, before_release: bool = False) -> Reader:
    """A reader of the connection's people as they are today; ``links`` tell which positions are paired.

    Whatever reads people comes through here. Raises ``CannotRead`` while the connection waits for its release, but
    for the figures that a superuser is to see (``before_release``).
    """
    if connection.state == Connection.State.WAITING and not before_release:
        raise CannotRead(Reason("waits_for_release"))
    paired = [link for link in links if link.huma_position]
    return Reader(
        clients_for(connection),
        fingerprinter(connection),
        timezone.localdate(),
        within(connection),
        enabled_fields(connection),
        {link.huma_id: link.huma_position for link in paired},
        {link.visma_id: link.visma_position for link in paired},
    )


def within(connection: Connection) -> Callable[[Doc], bool | None]:
    """Whether the connection is about a user, by Huma's document; ``None`` where that can't be seen.

    The whole list is limited by Huma itself; a single user is whoever they are. Users who aren't people never are
    among them.
    """
    limits = {name: set(getattr(connection, column)) for name, column in GROUPS.items()}
    limits = {name: wanted for name, wanted in limits.items() if wanted}

    def is_within(details: Doc) -> bool | None:
        if (details.get("type") or "user") != "user":
            return False
        theirs = {name: _ids(details.get(name)) for name in limits}
        known = [bool(wanted & ids) for name, wanted in limits.items() if (ids := theirs[name]) is not None]
        return all(known) and (None if len(known) < len(limits) else True)

    return is_within


def _ids(wrapped: Any) -> set[str] | None:
    """The ids in a wrapper; ``None`` where it is missing, which says that the key may not see it."""
    if not isinstance(wrapped, dict):
        return None
    return {str(one.get("id")) for one in wrapped.get("value") or () if isinstance(one, dict)}


def enabled_fields(connection: Connection) -> tuple[Field, ...]:
    """The fields that the connection hasn't switched off."""
    return tuple(field for field in FIELDS if field.name not in connection.fields_off)


def fingerprinter(connection: Connection) -> Fingerprinter:
    """The connection's own maker of fingerprints."""
    return Fingerprinter(bytes.fromhex(connection.fingerprint_key))
