"""What a scheduled sync writes, and what it leaves for a person."""

import pytest

from connections.models import AuditEntry
from sync import runner
from sync.models import Change, Conflict, LeftOut, SyncRun
from sync.runs.result_email import result_of
from tests.sync.driving import outcomes
from tests.sync.scheduling import begin, company, people, scheduled, turn_on
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    with company(settings, hr) as found:
        people(found, 4)
        yield found


def fields(run: SyncRun) -> dict[str, str]:
    """By field, what became of each Change of the run."""
    return {field: outcome for (_name, field), outcome in outcomes(run).items()}


def visma_phone(found, person) -> str | None:
    entries = found.in_visma(person)["phones"]
    return next((one["number"] for one in entries if one["type"] == "business"), None)


def test_it_writes_what_only_huma_moved_and_names_its_rule(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    before = fjordheim.sandbox.state()
    fjordheim.huma(person, phone=NUMBER)
    run = scheduled(fjordheim)
    assert (run.state, fields(run)) == ("finished", {"phone": "done"})
    assert visma_phone(fjordheim, person) == NUMBER
    assert (run.rule_by, run.rule_at) == (connection.automatic_by, connection.automatic_at) == ("hr", run.rule_at)
    after = fjordheim.sandbox.state()
    assert [one for one in after["visma"] if after["visma"][one] != before["visma"][one]] == [person.employee_id]
    assert AuditEntry.objects.filter(who="automatic", action="run.started").count() == 1


def test_nothing_that_visma_moved_goes_to_huma(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    fjordheim.phone(person, NUMBER)
    before = fjordheim.sandbox.state()
    run = scheduled(fjordheim)
    assert fjordheim.sandbox.state() == before
    assert Conflict.objects.get(run=run).why == "visma_moved"


def test_a_run_that_finds_nothing_ends_quietly(fjordheim, smtp):
    turn_on(fjordheim)
    sent = len(smtp.messages)
    run = scheduled(fjordheim)
    assert (run.state, result_of(run), fields(run)) == ("finished", None, {})
    assert len(smtp.messages) == sent


def test_its_result_is_mailed_to_nobody(fjordheim, smtp):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    connection.recipients = ["lonn@example.com"]
    connection.save()
    sent = len(smtp.messages)
    fjordheim.huma(person, phone=NUMBER)
    assert fields(scheduled(fjordheim)) == {"phone": "done"}
    assert len(smtp.messages) == sent
    assert not any(result_of(run) for run in SyncRun.objects.filter(trigger="scheduled"))


def test_where_both_moved_a_person_is_asked(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    fjordheim.huma(person, phone=NUMBER)
    fjordheim.phone(person, "+4799887766")
    run = scheduled(fjordheim)
    assert fields(run) == {}
    assert Conflict.objects.get(run=run).why == "both_moved"
    assert visma_phone(fjordheim, person) == "+4799887766"


def test_where_both_moved_humas_value_is_written_when_an_owner_said_so(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim, both_moved="huma")
    fjordheim.huma(person, phone=NUMBER)
    fjordheim.phone(person, "+4799887766")
    assert fields(scheduled(fjordheim)) == {"phone": "done"}
    assert visma_phone(fjordheim, person) == NUMBER


def test_an_emptied_phone_is_cleared(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    fjordheim.huma(person, phone=None)
    assert fields(scheduled(fjordheim)) == {"phone": "done"}
    assert visma_phone(fjordheim, person) in (None, "")


def test_an_emptied_last_workday_is_cleared_with_its_end_reason(fjordheim):
    person = fjordheim.add("equal")
    fjordheim.sandbox.huma.edit_position(person.user_id, lastDayOfWork="2099-06-30", endReason="employee_resigned")
    fjordheim.sandbox.visma.end(person.employee_id, "2099-06-30")
    turn_on(fjordheim)
    fjordheim.sandbox.huma.edit_position(person.user_id, lastDayOfWork=None, endReason=None)
    run = scheduled(fjordheim)
    assert fields(run) == {"last_workday": "done"}
    position = fjordheim.sandbox.visma.position(person.employee_id).body
    assert "activeEnd" not in position
    assert position["positionEndReason"] == []


@pytest.mark.parametrize(
    ("field", "emptied"),
    [("bank_account", "bankAccount"), ("address", "homeAddress"), ("employment_id", "employmentId")],
)
def test_nothing_else_is_emptied_by_itself(fjordheim, field, emptied):
    person = fjordheim.add()
    turn_on(fjordheim, both_moved="huma")
    fjordheim.huma(person, **{emptied: None})
    before = fjordheim.sandbox.state()
    run = scheduled(fjordheim)
    assert fields(run) == {}
    assert list(Conflict.objects.filter(run=run).values_list("field", flat=True)) == [field]
    assert fjordheim.sandbox.state() == before


@pytest.mark.parametrize("way", ["draft", "former"])
def test_drafts_and_former_employees_are_left_alone(fjordheim, way):
    person = fjordheim.add(way)
    turn_on(fjordheim, both_moved="huma")
    fjordheim.huma(person, phone=NUMBER)
    before = fjordheim.sandbox.state()
    run = scheduled(fjordheim)
    assert fields(run) == {}
    assert Conflict.objects.filter(run=run, link__huma_id=person.user_id, field="phone").exists()
    assert fjordheim.sandbox.state() == before


def test_a_field_that_was_never_settled_follows_huma_from_what_a_person_last_saw(fjordheim):
    person = fjordheim.add()
    fjordheim.huma(person, phone="+4790000001")
    turn_on(fjordheim)
    assert fields(scheduled(fjordheim)) == {}, "what disagreed from the start is for a person"
    fjordheim.huma(person, phone=NUMBER)
    assert fields(scheduled(fjordheim)) == {"phone": "done"}
    assert visma_phone(fjordheim, person) == NUMBER


def test_a_field_that_was_never_settled_and_moved_in_visma_too_is_asked(fjordheim):
    person = fjordheim.add()
    fjordheim.huma(person, phone="+4790000001")
    turn_on(fjordheim)
    fjordheim.huma(person, phone=NUMBER)
    fjordheim.phone(person, "+4799887766")
    assert fields(scheduled(fjordheim)) == {}


def test_what_visma_refused_is_sent_again_only_with_another_value(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    fjordheim.sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=1)
    fjordheim.huma(person, phone=NUMBER)
    assert fields(scheduled(fjordheim)) == {"phone": "failed job_failed"}
    sent = len(fjordheim.sandbox.journal.writes())
    run = scheduled(fjordheim)
    assert fields(run) == {}
    assert Conflict.objects.get(run=run).why == "huma_moved", "it waits for a person"
    assert len(fjordheim.sandbox.journal.writes()) == sent
    fjordheim.huma(person, phone="+4722110000")
    assert fields(scheduled(fjordheim)) == {"phone": "done"}


def test_a_field_that_is_switched_off_is_not_touched(fjordheim):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    connection.fields_off = ["phone"]
    connection.save()
    fjordheim.huma(person, phone=NUMBER, familyName="Nyhjem")
    assert fields(scheduled(fjordheim)) == {"family_name": "done"}


def test_who_is_left_out_is_not_touched(fjordheim):
    person, other = fjordheim.add(), fjordheim.add()
    connection = turn_on(fjordheim)
    LeftOut.objects.create(connection=connection, side="huma", vendor_id=person.user_id, by="hr")
    LeftOut.objects.create(connection=connection, link=fjordheim.link(other), field="phone", by="hr")
    for one in (person, other):
        fjordheim.huma(one, phone=NUMBER)
    assert fields(scheduled(fjordheim)) == {}


def test_dates_of_people_with_several_positions_are_left_to_a_person(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    first = fjordheim.huma_position(person)
    fjordheim.sandbox.huma.add_position(person.user_id, {"contractStartDate": "2020-01-01", "percentage": 10})
    fjordheim.sandbox.huma.edit_position(person.user_id, first, firstDayOfWork="2019-02-01")
    run = scheduled(fjordheim)
    assert fields(run) == {}
    found = Conflict.objects.get(run=run, field="first_workday")
    assert (found.why, found.bulk_blocked) == ("huma_moved", True)


def test_dates_of_another_position_are_left_to_a_person(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim, both_moved="huma")
    old = fjordheim.huma_position(person)
    fjordheim.sandbox.huma.edit_position(person.user_id, old, contractEndDate="2026-01-31", lastDayOfWork="2026-01-31")
    fjordheim.sandbox.huma.add_position(person.user_id, {"contractStartDate": "2026-02-01"})
    before = fjordheim.sandbox.state()
    run = scheduled(fjordheim)
    assert fields(run) == {}
    found = Conflict.objects.get(run=run, field="first_workday")
    assert found.blocked_to_visma == "pair_changed"
    assert fjordheim.sandbox.state() == before


def test_a_side_that_is_suddenly_empty_stops_it(fjordheim):
    turn_on(fjordheim)
    for user_id in list(fjordheim.sandbox.huma.users):
        fjordheim.sandbox.huma.delete(user_id)
    before = fjordheim.sandbox.state()
    run = begin(fjordheim.connection)
    run = runner.drive(run)
    assert (run.state, run.failure) == ("failed", "huma_empty")
    assert fjordheim.sandbox.state() == before


def test_too_many_people_are_all_held(fjordheim):
    connection = turn_on(fjordheim)
    connection.threshold_people = 2
    connection.save()
    for user_id in list(fjordheim.sandbox.huma.users)[:3]:
        fjordheim.sandbox.huma.edit(user_id, phone=NUMBER)
    before = fjordheim.sandbox.state()
    run = scheduled(fjordheim)
    assert set(Change.objects.filter(run=run).values_list("state", "reason")) == {("held", "held_many")}
    assert run.changes.count() == 3
    assert fjordheim.sandbox.state() == before


def test_more_than_five_last_workdays_are_all_held(fjordheim):
    persons = people(fjordheim, 6)
    turn_on(fjordheim)
    for person in persons:
        fjordheim.sandbox.huma.edit_position(person.user_id, lastDayOfWork="2099-06-30", endReason="employee_resigned")
    before = fjordheim.sandbox.state()
    run = scheduled(fjordheim)
    assert set(Change.objects.filter(run=run).values_list("field", "state")) == {("last_workday", "held")}
    assert fjordheim.sandbox.state() == before


@pytest.mark.parametrize("both_moved", ["ask", "huma"])
@pytest.mark.parametrize(
    ("field", "change"),
    [("email", {"email": "ny@fjordheim.example"}), ("employment_id", {"employmentId": "77001"})],
)
def test_an_email_and_a_number_wait_for_a_person(fjordheim, field, change, both_moved):
    person, other = fjordheim.add(), fjordheim.add()
    turn_on(fjordheim, both_moved=both_moved)
    fjordheim.huma(person, **change)
    fjordheim.huma(other, **{key: f"2{value}" for key, value in change.items()})
    fjordheim.email(other, "ved@fjordheim.example")
    fjordheim.clerk(other, number="88001")
    before = fjordheim.sandbox.state()
    run = scheduled(fjordheim)
    assert fields(run) == {}
    assert fjordheim.sandbox.state() == before
    assert Conflict.objects.filter(run=run, field=field, decision="").count() == 2
    assert field in fjordheim.open(person), "it is open for whoever looks"
    assert fields(fjordheim.sync("huma", person, field)) == {field: "done"}
