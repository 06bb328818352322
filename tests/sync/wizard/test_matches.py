"""Who is who, as a run stores it and as people settle it in Review."""

from collections import Counter

import pytest

from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from sync.runs import who_is_who
from sync.runs.lifecycle import NotAllowed
from sync.wizard import creation, matches, review
from sync.wizard.overview import overview
from tests.sync.driving import apply, connection, differences, read, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox(settings):
    with running(settings, 50) as found:
        yield found


@pytest.fixture
def run(sandbox, hr):
    return read(connection(sandbox, hr), hr)


def match_of(run, user_id):
    return PossibleMatch.objects.get(run=run, huma__vendor_id=user_id)


def possible(sandbox, run):
    return match_of(run, sandbox.people["possible_match"][0].user_id)


def linked_ids(run):
    return {link.huma_id: link.visma_id for link in EmployeeLink.objects.filter(state="linked")}


def test_links_are_stored_with_the_key_that_made_them(sandbox, run):
    by = Counter(EmployeeLink.objects.values_list("linked_by", flat=True))
    assert by.keys() == {"number", "email", "external"}
    assert dict(by) == run.figures["linked_by"]
    links = linked_ids(run)
    for way in ("equal", "phone_differs", "employment_id_differs", "no_employment_id", "draft", "deactivated"):
        for person in sandbox.people[way]:
            assert links[person.user_id] == person.employee_id, way


def test_equal_numbers_of_different_people_link_nobody(sandbox, run):
    one = sandbox.people["same_number"][0]
    assert one.user_id not in linked_ids(run)
    found = match_of(run, one.user_id)
    assert (found.why, found.visma.vendor_id) == ("number_against", sandbox.people["same_number"][1].employee_id)


def test_one_email_for_two_links_the_right_one_and_takes_nobody_twice(sandbox, run):
    both, other = sandbox.people["one_email_for_two"]
    assert linked_ids(run)[both.user_id] == both.employee_id
    assert other.employee_id not in linked_ids(run).values()


def test_who_may_be_somebody_cannot_be_created(sandbox, run, hr):
    found = possible(sandbox, run)
    for person in (found.huma, found.visma):
        assert person.create_blocked == "create_open_match"
        assert creation.choose(run, hr, [person.pk], True) == 0


def test_linking_compares_at_once_and_takes_both_off_the_lists(sandbox, run, hr):
    found = possible(sandbox, run)
    before = sandbox.state()
    link = matches.link_match(run, hr, found.pk)
    assert (link.state, link.linked_by, link.linked_by_user) == ("linked", "person", "hr")
    fields = {field for user, field in differences(run) if user == found.huma.vendor_id}
    assert fields == {"email", "employment_id"}
    rows = EmployeeSnapshot.objects.filter(pk__in=(found.huma_id, found.visma_id))
    assert set(rows.values_list("link", "create_group", "create_chosen")) == {(link.pk, "", False)}
    with pytest.raises(NotAllowed):
        matches.link_match(run, hr, found.pk)
    assert sandbox.state() == before


def test_the_overview_counts_what_people_settle_meanwhile(sandbox, run, hr):
    before = overview(run)
    assert (before.differences, before.linked) == (run.figures["differences"], run.figures["linked"])
    assert {"huma": before.only_huma, "visma": before.only_visma} == run.figures["only"]
    assert (before.people, before.fields) == (run.figures["people"], run.figures["fields"])
    link = matches.link_match(run, hr, possible(sandbox, run).pk)
    linked = overview(run)
    assert linked.differences == review.progress(run)[1] == before.differences + 2
    assert (linked.linked, linked.possible) == (before.linked + 1, before.possible - 1)
    who_is_who.unlink(link, hr)
    after = overview(run)
    assert (after.differences, after.linked) == (before.differences, before.linked)
    assert after.only_huma_total == before.only_huma_total + 1


def test_what_a_new_link_disagrees_on_can_be_written_in_the_same_run(sandbox, run, hr):
    found = possible(sandbox, run)
    link = matches.link_match(run, hr, found.pk)
    number = Conflict.objects.get(run=run, link=link, field="employment_id")
    assert review.decide(run, hr, [number.pk], "visma").changed == 1
    assert apply(run, hr).state == "finished"
    assert (
        sandbox.huma.users[link.huma_id].values["employmentId"] == sandbox.visma.employees[link.visma_id].body["number"]
    )


def test_called_different_frees_both_and_can_be_taken_back(sandbox, run, hr):
    found = possible(sandbox, run)
    matches.call_different(run, hr, found.pk)
    found.visma.refresh_from_db()
    assert found.visma.create_blocked != "create_open_match"
    assert creation.choose(run, hr, [found.visma_id], True) == 1
    matches.reopen_match(run, hr, found.pk)
    found.visma.refresh_from_db()
    assert (found.visma.create_blocked, found.visma.create_chosen) == ("create_open_match", False)
    assert not EmployeeLink.objects.filter(state="different").exists()


def test_nothing_is_settled_once_the_run_writes_or_has_ended(sandbox, run, hr):
    open_one, other = PossibleMatch.objects.filter(run=run)[:2]
    matches.call_different(run, hr, other.pk)
    for state in ("applying", "finished", "cancelled"):
        SyncRun.objects.filter(pk=run.pk).update(state=state)
        for act, pk in (
            (matches.link_match, open_one.pk),
            (matches.call_different, open_one.pk),
            (matches.reopen_match, other.pk),
        ):
            with pytest.raises(NotAllowed):
                act(run, hr, pk)


def test_a_match_of_another_run_is_not_found(sandbox, run, hr):
    other = SyncRun.objects.create(connection=run.connection, state="review", trigger="command")
    with pytest.raises(NotAllowed):
        matches.link_match(other, hr, possible(sandbox, run).pk)


def test_somebody_linked_meanwhile_is_taken(sandbox, run, hr):
    found = possible(sandbox, run)
    stranger = EmployeeSnapshot.objects.filter(run=run, side="huma", link=None).exclude(pk=found.huma_id)[0]
    who_is_who.link(run.connection, hr, stranger.vendor_id, found.visma.vendor_id, births_confirmed=True)
    card = next(card for card in matches.matches(run)[1] if card.match.pk == found.pk)
    assert card.taken
    with pytest.raises(NotAllowed):
        matches.link_match(run, hr, found.pk)


def test_a_field_left_out_stays_out_when_the_pair_is_linked_again(sandbox, run, hr):
    person = sandbox.people["phone_differs"][0]
    link = EmployeeLink.objects.get(huma_id=person.user_id)
    LeftOut.objects.create(connection=run.connection, link=link, field="phone", by="hr")
    who_is_who.unlink(link, hr)
    assert not {field for user, field in differences(run) if user == person.user_id}
    who_is_who.link(run.connection, hr, person.user_id, person.employee_id)
    assert "phone" not in {field for user, field in differences(run) if user == person.user_id}


def test_a_person_left_out_is_linked_but_not_compared(sandbox, run, hr):
    found = possible(sandbox, run)
    LeftOut.objects.create(connection=run.connection, side="huma", vendor_id=found.huma.vendor_id, by="hr")
    link = matches.link_match(run, hr, found.pk)
    assert not Conflict.objects.filter(link=link).exists()


def test_a_person_left_out_is_not_compared_created_or_written(sandbox, hr):
    made = connection(sandbox, hr)
    person, alone = sandbox.people["phone_differs"][0], sandbox.people["only_huma"][0]
    LeftOut.objects.create(connection=made, side="visma", vendor_id=person.employee_id, by="hr")
    LeftOut.objects.create(connection=made, side="huma", vendor_id=alone.user_id, by="hr")
    run = read(made, hr)
    assert person.user_id not in {user for user, _field in differences(run)}
    creation.choose_all(run, hr, "visma", True)
    assert not EmployeeSnapshot.objects.filter(vendor_id=alone.user_id, create_chosen=True).exists()


@pytest.mark.parametrize(
    "integration",
    [{"Visma.net Payroll": {"type": "payroll"}}, {"lonn": {"type": "VISMA_NET"}}],
)
def test_an_id_that_humas_own_integration_keeps_links(sandbox, hr, integration):
    person = sandbox.people["possible_match"][0]
    (name, told), *_rest = integration.items()
    user = sandbox.huma.users[person.user_id]
    user.integrations = {name: {**told, "externalId": person.employee_id}, "Time": {"type": "t", "externalId": "x"}}
    run = read(connection(sandbox, hr), hr)
    link = EmployeeLink.objects.get(huma_id=person.user_id)
    assert (link.visma_id, link.linked_by) == (person.employee_id, "connected")
    assert run.figures["linked_by"]["connected"] == 1


def test_an_integration_with_another_system_says_nothing(sandbox, hr):
    person = sandbox.people["possible_match"][0]
    sandbox.huma.users[person.user_id].integrations = {"Time": {"type": "t", "externalId": person.employee_id}}
    read(connection(sandbox, hr), hr)
    assert not EmployeeLink.objects.filter(huma_id=person.user_id).exists()
