"""What a vendor refuses: that field fails with the vendor's words, and holds nothing else up."""

import logging
from typing import Any

import pytest
from django.db import connection as database

from connections.api.errors import Problem
from sync.core.fields import names
from sync.models import Change, SyncRun, Write
from sync.writing.refused import fields_of
from tests.sync.driving import until
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import news

NUMBER = "+4722334455"


def edited(company: Company) -> Person:
    """Somebody of whom three fields are to be written to Visma."""
    person = company.add()
    company.huma(person, phone=NUMBER, employmentId="H77", givenName="Ny")
    return person


def raw_words(run: SyncRun) -> list[str]:
    """The vendor's words as they lie in the database."""
    with database.cursor() as cursor:
        cursor.execute("SELECT vendor_words FROM sync_change WHERE run_id = %s", [run.pk])
        return [row[0] or "" for row in cursor.fetchall()]


def test_a_job_that_names_a_field_fails_that_field_only(company: Company) -> None:
    person = edited(company)
    run = company.read()
    company.decide(run, "huma", person)
    company.clerk(company.add(), number="H77")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"phone": "done", "employment_id": "failed number_kept", "given_name": "done"}
    found = {path.partition("[")[0] for path in news(before, company.sandbox.state())["visma"]}
    assert found == {"phones", "personNames"}
    assert Change.objects.get(run=run, field="employment_id").vendor_words == (
        "The number H77 is used by another employee."
    )
    assert not [words for words in raw_words(run) if "H77" in words]
    assert company.open(person) == {"employment_id"}


def test_a_put_that_is_refused_for_a_field_goes_out_without_it(company: Company) -> None:
    person = edited(company)
    refusal = {"validationResults": [{"jsonPath": "$.phones[0].number", "message": "No", "severity": "Error"}]}
    company.sandbox.faults.script("visma", "PUT", "/employees/", "409")
    company.sandbox.faults.rewrite("visma", "PUT", "/employees/", lambda _body: refusal)
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "failed rejected", "employment_id": "done", "given_name": "done"}
    assert len(company.sandbox.journal.writes("visma")) == 2


def test_a_job_that_names_nothing_has_the_fields_go_out_one_by_one(company: Company) -> None:
    person = edited(company)
    company.sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=2)
    run = company.sync("huma", person)
    states = outcomes(run)
    assert sorted(states.values()) == ["done", "done", "failed job_failed"]
    failed = Change.objects.get(run=run, state="failed")
    assert failed.vendor_words == "The job could not be performed."
    assert company.open(person) == {failed.field}


def test_one_by_one_survives_the_end_of_a_slice(company: Company) -> None:
    """The process that continues knows which of the fields were sent."""
    person = edited(company)
    company.sandbox.faults.script("visma", "PUT", "/employees/", "job-fails")
    company.sandbox.faults.script("visma", "PUT", "/employees/", "job-slow:0.3", times=3)
    run = company.read()
    company.decide(run, "huma", person)
    until(company.confirm(run), lambda run: run.state != SyncRun.State.APPLYING, seconds=0.01)
    company.ended(run)
    assert set(outcomes(run).values()) == {"done"}
    assert company.in_visma(person)["number"] == "H77"
    assert company.in_visma(person)["phones"][0]["number"] == NUMBER
    assert not company.open(person)
    assert Write.objects.filter(run=run).count() == 3


def test_a_refusal_of_everything_ends(company: Company) -> None:
    person = edited(company)
    company.sandbox.faults.script("visma", "PUT", "/employees/", "409", times=100)
    run = company.sync("huma", person)
    assert set(outcomes(run).values()) == {"failed rejected"}
    assert len(company.sandbox.journal.writes("visma")) == 4


@pytest.mark.parametrize(
    ("spared", "field", "why"),
    [("phones", "phone", "not_performed"), ("number", "employment_id", "number_kept")],
)
def test_a_part_that_was_not_performed_has_failed(company: Company, spared: str, field: str, why: str) -> None:
    person = edited(company)
    company.sandbox.faults.script("visma", "PUT", "/employees/", f"job-warns:{spared}")
    run = company.sync("huma", person)
    expected = dict.fromkeys(("phone", "employment_id", "given_name"), "done") | {field: f"failed {why}"}
    assert outcomes(run) == expected
    assert company.open(person) == {field}


def test_a_warning_about_something_else_is_no_failure(company: Company) -> None:
    person = edited(company)
    company.sandbox.faults.script("visma", "PUT", "/employees/", "job-warns:notes")
    run = company.sync("huma", person)
    assert set(outcomes(run).values()) == {"done"}


def test_a_patch_that_is_refused_for_a_field_goes_out_without_it(company: Company) -> None:
    person = company.add()
    company.phone(person, NUMBER)
    company.clerk(person, number="V77")
    refusal = {"errorCode": "invalid", "errorMessage": "Not this phone", "fields": ["phone"]}
    company.sandbox.faults.script("huma", "PATCH", "/users/", "409")
    company.sandbox.faults.rewrite("huma", "PATCH", "/users/", lambda _body: refusal)
    run = company.sync("visma", person)
    assert outcomes(run) == {"phone": "failed rejected", "employment_id": "done"}
    assert Change.objects.get(run=run, field="phone").vendor_words == "Not this phone"


def test_an_email_that_waits_for_the_person_is_neither_done_nor_asked_again(company: Company) -> None:
    person = company.add()
    company.open()
    company.sandbox.huma.email_needs_confirmation = True
    company.email(person, "ny@x.example")
    company.clerk(person, number="V77")
    baseline = dict(company.link(person).baseline)
    run = company.sync("visma", person)
    assert outcomes(run) == {"email": "nothing waits_for_person", "employment_id": "done"}
    assert company.link(person).baseline["email"] == baseline["email"]
    assert not company.open(person)
    company.sandbox.huma.confirm_email(person.user_id)
    assert not company.open(person)


def test_an_answer_of_huma_that_shows_another_value_is_no_success(company: Company) -> None:
    person = company.add()
    company.clerk(person, number="V77")

    def unchanged(body: Any) -> Any:
        return {**body, "employmentId": {"value": "old", "editable": True}}

    company.sandbox.faults.rewrite("huma", "PATCH", "/users/", unchanged)
    run = company.sync("visma", person)
    assert outcomes(run) == {"employment_id": "failed not_performed"}


def test_refused_credentials_fail_what_is_left(company: Company) -> None:
    person = edited(company)
    company.phone(person, "+4733445566")
    run = company.read()
    company.decide(run, "huma", person)
    company.sandbox.faults.script("visma", "PUT", "/employees/", "403", times=9)
    company.apply(run)
    assert set(outcomes(run).values()) == {"failed bad_credentials"}


def test_a_bug_of_ours_fails_the_write_and_says_no_value(
    company: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    person, other = edited(company), company.add()
    company.clerk(other, number="V77")
    run = company.read()
    company.decide(run, "huma", person)
    company.decide(run, "visma", other)

    def broken(*args: Any) -> None:
        raise ValueError(f"the phone {NUMBER} is broken")

    monkeypatch.setattr("sync.writing.visma._put", broken)
    with caplog.at_level(logging.DEBUG):
        company.apply(run)
    assert set(Change.objects.filter(run=run, side="visma").values_list("reason", flat=True)) == {"unknown_outcome"}
    assert Change.objects.get(run=run, side="huma").state == "done"
    assert "met a bug: ValueError" in caplog.text
    assert NUMBER not in caplog.text


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("$.phones[0].number", {"phone"}),
        ("$.number", {"employment_id"}),
        ("$.salaryPaymentMethod.localBankAccount", {"bank_account"}),
        ("bankAccount.number", {"bank_account"}),
        ("$.personNames[1].firstName", {"given_name"}),
        ("$.personNames", {"given_name", "family_name"}),
        ("$.emails[0].address", {"email"}),
        ("$.address.countryCode", {"address"}),
        ("$.positionEndReason", {"last_workday"}),
        ("$.taxInformation.number", set()),
        ("$", set()),
    ],
)
def test_a_path_names_the_field_that_it_begins_with(path: str, named: set[str]) -> None:
    all_changes = [Change(pk=index, field=name) for index, name in enumerate(names(), 1)]
    found = fields_of([Problem(path, "", "")], all_changes)
    assert {change.field for change in all_changes if change.pk in found} == named
