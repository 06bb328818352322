"""A company of people with changed phones, of whom two are the pilot group."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from connections.models import Connection
from sync.models import PilotMember, SyncRun
from sync.runs import pilot_group
from sync.runs.lifecycle import open_run
from tests.sync.browsing import at, signed_in, words
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

    def open(self) -> SyncRun:
        """The open run, with its connection as it is now."""
        self.company.connection.refresh_from_db()
        run = open_run(self.company.connection)
        assert run
        return run

    def edit_everybody(self) -> None:
        """Give everybody another phone in Huma."""
        for number, person in enumerate([*self.inside, *self.outside], 1):
            new_phone(self.company, person, number)

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


@pytest.fixture
def web(hr: User) -> Client:
    """The HR admin's browser."""
    return signed_in(hr)


@pytest.fixture
def connection(piloted: Piloted) -> Connection:
    """The company's connection."""
    return piloted.company.connection


def page(web: Client, name: str, connection: Connection, *more: Any) -> str:
    """A page in words."""
    answer = web.get(at(name, connection, *more))
    assert answer.status_code == 200, name
    return words(answer)


def post(web: Client, name: str, connection: Connection, **data: Any) -> str:
    """The page to which a click leads, in words; it says the present version of the group unless ``data`` does."""
    connection.refresh_from_db()
    return words(web.post(at(name, connection), {"version": connection.pilot_version, **data}, follow=True))


def members() -> set[str]:
    """The ids in Huma of the linked members of all groups."""
    return {one.link.huma_id for one in PilotMember.objects.all() if one.link}
