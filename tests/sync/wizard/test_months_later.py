"""A second run after edits on both sides: what is new, what was left, what moved, and what stays out."""

import pytest

from sync.models import Change, Conflict, EmployeeLink, LeftOut
from sync.runs import lifecycle
from sync.runs.who_is_who import unlink
from sync.wizard import matches, review
from sync.wizard.retry import retry_failed
from tests.sync.driving import apply, connection, decide, difference, differences, read, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox(settings):
    with running(settings, 50) as found:
        yield found


@pytest.fixture
def made(sandbox, hr):
    return connection(sandbox, hr)


def who(sandbox, way):
    return sandbox.people[way][0]


def test_a_run_without_decisions_writes_nothing_however_often(sandbox, made, hr):
    before = sandbox.state()
    for _ in range(2):
        run = apply(read(made, hr), hr)
        assert run.state == "finished"
        assert not Change.objects.exists()
    assert sandbox.state() == before
    assert sandbox.journal.writes() == []


def test_what_nobody_decided_is_asked_again_and_is_not_new(sandbox, made, hr):
    first = apply(read(made, hr), hr)
    second = read(made, hr)
    assert differences(second) == differences(first)
    assert not Conflict.objects.filter(run=first, is_new=True).exists(), "on a first run nothing is called new"
    assert not Conflict.objects.filter(run=second, is_new=True).exists()
    assert second.figures["new"] == 0


def test_only_what_was_decided_is_written_and_stays_settled(sandbox, made, hr):
    person = who(sandbox, "phone_differs")
    run = read(made, hr)
    decide(run, hr, person.user_id, "phone", "huma")
    before = sandbox.state()
    apply(run, hr)
    after = sandbox.state()
    assert after["huma"] == before["huma"]
    moved = {id for id in after["visma"] if after["visma"][id] != before["visma"][id]}
    assert moved == {person.employee_id}
    old, new = before["visma"][person.employee_id], after["visma"][person.employee_id]
    assert {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)} == {"phones"}
    assert (person.user_id, "phone") not in differences(read(made, hr))


def test_what_changed_meanwhile_is_new_and_suggested(sandbox, made, hr):
    person = who(sandbox, "equal")
    apply(read(made, hr), hr)
    sandbox.huma.edit(person.user_id, phone="+4791111111")
    sandbox.visma.edit(
        person.employee_id, address={"streetName": "Ny 1", "zipCode": "0150", "cityName": "OSLO", "countryCode": "NO"}
    )
    run = read(made, hr)
    phone, address = (difference(run, person.user_id, field) for field in ("phone", "address"))
    assert (phone.is_new, phone.suggestion, phone.why) == (True, "huma", "huma_moved")
    assert (address.is_new, address.suggestion, address.why) == (True, "visma", "visma_moved")
    assert run.figures["new"] == 2


def test_what_changed_on_both_sides_is_a_conflict_without_a_suggestion(sandbox, made, hr):
    person = who(sandbox, "equal")
    apply(read(made, hr), hr)
    sandbox.huma.edit(person.user_id, phone="+4791111111")
    sandbox.visma.edit(person.employee_id, phones=[{"type": "business", "number": "+4792222222"}])
    found = difference(read(made, hr), person.user_id, "phone")
    assert (found.suggestion, found.why, found.standing) == ("", "both_moved", "asks")


def test_what_was_left_stays_out_of_the_way_until_one_side_changes(sandbox, made, hr):
    person = who(sandbox, "phone_differs")
    run = read(made, hr)
    decide(run, hr, person.user_id, "phone", "leave")
    apply(run, hr)
    run = read(made, hr)
    left = difference(run, person.user_id, "phone")
    assert (left.standing, left.suggestion) == ("left", "")
    assert left not in review.ReviewFilter(show="all").apply(run)
    assert left in review.ReviewFilter(show="left").apply(run)
    apply(run, hr)
    sandbox.visma.edit(person.employee_id, phones=[{"type": "business", "number": "+4792222222"}])
    again = difference(read(made, hr), person.user_id, "phone")
    assert (again.standing, again.suggestion, again.why, again.is_new) == ("asks", "visma", "visma_moved", True)


def test_a_choice_that_was_never_confirmed_settles_nothing(sandbox, made, hr):
    person = who(sandbox, "phone_differs")
    run = read(made, hr)
    decide(run, hr, person.user_id, "phone", "leave")
    lifecycle.cancel(run, hr)
    assert difference(read(made, hr), person.user_id, "phone").standing == "asks"


def test_a_field_that_is_never_to_be_synced_stays_out(sandbox, made, hr):
    person = who(sandbox, "phone_differs")
    run = read(made, hr)
    decide(run, hr, person.user_id, "phone", "never")
    before = sandbox.state()
    apply(run, hr)
    assert sandbox.state() == before
    assert LeftOut.objects.get().field == "phone"
    sandbox.huma.edit(person.user_id, phone="+4791111111")
    run = read(made, hr)
    assert (person.user_id, "phone") not in differences(run)
    review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
    apply(run, hr)
    assert not Change.objects.filter(link__huma_id=person.user_id, field="phone").exists()


def test_what_failed_is_proposed_as_before(sandbox, made, hr):
    person = who(sandbox, "equal")
    apply(read(made, hr), hr)
    sandbox.huma.edit(person.user_id, phone="+4791111111")
    run = read(made, hr)
    decide(run, hr, person.user_id, "phone", "huma")
    sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=99)
    run = apply(run, hr)
    assert Change.objects.get(run=run).state == "failed"
    sandbox.faults.clear()
    again = difference(read(made, hr), person.user_id, "phone")
    assert (again.suggestion, again.why) == ("huma", "huma_moved")


def test_people_called_different_are_never_proposed_again(sandbox, made, hr):
    run = read(made, hr)
    pairs = {(card.huma.vendor_id, card.visma.vendor_id) for card in matches.matches(run)[1]}
    assert pairs
    for card in matches.matches(run)[1]:
        matches.call_different(run, hr, card.match.pk)
    apply(run, hr)
    run = read(made, hr)
    assert not {(card.huma.vendor_id, card.visma.vendor_id) for card in matches.matches(run)[1]} & pairs
    linked = EmployeeLink.objects.filter(state="linked").values_list("huma_id", "visma_id")
    assert not set(linked) & pairs


def test_unlinked_people_are_compared_no_more_and_not_linked_again(sandbox, made, hr):
    person = who(sandbox, "phone_differs")
    run = read(made, hr)
    decide(run, hr, person.user_id, "phone", "huma")
    before = sandbox.state()
    unlink(EmployeeLink.objects.get(huma_id=person.user_id), hr)
    apply(run, hr)
    assert sandbox.state() == before, "what was decided about them goes with the link"
    run = read(made, hr)
    assert not Conflict.objects.filter(run=run, link__huma_id=person.user_id).exists()
    assert not EmployeeLink.objects.filter(huma_id=person.user_id, state="linked").exists()


def test_who_is_gone_is_offered_nowhere_and_comes_back_as_she_was(sandbox, made, hr):
    person = who(sandbox, "phone_differs")
    apply(read(made, hr), hr)
    user = sandbox.huma.users.pop(person.user_id)
    run = read(made, hr)
    link = EmployeeLink.objects.get(huma_id=person.user_id)
    assert (link.state, link.gone_from) == ("gone", "huma")
    assert not run.snapshots.filter(vendor_id=person.employee_id).exclude(create_group="").exists()
    apply(run, hr)
    sandbox.huma.users[person.user_id] = user
    run = read(made, hr)
    link.refresh_from_db()
    assert (link.state, link.gone_from) == ("linked", "")
    assert (person.user_id, "phone") in differences(run)


def test_new_is_counted_since_the_last_whole_run_not_since_a_retry(sandbox, made, hr):
    person = who(sandbox, "phone_differs")
    run = read(made, hr)
    decide(run, hr, person.user_id, "phone", "huma")
    sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=99)
    run = apply(run, hr)
    sandbox.faults.clear()
    assert apply(retry_failed(run, hr), hr).state == "finished"
    assert read(made, hr).figures["new"] == 0
