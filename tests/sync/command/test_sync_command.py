"""`manage.py sync CODE`: what it writes, what it prints, and its exit codes."""

from typing import Any

import pytest
from django.apps import apps

from connections.models import Connection
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, LeftOut
from tests.sync.driving import connection, running, sync

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = ["run", "state", "matched", "conflicts", "changes", "created", "failures", "passed_over"]
COUNTS = ["planned", "done", "nothing", "moved", "failed", "unknown", "stopped"]


def rows() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in apps.get_models()}


def adds_up(found: dict[str, Any]) -> None:
    changes = found["changes"]
    assert changes["planned"] == sum(changes[name] for name in COUNTS[1:])


def test_by_default_nothing_is_decided_and_nothing_written(settings, hr):
    with running(settings, 50) as sandbox:
        before = sandbox.state()
        code, found = sync(connection(sandbox, hr))
        assert code == 0
        assert list(found) == KEYS
        assert list(found["changes"]) == COUNTS
        assert found["state"] == "finished"
        assert found["changes"]["planned"] == 0
        assert found["matched"] == EmployeeLink.objects.filter(state="linked").count() > 0
        assert found["conflicts"] == Conflict.objects.filter(standing="asks").count() > 0
        assert sandbox.state() == before
        assert sandbox.journal.writes() == []


def test_a_dry_run_keeps_nothing_and_says_what_would_be_written(settings, hr, smtp):
    with running(settings, 50) as sandbox:
        made = connection(sandbox, hr, recipients=["hr@example.com"])
        before, counted = sandbox.state(), rows()
        kept = Connection.objects.values().get(pk=made.pk)
        options = ("--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--confirm-large")
        code, found = sync(made, "--dry-run", *options)
        assert (code, found["state"]) == (0, "confirm")
        assert found["changes"]["planned"] > 0
        assert sum(found["changes"].values()) == found["changes"]["planned"]
        assert found["created"] == {"huma": 0, "visma": 0}
        assert sandbox.state() == before
        assert sandbox.journal.writes() == []
        assert rows() == counted
        assert Connection.objects.values().get(pk=made.pk) == kept
        assert smtp.messages == []
        _code, real = sync(made, *options)
        assert real["changes"]["planned"] == found["changes"]["planned"]
        assert (real["matched"], real["conflicts"]) == (found["matched"], found["conflicts"])


def test_a_dry_run_of_a_silent_vendor_keeps_nothing_either(settings, hr):
    settings.READ_PATIENCE_SECONDS = 0.5
    with running(settings, 8) as sandbox:
        made, counted = connection(sandbox, hr), rows()
        sandbox.faults.script("visma", "GET", "/employees", "503", times=99)
        code, found = sync(made, "--dry-run")
        assert (code, found["state"]) == (2, "failed")
        assert found["error"]
        assert rows() == counted


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_one_side_for_all_differences_is_written_and_then_nothing_is_left(settings, hr, side):
    with running(settings, 50) as sandbox:
        made = connection(sandbox, hr)
        code, found = sync(made, "--conflicts", side, "--confirm-large")
        adds_up(found)
        assert found["changes"]["done"] > 0
        assert code == (1 if found["failures"] else 0)
        other = "visma" if side == "huma" else "huma"
        assert not Change.objects.exclude(side=other).exists()
        writes = len(sandbox.journal.writes())
        code, again = sync(made, "--conflicts", side, "--confirm-large")
        assert again["changes"]["done"] == 0
        assert len(sandbox.journal.writes()) <= writes + again["changes"]["planned"]


def test_a_bulk_choice_empties_nothing_unless_it_is_allowed(settings, hr):
    with running(settings, 50) as sandbox:
        made = connection(sandbox, hr)
        sync(made, "--conflicts", "visma", "--confirm-large")
        emptying = Conflict.objects.filter(empties_huma=True, blocked_to_huma="", standing="asks")
        assert emptying.exists()
        assert not emptying.exclude(decision="").exists()
        _code, found = sync(made, "--conflicts", "visma", "--allow-clearing", "--confirm-large")
        assert found["changes"]["done"] > 0
        assert Change.objects.filter(run=found["run"], state="done", conflict__empties_huma=True).exists()


def test_suggested_takes_each_suggestion(settings, hr):
    with running(settings, 50) as sandbox:
        _code, found = sync(connection(sandbox, hr), "--conflicts", "suggested", "--confirm-large")
        adds_up(found)
        decided = Conflict.objects.exclude(decision="")
        assert decided.exists()
        assert all(conflict.decision == conflict.suggestion for conflict in decided)


def test_former_employees_and_drafts_are_not_in_conflicts(settings, hr):
    with running(settings, 50) as sandbox:
        sync(connection(sandbox, hr), "--conflicts", "huma", "--confirm-large", "--allow-clearing")
        assert Conflict.objects.filter(standing__in=("former", "draft")).exists()
        assert not Conflict.objects.exclude(standing="asks").exclude(decision="").exists()


def test_creations_take_the_main_lists_and_leave_out_who_is_left_out(settings, hr):
    with running(settings, 60) as sandbox:
        made = connection(sandbox, hr)
        out = sandbox.people["only_visma"][0].employee_id
        LeftOut.objects.create(connection=made, side="visma", vendor_id=out, by="hr")
        people = len(sandbox.huma.users), len(sandbox.visma.employees)
        _code, found = sync(made, "--create-in-huma", "--create-in-visma", "--confirm-large")
        adds_up(found)
        now = len(sandbox.huma.users) - people[0], len(sandbox.visma.employees) - people[1]
        assert now == (found["created"]["huma"], found["created"]["visma"])
        assert min(now) > 0
        assert not EmployeeLink.objects.filter(visma_id=out).exists()
        assert EmployeeLink.objects.filter(linked_by="created").count() == sum(now)
        _code, again = sync(made, "--create-in-huma", "--create-in-visma", "--confirm-large")
        assert again["created"] == {"huma": 0, "visma": 0}


def test_a_threshold_stops_the_run_before_anything_is_written(settings, hr):
    with running(settings, 50) as sandbox:
        made = connection(sandbox, hr, threshold_people=1, threshold_percent=1)
        before = sandbox.state()
        code, found = sync(made, "--conflicts", "huma")
        assert (code, found["state"]) == (2, "failed")
        assert list(found) == [*KEYS, "error"]
        assert found["changes"]["planned"] == 0
        assert sandbox.state() == before
        assert not Conflict.objects.exclude(values=None).exists()


def test_confirm_large_answers_the_checks_too(settings, hr):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr)
        sandbox.visma.employees.clear()
        code, found = sync(made)
        assert (code, found["state"]) == (2, "failed")
        assert not EmployeeSnapshot.objects.exclude(payload=None).exists()
        code, found = sync(made, "--confirm-large")
        assert (code, found["state"], found["matched"]) == (0, "finished", 0)


def test_a_suddenly_empty_visma_stops_even_what_is_confirmed(settings, hr):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr)
        sync(made)
        sandbox.visma.employees.clear()
        assert sync(made, "--confirm-large")[0] == 2


def test_a_failed_change_is_named_by_number_and_ends_with_1(settings, hr):
    with running(settings, 50) as sandbox:
        made = connection(sandbox, hr)
        sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=999)
        code, found = sync(made, "--conflicts", "huma", "--confirm-large")
        adds_up(found)
        assert code == 1
        assert found["changes"]["failed"] == len(found["failures"]) > 0
        for failure in found["failures"]:
            assert list(failure) == ["employee", "side", "field", "reason"]
            assert failure["employee"]
            assert failure["reason"]
