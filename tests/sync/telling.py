"""Sends events about people and works them off; lets an owner answer held changes."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from connections.models import Connection
from sync import runner
from sync.automation import answering_held, real_time
from sync.models import Change, HumaEvent, SyncRun
from sync.worker.lease import Lease
from tests.sync.driving import outcomes
from tests.sync.scheduling import company, people, turn_on
from tests.sync.writing.conftest import Company, Person


@contextmanager
def six_people(settings: Any, owner: User) -> Iterator[Company]:
    """A company of six people with automatic updates, and a threshold of two people within an hour."""
    with company(settings, owner) as found:
        people(found, 6)
        found.connection.threshold_people, found.connection.threshold_percent = 2, 1
        found.connection.save()
        turn_on(found)
        yield found


def everybody(found: Company) -> list[Person]:
    """All people who were added, in that order."""
    return [Person(one.user_id or "", one.employee_id or "") for one in found.sandbox.people["equal"]]


def hold_phones(found: Company) -> dict[Person, str]:
    """Give everybody another phone at once; returns those whose new one is held. The first two are written."""
    numbers = {person: new_phone(found, person, at) for at, person in enumerate(everybody(found), 1)}
    told(found, *numbers)
    names = {change.link.huma_id for change in waits(found.connection) if change.link}
    assert len(names) == len(numbers) - 2
    return {person: number for person, number in numbers.items() if person.user_id in names}


def of(found: Company, *some: Person) -> list[Change]:
    """The held Changes of these people."""
    ids = {person.user_id for person in some}
    return [change for change in waits(found.connection) if change.link and change.link.huma_id in ids]


def totals(run: SyncRun) -> dict[str, int]:
    """How many Changes of the run have each outcome."""
    states = [one.split()[0] for one in outcomes(run).values()]
    return {state: states.count(state) for state in sorted(set(states))}


def tell(connection: Connection, *people: Person, topic: str = "users-update") -> None:
    """Take a verified event about people."""
    HumaEvent.objects.create(
        connection=connection,
        topic=topic,
        huma_ids=[person.user_id for person in people],
        body_hash=secrets.token_hex(32),
        verified_by="secret",
    )


def begun(found: Company, *people: Person, topic: str = "users-update") -> SyncRun:
    """The run that answers an event about these people, before it has read anything."""
    tell(found.connection, *people, topic=topic)
    run = real_time.start(found.connection)
    assert run is not None
    return run


def ready(run: SyncRun) -> SyncRun:
    """The run after it has read both sides, as if its worker had ended there."""
    with Lease(SyncRun, run.pk) as lease:
        real_time.read_slice(run, lease, 10.0)
    run.refresh_from_db()
    assert run.state == SyncRun.State.REVIEW
    return run


def told(found: Company, *people: Person) -> SyncRun:
    """The run that answers an event about these people, at its end."""
    return found.ended(runner.drive(begun(found, *people)))


def approve(found: Company, changes: Iterable[Change], typed: str = "") -> SyncRun:
    """The run of an approval, at its end."""
    run = answering_held.approve(found.connection, found.user, [one.pk for one in changes], typed).run
    assert run is not None
    runner.drive(run)
    found.sandbox.wait_for_jobs()
    return run


def approved(found: Company, changes: Iterable[Change]) -> SyncRun:
    """The run of an approval that has just begun."""
    run = answering_held.approve(found.connection, found.user, [one.pk for one in changes]).run
    assert run is not None
    return run


def waits(connection: Connection) -> list[Change]:
    """The held Changes that wait for an owner."""
    return list(Change.objects.filter(run__connection=connection, state="held", answer="").order_by("pk"))


def answers(connection: Connection) -> list[str]:
    """The answers to all held Changes, the oldest first."""
    rows = Change.objects.filter(run__connection=connection, state="held").order_by("pk")
    return [one.answer for one in rows]


def an_hour_later(connection: Connection) -> None:
    """Let everything that was written so far be older than an hour."""
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
    """The person's business phone in Visma."""
    number: str | None = phones(found)[person.employee_id]
    return number


def account(found: Company, person: Person) -> str:
    """The person's bank account in Visma."""
    return str(found.in_visma(person)["salaryPaymentMethod"].get("localBankAccount") or "")


def new_phone(found: Company, person: Person, number: int) -> str:
    """Set another phone in Huma; returns it in Visma's form."""
    text = f"+4740{number:06}"
    found.huma(person, phone=text)
    return text


def new_account(found: Company, person: Person, number: str) -> str:
    """Set another bank account in Huma."""
    found.huma(person, bankAccount={"type": "national", "number": number, "country": "NO", "code": "NATIONAL"})
    return number


def accounts(count: int) -> list[str]:
    """``count`` unused account numbers with right check digits."""
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
