"""A company of two systems, and one person of it, for tests of what is written."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User

from connections import sandbox as vendors
from connections.models import Connection
from connections.sandbox import Sandbox
from connections.vendors.clients import forget_clients
from sync import runner
from sync.models import Change, Conflict, EmployeeLink, SyncRun
from sync.runs import lifecycle
from sync.wizard import creation, review
from sync.writing import context
from tests.sync import driving

NUMBER = "+4722334455"


@dataclass(frozen=True)
class Person:
    """The ids of a person on each side, "" if they aren't there."""

    user_id: str
    employee_id: str


@dataclass
class Company:
    """Both systems, the connection between them, and the HR admin."""

    sandbox: Sandbox
    connection: Connection
    user: User

    def add(self, way: str = "equal") -> Person:
        """Add a person, without differences unless the way has some."""
        added = self.sandbox.add_person(way)
        return Person(added.user_id or "", added.employee_id or "")

    def in_visma(self, person: Person) -> dict[str, Any]:
        """The person's whole document in Visma."""
        return copy.deepcopy(self.sandbox.visma.employees[person.employee_id].body)

    def visma_position(self, person: Person) -> str:
        """The id of the person's only position in Visma."""
        (id_,) = self.sandbox.visma.employees[person.employee_id].positions
        return id_

    def huma_position(self, person: Person) -> str:
        """The id of the person's only position in Huma."""
        (id_,) = self.sandbox.huma.users[person.user_id].positions
        return id_

    def clerk(self, person: Person, **changes: Any) -> None:
        """Edit the person in Visma, as the payroll clerk."""
        self.sandbox.visma.edit(person.employee_id, **changes)

    def huma(self, person: Person, **changes: Any) -> None:
        """Edit the person in Huma."""
        self.sandbox.huma.edit(person.user_id, **changes)

    def phone(self, person: Person, number: str) -> None:
        """Set the business phone in Visma, as the clerk."""
        entries = self.in_visma(person)["phones"]
        for entry in entries:
            if entry["type"] == "business":
                entry["number"] = number
        self.clerk(person, phones=entries)

    def email(self, person: Person, address: str) -> None:
        """Set the business email in Visma, as the clerk."""
        entries = self.in_visma(person)["emails"]
        for entry in entries:
            if entry["type"] == "business":
                entry["address"] = address
        self.clerk(person, emails=entries)

    def read(self) -> SyncRun:
        """A new run in review."""
        run = driving.read(self.connection, self.user)
        assert run.state == SyncRun.State.REVIEW, run.failure
        return run

    def decide(self, run: SyncRun, choice: str, person: Person | None = None, *fields: str) -> None:
        """Choose a side for one person's or everybody's differences, or only for some fields; emptying included."""
        rows = Conflict.objects.filter(run=run)
        if person:
            rows = rows.filter(link__visma_id=person.employee_id, link__huma_id=person.user_id)
        if fields:
            rows = rows.filter(field__in=fields)
        decided = review.decide(run, self.user, rows.values_list("pk", flat=True), choice)
        assert decided.changed, "nothing to decide"
        assert not decided.skipped

    def create(self, run: SyncRun, target: str) -> None:
        """Choose everybody in the main list to be added to a side."""
        assert creation.choose_all(run, self.user, target, True)

    def confirm(self, run: SyncRun) -> SyncRun:
        """Confirm the run."""
        shown = driving.confirm.build(run)
        driving.confirm.confirm(run, self.user, shown.fingerprint, str(shown.people))
        assert run.state == SyncRun.State.APPLYING
        return run

    def apply(self, run: SyncRun) -> SyncRun:
        """Confirm, and write to the end."""
        return self.ended(runner.drive(self.confirm(run)))

    def ended(self, run: SyncRun) -> SyncRun:
        """The reloaded run, whose totals must add up."""
        self.sandbox.wait_for_jobs()
        totals = lifecycle.run_totals(run)
        assert run.state in (SyncRun.State.FINISHED, SyncRun.State.STOPPED)
        assert totals.planned == totals.settled
        return run

    def sync(self, choice: str, person: Person | None = None, *fields: str) -> SyncRun:
        """Do a whole run that takes one side's values."""
        run = self.read()
        self.decide(run, choice, person, *fields)
        return self.apply(run)

    def link(self, person: Person) -> EmployeeLink:
        """The person's link."""
        return EmployeeLink.objects.get(huma_id=person.user_id, visma_id=person.employee_id)

    def open(self, person: Person | None = None) -> set[str]:
        """The fields that ask in a new run, which is cancelled then."""
        run = self.read()
        rows = Conflict.objects.filter(run=run, standing="asks")
        if person:
            rows = rows.filter(link__huma_id=person.user_id)
        fields = set(rows.values_list("field", flat=True))
        lifecycle.cancel(run, self.user)
        return fields


def outcomes(run: SyncRun) -> dict[str, str]:
    """The outcomes of a run about one person, by field (``create`` for a creation)."""
    rows = Change.objects.filter(run=run).values_list("field", "action", "state", "reason")
    return {field or action: f"{state} {reason}".strip() for field, action, state, reason in rows}


def people(company: Company, count: int) -> list[Person]:
    """``count`` people, each with a new phone for Visma and a new name for Huma."""
    found = [company.add() for _ in range(count)]
    for person in found:
        company.huma(person, phone=NUMBER)
        company.clerk(person, number=f"V{person.employee_id[:6]}")
    return found


def decided(company: Company, count: int = 3) -> SyncRun:
    """A run that is about to write both ways."""
    people(company, count)
    run = company.read()
    company.decide(run, "huma", None, "phone")
    company.decide(run, "visma", None, "employment_id")
    return company.confirm(run)


def assert_all_done(company: Company, run: SyncRun) -> None:
    company.ended(run)
    assert set(Change.objects.filter(run=run).values_list("state", flat=True)) == {"done"}
    assert not company.open()


@pytest.fixture
def quick(settings: Any) -> Any:
    """Tiny waits."""
    settings.JOB_WAIT_FIRST_SECONDS = 0.05
    settings.JOB_WAIT_MAX_SECONDS = 0.2
    settings.CREATE_SETTLE_SECONDS = 0.6
    settings.HUMA_SETTLE_SECONDS = 0.3
    settings.UNAVAILABLE_MINUTES = 0.5
    settings.VISMA_CLIENT_ID = vendors.VISMA_CLIENT_ID
    settings.VISMA_CLIENT_SECRET = vendors.VISMA_CLIENT_SECRET
    context._usual_job_seconds.clear()
    return settings


@pytest.fixture
def company(transactional_db: None, quick: Any, hr: User) -> Iterator[Company]:
    """A company of two people without differences."""
    with Sandbox(employees=0, job_seconds=(0.02, 0.04)) as sandbox:
        driving.point_at(quick, sandbox)
        connection = driving.connection(sandbox, hr)
        company = Company(sandbox, connection, hr)
        company.add()
        company.add()
        yield company
        sandbox.faults.clear()
        forget_clients(connection)
