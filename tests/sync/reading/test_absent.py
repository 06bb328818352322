"""Lists that shift while they are read: everybody who exists is read, and nobody who exists counts as gone."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone

from connections.sandbox import Sandbox
from connections.sandbox.shifting import keep_shifting, move_first_to_end, shift_once
from sync import runner
from sync.models import EmployeeLink
from sync.reading.lists.huma_list import HumaList
from sync.reading.snapshots import store_listed
from sync.runs import lifecycle
from tests.sync import scheduling
from tests.sync.driving import changed, sync

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 120
SECOND_PAGE = {"huma": 50, "visma": 100}


@contextmanager
def company(settings: Any, user: Any) -> Iterator[Any]:
    """120 people about whom both sides agree, all of them linked."""
    with scheduling.company(settings, user) as found:
        scheduling.people(found, PEOPLE)
        scheduling.first_run(found)
        assert found.connection.links.filter(state="linked").count() == PEOPLE
        yield found


@pytest.fixture
def fjordheim(settings, hr):
    with company(settings, hr) as found:
        yield found


def state_of(sandbox: Sandbox, side: str) -> Any:
    return sandbox.huma if side == "huma" else sandbox.visma


def ids(sandbox: Sandbox, side: str) -> list[str]:
    """A side's ids, in the order of its list."""
    return list(sandbox.huma.users if side == "huma" else sandbox.visma.employees)


def link_at(found: Any, side: str, index: int) -> EmployeeLink:
    """The link of the person at a place in a side's list."""
    return EmployeeLink.objects.get(**{f"{side}_id": ids(found.sandbox, side)[index]})


def give_phones(found: Any, links: list[EmployeeLink]) -> dict[str, str]:
    """In Huma each of them gets another phone; gives the numbers by the id in Visma."""
    numbers = {}
    for index, link in enumerate(links):
        numbers[link.visma_id] = f"+4798{index:06}"
        found.sandbox.huma.edit(link.huma_id, phone=numbers[link.visma_id])
    return numbers


def phones_written(before: Any, numbers: dict[str, str]) -> Any:
    """The state in which these have their new business phones, and nothing else is another."""
    for id_, number in numbers.items():
        (business,) = [one for one in before["visma"][id_]["phones"] if one["type"] == "business"]
        business["number"] = number
    return before


def replace_two(found: Any, side: str) -> list[str]:
    """Two on the first page are removed, and two others added at the end; gives the ids of the former.

    Huma's pages share one user: a single one who is removed makes nobody slip.
    """
    removed = ids(found.sandbox, side)[3:5]
    for id_ in removed:
        state_of(found.sandbox, side).delete(id_)
        found.add(f"only_{side}")
    return removed


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_who_slips_to_a_page_that_was_read_is_written_and_not_gone(fjordheim, side):
    slipped = link_at(fjordheim, side, SECOND_PAGE[side])
    numbers = give_phones(fjordheim, [slipped])
    removed: list[str] = []
    shift_once(state_of(fjordheim.sandbox, side), lambda: removed.extend(replace_two(fjordheim, side)))
    code, report = sync(fjordheim.connection, "--conflicts", "huma")
    assert code == 0
    assert len(removed) == 2, "the list shifted"
    gone = EmployeeLink.objects.exclude(state="linked")
    assert set(gone.values_list(f"{side}_id", "state", "gone_from")) == {(id_, "gone", side) for id_ in removed}
    assert report["matched"] == PEOPLE - 2
    phones = fjordheim.sandbox.visma.employees[slipped.visma_id].body["phones"]
    assert numbers[slipped.visma_id] in [one["number"] for one in phones]


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_in_a_first_run_nobody_is_missed_so_that_nobody_is_added_twice(settings, hr, side):
    with scheduling.company(settings, hr) as found:
        scheduling.people(found, PEOPLE)
        shift_once(state_of(found.sandbox, side), lambda: replace_two(found, side))
        run = found.read()
        for where in SECOND_PAGE:
            read = run.snapshots.filter(side=where, complete=True)
            assert set(read.values_list("vendor_id", flat=True)) == set(ids(found.sandbox, where))
        assert run.figures["linked"] == PEOPLE - 2
        assert run.snapshots.exclude(create_group="").count() == 4, "two were added, and two removed"


@pytest.mark.parametrize("total", [True, False])
def test_lists_that_keep_shifting_are_come_through(fjordheim, total):
    if not total:
        fjordheim.sandbox.faults.rewrite("huma", "GET", "/users$", lambda page: {"items": page["items"]}, float("inf"))
    numbers = give_phones(fjordheim, list(fjordheim.connection.links.order_by("?")[:10]))
    for side in SECOND_PAGE:
        keep_shifting(state_of(fjordheim.sandbox, side))
    expected = phones_written(fjordheim.sandbox.state(), numbers)
    code, report = sync(fjordheim.connection, "--conflicts", "huma", "--create-in-huma", "--create-in-visma")
    assert (code, report["matched"], report["created"]) == (0, PEOPLE, {"huma": 0, "visma": 0})
    assert changed(expected, fjordheim.sandbox.state()) == {}
    assert not EmployeeLink.objects.exclude(state="linked").exists()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_shifts_nobody_is_lost(fjordheim, seed):
    chance = random.Random(seed)
    links = list(fjordheim.connection.links.order_by("pk"))
    numbers = give_phones(fjordheim, chance.sample(links, 20))
    left = {"huma": 3, "visma": 3}

    def shuffle(side: str) -> None:
        """Sometimes, between any two pages: some from anywhere are at the end all of a sudden."""
        state = state_of(fjordheim.sandbox, side)
        if not left[side] or chance.random() < 0.4:
            return
        left[side] -= 1
        for _ in range(chance.randint(1, 4)):
            if side == "visma":
                state.move_to_end(chance.choice(list(state.employees)))
            else:
                user = chance.choice(list(state.users))
                state.users[user] = state.users.pop(user)

    fjordheim.sandbox.visma.cursors_count = True
    fjordheim.sandbox.huma.before_page = lambda offset: shuffle("huma") if offset else None
    fjordheim.sandbox.visma.before_page = lambda offset: shuffle("visma") if offset else None
    expected = phones_written(fjordheim.sandbox.state(), numbers)
    code, report = sync(fjordheim.connection, "--conflicts", "huma", "--create-in-huma", "--create-in-visma")
    assert (code, report["matched"], report["created"]) == (0, PEOPLE, {"huma": 0, "visma": 0})
    assert changed(expected, fjordheim.sandbox.state()) == {}
    assert not EmployeeLink.objects.exclude(state="linked").exists()


def test_a_list_that_never_holds_still_fails_the_run(fjordheim):
    """Nobody is created from what such a list says: nothing is done with it at all."""
    before = fjordheim.sandbox.state()
    fjordheim.sandbox.huma.before_page = lambda offset: move_first_to_end(fjordheim.sandbox.huma) if offset else None
    code, report = sync(fjordheim.connection, "--conflicts", "huma", "--create-in-huma", "--create-in-visma")
    assert (code, report["state"]) == (2, "failed")
    assert changed(before, fjordheim.sandbox.state()) == {}
    assert not EmployeeLink.objects.exclude(state="linked").exists()


def test_ids_that_never_hold_still_fail_the_run(fjordheim):
    def add(offset: int) -> None:
        if offset:
            fjordheim.add("only_visma")

    fjordheim.sandbox.visma.before_page = add
    code, report = sync(fjordheim.connection, "--create-in-huma")
    assert (code, report["state"]) == (2, "failed")
    assert not EmployeeLink.objects.exclude(state="linked").exists()


def test_a_run_that_began_when_pages_did_not_overlap_goes_on(fjordheim):
    """An update of the product comes between two slices of its reading."""
    run = lifecycle.start(fjordheim.connection, fjordheim.user)
    page = ids(fjordheim.sandbox, "huma")[:50]
    huma = {**HumaList.start(), "said": PEOPLE, "pages": {"0": 50}}
    visma = {"stage": "list", "cursor": "", "read": 0, "restarts": 0}
    run.reading_began_at, run.progress = timezone.now(), {"huma": huma, "visma": visma, "silent": {}}
    run.save()
    store_listed(run, page)
    assert runner.drive(run).state == "review"
    assert run.snapshots.filter(side="huma", complete=True).count() == PEOPLE
