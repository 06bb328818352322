"""Creating people: exactly what was chosen, linked at once, never twice, nobody overwritten."""

from typing import Any

import pytest
from django.db import connection as database

from sync.models import Change, EmployeeLink, EmployeeSnapshot, SyncRun, Write
from sync.wizard import creation
from tests.sync.driving import until
from tests.sync.writing.conftest import Company, Person, outcomes
from tests.sync.writing.states import changes


def created(before: dict[str, Any], after: dict[str, Any], side: str) -> dict[str, Any]:
    """Who is new on a side; nobody else changed anywhere."""
    new = after[side].keys() - before[side].keys()
    rest = {**after, side: {id_: one for id_, one in after[side].items() if id_ not in new}}
    assert not changes(before, rest)
    (id_,) = new
    return {**after[side][id_], "id": id_}


def test_a_new_employee_in_visma_is_a_draft_with_what_huma_knows(company: Company) -> None:
    person = company.add("only_huma")
    before = company.sandbox.state()
    user = before["huma"][person.user_id]
    run = company.read()
    company.create(run, "visma")
    company.apply(run)
    assert outcomes(run) == {"create": "done"}
    new = created(before, company.sandbox.state(), "visma")
    (position,) = new["positions"].values()
    start = next(iter(user["positions"].values()))["firstDayOfWork"]
    home = user["homeAddress"]
    assert {key: value for key, value in new.items() if key not in ("id", "tenantId", "positions")} == {
        "isDraft": True,
        "externalIds": [{"key": "huma", "value": person.user_id}],
        "personNames": [{"firstName": user["givenName"], "lastName": user["familyName"]}],
        "emails": [{"type": "business", "address": user["email"]}],
        "phones": [{"type": "business", "number": user["phone"]}],
        "number": user["employmentId"],
        "address": {
            "streetName": home["line1"],
            "zipCode": home["postalCode"],
            "cityName": home["city"],
            "countryCode": "NO",
        },
        "salaryPaymentMethod": {
            "paymentType": "bank",
            "internationalBankAccount": False,
            "localBankAccount": user["bankAccount"]["number"],
        },
    }
    assert {key: value for key, value in position.items() if key not in ("id", "employeeId")} == {"activeStart": start}
    assert EmployeeLink.objects.get(huma_id=person.user_id, visma_id=new["id"]).linked_by == "created"
    assert not company.open()


def test_a_new_user_in_huma_is_posted_then_linked_then_patched(company: Company) -> None:
    person = company.add("only_visma")
    before = company.sandbox.state()
    linked_before_patch: list[bool] = []

    def look() -> None:
        writes = Write.objects.filter(document="user").exclude(owner_id="")
        linked_before_patch.append(writes.exclude(link=None).exists())
        database.close()

    company.sandbox.faults.before("huma", "PATCH", "/users/", look)
    run = company.read()
    company.create(run, "huma")
    group = next(iter(company.sandbox.huma.groups))
    creation.set_options(run, company.user, [group], invite=False)
    company.apply(run)
    assert set(outcomes(run).values()) == {"done"}
    assert linked_before_patch == [True]
    new = created(before, company.sandbox.state(), "huma")
    document = company.in_visma(person)
    assert (new["givenName"], new["familyName"]) == (
        document["personNames"][0]["firstName"],
        document["personNames"][0]["lastName"],
    )
    assert new["employmentId"] == document["number"]
    assert new["phone"] == document["phones"][-1]["number"]
    assert new["homeAddress"]["line1"] == document["address"]["streetName"]
    assert new["bankAccount"]["number"] == document["salaryPaymentMethod"]["localBankAccount"]
    assert (new["groups"], new["invited"], new["positions"]) == ([group], False, {})
    assert [(one.method, one.path) for one in company.sandbox.journal.writes()] == [
        ("POST", "/users"),
        ("PATCH", f"/users/{new['id']}"),
    ]
    assert not company.open()


@pytest.mark.parametrize("invite", [True, False])
def test_an_invitation_and_no_groups_are_as_chosen(company: Company, invite: bool) -> None:
    company.add("only_visma")
    company.connection.huma_groups = list(company.sandbox.huma.groups)[:1]
    company.connection.save()
    run = company.read()
    company.create(run, "huma")
    creation.set_options(run, company.user, [], invite=invite)
    company.apply(run)
    post = company.sandbox.journal.of("huma", "POST", "/users")[0]
    assert post.body["groups"] == []
    assert post.body.get("invite", False) is invite


def test_a_refused_creation_fails_and_what_was_to_follow_with_it(company: Company) -> None:
    company.add("only_visma")
    company.sandbox.faults.script("huma", "POST", "/users", "409")
    run = company.read()
    company.create(run, "huma")
    company.apply(run)
    assert outcomes(run).pop("create") == "failed rejected"
    assert {state for field, state in outcomes(run).items() if field != "create"} == {"failed creation_failed"}
    assert not company.sandbox.journal.of("huma", "PATCH")


def test_a_creation_whose_job_fails_has_failed(company: Company) -> None:
    company.add("only_huma")
    company.sandbox.faults.script("visma", "POST", "withPosition", "job-fails")
    run = company.read()
    company.create(run, "visma")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"create": "failed job_failed"}
    assert not changes(before, company.sandbox.state())
    assert not EmployeeLink.objects.filter(linked_by="created").exists()


def test_what_a_creation_did_not_perform_is_a_difference(company: Company) -> None:
    """Not "removed in Visma since": the next run must never suggest to empty it in Huma."""
    person = company.add("only_huma")
    company.sandbox.faults.script("visma", "POST", "withPosition", "job-warns:phones")
    run = company.read()
    company.create(run, "visma")
    company.apply(run)
    assert outcomes(run) == {"create": "done"}
    link = EmployeeLink.objects.get(huma_id=person.user_id)
    assert "phone" not in link.baseline
    assert "email" in link.baseline
    run = company.read()
    conflict = run.conflicts.get()
    assert (conflict.field, conflict.suggestion, conflict.why) == ("phone", "huma", "huma_filled")


def test_a_creation_survives_slices_of_no_length(company: Company) -> None:
    people = [company.add(way) for way in ("only_huma", "only_visma", "only_huma", "only_visma")]
    before = company.sandbox.state()
    run = company.read()
    company.create(run, "huma")
    company.create(run, "visma")
    until(company.confirm(run), lambda run: run.state != SyncRun.State.APPLYING, seconds=0.0001)
    company.ended(run)
    assert set(Change.objects.filter(run=run).values_list("state", flat=True)) == {"done"}
    after = company.sandbox.state()
    assert {side: len(after[side]) - len(before[side]) for side in after} == {"huma": 2, "visma": 2}
    assert EmployeeLink.objects.filter(linked_by="created").count() == len(people)
    assert EmployeeSnapshot.objects.filter(run=run, link__linked_by="created").count() == len(people)


def test_only_the_chosen_are_created(company: Company) -> None:
    chosen, other = company.add("only_huma"), company.add("only_huma")
    run = company.read()
    row = EmployeeSnapshot.objects.get(run=run, vendor_id=chosen.user_id)
    creation.choose(run, company.user, [row.pk], True)
    before = company.sandbox.state()
    company.apply(run)
    assert isinstance(other, Person)
    assert created(before, company.sandbox.state(), "visma")["externalIds"][0]["value"] == chosen.user_id
