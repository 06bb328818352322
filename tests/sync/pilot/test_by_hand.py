"""By hand and by command only the pilot group is decided about, created and written."""

import io

import pytest
from django.core.management import call_command

from sync.models import Conflict, PilotMember, SyncRun
from sync.runs import pilot_group
from sync.runs.lifecycle import NotAllowed
from sync.runs.pilot_members import Noted
from sync.wizard import creation, review
from sync.wizard.confirm import build
from sync.wizard.result import result
from sync.wizard.retry import retry_failed
from sync.wizard.review import OUTSIDE, ReviewFilter
from sync.wording.pilot import pilot_sentences
from tests.sync.driving import apply, outcomes, sync
from tests.sync.telling import new_phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(piloted):
    """A run in review after everybody's phone changed, with the pilot group chosen."""
    piloted.edit_everybody()
    piloted.company.read()
    piloted.choose(*piloted.inside)
    return piloted.open()


def test_the_wizard_decides_and_writes_for_the_group_only(piloted, read, hr):
    before = piloted.company.sandbox.state()
    done = review.decide_bulk(read, hr, ReviewFilter(show="all"), "huma")
    assert (done.changed, done.skipped) == (2, {"outside": 3})
    assert review.decide_bulk(read, hr, ReviewFilter(show=OUTSIDE), "huma").changed == 0
    others = ReviewFilter(show=OUTSIDE).apply(read)
    assert others.count() == 3
    single = review.decide(read, hr, others.values_list("pk", flat=True), "huma")
    assert (single.changed, single.skipped) == (0, {"outside": 3})
    run = apply(read, hr)
    assert set(outcomes(run).values()) == {"done"}
    assert piloted.changed(before) == piloted.ids(*piloted.inside)
    said = result(run).pilot
    assert said
    assert (said.people, said.of, said.outside, said.outside_people) == (2, 5, 3, 3)
    assert result(run).open_differences == 0


def test_planning_refuses_others_whatever_their_row_says(piloted, read, hr):
    Conflict.objects.filter(run=read).update(decision="huma", decided_by="hr")
    shown = build(read)
    assert shown.changes == 2
    before = piloted.company.sandbox.state()
    apply(read, hr)
    assert piloted.changed(before) == piloted.ids(*piloted.inside)


def test_who_left_the_group_after_the_decision_is_not_written(piloted, read, hr):
    review.decide_bulk(read, hr, ReviewFilter(show="all"), "huma")
    stays, leaves = piloted.inside
    piloted.leave(leaves)
    before = piloted.company.sandbox.state()
    apply(piloted.open(), hr)
    assert piloted.changed(before) == piloted.ids(stays)


def test_what_was_left_as_it_is_for_somebody_who_left_the_group_is_asked_again(piloted, read, hr):
    review.decide_bulk(read, hr, ReviewFilter(show="all"), "leave")
    stays, leaves = piloted.inside
    connection = piloted.company.connection
    piloted.leave(leaves)
    apply(piloted.open(), hr)
    prints = {one.huma_id: one.baseline.get("phone") for one in connection.links.all()}
    now = {one.link.huma_id: [one.huma_fingerprint, one.visma_fingerprint] for one in Conflict.objects.filter(run=read)}
    assert prints[stays.user_id] == now[stays.user_id]
    assert prints[leaves.user_id] != now[leaves.user_id]


def test_an_empty_group_writes_nothing(piloted, read, hr):
    connection = piloted.company.connection
    pilot_group.remove(connection, hr, list(PilotMember.objects.values_list("pk", flat=True)), connection.pilot_version)
    assert connection.pilot
    run = piloted.open()
    assert review.decide_bulk(run, hr, ReviewFilter(show="all"), "huma").skipped == {"outside": 5}
    Conflict.objects.filter(run=run).update(decision="huma")
    before = piloted.company.sandbox.state()
    assert outcomes(apply(run, hr)) == {}
    assert piloted.changed(before) == set()


def test_a_creation_can_be_piloted_and_nobody_else_is_created(piloted, hr):
    chosen, other = (piloted.company.add("only_huma") for _ in range(2))
    piloted.edit_everybody()
    piloted.company.read()
    piloted.choose(chosen)
    run = piloted.open()
    other_row = run.snapshots.get(vendor_id=other.user_id)
    assert creation.choose(run, hr, [other_row.pk], True) == 0
    assert creation.choose_all(run, hr, "visma", True) == 1
    run.snapshots.filter(pk=other_row.pk).update(create_chosen=True)
    before = piloted.company.sandbox.state()
    done = apply(run, hr)
    assert set(outcomes(done).values()) == {"done"}
    link = piloted.company.connection.links.get(huma_id=chosen.user_id)
    assert piloted.changed(before) == {link.visma_id}
    new_phone(piloted.company, chosen, 77)
    drafts = ReviewFilter(show="draft").apply(piloted.company.read())
    assert {one.link.huma_id for one in drafts} == {chosen.user_id}


def test_the_command_works_for_the_group_and_says_so(piloted, hr):
    connection = piloted.company.connection
    sync(connection)
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    before = piloted.company.sandbox.state()
    out = io.StringIO()
    call_command("sync", connection.code, "--conflicts", "huma", "--dry-run", stdout=out)
    said = pilot_sentences(Noted(people=2, of=5, outside=3, outside_people=3))
    assert len(said) == 2
    assert out.getvalue().splitlines()[-2:] == said
    assert piloted.changed(before) == set()
    code, found = sync(connection, "--conflicts", "huma")
    assert (code, found["changes"]["done"], found["changes"]["planned"]) == (0, 2, 2)
    assert piloted.changed(before) == piloted.ids(*piloted.inside)
    call_command("sync", connection.code, stdout=out)
    assert out.getvalue().splitlines()[-2:] == said
    assert set(found) == {
        *("run", "state", "matched", "conflicts", "changes", "created", "failures", "passed_over"),
    }


def test_only_limits_the_group_further_and_names_nobody_outside(piloted, hr):
    connection = piloted.company.connection
    sync(connection)
    piloted.choose(*piloted.inside)
    piloted.edit_everybody()
    before = piloted.company.sandbox.state()
    outsider, insider = piloted.outside[0], piloted.inside[0]
    code, found = sync(connection, "--conflicts", "huma", "--only", f"huma:{outsider.user_id}")
    assert (code, found["changes"]["planned"], outsider.user_id in found["error"]) == (2, 0, True)
    assert piloted.changed(before) == set()
    code, found = sync(connection, "--conflicts", "huma", "--only", f"huma:{insider.user_id}")
    assert (code, found["changes"]["done"]) == (0, 1)
    assert piloted.changed(before) == piloted.ids(insider)


def test_a_retry_leaves_those_alone_who_left_the_group(piloted, read, hr):
    stays, leaves = piloted.inside
    review.decide_bulk(read, hr, ReviewFilter(show="all"), "huma")
    for person in piloted.inside:
        piloted.company.sandbox.faults.script("visma", "PUT", f"/employees/{person.employee_id}", "job-fails", times=99)
    failed = apply(read, hr)
    piloted.company.sandbox.faults.clear()
    assert set(outcomes(failed).values()) != {"done"}
    piloted.leave(leaves)
    before = piloted.company.sandbox.state()
    found = result(failed)
    assert (found.can_retry, found.retry_outside) == (True, 1)
    retry = retry_failed(failed, hr)
    Conflict.objects.filter(run=retry).update(decision="huma")
    apply(retry, hr)
    assert piloted.changed(before) == piloted.ids(stays)


def test_the_group_cannot_become_smaller_while_a_run_writes(piloted, read, hr):
    connection = piloted.company.connection
    SyncRun.objects.filter(pk=read.pk).update(state="applying")
    mine = PilotMember.objects.earliest("pk")
    with pytest.raises(NotAllowed, match="state"):
        pilot_group.remove(connection, hr, [mine.pk], connection.pilot_version)
    assert PilotMember.objects.count() == 2
