"""A company of people with changed phones, of whom two are the pilot group."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User

from sync.runs import pilot_group
from tests.sync.driving import changed
from tests.sync.scheduling import company
from tests.sync.telling import new_phone
from tests.sync.writing.conftest import Company, Person


@dataclass
class Piloted:
    """A company with the people ``inside`` and ``outside`` its pilot group."""

    company: Company
    inside: list[Person]
    outside: list[Person]

    def choose(self, *people: Person) -> None:
        """Add people to the group, by their ids in Huma."""
        connection = self.company.connection
        connection.refresh_from_db()
        keys = [("huma", one.user_id) for one in people]
        done = pilot_group.add(connection, self.company.user, keys, connection.pilot_version)
        assert done.added == len(people)

    def edit_everybody(self) -> None:
        """Give everybody another phone in Huma."""
        for at, person in enumerate([*self.inside, *self.outside], 1):
            new_phone(self.company, person, at)

    def leave(self, person: Person) -> None:
        """Take a person out of the group."""
        connection = self.company.connection
        connection.refresh_from_db()
        mine = connection.pilot_group.get(link__huma_id=person.user_id)
        assert pilot_group.remove(connection, self.company.user, [mine.pk], connection.pilot_version) == 1

    def everyone(self) -> None:
        """Let the connection work for everyone."""
        connection = self.company.connection
        connection.refresh_from_db()
        assert pilot_group.everyone(connection, self.company.user, connection.pilot_version)

    def changed(self, before: Any) -> set[str]:
        """The ids of the records on both sides that are others now."""
        self.company.sandbox.wait_for_jobs()
        found = changed(before, self.company.sandbox.state())
        return {path.split("/")[2] for path in found if path.split("/")[1] in ("huma", "visma")}

    def ids(self, *people: Person) -> set[str]:
        """The ids of these people in Visma."""
        return {one.employee_id for one in people}


@pytest.fixture
def piloted(settings: Any, hr: User) -> Iterator[Piloted]:
    """Five people without differences; nobody was chosen yet."""
    with company(settings, hr) as found:
        people = [found.add() for _ in range(5)]
        yield Piloted(found, people[:2], people[2:])
