"""A run is undone: both systems' whole state is as before it, except what the product says it can't put back."""

from typing import Any

import pytest

from sync.models import Change, Conflict, SyncRun
from sync.runs import undoing
from tests.sync import driving
from tests.sync.writing.conftest import Company
from tests.sync.writing.states import changes
from tests.sync.writing.test_fields_land import TO_HUMA, TO_VISMA, huma

pytestmark = pytest.mark.writes

NEW_NAME: dict[str, tuple[str, Edit, dict[str, Any]]] = {
    "given name": ("given_name", huma(givenName="Nytt"), {}),
    "family name": ("family_name", huma(familyName="Nyhjem"), {}),
    "both names": ("given_name", huma(givenName="Begge", familyName="Nyhjem"), {}),
}
CASES = [("huma", case, *rule[:2]) for case, rule in (TO_VISMA | NEW_NAME).items()]
CASES += [("visma", case, *rule[:2]) for case, rule in TO_HUMA.items()]


def undo(company: Company, *changes: Change) -> SyncRun:
    """Undo these Changes, and confirm what is shown."""
    run = undoing.start(company.connection, company.user, changes)
    shown = driving.confirm.build(run)
    assert shown.needs_number is None, "it writes exactly its own list"
    driving.confirm.confirm(run, company.user, shown.fingerprint)
    return company.ended(driving.runner.drive(run))


def undo_run(company: Company, run: SyncRun) -> SyncRun:
    return undo(company, *undoing.changes_of(run))


def states(run: SyncRun) -> set[tuple[str, str]]:
    return set(Change.objects.filter(run=run).values_list("state", "reason"))


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
    assert {(one.change.field, one.reason.code) for one in judged if one.reason} == {("employment_id", "undo_number")}
    undone = undo_run(company, run)
    assert states(undone) == {("done", "")}
    assert undone.changes.count() == run.changes.count() - 1
    assert changes(edited, company.sandbox.state()) == {
        "visma": {"number": (edited["visma"][people["huma number"].employee_id]["number"], "H77")}
    }

    again = company.read()
    left = Conflict.objects.filter(run=again)
    assert set(left.values_list("standing", flat=True)) == {"left"}, "it is left as it is"
    assert left.count() == undone.changes.count()
    driving.lifecycle.cancel(again, company.user)

    assert undo_run(company, undone).changes.filter(state="done").count() == undone.changes.count()
    assert changes(written, company.sandbox.state()) == {}
    assert not company.open()
