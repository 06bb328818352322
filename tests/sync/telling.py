"""Huma tells of people, and what it tells is worked off to its end; an owner answers what is held."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from connections.models import Connection
from sync import runner
from sync.automation import held, real_time
from sync.models import Change, HumaEvent, SyncRun
from sync.worker.lease import Lease
from tests.sync.driving import outcomes
from tests.sync.execute.conftest import Company, Person
from tests.sync.scheduling import company, people, turn_on


@contextmanager
def six_people(settings: Any, owner: User) -> Iterator[Company]:
    """A company of six, with automatic updates; more than two people within an hour are too many."""
    with company(settings, owner) as found:
        people(found, 6)
        found.connection.threshold_people, found.connection.threshold_percent = 2, 1
        found.connection.save()
        turn_on(found)
        yield found


def everybody(found: Company) -> list[Person]:
    """All who were added, in that order."""
    return [Person(one.user_id or "", one.employee_id or "") for one in found.sandbox.people["equal"]]


def hold_phones(found: Company) -> dict[Person, str]:
    """All get another phone at once; gives those whose new one waits. The first two were written."""
    numbers = {person: new_phone(found, person, at) for at, person in enumerate(everybody(found), 1)}
    told(found, *numbers)
    names = {change.link.huma_id for change in waits(found.connection) if change.link}
    assert len(names) == len(numbers) - 2
    return {person: number for person, number in numbers.items() if person.user_id in names}


def of(found: Company, *some: Person) -> list[Change]:
    """What waits of these people."""
    ids = {person.user_id for person in some}
    return [change for change in waits(found.connection) if change.link and change.link.huma_id in ids]


def totals(run: SyncRun) -> dict[str, int]:
    """How many Changes of the run came to what."""
    states = [one.split()[0] for one in outcomes(run).values()]
    return {state: states.count(state) for state in sorted(set(states))}


def tell(connection: Connection, *people: Person, topic: str = "users-update") -> None:
    """Huma's webhook came in, and was verified."""
    HumaEvent.objects.create(
        connection=connection,
        topic=topic,
        huma_ids=[person.user_id for person in people],
        body_hash=secrets.token_hex(32),
        verified_by="secret",
    )


def begun(found: Company, *people: Person, topic: str = "users-update") -> SyncRun:
    """The run that is to answer it; nothing was read yet."""
    tell(found.connection, *people, topic=topic)
    run = real_time.start(found.connection)
    assert run is not None
    return run


def ready(run: SyncRun) -> SyncRun:
    """The run once it has read both sides, as if its worker ended there."""
    with Lease(SyncRun, run.pk) as lease:
        real_time.read_slice(run, lease, 10.0)
    run.refresh_from_db()
    assert run.state == SyncRun.State.REVIEW
    return run


def told(found: Company, *people: Person) -> SyncRun:
    """The run that answers it, at its end."""
    return found.ended(runner.drive(begun(found, *people)))


def release(found: Company, changes: Iterable[Change], typed: str = "") -> SyncRun:
    """The run of a release, at its end."""
    run = held.release(found.connection, found.user, [one.pk for one in changes], typed).run
    assert run is not None
    runner.drive(run)
    found.sandbox.wait_for_jobs()
    return run


def released(found: Company, changes: Iterable[Change]) -> SyncRun:
    """The run of a release that has just begun."""
    run = held.release(found.connection, found.user, [one.pk for one in changes]).run
    assert run is not None
    return run


def waits(connection: Connection) -> list[Change]:
    """What waits for an owner."""
    return list(Change.objects.filter(run__connection=connection, state="held", answer="").order_by("pk"))


def answers(connection: Connection) -> list[str]:
    """The answers to everything that was ever held, oldest first."""
    rows = Change.objects.filter(run__connection=connection, state="held").order_by("pk")
    return [one.answer for one in rows]


def an_hour_later(connection: Connection) -> None:
    """Everything that was written so far was written more than an hour ago."""
    for run in SyncRun.objects.filter(connection=connection).exclude(confirmed_at=None):
        assert run.confirmed_at
        SyncRun.objects.filter(pk=run.pk).update(confirmed_at=run.confirmed_at - timedelta(minutes=61))


def phones(found: Company) -> dict[str, Any]:
    """Who has which business phone in payroll, by the id there."""
    bodies = {id_: one.body for id_, one in found.sandbox.visma.employees.items()}
    return {
        id_: next((entry["number"] for entry in body.get("phones") or () if entry["type"] == "business"), None)
        for id_, body in bodies.items()
    }


def phone(found: Company, person: Person) -> str | None:
    """Her business phone in payroll."""
    number: str | None = phones(found)[person.employee_id]
    return number


def account(found: Company, person: Person) -> str:
    """Her bank account in payroll."""
    return str(found.in_visma(person)["salaryPaymentMethod"].get("localBankAccount") or "")


def new_phone(found: Company, person: Person, number: int) -> str:
    """Another phone in Huma; says how payroll is to have it."""
    text = f"+4740{number:06}"
    found.huma(person, phone=text)
    return text


def new_account(found: Company, person: Person, number: str) -> str:
    """Another bank account in Huma."""
    found.huma(person, bankAccount={"type": "national", "number": number, "country": "NO", "code": "NATIONAL"})
    return number


def accounts(count: int) -> list[str]:
    """So many account numbers with right check digits, none of them anybody's."""
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    found: list[str] = []
    number = 9999_11_0000
    while len(found) < count:
        number += 1
        digits = f"{number:010}"
        check = -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if check < 10:
            found.append(f"{digits}{check}")
    return found
