"""Reads one person or one page from a vendor, in a worker thread: only HTTP and the pure core, no database."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django.utils import timezone

from connections.api.errors import (
    FORBIDDEN,
    TOO_MANY_REQUESTS,
    BadCredentials,
    ContractBroken,
    Gone,
    Rejected,
    Unavailable,
)
from connections.api.huma.documents import groups_of
from connections.api.shapes import is_stand_in
from connections.api.visma.client import MOST_SILENT
from connections.api.visma.documents import VismaPage, in_part
from connections.models import Connection
from connections.vendors.clients import Clients, clients_for
from sync.core.fields import FIELDS, Field
from sync.core.reasons import Reason
from sync.core.records import skipping
from sync.core.records.document import Doc
from sync.core.records.employee import Employee, Side
from sync.core.records.partial_record import huma_partial, visma_partial
from sync.core.records.read import huma_employee, huma_position_summary, huma_selected, visma_employee
from sync.core.records.skipping import Skipped
from sync.core.values.fingerprint import Fingerprinter
from sync.models import EmployeeLink
from sync.reading.failures import CannotRead
from sync.reading.one_person import Elsewhere, PersonSkipped, Witness, known_or_none, one_person

OTHERS_KNOWN = 50
"""How many linked people the witness knows, to ask for when somebody else is refused."""


class Rows(NamedTuple):
    """A page of Visma's list: people who were read, who are passed over, and about whom Visma didn't answer."""

    people: list[Employee]
    passed: list[Skipped]
    silent: list[Skipped]

    @property
    def ids(self) -> list[str]:
        """The ids of all people on the page."""
        return [one.id for some in self for one in some]


@dataclass(frozen=True)
class Reader:
    """Reads people of one connection. ``paired_…``: the paired position, by the employee's id on that side.

    ``within``: whether the connection is about a user, by Huma's document; ``None`` if that can't be seen.
    """

    clients: Clients
    fingerprint: Fingerprinter
    today: date
    within: Callable[[Doc], bool | None]
    witness: Witness
    fields: tuple[Field, ...] = FIELDS
    paired_huma: Mapping[str, str] | None = None
    paired_visma: Mapping[str, str] | None = None

    def huma(self, user_id: str, *, listed: bool = False, all_positions: bool = False) -> Employee | None:
        """One Huma user with their selected position; ``None`` if they aren't there any more (404).

        ``listed``: Huma has just listed them among those whom the connection is about. ``all_positions``: with former
        and upcoming positions; else only those in the user's document, if there are any. Raises ``PersonSkipped``, the
        vendor errors that concern everybody, and ``Elsewhere`` if ``listed`` is False.
        """
        with one_person(Side.HUMA, user_id, self.witness, lambda: self.in_list(user_id)):
            try:
                details = self.clients.huma.user(user_id)
            except Gone:
                return None
            if not listed:
                self._look_where(user_id, details)
            found = self._private(self._user(user_id, details))
            if all_positions:
                found = self._with_all_positions(found)
        self.witness.seen(Side.HUMA, user_id)
        return found

    def _user(self, user_id: str, details: Doc) -> Employee:
        client, paired = self.clients.huma, (self.paired_huma or {}).get(user_id, "")
        summaries = details.get("currentPositions") or _while_there(lambda: client.positions(user_id), Side.HUMA)
        vanished = ""
        if _is_missing(paired, summaries) and _is_gone(lambda: client.position(user_id, paired)):
            vanished, summaries = paired, _while_there(lambda: client.positions(user_id), Side.HUMA)
        chosen = huma_selected(summaries, paired, self.today)
        position = _while_there(lambda: client.position(user_id, chosen), Side.HUMA) if chosen else None
        found = huma_employee(details, summaries, position, self.today, self.fields)
        return replace(found, vanished=vanished) if vanished else found

    def _with_all_positions(self, huma: Employee) -> Employee:
        summaries = self.clients.huma.positions(huma.id)
        found = [huma_position_summary(summary, self.today) for summary in summaries]
        known = {position.id: position for position in huma.positions if position.id == huma.selected}
        return replace(huma, positions=tuple(known.get(position.id, position) for position in found))

    def _look_where(self, user_id: str, details: Doc) -> None:
        inside = self.within(details)
        if inside is None:
            raise PersonSkipped(Skipped(Side.HUMA, user_id, skipping.GROUPS))
        if not inside:
            raise Elsewhere

    def in_list(self, user_id: str) -> Employee | None:
        """What Huma's list says about a person whose own document can't be read."""
        rows = self.clients.huma.list_users(0, 1, ids=[user_id]).items
        return huma_partial(rows[0]) if rows and rows[0]["id"] == user_id else None

    def visma(self, document: Doc) -> Employee:
        """One Visma employee, from a document with embedded positions. Raises ``PersonSkipped``."""
        employee_id = str(document.get("id"))
        with one_person(Side.VISMA, employee_id, self.witness, lambda: self._known(document)):
            found = self._employee(employee_id, document)
        self.witness.seen(Side.VISMA, employee_id)
        return found

    def _employee(self, employee_id: str, document: Doc) -> Employee:
        positions = (document.get("_embedded") or {}).get("positions") or []
        paired = (self.paired_visma or {}).get(employee_id, "")
        found = visma_employee(document, positions, self.today, paired, self.fields)
        if _is_missing(paired, positions) and _is_gone(lambda: self.clients.visma.position(employee_id, paired)):
            found = replace(found, vanished=paired)
        return self._private(found)

    def visma_person(self, employee_id: str) -> Employee | None:
        """One Visma employee with their positions; ``None`` if they aren't there any more (404).

        Raises ``PersonSkipped`` and the vendor errors that concern everybody.
        """
        client = self.clients.visma
        with one_person(Side.VISMA, employee_id, self.witness):
            try:
                document = client.employee(employee_id).body
            except Gone:
                return None
            positions = _while_there(lambda: client.positions(employee_id), Side.VISMA)
        return self.visma({**document, "_embedded": {"positions": positions}})

    def visma_page(self, cursor: str | None) -> tuple[Rows, str | None]:
        """One page of employees, drafts included, and the next cursor."""
        page = self.clients.visma.list_employees(cursor)
        self.witness.knows(Side.VISMA, [document["id"] for document in page.items if document["id"] not in page.odd])
        return self.visma_rows(page), page.cursor

    def visma_rows(self, page: VismaPage) -> Rows:
        """The employees on a page. Raises ``Unavailable`` if Visma doesn't answer about too many of them."""
        rows = Rows([], [], [])
        for document in page.items:
            known = partial(self._known, document)
            try:
                if wrong := page.odd.get(document["id"]):
                    with one_person(Side.VISMA, document["id"], self.witness, known):
                        raise wrong
                rows.people.append(self.visma(document))
            except PersonSkipped as over:
                rows.passed.append(over.passed)
            except Unavailable as error:
                if error.status == TOO_MANY_REQUESTS or len(rows.silent) >= MOST_SILENT:
                    raise
                rows.silent.append(Skipped(Side.VISMA, document["id"], skipping.SILENT, known=known_or_none(known)))
        return rows

    def _known(self, document: Doc) -> Employee:
        return visma_partial(document, in_part(document), self.today)

    def visma_ids(self, cursor: str | None) -> tuple[list[str], str | None]:
        """One page of the employees' ids, drafts included, and the next cursor."""
        page = self.clients.visma.list_employee_ids(cursor)
        return [id_ for document in page.items if not is_stand_in(id_ := document["id"])], page.cursor

    def _private(self, employee: Employee) -> Employee:
        """Replace the date of birth by its fingerprint: it is only for matching, and never kept."""
        return replace(employee, birth=self.fingerprint("birth", 1, employee.birth)) if employee.birth else employee


def _while_there(ask: Callable[[], Any], side: str) -> Any:
    """Ask for something that belongs to a person. If it is gone, perhaps the person is, too: raises ``Unavailable``,
    so that the person is read again."""
    try:
        return ask()
    except Gone as error:
        said = "what a person had isn't there"
        raise Unavailable(said, side=side, method=error.method, path=error.path) from error


def _is_missing(paired: str, positions: Iterable[Doc]) -> bool:
    return bool(paired) and all(position.get("id") != paired for position in positions)


def _is_gone(ask: Callable[[], Any]) -> bool:
    """Whether a position doesn't exist any more. Only a 404 says so; a position that can't be read isn't gone."""
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


def reader_for(
    connection: Connection, links: Collection[EmployeeLink], *, are_all: bool = False, before_release: bool = False
) -> Reader:
    """A reader of the connection's people; ``links`` say which positions are paired.

    ``are_all``: whether ``links`` are all links of the connection.

    All code that reads people gets its reader here. Raises ``CannotRead`` while the connection waits for its release,
    except for the figures that a superuser sees (``before_release``).
    """
    if connection.state == Connection.State.WAITING and not before_release:
        raise CannotRead(Reason("waits_for_release"))
    paired = [link for link in links if link.huma_position]
    clients = clients_for(connection)
    return Reader(
        clients,
        fingerprinter(connection),
        timezone.localdate(),
        within(connection),
        witness_of(connection, clients, links if are_all else None),
        enabled_fields(connection),
        {link.huma_id: link.huma_position for link in paired},
        {link.visma_id: link.visma_position for link in paired},
    )


def witness_of(connection: Connection, clients: Clients, links: Collection[EmployeeLink] | None = None) -> Witness:
    """A witness with some linked people of the connection, to ask for when somebody else is refused.

    ``links``: all links of the connection, if they have been loaded already.
    """
    if links is None:
        rows = EmployeeLink.objects.filter(connection=connection, state=EmployeeLink.State.LINKED)
        some = list(rows.order_by("-pk").values_list("huma_id", "visma_id")[:OTHERS_KNOWN])
    else:
        linked = [link for link in links if link.state == EmployeeLink.State.LINKED]
        some = [(link.huma_id, link.visma_id) for link in linked[-OTHERS_KNOWN:]]
    return Witness(clients, {Side.HUMA: [huma for huma, _ in some], Side.VISMA: [visma for _, visma in some]})


def within(connection: Connection) -> Callable[[Doc], bool | None]:
    """A function that tells whether the connection is about a user, by Huma's document; ``None`` if it can't be seen.

    Huma itself limits the whole list; a user who is read singly has to be checked. Users who aren't people are never
    within. The function raises ``WrongShape`` if the groups of a user can't be understood.
    """
    limits = {kind: set(wanted) for kind, wanted in connection.huma_limits.items() if wanted}

    def is_within(details: Doc) -> bool | None:
        if (details.get("type") or "user") != "user":
            return False
        theirs = {kind: groups_of(details, kind) for kind in limits}
        known = [bool(wanted & ids) for kind, wanted in limits.items() if (ids := theirs[kind]) is not None]
        return all(known) and (None if len(known) < len(limits) else True)

    return is_within


def enabled_fields(connection: Connection) -> tuple[Field, ...]:
    """The fields that the connection hasn't switched off."""
    return tuple(field for field in FIELDS if field.name not in connection.fields_off)


def fingerprinter(connection: Connection) -> Fingerprinter:
    """The fingerprinter with the connection's own key."""
    return Fingerprinter(bytes.fromhex(connection.fingerprint_key))
