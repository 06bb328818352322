"""A scheduled sync that is killed, or waits for another run, ends as it would have ended alone."""

import time

import pytest
from django.utils import timezone

from connections.models import Connection
from sync import runner
from sync.automation import schedule, switching
from sync.command import run
from sync.command.deciding import Options
from sync.models import Change, Conflict, SyncRun, Write
from sync.wizard import confirm
from sync.worker.lease import Lease
from tests.sync.driving import decide, outcomes, read, until
from tests.sync.scheduling import begin, company, make_due, people, scheduled, turn_on
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)

DEAD = "nowhere:1:0:dead"


@pytest.fixture
def fjordheim(settings, hr):
    with company(settings, hr) as found:
        people(found, 6)
        yield found


def moved(found, count: int) -> None:
    """The given number of people get another phone in Huma."""
    for number, user_id in enumerate(list(found.sandbox.huma.users)[:count]):
        found.sandbox.huma.edit(user_id, phone=f"+479000000{number}")


def has_ended(run: SyncRun) -> bool:
    return not runner.works(run)


def requests(found) -> int:
    return len(found.sandbox.journal.of())


def assert_all_written(found, run: SyncRun, count: int) -> None:
    found.ended(run)
    assert run.state == "finished"
    assert list(run.changes.values_list("field", "state")) == [("phone", "done")] * count
    assert len([one for one in found.sandbox.journal.writes("visma") if one.method == "PUT"]) == count
    assert list(Conflict.objects.filter(run=scheduled(found))) == []


def test_in_tiny_slices_it_comes_to_the_same(fjordheim):
    connection = turn_on(fjordheim)
    moved(fjordheim, 6)
    run = until(begin(connection), has_ended, seconds=0.01)
    assert_all_written(fjordheim, run, 6)


def test_the_death_of_its_worker_holds_it_up_only_until_its_lease_is_over(fjordheim, settings):
    """At each stage: while it reads, once it has read, and while it writes."""
    settings.SYNC_CONCURRENCY = 1
    connection = turn_on(fjordheim)
    moved(fjordheim, 6)
    for side in ("huma", "visma"):  # each request takes longer than a slice: no stage is over within one
        fjordheim.sandbox.faults.before(side, "GET", "", lambda: time.sleep(0.03), times=1000)
    run, died_in = begin(connection), []
    for _ in range(500):
        runner.advance(run.pk, seconds=0.02)
        run.refresh_from_db()
        if has_ended(run):
            break
        if run.state not in died_in:
            died_in.append(run.state)
            SyncRun.objects.filter(pk=run.pk).update(lease_holder=DEAD, lease_until="2020-01-01T00:00:00Z")
            Write.objects.filter(run=run).exclude(state="settled").update(lease_holder=DEAD)
    assert {"fetching", "applying"} <= set(died_in)
    assert_all_written(fjordheim, run, 6)


def test_who_finds_its_lease_taken_does_nothing(fjordheim):
    connection = turn_on(fjordheim)
    run = begin(connection)
    before = requests(fjordheim)
    with Lease(SyncRun, run.pk):
        assert runner.advance(run.pk) is None
    assert requests(fjordheim) == before


def test_it_does_not_read_while_another_run_writes(fjordheim):
    connection = turn_on(fjordheim)
    moved(fjordheim, 2)
    other = SyncRun.objects.create(connection=connection, state="applying", started_by="hr")
    run = begin(connection)
    before = requests(fjordheim)
    assert runner.advance(run.pk) is None
    run.refresh_from_db()
    assert (run.state, requests(fjordheim)) == ("fetching", before)
    SyncRun.objects.filter(pk=other.pk).update(state="finished")
    assert_all_written(fjordheim, runner.drive(run), 2)


def test_it_waits_with_writing_for_a_run_that_came_in_between(fjordheim):
    connection = turn_on(fjordheim)
    moved(fjordheim, 2)
    run = until(begin(connection), lambda run: bool(run.progress), seconds=0)
    other = SyncRun.objects.create(connection=connection, state="applying", started_by="hr")
    run = until(run, lambda run: run.state == "review")
    assert runner.advance(run.pk) is None
    run.refresh_from_db()
    assert run.state == "review"
    SyncRun.objects.filter(pk=other.pk).update(state="finished")
    assert_all_written(fjordheim, runner.drive(run), 2)


def test_what_another_run_wrote_meanwhile_stays(fjordheim, hr):
    """It read a value in Huma that a person then took back: it is not written after all."""
    person, other = fjordheim.add(), fjordheim.add()
    connection = turn_on(fjordheim)
    for one in (person, other):
        fjordheim.huma(one, phone=NUMBER)
    mine = read(connection, hr)
    decide(mine, hr, person.user_id, "phone", "visma")
    run = until(begin(connection), lambda run: bool(run.progress), seconds=0)
    confirm.confirm(mine, hr, confirm.build(mine).fingerprint)
    run = until(run, lambda run: run.state == "review")
    assert runner.drive(mine).state == "finished"
    before = fjordheim.in_visma(person)
    run = fjordheim.ended(runner.drive(run))
    assert list(Change.objects.filter(run=run).values_list("link__huma_id", "state")) == [(other.user_id, "done")]
    assert fjordheim.in_visma(person) == before
    assert outcomes(scheduled(fjordheim)) == {}


def test_what_it_read_long_ago_is_read_again_by_another(fjordheim):
    connection = turn_on(fjordheim)
    moved(fjordheim, 2)
    run = until(begin(connection), lambda run: bool(run.progress), seconds=0)
    other = SyncRun.objects.create(connection=connection, state="applying", started_by="hr")
    run = until(run, lambda run: run.state == "review")
    SyncRun.objects.filter(pk=run.pk).update(read_at=timezone.now() - 2 * runner.OLD)
    SyncRun.objects.filter(pk=other.pk).update(state="finished")
    assert runner.drive(run).state == "cancelled"
    (again,) = schedule.start_due()
    assert_all_written(fjordheim, runner.drive(again), 2)


def test_turned_off_while_it_reads_it_writes_nothing(fjordheim, hr):
    connection = turn_on(fjordheim)
    moved(fjordheim, 2)
    before = fjordheim.sandbox.state()
    run = until(begin(connection), lambda run: bool(run.progress), seconds=0)
    switching.turn_off(connection, hr)
    assert runner.drive(run).state == "cancelled"
    assert fjordheim.sandbox.state() == before


def test_a_vendor_that_does_not_answer_fails_it_and_the_next_one_succeeds(fjordheim, settings):
    connection = turn_on(fjordheim)
    moved(fjordheim, 2)
    settings.READ_PATIENCE_SECONDS = 0.1
    fjordheim.sandbox.faults.script("visma", "*", "", "503", times=999)
    run = runner.drive(begin(connection))
    assert (run.state, run.failure) == ("failed", "read_failed_visma")
    fjordheim.sandbox.faults.clear()
    settings.READ_PATIENCE_SECONDS = 30
    Connection.objects.update(huma_blocked_until=0, visma_blocked_until=0)
    make_due(connection)
    (again,) = schedule.start_due()
    assert_all_written(fjordheim, runner.drive(again), 2)


@pytest.mark.parametrize(("trigger", "error"), [("real-time", False), ("scheduled", False), ("manual", True)])
def test_the_command_carries_out_what_writes_by_itself_and_leaves_a_persons_run_alone(fjordheim, trigger, error):
    connection = turn_on(fjordheim)
    moved(fjordheim, 2)
    others: list[SyncRun] = []

    def began_meanwhile(run: SyncRun) -> None:
        if run.state == "review" and not others:
            others.append(SyncRun.objects.create(connection=connection, state="applying", trigger=trigger))

    found = run.whole_run(connection, Options(conflicts="huma"), began_meanwhile)
    assert bool(found.error) == error
    assert found.state == ("cancelled" if error else "finished")
    assert SyncRun.objects.filter(pk=others[0].pk, state="applying").exists() == error
    assert found.totals.done == (0 if error else 2)
