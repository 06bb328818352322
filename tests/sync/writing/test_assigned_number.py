"""People without an Employment ID in Huma get Visma's next number, which is written to Huma: planned and counted."""

from typing import Any

import pytest
from django.utils import translation

from sync.analysis.links import candidates
from sync.models import Change, EmployeeLink, EmployeeSnapshot, SyncRun, Write
from sync.runs import lifecycle
from sync.wizard import confirm, creation, retry
from tests.sync import driving
from tests.sync.driving import until
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import changes

USERS = "/users/[0-9a-f-]+$"


def unnumbered(company: Company) -> Person:
    """Somebody whom Huma knows without a number, and Visma doesn't know."""
    person = company.add("only_huma")
    company.huma(person, employmentId=None)
    return person


def chosen(company: Company) -> SyncRun:
    """A run in which Visma assigns numbers, and everybody in Huma only is to be added."""
    run = company.read()
    creation.set_assigns_numbers(run, company.user, True)
    company.create(run, "visma")
    return run


def number_in_huma(company: Company, person: Person) -> str | None:
    found: str | None = company.sandbox.huma.users[person.user_id].values.get("employmentId")
    return found


def test_the_new_employee_gets_the_next_number_and_huma_is_told(company: Company) -> None:
    person = unnumbered(company)
    before, next_number = company.sandbox.state(), company.sandbox.visma.next_number()
    run = chosen(company)
    company.apply(run)
    assert outcomes(run) == {"create": "done", "employment_id": "done"}
    after = company.sandbox.state()
    (new,) = after["visma"].keys() - before["visma"].keys()
    assert after["visma"][new]["number"] == next_number
    assert "number" not in company.sandbox.journal.of("visma", "POST", "withPosition")[0].body
    assert after["huma"][person.user_id].pop("employmentId") == next_number
    del after["visma"][new]
    assert not changes(before, after)
    link = EmployeeLink.objects.get(huma_id=person.user_id, visma_id=new)
    assert link.number == next_number
    assert len(set(link.baseline["employment_id"])) == 1
    assert not company.open()


def test_confirm_shows_it_and_looks_at_it_twice(company: Company) -> None:
    unnumbered(company)
    with translation.override("en"):
        shown = confirm.build(chosen(company))
        account, line = [line for _why, lines in shown.look_twice for line in lines]
    assert (account.label, account.side) == ("Bank account", "visma")
    assert (line.label, line.side, line.before.empty) == ("Employment ID", "huma", True)
    assert line.after.text == "The number that Visma assigns"
    assert (shown.changes, shown.people, shown.creations) == (2, 1, {"visma": 1})


def test_without_the_choice_nobody_without_a_number_is_created(company: Company) -> None:
    person = unnumbered(company)
    run = company.read()
    assert creation.choose_all(run, company.user, "visma", True) == 0
    creation.set_assigns_numbers(run, company.user, True)
    company.create(run, "visma")
    creation.set_assigns_numbers(run, company.user, False)
    assert not creation.chosen(run, "visma").exists()
    EmployeeSnapshot.objects.filter(run=run, vendor_id=person.user_id).update(create_chosen=True, create_blocked="")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {}
    assert company.sandbox.state() == before


def test_where_visma_gives_none_nothing_is_written(company: Company) -> None:
    person = unnumbered(company)
    company.sandbox.visma.assigns_numbers = False
    run = chosen(company)
    company.apply(run)
    assert outcomes(run) == {"create": "done", "employment_id": "nothing number_not_given"}
    assert number_in_huma(company, person) is None
    link = EmployeeLink.objects.get(huma_id=person.user_id)
    assert "employment_id" not in link.baseline
    company.sandbox.visma.edit(link.visma_id, number="5001")
    run = company.read()
    difference = run.conflicts.get(field="employment_id")
    assert (difference.suggestion, difference.why) == ("visma", "visma_filled"), "once payroll has given one"


@pytest.mark.parametrize("fault", ["job-fails", "409"])
def test_a_creation_that_fails_takes_the_number_with_it(company: Company, fault: str) -> None:
    person = unnumbered(company)
    company.sandbox.faults.script("visma", "POST", "withPosition", fault)
    run = chosen(company)
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run)["employment_id"] == "failed creation_failed"
    assert company.sandbox.state() == before
    again = retry.retry_failed(run, company.user)
    company.apply(again)
    assert outcomes(again) == {"create": "done", "employment_id": "done"}
    assert number_in_huma(company, person)


@pytest.mark.parametrize(
    ("side", "method", "path", "fault"),
    [
        ("visma", "POST", "withPosition", "lost"),
        ("visma", "POST", "withPosition", "lost+job-slow:0.4"),
        ("visma", "GET", "/v2/employees/[0-9a-f-]+$", "503"),
        ("huma", "PATCH", USERS, "lost"),
        ("huma", "PATCH", USERS, "reset"),
        ("huma", "GET", USERS, "503"),
    ],
)
def test_whatever_gets_lost_it_arrives_once(company: Company, side: str, method: str, path: str, fault: str) -> None:
    person = unnumbered(company)
    run = chosen(company)
    company.sandbox.faults.script(side, method, path, fault)
    employees = len(company.sandbox.visma.employees)
    company.apply(run)
    assert outcomes(run) == {"create": "done", "employment_id": "done"}
    assert len(company.sandbox.visma.employees) == employees + 1
    link = EmployeeLink.objects.get(huma_id=person.user_id)
    assert number_in_huma(company, person) == company.sandbox.visma.employees[link.visma_id].body["number"]
    assert not company.open()


def test_it_survives_slices_of_no_length_and_another_worker(company: Company) -> None:
    people = [unnumbered(company) for _ in range(3)]
    run = company.confirm(chosen(company))
    until(run, lambda run: run.state != SyncRun.State.APPLYING, seconds=0.0001)
    company.ended(run)
    assert set(Change.objects.filter(run=run).values_list("state", flat=True)) == {"done"}
    numbers = {number_in_huma(company, person) for person in people}
    assert len(numbers) == len(people)
    assert not company.open()


def test_whoever_goes_on_knows_which_number_was_sent(company: Company) -> None:
    """As if the machine had died after the PATCH: the number that was stored is looked for, and no other is asked."""
    person = unnumbered(company)
    run = company.confirm(chosen(company))
    company.sandbox.faults.script("huma", "PATCH", USERS, "lost")
    until(run, lambda run: Write.objects.filter(run=run, document="user", state="sending").exists(), seconds=0.0001)
    change = Change.objects.get(run=run, field="employment_id")
    assert change.after == number_in_huma(company, person)
    assert change.source == change.becomes != ""


def test_the_command_adds_nobody_without_a_number(company: Company) -> None:
    unnumbered(company)
    other = company.add("only_huma")
    code, report = driving.sync(company.connection, "--create-in-visma", "--confirm-large")
    assert (code, report["created"]) == (0, {"huma": 0, "visma": 1})
    assert EmployeeLink.objects.get(linked_by="created").huma_id == other.user_id


def test_a_number_that_was_entered_meanwhile_stays(company: Company) -> None:
    person = unnumbered(company)
    run = chosen(company)
    company.sandbox.faults.before("visma", "GET", "/jobs/", lambda: company.huma(person, employmentId="H1"))
    company.apply(run)
    assert outcomes(run) == {"create": "done", "employment_id": "moved moved"}
    assert number_in_huma(company, person) == "H1"
    assert company.open(person) == set(), "a draft has a filter of its own"
    assert EmployeeLink.objects.get(huma_id=person.user_id)


def test_nobody_is_created_unseen_where_the_field_is_switched_off(company: Company) -> None:
    person = unnumbered(company)
    company.connection.fields_off = ["employment_id"]
    company.connection.save()
    run = company.read()
    creation.set_assigns_numbers(run, company.user, True)
    row = EmployeeSnapshot.objects.get(run=run, vendor_id=person.user_id)
    assert row.create_blocked == "create_number_off"
    assert creation.choose(run, company.user, [row.pk], True) == 0


@pytest.mark.parametrize("way", ["hide", "lock_fields"])
def test_who_could_not_be_given_it_is_not_created(company: Company, way: str) -> None:
    person = unnumbered(company)
    getattr(company.sandbox.huma, way)(person.user_id, "employmentId")
    run = company.read()
    creation.set_assigns_numbers(run, company.user, True)
    row = EmployeeSnapshot.objects.get(run=run, vendor_id=person.user_id)
    assert row.create_blocked == "create_number_locked"
    assert creation.choose(run, company.user, [row.pk], True) == 0


def test_the_choice_stays_when_both_sides_are_read_again(company: Company) -> None:
    person = unnumbered(company)
    run = chosen(company)
    again: Any = lifecycle.read_again(run, company.user)
    again = company.read()
    assert again.continues == run
    assert again.assigns_numbers
    assert [row.vendor_id for row in creation.chosen(again, "visma")] == [person.user_id]


def test_a_stop_before_it_leaves_a_difference(company: Company) -> None:
    person = unnumbered(company)
    run = company.confirm(chosen(company))
    until(run, lambda run: EmployeeLink.objects.filter(huma_id=person.user_id).exists(), seconds=0.0001)
    lifecycle.stop(run, company.user)
    until(run, lambda run: run.state != SyncRun.State.APPLYING, seconds=0.5)
    assert outcomes(company.ended(run)) == {"create": "done", "employment_id": "stopped stopped"}
    difference = company.read().conflicts.get(field="employment_id")
    assert (difference.suggestion, difference.standing) == ("visma", "draft")


def huma_already_gave_the_next_number(company: Company, order: str = "last") -> tuple[Person, Person]:
    """Two people whom Visma doesn't know: one has Visma's next number in Huma already, the other has none."""
    people = [company.add("only_huma") for _ in range(2)]
    numbered, other = people if order == "first" else people[::-1]
    company.huma(
        numbered, employmentId=company.sandbox.visma.next_number(), givenName="Aa" if order == "first" else "Zz"
    )
    company.huma(other, employmentId=None)
    return numbered, other


@pytest.mark.parametrize("order", ["first", "last"])
def test_visma_gives_no_number_that_somebody_else_brings_along(company: Company, order: str) -> None:
    numbered, other = huma_already_gave_the_next_number(company, order)
    run = chosen(company)
    company.apply(run)
    assert set(Change.objects.filter(run=run).values_list("state", flat=True)) == {"done"}
    numbers = [number_in_huma(company, person) for person in (numbered, other)]
    assert numbers[1]
    assert numbers[0] != numbers[1]
    assert not company.open()


def test_a_number_that_somebody_else_has_in_huma_is_not_written_there(company: Company) -> None:
    numbered, other = huma_already_gave_the_next_number(company)
    run = company.read()
    creation.set_assigns_numbers(run, company.user, True)
    row = candidates.possible(run, "visma").get(vendor_id=other.user_id)
    creation.choose(run, company.user, [row.pk], True)
    company.apply(run)
    assert outcomes(run) == {"create": "done", "employment_id": "failed number_given_taken"}
    assert number_in_huma(company, other) is None
    assert number_in_huma(company, numbered)
    assert retry.to_retry(run) == []
