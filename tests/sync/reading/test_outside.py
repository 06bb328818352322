"""People who aren't in a list are read alone: they are gone only if not found, else perhaps outside the selection."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sync import runner
from sync.automation import date_roll, switching
from sync.models import Change, Conflict, EmployeeLink, Notice
from sync.people import everyone
from sync.runs import lifecycle
from tests.connections.companies import heard, text_of
from tests.sync import bell, scheduling
from tests.sync.driving import changed, read, sync
from tests.sync.hearing import NEW, NEWER, phone, tell
from tests.sync.made_reads import day
from tests.sync.telling import accounts, everybody, new_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    """Twenty people, all of the location that the connection is about."""
    with scheduling.company(settings, hr) as found:
        for person in scheduling.people(found, 20):
            found.sandbox.huma.users[person.user_id].groups = [ours(found)]
        found.connection.huma_locations = [ours(found)]
        found.connection.save()
        scheduling.first_run(found)
        yield found


@pytest.fixture
def anna(fjordheim):
    return everybody(fjordheim)[0]


@pytest.fixture
def berit(fjordheim):
    return everybody(fjordheim)[1]


def ours(found: Any, kind: str = "location") -> str:
    return next(id_ for id_, group in found.sandbox.huma.groups.items() if group["type"] == kind)


def leave(found: Any, *persons: Any) -> None:
    """They go over to a location that isn't ours."""
    for person in persons:
        found.sandbox.huma.users[person.user_id].groups = []


def come(found: Any, *persons: Any) -> None:
    """They are ours again."""
    for person in persons:
        found.sandbox.huma.users[person.user_id].groups = [ours(found)]


def state(found: Any, person: Any) -> tuple[str, str]:
    link = found.link(person)
    return link.state, link.gone_from


def test_who_left_the_location_is_outside_and_not_gone(fjordheim, anna, berit):
    leave(fjordheim, anna)
    fjordheim.sandbox.huma.delete(berit.user_id)
    fjordheim.huma(anna, phone=NEW)
    before = fjordheim.sandbox.state()
    run = fjordheim.read()
    assert state(fjordheim, anna) == ("outside", "")
    assert state(fjordheim, berit) == ("gone", "huma")
    assert not Conflict.objects.filter(run=run, link=fjordheim.link(anna)).exists()
    assert (run.figures["linked"], run.figures["gone"], run.figures["outside"]) == (18, 1, 1)
    lifecycle.cancel(run, fjordheim.user)
    code, report = sync(fjordheim.connection, "--conflicts", "huma", "--create-in-huma", "--create-in-visma")
    assert (code, report["changes"]["planned"], report["matched"]) == (0, 0, 18)
    assert changed(before, fjordheim.sandbox.state()) == {}
    assert not Notice.objects.filter(link=fjordheim.link(anna)).exists()


def test_they_come_back_by_themselves(fjordheim, anna):
    leave(fjordheim, anna)
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    come(fjordheim, anna)
    fjordheim.huma(anna, phone=NEW)
    run = fjordheim.read()
    assert state(fjordheim, anna) == ("linked", "")
    assert Conflict.objects.get(run=run, link=fjordheim.link(anna)).suggestion == "huma", "what was settled is known"


def test_somebody_outside_who_is_deleted_is_gone(fjordheim, anna):
    leave(fjordheim, anna)
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    fjordheim.sandbox.huma.delete(anna.user_id)
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    assert state(fjordheim, anna) == ("gone", "huma")


def test_who_was_called_gone_before_outside_was_known_is_outside(fjordheim, anna):
    leave(fjordheim, anna)
    EmployeeLink.objects.filter(pk=fjordheim.link(anna).pk).update(state="gone", gone_from="huma")
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    assert state(fjordheim, anna) == ("outside", "")


def test_any_number_may_be_outside(fjordheim):
    leave(fjordheim, *everybody(fjordheim)[:15])
    assert fjordheim.read().figures["outside"] == 15


def test_their_half_in_visma_is_nobody_elses(fjordheim, anna, hr):
    leave(fjordheim, anna)
    values = fjordheim.sandbox.huma.users[anna.user_id].values
    twin = fjordheim.sandbox.huma.add_user(
        {**values, "email": "another@example.com"}, [{"contractStartDate": "2020-01-01"}], groups=[ours(fjordheim)]
    )
    run = fjordheim.read()
    assert not EmployeeLink.objects.filter(huma_id=twin).exists()
    assert run.snapshots.get(vendor_id=twin).create_blocked == "number_taken"
    found = everyone.counterparts(fjordheim.connection, "visma", fjordheim.link(anna).name.split()[0])
    assert anna.employee_id not in [one.vendor_id for one in found]


def test_somebody_whom_a_sync_added_is_not_offered_again_while_outside(fjordheim, anna):
    EmployeeLink.objects.filter(pk=fjordheim.link(anna).pk).update(linked_by="created")
    leave(fjordheim, anna)
    run = fjordheim.read()
    assert run.snapshots.get(vendor_id=anna.employee_id).create_group == ""


def test_the_pages_say_so(fjordheim, anna, client: Client, hr):
    leave(fjordheim, anna)
    fjordheim.read()
    client.force_login(hr)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    address = f"/admin/connections/{fjordheim.connection.code}"
    overview = client.get(f"{address}/overview/")
    assert "Outside the selection" in text_of(overview)
    assert "No longer in one of the systems" not in text_of(overview)
    name = fjordheim.link(anna).name
    listed = text_of(client.get(f"{address}/people/?show=outside"))
    assert name in listed
    assert "1 person" in listed
    assert name not in text_of(client.get(f"{address}/people/?show=linked"))
    assert name not in text_of(client.get(f"{address}/people/?show=gone"))
    said = text_of(client.get(f"{address}/people/huma/{anna.user_id}/"))
    assert "outside the companies, locations and teams of this connection" in said
    assert "Outside the selection" in said
    assert "is no longer in Huma" not in said


def test_real_time_writes_nothing_of_who_is_outside_until_they_are_back(fjordheim, anna, berit):
    switching.turn_on(heard(fjordheim.connection), fjordheim.user)
    leave(fjordheim, anna)
    for person in (anna, berit):
        fjordheim.huma(person, phone=NEW)
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    assert (phone(fjordheim, anna) == NEW, phone(fjordheim, berit) == NEW) == (False, True)
    assert state(fjordheim, anna) == ("outside", "")
    come(fjordheim, anna)
    fjordheim.huma(anna, phone=NEWER)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEWER
    assert state(fjordheim, anna) == ("linked", "")


def test_the_date_roll_tells_nothing_of_who_is_outside(fjordheim, anna, berit):
    switching.turn_on(heard(fjordheim.connection), fjordheim.user)
    leave(fjordheim, anna)
    for person in (anna, berit):
        fjordheim.sandbox.visma.end(person.employee_id, day(-1))
        EmployeeLink.objects.filter(pk=fjordheim.link(person).pk).update(changes_on=timezone.localdate())
    fjordheim.connection.refresh_from_db()
    date_roll.look(fjordheim.connection)
    assert [notice.link for notice in Notice.objects.all()] == [fjordheim.link(berit)]
    assert state(fjordheim, anna) == ("outside", "")


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_asking_ends_once_too_many_are_gone(fjordheim, settings, side):
    settings.SYNC_CONCURRENCY = 1
    lost = everybody(fjordheim)[:10]
    for person in lost:
        if side == "huma":
            fjordheim.sandbox.huma.delete(person.user_id)
        else:
            fjordheim.sandbox.visma.delete(person.employee_id)
    fjordheim.sandbox.journal.clear()
    run = read(fjordheim.connection, fjordheim.user)
    assert (run.failure, lifecycle.check_number(run)) == (f"{side}_lost", 10)
    asked = [one for one in fjordheim.sandbox.journal.of(side, "GET") if one.status == 404]
    assert len(asked) == 3
    assert not EmployeeLink.objects.exclude(state="linked").exists()
    lifecycle.pass_check(run, fjordheim.user, "10")
    assert runner.drive(run).state == "review"
    assert EmployeeLink.objects.filter(state="gone", gone_from=side).count() == 10


def without(name: str) -> Any:
    return lambda body: {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize(
    "trouble",
    [
        lambda faults, where: faults.script("huma", "GET", where, "503", float("inf")),
        lambda faults, where: faults.script("huma", "GET", where, "403", float("inf")),
        lambda faults, where: faults.script("huma", "GET", where, "409", float("inf")),
        lambda faults, where: faults.rewrite("huma", "GET", where, lambda _body: {"id": 5}, float("inf")),
        lambda faults, where: faults.rewrite("huma", "GET", where, without("locations"), float("inf")),
    ],
)
def test_who_cannot_be_asked_for_stays_as_they_were(fjordheim, anna, settings, trouble):
    settings.READ_PATIENCE_SECONDS = 0.5
    leave(fjordheim, anna)
    trouble(fjordheim.sandbox.faults, f"/users/{anna.user_id}$")
    before = fjordheim.sandbox.state()
    code, report = sync(fjordheim.connection, "--conflicts", "huma", "--create-in-huma", "--create-in-visma")
    assert (code, report["matched"], report["changes"]["planned"]) == (1, 19, 0)
    assert [one["side"] for one in report["passed_over"]] == ["huma"]
    assert state(fjordheim, anna) == ("linked", "")
    assert changed(before, fjordheim.sandbox.state()) == {}


def test_somebody_in_visma_whom_the_list_leaves_out_takes_part(fjordheim, anna):
    """Visma's list doesn't name them, not even the second time; they are there all the same."""

    def shorten(page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "data": [one for one in page["data"] if one["id"] != anna.employee_id]}

    fjordheim.sandbox.faults.rewrite("visma", "GET", "/employees$", shorten, float("inf"))
    fjordheim.huma(anna, phone=NEW)
    code, report = sync(fjordheim.connection, "--conflicts", "huma")
    assert (code, report["matched"]) == (0, 20)
    assert phone(fjordheim, anna) == NEW


def test_positions_that_cannot_be_read_make_nobody_gone(fjordheim, anna, settings):
    settings.READ_PATIENCE_SECONDS = 0.5
    leave(fjordheim, anna)
    come(fjordheim, anna)
    fjordheim.sandbox.faults.rewrite(
        "visma", "GET", "/employees$", lambda page: {**page, "data": page["data"][1:]}, float("inf")
    )
    first = next(iter(fjordheim.sandbox.visma.employees))
    fjordheim.sandbox.faults.script("visma", "GET", f"/employees/{first}/positions$", "404", float("inf"))
    code, report = sync(fjordheim.connection)
    assert (code, report["matched"]) == (1, 19)
    assert [one["side"] for one in report["passed_over"]] == ["visma"]
    assert not EmployeeLink.objects.exclude(state="linked").exists()


def test_what_is_held_of_somebody_who_cannot_be_read_waits_on(fjordheim, anna, settings):
    switching.turn_on(heard(fjordheim.connection), fjordheim.user)
    switching.change(fjordheim.connection, fjordheim.user, {"schedule": "hours", "accounts": "look"})
    new_account(fjordheim, anna, accounts(1)[0])
    scheduling.scheduled(fjordheim)
    held = Change.objects.get(state="held")
    leave(fjordheim, anna)
    where = f"/users/{anna.user_id}$"
    fjordheim.sandbox.faults.script("huma", "GET", where, "403", float("inf"))
    scheduling.scheduled(fjordheim)
    held.refresh_from_db()
    assert (held.state, held.answer) == ("held", "")
    fjordheim.sandbox.faults.clear()
    scheduling.scheduled(fjordheim)
    held.refresh_from_db()
    assert held.answer == "overtaken", "outside the selection nothing waits"
