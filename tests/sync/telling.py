"""Huma tells of people, and what it tells is worked off to its end; an owner answers what is held."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from connections.models import Connection
from sync.models import Change, HumaEvent, SyncRun
from sync.services import held, realtime, work
from tests.sync.execute.conftest import Company, Person

ACCOUNTS = ("12345678903", "86011117947", "15032080119", "60293812340")


def tell(connection: Connection, *people: Person, topic: str = "users-update") -> None:
    """Huma's webhook came in, and was verified."""
    HumaEvent.objects.create(
        connection=connection,
        topic=topic,
        huma_ids=[person.user_id for person in people],
        body_hash=secrets.token_hex(32),
        verified_by="secret",
    )


def told(found: Company, *people: Person) -> SyncRun:
    """The run that answers it, at its end."""
    tell(found.connection, *people)
    run = realtime.start(found.connection)
    assert run is not None
    return found.ended(work.drive(run))


def release(found: Company, changes: Iterable[Change], typed: str = "") -> SyncRun:
    """The run of a release, at its end."""
    run = held.release(found.connection, found.user, [one.pk for one in changes], typed).run
    assert run is not None
    work.drive(run)
    found.sandbox.wait_for_jobs()
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
