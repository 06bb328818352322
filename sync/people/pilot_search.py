"""What the page of the pilot group shows besides its members: people to add, found by a search."""

from dataclasses import dataclass

from connections.models import Connection
from sync.analysis.pilot_scope import PilotScope, pilot_scope
from sync.people.everyone import Person, people


@dataclass(frozen=True)
class Found:
    """One person whom a search found. ``key``: (side, id) as text; ``is_member``: whether they are in the group."""

    person: Person
    key: str
    is_member: bool


@dataclass(frozen=True)
class Search:
    """What a search found: the first people of ``total``."""

    found: list[Found]
    total: int


def search_people(connection: Connection, text: str) -> Search:
    """The people whose name or number has the searched words, as the latest read of both sides has them."""
    scope = pilot_scope(connection.pk)
    page = people(connection, text).page
    rows = [
        Found(one, f"{one.side}:{one.vendor_id}", is_member(scope, one)) for one in page.object_list if one.vendor_id
    ]
    return Search(rows, page.total)


def is_member(scope: PilotScope, person: Person) -> bool:
    """Whether a person is in the pilot group; nobody is where there is none."""
    if scope.everyone:
        return False
    return scope.includes_link(person.link) if person.link else scope.includes_person(person.side, person.vendor_id)
