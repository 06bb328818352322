"""What only a write or an event can settle stands in the report after the ordinary ones, mode by mode."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError

from connections.doctor.assumptions import ASSUMPTIONS
from connections.doctor.check import check
from connections.doctor.learning import learned
from connections.doctor.report import report
from connections.models import Connection, Lesson
from sync import runner
from sync.models import Change
from sync.wizard import creation
from tests.connections.doctor.test_check import TOLD_BY_WRITES
from tests.sync import bell, driving, hearing, scheduling
from tests.sync.automation.real_time.again import later
from tests.sync.writing import whole
from tests.sync.writing.conftest import NUMBER, Company, outcomes

pytestmark = pytest.mark.django_db(transaction=True)

USUAL = {
    "V8": ("confirmed", "strong"),
    "V11": ("otherwise", "done"),
    "V12": ("confirmed", "kept"),
    "V13": ("confirmed", "numbered"),
    "H5": ("confirmed", "cleared"),
    "H6": ("otherwise", "at_once"),
}
"""What an ordinary run shows of stand-ins without a mode."""
BY_MODE: dict[str, dict[str, tuple[str, str]]] = {
    "": {},
    "number-refused": {"V11": ("confirmed", "refused"), "V12": ("open", "")},
    "number-ignored": {"V11": ("confirmed", "kept")},
    "no-number": {"V13": ("otherwise", "no_number")},
    "email-waits": {"H6": ("confirmed", "waits")},
    "old-reads": {},
}
"""What is otherwise in a mode."""


def told(connection: Connection) -> dict[str, tuple[str, str]]:
    """What the report says, by assumption."""
    return {one.assumption.code: (one.result, one.seen["code"] if one.seen else "") for one in report(connection)}


def an_ordinary_run(company: Company) -> None:
    """A changed number, a changed email, an emptied phone, and somebody new without a number."""
    renumbered, mailed, emptied = (company.add() for _ in range(3))
    unnumbered = company.add("only_huma")
    company.huma(unnumbered, employmentId=None)
    company.huma(renumbered, employmentId="H77")
    company.email(mailed, "ny.adresse@fjordheim.example")
    company.clerk(emptied, phones=[])
    company.sandbox.huma.catch_up()
    run = company.read()
    creation.set_assigns_numbers(run, company.user, True)
    company.decide(run, "huma", renumbered, "employment_id")
    company.decide(run, "visma", mailed, "email")
    company.decide(run, "visma", emptied, "phone")
    creation.choose_all(run, company.user, "visma", True)
    company.apply(run)


@pytest.mark.parametrize("mode", BY_MODE)
def test_an_ordinary_run_reports_exactly_the_mode(settings: Any, hr: User, mode: str) -> None:
    with scheduling.company(settings, hr, "equal", "equal", "equal", modes=[mode] if mode else []) as company:
        check(company.connection)
        before = told(company.connection)
        an_ordinary_run(company)
        found = {code: one for code, one in told(company.connection).items() if one != before[code]}
        expected = {**USUAL, **BY_MODE[mode]}
        assert {"V8": before["V8"], **found} == {code: one for code, one in expected.items() if one[1]}
        (v8,) = [one for one in report(company.connection) if one.assumption.code == "V8"]
        assert v8.as_json()["seen"] == {"code": "strong", "write": "accepted"}


def test_every_mode_of_writes_is_tried() -> None:
    assert set(BY_MODE) - {""} == TOLD_BY_WRITES


@pytest.mark.parametrize("mode", ["", "old-reads"])
def test_an_old_read_after_an_event_is_noted_by_the_second(settings: Any, hr: User, mode: str) -> None:
    with scheduling.company(settings, hr, modes=[mode] if mode else []) as company:
        person, other = scheduling.people(company, 2)
        company.sandbox.huma.catch_up()
        scheduling.first_run(company)
        scheduling.turn_on(company)
        company.huma(person, phone=hearing.NEW)
        hearing.tell(company, person, other)
        bell.until_quiet()
        company.sandbox.huma.catch_up()
        later()
        assert hearing.phone(company, person) == hearing.NEW
        expected = ("confirmed", "old") if mode else ("open", "")
        assert told(company.connection)["H10"] == expected
        assert told(company.connection)["H8"] == ("confirmed", "hex")


def test_an_email_that_somebody_has_is_noted_with_how_it_was_refused(company: Company) -> None:
    for code, outcome in (("user:email-already-exists", "named"), ("", "unnamed")):
        company.sandbox.huma.email_taken_code = code
        person = company.add("only_visma")
        twin = company.add("only_visma")
        address = f"{outcome}@fjordheim.example"
        company.email(person, address)
        run = company.read()
        creation.choose_all(run, company.user, "huma", True)
        company.confirm(run)
        taken = company.add()
        company.huma(taken, email=address)
        runner.drive(run)
        assert Change.objects.filter(run=run, state="failed").exists()
        assert Lesson.objects.filter(assumption="H7", outcome=outcome).exists(), outcome
        assert twin


def test_a_creation_that_was_looked_for_is_noted(company: Company) -> None:
    company.sandbox.faults.script("visma", "POST", "/withPosition", "lost")
    company.add("only_huma")
    run = company.read()
    creation.choose_all(run, company.user, "visma", True)
    company.apply(run)
    assert told(company.connection)["V10"] == ("confirmed", "found")


def test_learning_that_fails_disturbs_no_write(company: Company, monkeypatch: Any) -> None:
    def broken(*args: Any, **more: Any) -> None:
        raise DatabaseError("no more room")

    monkeypatch.setattr("connections.doctor.learning._note", broken)
    person = company.add()
    company.huma(person, phone=NUMBER)
    assert outcomes(company.sync("huma", person, "phone")) == {"phone": "done"}
    assert not Lesson.objects.exists()


def test_it_takes_only_what_the_registry_knows_and_keeps_each_once(company: Company) -> None:
    for _ in range(3):
        learned(company.connection.pk, "H5", "cleared")
        learned(company.connection.pk, "H5", "Ola Nordmann")
        learned(company.connection.pk, "X1", "cleared")
    assert list(Lesson.objects.values_list("assumption", "outcome")) == [("H5", "cleared")]
    assert set(ASSUMPTIONS) >= {"H5"}


def test_a_run_notes_no_value(settings: Any, hr: User) -> None:
    with whole.sandbox(12) as sandbox:
        driving.point_at(settings, sandbox)
        connection = driving.connection(sandbox, hr)
        runner.drive(whole.decided(connection, hr))
        found = set(Lesson.objects.values_list("assumption", "outcome"))
        assert found
        assert all(code in ASSUMPTIONS and outcome.islower() for code, outcome in found)
