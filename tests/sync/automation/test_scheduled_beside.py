"""A scheduled sync beside a run by hand: a person's choices stay, and settled fields aren't asked any more."""

import pytest

from sync.models import Change, Conflict
from sync.people.everyone import people as everyone
from sync.wizard import review
from tests.sync.automation.test_scheduled import fields, visma_phone
from tests.sync.driving import apply, decide, read
from tests.sync.scheduling import company, first_run, people, scheduled, turn_on
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    with company(settings, hr) as found:
        people(found, 4)
        yield found


def test_what_a_person_has_chosen_in_the_open_run_stays_hers(fjordheim, hr):
    person, other = fjordheim.add(), fjordheim.add()
    connection = turn_on(fjordheim)
    for one in (person, other):
        fjordheim.huma(one, phone=NUMBER)
    mine = read(connection, hr)
    decide(mine, hr, person.user_id, "phone", "leave")
    run = scheduled(fjordheim)
    assert list(Change.objects.filter(run=run).values_list("link__huma_id", flat=True)) == [other.user_id]
    assert apply(mine, hr).state == "finished"
    assert visma_phone(fjordheim, person) != NUMBER
    assert fields(scheduled(fjordheim)) == {}, "it was left as it is"


def test_what_it_wrote_is_asked_no_more_in_the_open_run(fjordheim, hr):
    person, other = fjordheim.add(), fjordheim.add()
    connection = turn_on(fjordheim)
    for one in (person, other):
        fjordheim.huma(one, phone=NUMBER)
    fjordheim.phone(other, "+4799887766")
    mine = read(connection, hr)
    assert fields(scheduled(fjordheim)) == {"phone": "done"}
    assert list(mine.conflicts.values_list("link__huma_id", flat=True)) == [other.user_id]


def test_a_choice_that_came_too_late_swaps_nothing(fjordheim, hr):
    """The person chose Visma's old value while Huma's value was on its way there."""
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    fjordheim.huma(person, phone=NUMBER)
    mine = read(connection, hr)
    seen = Conflict.objects.get(run=mine)
    scheduled(fjordheim)
    seen.decision, seen.decided_by = "visma", "hr"
    seen.save(force_insert=True)
    before = fjordheim.sandbox.state()
    assert apply(mine, hr).changes.count() == 0
    assert fjordheim.sandbox.state() == before


def test_many_of_them_keep_everybody_once(fjordheim):
    person = fjordheim.add()
    turn_on(fjordheim)
    fjordheim.phone(person, NUMBER)
    earlier = [scheduled(fjordheim) for _ in range(3)]
    fjordheim.huma(person, familyName="Nyhjem")
    last = scheduled(fjordheim)
    assert [run.snapshots.count() for run in earlier[:2]] == [0, 0]
    assert last.snapshots.count() == 10
    assert not Conflict.objects.filter(run__in=earlier[:2]).exists()
    assert Conflict.objects.filter(run=last, field="phone", decision="").exists()
    assert fields(last) == {"family_name": "done"}
    assert len(everyone(fjordheim.connection).page.object_list) == 5
    scheduled(fjordheim), scheduled(fjordheim)
    assert fields(last) == {"family_name": "done"}, "what was written stays"
    assert Conflict.objects.get(run=last).field == "family_name"


def test_the_differences_that_wait_are_decided_in_a_run_by_hand(fjordheim, hr):
    person = fjordheim.add()
    connection = turn_on(fjordheim)
    fjordheim.huma(person, phone=NUMBER)
    fjordheim.phone(person, "+4799887766")
    scheduled(fjordheim)
    run = read(connection, hr)
    assert review.ReviewFilter(new=True).apply(run).count() == 1, "it is new to whoever looks"
    decide(run, hr, person.user_id, "phone", "huma")
    assert fields(apply(run, hr)) == {"phone": "done"}
    assert first_run(fjordheim).state == "finished"
