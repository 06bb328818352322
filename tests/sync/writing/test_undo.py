"""A run is undone: both systems' whole state is as before it, except what the product says it can't put back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.models import Change, Conflict, EmployeeLink, LeftOut, SyncRun
from sync.planning.undoable import judge
from sync.runs import lifecycle, undoing
from sync.runs.lifecycle import NotAllowed
from sync.wizard.retry import retry_failed
from tests.sync import driving
from tests.sync.automation.holding.test_at_the_same_moment import at_once
from tests.sync.scheduling import scheduled, turn_on
from tests.sync.telling import told
from tests.sync.writing.conftest import NUMBER, Company, Person, outcomes
from tests.sync.writing.states import changes
from tests.sync.writing.test_fields_land import TO_HUMA, TO_VISMA, Edit, huma

pytestmark = pytest.mark.writes

NEW_NAME: dict[str, tuple[str, Edit, dict[str, Any]]] = {
    "given name": ("given_name", huma(givenName="Nytt"), {}),
    "family name": ("family_name", huma(familyName="Nyhjem"), {}),
    "both names": ("given_name", huma(givenName="Begge", familyName="Nyhjem"), {}),
}
CASES = [("huma", case, *rule[:2]) for case, rule in (TO_VISMA | NEW_NAME).items()]
CASES += [("visma", case, *rule[:2]) for case, rule in TO_HUMA.items()]


def confirmed(company: Company, run: SyncRun) -> SyncRun:
    """Confirm an undo as it is shown."""
    shown = driving.confirm.build(run)
    assert shown.needs_number is None, "it writes exactly its own list"
    driving.confirm.confirm(run, company.user, shown.fingerprint)
    return run


def undo(company: Company, run: SyncRun) -> SyncRun:
    """Undo all of a run that can be undone."""
    made = undoing.start(company.connection, company.user, undoing.changes_of(run))
    return company.ended(driving.runner.drive(confirmed(company, made)))


def states(run: SyncRun) -> set[tuple[str, str]]:
    return set(Change.objects.filter(run=run).values_list("state", "reason"))


def reasons(run: SyncRun) -> dict[str, str]:
    """By field (``create`` for a creation), why it can't be undone; "" if it can."""
    judged = undoing.judged_of(run)
    return {one.change.field or one.change.action: one.reason.code if one.reason else "" for one in judged}


def three_fields(company: Company) -> tuple[Person, SyncRun]:
    """A run that wrote a phone, a name and an account of one person to Visma."""
    person = company.add()
    account = {"type": "national", "number": "55807302158", "country": "NO"}
    company.huma(person, phone=NUMBER, familyName="Nyhjem", bankAccount=account)
    run = company.sync("huma", person)
    assert outcomes(run) == {"phone": "done", "family_name": "done", "bank_account": "done"}
    return person, run


def test_every_field_in_both_directions_is_as_before_and_then_as_after_again(company: Company) -> None:
    company.add()
    people = {f"{choice} {case}": company.add() for choice, case, _field, _edit in CASES}
    company.connection.threshold_people = 1
    company.connection.save()
    for choice, case, _field, edit in CASES:
        edit(company, people[f"{choice} {case}"])
    run = company.read()
    for choice, case, _field, _edit in CASES:
        company.decide(run, choice, people[f"{choice} {case}"])
    edited = company.sandbox.state()
    run = company.apply(run)
    assert states(run) == {("done", "")}
    written = company.sandbox.state()

    judged = undoing.judged_of(run)
    assert {(one.change.side, one.change.field, one.reason.code) for one in judged if one.reason} == {
        ("visma", "employment_id", "undo_number"),
        ("huma", "first_workday", "undo_contract"),
    }
    undone = undo(company, run)
    assert states(undone) == {("done", "")}
    assert undone.changes.count() == run.changes.count() - 2
    old = edited["visma"][people["huma number"].employee_id]["number"]
    left_there = changes(edited, company.sandbox.state())
    assert left_there.pop("visma") == {"number": (old, "H77")}
    assert {side: list(paths) for side, paths in left_there.items()} == {"huma": ["positions[0].firstDayOfWork"]}

    again = company.read()
    left = Conflict.objects.filter(run=again)
    assert set(left.values_list("standing", flat=True)) == {"left"}, "it is left as it is"
    assert left.count() == undone.changes.count()
    lifecycle.cancel(again, company.user)

    assert states(undo(company, undone)) == {("done", "")}
    assert changes(written, company.sandbox.state()) == {}
    assert not company.open()


def test_after_a_clerks_edit_nothing_of_that_field_is_touched(company: Company) -> None:
    person, run = three_fields(company)
    names = company.in_visma(person)["personNames"]
    names[-1]["activeEnd"] = "2098-12-31"
    company.clerk(person, personNames=[*names, {**names[-1], "activeStart": "2099-01-01", "activeEnd": None}])
    company.phone(person, "+4799887766")
    edited = company.sandbox.state()
    undone = undo(company, run)
    assert outcomes(undone) == {
        "phone": "moved moved",
        "family_name": "moved undo_entry",
        "bank_account": "done",
    }
    found = changes(edited, company.sandbox.state())
    assert set(found) == {"visma"}
    assert {path.split(".")[0] for path in found["visma"]} == {"salaryPaymentMethod"}
    assert company.open(person) == {"phone"}
    assert reasons(run) == {"phone": "", "family_name": "", "bank_account": "undo_done"}, (
        "what has moved can be tried again, and is moved again"
    )


@pytest.mark.parametrize("kind", ["lost", "cut", "lost+job-slow:0.5", "reset"])
def test_with_lost_answers_it_ends_the_same(company: Company, kind: str) -> None:
    company.add()
    person, _run = three_fields(company)
    company.clerk(person, number="V77")
    before = company.sandbox.state()
    company.huma(person, phone="+4722110000", familyName="Sist")
    run = company.read()
    company.decide(run, "huma", person, "phone", "family_name")
    company.decide(run, "visma", person, "employment_id")
    run = company.apply(run)
    company.sandbox.faults.script("visma", "PUT", "/employees/", kind)
    company.sandbox.faults.script("huma", "PATCH", "/users/", kind.partition("+")[0])
    made = undoing.start(company.connection, company.user, undoing.changes_of(run))
    driving.until(confirmed(company, made), lambda one: one.state == "finished", seconds=0.01)
    company.sandbox.wait_for_jobs()
    assert states(made) == {("done", "")}
    found = changes(before, company.sandbox.state())
    assert found == {"huma": {"phone": (NUMBER, "+4722110000"), "familyName": ("Nyhjem", "Sist")}}


def test_the_next_scheduled_and_real_time_syncs_leave_it_as_it_is(company: Company) -> None:
    person = company.add()
    turn_on(company)
    company.huma(person, phone=NUMBER)
    run = scheduled(company)
    assert outcomes(run) == {"phone": "done"}
    undone = undo(company, run)
    assert outcomes(undone) == {"phone": "done"}
    assert (undone.trigger, undone.confirmed_by) == ("undo", "hr")
    before = company.sandbox.state()
    assert outcomes(scheduled(company)) == {}
    told(company, person)
    assert not company.open(person)
    assert company.sandbox.state() == before
    company.huma(person, phone="+4722110000")
    assert outcomes(scheduled(company)) == {"phone": "done"}, "until one side moves"


@pytest.mark.parametrize("read_since", [False, True])
def test_what_visma_spelt_its_own_way_is_still_what_we_wrote(company: Company, read_since: bool) -> None:
    company.sandbox.visma.respells = True
    person = company.add()
    before = company.sandbox.state()["visma"]
    home = {"line1": "Nyveien 7", "line2": "", "line3": "", "postalCode": "2999", "city": "Nyby", "country": "NO"}
    company.huma(person, homeAddress=home)
    run = company.sync("huma", person)
    assert company.in_visma(person)["address"]["cityName"] == "NYBY"
    if read_since:
        assert not company.open(person)
    assert outcomes(undo(company, run)) == {"address": "done"}
    after = company.sandbox.state()["visma"]
    town = [state[person.employee_id]["address"].pop("cityName").upper() for state in (before, after)]
    assert town[0] == town[1]
    assert before == after


def test_two_people_at_once_make_one_undo_and_a_second_one_hears_who_did_it(company: Company) -> None:
    _person, run = three_fields(company)
    before = len(company.sandbox.journal.writes())

    def click() -> None:
        undoing.start(company.connection, company.user, undoing.changes_of(run))

    errors = at_once(click, click)
    assert [str(error) for error in errors] == ["other_run"]
    made = SyncRun.objects.get(trigger="undo")
    assert set(reasons(run).values()) == {"undo_open"}
    assert len(company.sandbox.journal.writes()) == before, "nothing is written before Confirm"
    company.ended(driving.runner.drive(confirmed(company, made)))
    reason = undoing.judged_of(run)[0].reason
    assert reason
    assert (reason.code, reason.params["who"]) == ("undo_done", "hr")
    with pytest.raises(NotAllowed, match="nothing"):
        undoing.start(company.connection, company.user, undoing.changes_of(run))


def test_what_failed_is_tried_again_as_an_undo(company: Company) -> None:
    person, run = three_fields(company)
    company.sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=99)
    failed = undo(company, run)
    company.sandbox.faults.clear()
    assert {state for state, _reason in states(failed)} == {"failed"}
    assert set(reasons(run).values()) == {""}, "it can be undone again, too"
    retry = retry_failed(failed, company.user)
    assert (retry.trigger, retry.state) == ("undo", "confirm")
    company.ended(driving.runner.drive(confirmed(company, retry)))
    assert states(retry) == {("done", "")}
    assert set(reasons(run).values()) == {"undo_done"}
    assert not company.open(person)


def test_each_reason_why_not_is_told_beforehand_and_holds_at_confirm(company: Company) -> None:
    person, run = three_fields(company)
    link, field = company.link(person), "phone"
    phone = Change.objects.get(run=run, field=field)
    made = undoing.start(company.connection, company.user, undoing.changes_of(run))
    assert driving.confirm.build(made).changes == 3

    def why(expected: str, **link_values: Any) -> None:
        if link_values:
            EmployeeLink.objects.filter(pk=link.pk).update(**link_values)
        shown = driving.confirm.build(made)
        lost = 3 - shown.changes
        assert shown.not_undone == lost or expected == "undo_unlinked"
        (one,) = judge(company.connection, [phone], besides=made.pk)
        assert one.reason
        assert one.reason.code == expected
        assert lost, expected
        EmployeeLink.objects.filter(pk=link.pk).update(state="linked", doubt="", baseline=link.baseline)

    why("undo_unlinked", state="gone")
    why("undo_outside", state="outside")
    why("undo_doubted", doubt="birth")
    why("undo_moved", baseline={**link.baseline, field: ["1:x", "1:y"]}, written={})
    out = LeftOut.objects.create(connection=company.connection, link=link, field=field, by="hr")
    why("undo_left_out")
    out.delete()
    company.connection.fields_off = [field]
    company.connection.save()
    made.connection.refresh_from_db()
    why("undo_field_off")
    company.connection.fields_off = []
    company.connection.save()
    made.connection.refresh_from_db()
    held = Change.objects.create(run=run, link=link, field=field, side="visma", state="held")
    why("undo_held")
    for state, expected in (("done", "undo_later"), ("unknown", "undo_uncertain"), ("planned", "undo_writing")):
        Change.objects.filter(pk=held.pk).update(state=state)
        why(expected)
    held.delete()
    SyncRun.objects.filter(pk=run.pk).update(values_blanked_at=timezone.now())
    why("undo_blanked")


def test_dates_of_an_earlier_month_and_creations_stay(company: Company) -> None:
    company.add("only_huma")
    person = company.add()
    company.sandbox.huma.edit_position(person.user_id, firstDayOfWork="2020-02-03")
    run = company.read()
    company.create(run, "visma")
    company.decide(run, "huma", person, "first_workday")
    run = company.apply(run)
    assert reasons(run) == {"create": "undo_creation", "first_workday": ""}
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    Change.objects.filter(run=run).update(settled_at=first - timedelta(seconds=1))
    assert reasons(run)["first_workday"] == "undo_reported"
    Change.objects.filter(run=run).update(settled_at=first)
    EmployeeLink.objects.filter(huma_id=person.user_id).update(visma_position="another")
    assert reasons(run)["first_workday"] == "undo_position"
