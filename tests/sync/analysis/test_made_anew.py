"""A position was deleted and replaced by a new one: the pair is replaced, too, and the pages say so."""

from typing import Any

import pytest

from sync.models import Conflict, EmployeeLink
from sync.runs import lifecycle
from tests.connections.companies import text_of
from tests.sync import bell, scheduling
from tests.sync.driving import changed
from tests.sync.hearing import tell
from tests.sync.made_reads import day

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    with scheduling.company(settings, hr) as found:
        scheduling.people(found, 2)
        yield found


@pytest.fixture
def anna(fjordheim):
    person = fjordheim.add()
    scheduling.turn_on(fjordheim)
    return person


def make_anew(found: Any, person: Any, side: str, **changes: Any) -> str:
    """Somebody deletes the position on a side and creates it again, with the same dates except ``changes``."""
    sandbox = found.sandbox
    if side == "huma":
        old = found.huma_position(person)
        values = dict(sandbox.huma.users[person.user_id].positions[old].values)
        sandbox.huma.delete_position(person.user_id, old)
        return str(sandbox.huma.add_position(person.user_id, {**values, **changes}))
    old = found.visma_position(person)
    body = dict(sandbox.visma.employees[person.employee_id].positions[old].body)
    sandbox.visma.delete_position(person.employee_id, old)
    return str(sandbox.visma.add_position(person.employee_id, {**body, **changes}))


def paired(found: Any, person: Any) -> tuple[str, str]:
    link = found.link(person)
    return link.huma_position, link.visma_position


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_with_the_same_dates_it_is_paired_anew_and_nothing_asks(fjordheim, anna, side):
    new = make_anew(fjordheim, anna, side)
    assert fjordheim.open(anna) == set()
    assert new in paired(fjordheim, anna)
    assert {"first_workday", "last_workday"} <= fjordheim.link(anna).baseline.keys()


@pytest.mark.parametrize(
    ("side", "change", "said"),
    [
        (
            "huma",
            {"lastDayOfWork": day(40), "endReason": "employee_resigned"},
            "The position in Huma was created again.",
        ),
        (
            "visma",
            {"activeEnd": day(40), "positionEndReason": ["arbeidstakerHarSagtOppSelv"]},
            "The employment in Visma was created again.",
        ),
    ],
)
def test_another_date_is_a_persons_to_decide_and_the_pages_say_why(fjordheim, anna, side, change, said, client, hr):
    new = make_anew(fjordheim, anna, side, **change)
    before = fjordheim.sandbox.state()
    scheduling.scheduled(fjordheim)
    assert changed(before, fjordheim.sandbox.state()) == {}, "a run by itself writes no such date"
    assert new in paired(fjordheim, anna)
    run = fjordheim.read()
    (difference,) = Conflict.objects.filter(run=run, link=fjordheim.link(anna))
    assert (difference.field, difference.blocked_to_visma, difference.blocked_to_huma) == ("last_workday", "", "")
    client.force_login(hr)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    address = f"/admin/connections/{fjordheim.connection.code}"
    assert said in text_of(client.get(f"{address}/review/?show=all"))
    assert said in text_of(client.get(f"{address}/people/huma/{anna.user_id}/"))
    fjordheim.decide(run, side, anna)
    fjordheim.apply(run)
    assert fjordheim.open(anna) == set()
    assert said not in text_of(client.get(f"{address}/people/huma/{anna.user_id}/"))


def test_real_time_pairs_anew_too(fjordheim, anna):
    new = make_anew(fjordheim, anna, "huma", lastDayOfWork=day(40), endReason="employee_resigned")
    before = fjordheim.sandbox.state()
    tell(fjordheim, anna)
    bell.until_quiet()
    assert paired(fjordheim, anna)[0] == new
    assert fjordheim.link(anna).remade == "huma"
    assert changed(before, fjordheim.sandbox.state()) == {}


def test_a_former_position_beside_it_does_not_matter(fjordheim, anna):
    fjordheim.sandbox.huma.add_position(
        anna.user_id, {"contractStartDate": "2001-01-01", "contractEndDate": "2002-01-01"}
    )
    link = fjordheim.link(anna)
    values = dict(fjordheim.sandbox.huma.users[anna.user_id].positions[link.huma_position].values)
    fjordheim.sandbox.huma.delete_position(anna.user_id, link.huma_position)
    new = fjordheim.sandbox.huma.add_position(anna.user_id, values)
    assert fjordheim.open(anna) == set()
    assert paired(fjordheim, anna)[0] == new


def test_an_old_position_that_still_exists_stays_the_paired_one(fjordheim, anna):
    old = fjordheim.huma_position(anna)
    fjordheim.sandbox.huma.edit_position(anna.user_id, old, contractEndDate=day(-1), lastDayOfWork=day(-1))
    fjordheim.sandbox.huma.add_position(anna.user_id, {"contractStartDate": day(0)})
    run = fjordheim.read()
    reasons = set(Conflict.objects.filter(run=run, link__huma_id=anna.user_id).values_list("blocked_to_visma"))
    assert reasons == {("pair_changed",)}
    assert paired(fjordheim, anna)[0] == old
    asked = fjordheim.sandbox.journal.of("huma", "GET", f"/positions/{old}")
    assert len(asked) == 2, "once in the first run, once to see that it still exists"


@pytest.mark.parametrize("trouble", ["403", "409"])
@pytest.mark.parametrize("side", ["huma", "visma"])
def test_a_position_that_cannot_be_looked_at_is_not_gone(fjordheim, anna, side, trouble):
    old = paired(fjordheim, anna)
    make_anew(fjordheim, anna, side)
    where = old[0] if side == "huma" else old[1]
    fjordheim.sandbox.faults.script(side, "GET", f"/positions/{where}$", trouble, float("inf"))
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    assert paired(fjordheim, anna) == old
    fjordheim.sandbox.faults.clear()
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    assert paired(fjordheim, anna) != old


def test_two_that_may_have_taken_its_place_are_left_to_a_person(fjordheim, anna):
    old = paired(fjordheim, anna)
    make_anew(fjordheim, anna, "huma", lastDayOfWork=day(40), endReason="employee_resigned")
    fjordheim.sandbox.huma.add_position(anna.user_id, {"contractStartDate": "2020-01-01", "percentage": 20})
    run = fjordheim.read()
    (difference,) = Conflict.objects.filter(run=run, link__huma_id=anna.user_id)
    assert difference.blocked_to_visma == "pair_unclear"
    assert paired(fjordheim, anna) == old
    assert EmployeeLink.objects.get(pk=difference.link_id).remade == ""
