"""What the page of the pilot group shows besides its members: people to add, found by a search."""

from dataclasses import dataclass

from connections.models import Connection
from sync.models import EmployeeLink
from sync.models.pilot import works_for
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
    works = works_for(connection.pk)
    page = people(connection, text).page

    def is_member(one: Person) -> bool:
        if works.everyone:
            return False
        link: EmployeeLink | None = one.link
        return works.link(link) if link else works.person(one.side, one.vendor_id)

    rows = [Found(one, f"{one.side}:{one.vendor_id}", is_member(one)) for one in page.object_list if one.vendor_id]
    return Search(rows, page.total)
