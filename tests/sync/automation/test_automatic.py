"""What an automatic run writes after a change in Huma: only what only Huma moved."""

import pytest

from connections.models import AuditEntry
from sync import runner
from sync.models import Change, Conflict, HumaEvent, SyncRun
from sync.runs import lifecycle
from sync.wizard import review
from tests.sync.driving import apply, changed, decide, outcomes, read
from tests.sync.scheduling import company, people, turn_on
from tests.sync.telling import account, accounts, begun, new_account, new_phone, phone, ready, told, waits
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    with company(settings, hr) as found:
        people(found, 4)
        yield found


def fields(run):
    """By field, what became of each Change of the run."""
    return {field: outcome for (_name, field), outcome in outcomes(run).items()}


@pytest.mark.writes
def test_what_only_huma_moved_is_written_and_nothing_else(fjordheim):
    person, other = people(fjordheim, 2)
    turn_on(fjordheim)
    fjordheim.huma(other, phone=NUMBER)  # nobody was told
    fjordheim.clerk(person, address={"streetName": "Ny 1", "zipCode": "0150", "cityName": "OSLO", "countryCode": "NO"})
    before = fjordheim.sandbox.state()
    number = new_phone(fjordheim, person, 1)
    run = told(fjordheim, person)
    assert (run.state, fields(run)) == ("finished", {"phone": "done"})
    after = fjordheim.sandbox.state()
    assert {path.split("/")[2] for path in changed(before["visma"], after["visma"])} == {"phones"}
    assert {path.split("/")[1] for path in changed(before["visma"], after["visma"])} == {person.employee_id}
    assert list(changed(before["huma"], after["huma"])) == [f"/{person.user_id}/phone"]
    assert phone(fjordheim, person) == number


def test_every_run_names_its_rule_as_it_stands_when_it_writes(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    new_phone(fjordheim, person, 1)
    run = begun(fjordheim, person)
    connection.automatic_by = "colleague"
    connection.save()
    runner.drive(run)
    assert (run.rule_by, run.rule_at) == ("colleague", connection.automatic_at)
    assert Conflict.objects.get(run=run).decided_by == "automatic"
    confirmed = AuditEntry.objects.get(who="automatic", action="run.confirmed")
    assert confirmed.detail == {"run": run.pk, "changes": 1, "people": 1, "held": 0}


def test_what_both_moved_waits_for_a_person_unless_huma_wins(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    fjordheim.phone(person, NUMBER)
    number = new_phone(fjordheim, person, 1)
    assert fields(told(fjordheim, person)) == {}
    assert phone(fjordheim, person) == NUMBER
    connection.both_moved = connection.BothMoved.HUMA
    connection.save()
    assert fields(told(fjordheim, person)) == {"phone": "done"}
    assert phone(fjordheim, person) == number


def test_what_was_seen_and_not_decided_is_written_once_only_huma_moves(fjordheim):
    person = fjordheim.add("phone_differs")
    turn_on(fjordheim)
    assert fields(told(fjordheim, person)) == {}
    number = new_phone(fjordheim, person, 1)
    assert fields(told(fjordheim, person)) == {"phone": "done"}
    assert phone(fjordheim, person) == number


@pytest.mark.parametrize(
    ("emptied", "written"),
    [({"phone": None}, {"phone": "done"}), ({"bankAccount": None}, {}), ({"homeAddress": None}, {})],
    ids=["phone", "account", "address"],
)
def test_emptied_in_huma_only_the_phone_is_emptied_in_payroll(fjordheim, emptied, written):
    person = fjordheim.add()
    turn_on(fjordheim)
    before = fjordheim.in_visma(person)
    fjordheim.huma(person, **emptied)
    run = told(fjordheim, person)
    assert fields(run) == written
    assert Conflict.objects.get(run=run).standing == "asks"
    after = fjordheim.in_visma(person)
    assert (after["salaryPaymentMethod"], after["address"]) == (before["salaryPaymentMethod"], before["address"])
    assert bool(phone(fjordheim, person)) is ("phone" not in emptied)


def test_a_last_workday_emptied_in_huma_is_cleared_in_payroll(fjordheim):
    person = fjordheim.add("last_workday")
    read_and_decided = read(fjordheim.connection, fjordheim.user)
    decide(read_and_decided, fjordheim.user, person.user_id, "last_workday", "huma")
    apply(read_and_decided, fjordheim.user)
    turn_on(fjordheim)
    place = fjordheim.sandbox.visma.position(person.employee_id)
    assert place.body.get("activeEnd")
    fjordheim.sandbox.huma.edit_position(person.user_id, lastDayOfWork=None, contractEndDate=None, endReason=None)
    assert fields(told(fjordheim, person)) == {"last_workday": "done"}
    place = fjordheim.sandbox.visma.position(person.employee_id)
    assert not place.body.get("activeEnd")
    assert not place.body.get("positionEndReason")


@pytest.mark.parametrize("way", ["draft", "former"])
def test_drafts_and_former_employees_are_left_alone(fjordheim, way):
    person = fjordheim.add(way)
    turn_on(fjordheim)
    before = fjordheim.sandbox.state()["visma"]
    new_phone(fjordheim, person, 1)
    run = told(fjordheim, person)
    assert fields(run) == {}
    assert Conflict.objects.filter(run=run, field="phone", standing=way).exists()
    assert fjordheim.sandbox.state()["visma"] == before


def test_what_a_person_has_chosen_in_the_open_run_is_hers(fjordheim):
    person = fjordheim.add("phone_differs")
    turn_on(fjordheim)
    run = read(fjordheim.connection, fjordheim.user)
    decide(run, fjordheim.user, person.user_id, "phone", "visma")
    new_phone(fjordheim, person, 1)
    assert fields(told(fjordheim, person)) == {}
    review.decide(run, fjordheim.user, [Conflict.objects.get(run=run, field="phone").pk], "")
    assert fields(told(fjordheim, person)) == {"phone": "done"}


def test_what_visma_refused_is_not_sent_again_until_huma_changes_it(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    new_phone(fjordheim, person, 1)
    fjordheim.sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=99)
    assert fields(told(fjordheim, person)) == {"phone": "failed job_failed"}
    fjordheim.sandbox.faults.clear()
    sent = len(fjordheim.sandbox.journal.writes())
    for _ in range(2):
        assert fields(told(fjordheim, person)) == {}
    assert len(fjordheim.sandbox.journal.writes()) == sent
    number = new_phone(fjordheim, person, 2)
    assert fields(told(fjordheim, person)) == {"phone": "done"}
    assert phone(fjordheim, person) == number


def test_what_was_refused_and_changed_there_and_back_is_sent_again(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    old = new_phone(fjordheim, person, 1)
    fjordheim.sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=99)
    told(fjordheim, person)
    fjordheim.sandbox.faults.clear()
    new_phone(fjordheim, person, 2)
    told(fjordheim, person)
    assert new_phone(fjordheim, person, 1) == old
    assert fields(told(fjordheim, person)) == {"phone": "done"}


def test_what_a_passing_trouble_stopped_is_sent_again(fjordheim, settings):
    person = fjordheim.add()
    turn_on(fjordheim)
    settings.UNAVAILABLE_MINUTES = 0.001
    new_phone(fjordheim, person, 1)
    fjordheim.sandbox.faults.script("visma", "PUT", "/employees/", "503", times=99)
    assert fields(told(fjordheim, person)) == {"phone": "failed unavailable"}
    fjordheim.sandbox.faults.clear()
    assert fields(told(fjordheim, person)) == {"phone": "done"}


def test_nothing_is_written_once_the_rule_is_gone(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    new_phone(fjordheim, person, 1)
    before = fjordheim.sandbox.state()
    run = begun(fjordheim, person)
    connection.automatic = False
    connection.save()
    runner.drive(run)
    assert run.state == "cancelled"
    assert fjordheim.sandbox.state() == before
    assert HumaEvent.objects.get().state == "waiting"
    assert not Change.objects.filter(run=run).exists()


@pytest.mark.parametrize("choice", ["visma", "leave"])
def test_what_a_person_decided_meanwhile_is_not_written_over(fjordheim, choice):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    new_phone(fjordheim, person, 1)
    manual = read(connection, fjordheim.user)
    decide(manual, fjordheim.user, person.user_id, "phone", choice)
    run = ready(begun(fjordheim, person))
    apply(manual, fjordheim.user)
    before = fjordheim.sandbox.state()
    runner.drive(run)
    assert (run.state, fields(run)) == ("finished", {})
    assert fjordheim.sandbox.state() == before


def test_what_was_read_before_a_person_decided_is_read_again(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    new_phone(fjordheim, person, 1)
    manual = read(connection, fjordheim.user)
    decide(manual, fjordheim.user, person.user_id, "phone", "leave")
    run = ready(begun(fjordheim, person))
    apply(manual, fjordheim.user)
    newer = new_phone(fjordheim, person, 2)
    runner.drive(run)
    assert fields(run) == {"phone": "done"}
    assert phone(fjordheim, person) == newer


def test_while_another_run_writes_it_waits(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    number = new_phone(fjordheim, person, 1)
    run = begun(fjordheim, person)
    ready(run)
    other = SyncRun.objects.create(connection=connection, state="applying")
    assert runner.advance(run.pk) is None
    run.refresh_from_db()
    assert (run.state, Change.objects.filter(run=run).count()) == ("review", 0)
    lifecycle.stop(other, fjordheim.user)
    runner.drive(other)
    runner.drive(run)
    assert phone(fjordheim, person) == number


def test_bank_accounts_are_written_at_once_or_after_a_look(fjordheim):
    one, other = people(fjordheim, 2)
    connection = turn_on(fjordheim, accounts="once")
    first, second = accounts(2)
    new_account(fjordheim, one, first)
    assert fields(told(fjordheim, one)) == {"bank_account": "done"}
    assert account(fjordheim, one) == first
    connection.accounts = connection.Accounts.AFTER_A_LOOK
    connection.save()
    new_account(fjordheim, other, second)
    number = new_phone(fjordheim, other, 7)
    run = told(fjordheim, other)
    assert fields(run) == {"bank_account": "held held_account", "phone": "done"}
    assert (phone(fjordheim, other), account(fjordheim, other) == second) == (number, False)
    assert [one.field for one in waits(connection)] == ["bank_account"]
