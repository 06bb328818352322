"""Reading from a vendor with faults: it continues, reads again, or fails with a sentence; a fault is never "empty"."""

import math
from typing import Any

import pytest
from django.utils import translation

from sync.models import Conflict, EmployeeLink, EmployeeSnapshot
from sync.wording.sentences import sentence
from tests.sync.driving import connection, read, running

pytestmark = pytest.mark.django_db(transaction=True)
USERS, EMPLOYEES = "/users$", "/employees$"


@pytest.fixture(autouse=True)
def impatient(settings):
    settings.READ_PATIENCE_SECONDS = 1.0
    with translation.override("en"):
        yield


def first(n: int) -> Any:
    def shorten(page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "items": page["items"][:n]}

    return shorten


def without_total(page: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in page.items() if name != "total"}


def nothing_came_of(run: Any) -> None:
    assert run.state == "failed"
    assert not Conflict.objects.exists()
    assert not EmployeeLink.objects.exists()
    assert not EmployeeSnapshot.objects.exclude(payload=None).exists()


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        *(("/users/[^/]+$", kind) for kind in ("429:0", "500", "502", "reset", "lost", "cut", "not-json", "401")),
        *((where, kind) for where in ("/users$", "/positions/", "/employees$") for kind in ("503", "cut", "not-json")),
    ],
)
def test_one_fault_on_the_way_changes_nothing(settings, hr, kind, where):
    with running(settings, 12) as sandbox:
        sandbox.faults.script("*", "GET", where, kind, times=2 if kind in ("500", "503") else 1)
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        people = EmployeeSnapshot.objects.filter(run=run, complete=True)
        assert people.filter(side="huma").count() == sum(u.type == "user" for u in sandbox.huma.users.values())
        assert people.filter(side="visma").count() == len(sandbox.visma.employees)


@pytest.mark.parametrize(
    ("where", "kind", "failure"),
    [
        ("/users$", "503", "read_failed_huma"),
        ("/users/[^/]+$", "cut", "read_failed_huma"),
        ("/positions/", "404", "read_failed_huma"),
        ("/employees$", "reset", "read_failed_visma"),
        ("/employees$", "not-json", "read_failed_visma"),
        ("/users$", "403", "credentials_huma"),
        ("/users$", "401", "credentials_huma"),
        ("/employees$", "403", "credentials_visma"),
        ("/employees$", "404", "contract_visma"),
        ("/users$", "404", "contract_huma"),
    ],
)
def test_a_side_that_stays_broken_fails_the_run_with_our_sentence(settings, hr, where, kind, failure):
    with running(settings, 8) as sandbox:
        sandbox.faults.script("*", "GET", where, kind, times=math.inf)
        run = read(connection(sandbox, hr), hr)
        assert run.failure == failure
        assert sentence(failure, run.failure_params)
        nothing_came_of(run)


def test_a_vendor_that_is_away_fails_the_run_after_our_patience(settings, hr):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr)
        sandbox.stop()
        run = read(made, hr)
        assert run.failure.startswith("read_failed_")
        assert run.finished_at
        assert 1.0 <= (run.finished_at - run.started_at).total_seconds() < 10
        nothing_came_of(run)


def test_a_vendor_that_says_when_to_come_back_is_waited_for(settings, hr):
    with running(settings, 8) as sandbox:
        sandbox.faults.script("huma", "GET", "/users$", "429:3")
        assert read(connection(sandbox, hr), hr).state == "review"


@pytest.mark.parametrize(
    ("where", "change", "failure"),
    [
        ("/users$", lambda page: {"total": page["total"]}, "contract_huma"),
        ("/users$", lambda page: {**page, "items": [{"name": "x"}]}, "contract_huma"),
        ("/users/[^/]+$", lambda user: {**user, "familyName": "plain"}, "contract_huma"),
        ("/users/[^/]+$", lambda user: {**user, "id": "somebody-else"}, "contract_huma"),
        ("/employees$", lambda page: {"data": "none"}, "contract_visma"),
        ("/employees$", lambda page: [], "contract_visma"),
    ],
)
def test_an_answer_of_another_shape_fails_loudly(settings, hr, where, change, failure):
    with running(settings, 8) as sandbox:
        sandbox.faults.rewrite("*", "GET", where, change, times=math.inf)
        run = read(connection(sandbox, hr), hr)
        assert run.failure == failure
        nothing_came_of(run)


def test_a_list_without_a_total_is_read_until_a_short_page(settings, hr):
    with running(settings, 120) as sandbox:
        sandbox.faults.rewrite("huma", "GET", USERS, without_total, times=math.inf)
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        seen = EmployeeSnapshot.objects.filter(run=run, side="huma").count()
        assert seen == sum(user.type == "user" for user in sandbox.huma.users.values())


def test_a_page_that_ends_early_once_is_read_again(settings, hr):
    with running(settings, 120) as sandbox:
        sandbox.faults.rewrite("huma", "GET", USERS, first(20))
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        seen = EmployeeSnapshot.objects.filter(run=run, side="huma").count()
        assert seen == sum(user.type == "user" for user in sandbox.huma.users.values())


@pytest.mark.parametrize(
    "change",
    [
        first(20),
        lambda page: {**page, "items": []},
        lambda page: {**page, "items": [*page["items"][:-1], page["items"][0]]},
    ],
)
def test_a_list_that_never_adds_up_fails(settings, hr, change):
    with running(settings, 60) as sandbox:
        sandbox.faults.rewrite("huma", "GET", USERS, change, times=math.inf)
        run = read(connection(sandbox, hr), hr)
        assert run.failure == "list_unsteady"
        nothing_came_of(run)


def test_somebody_new_while_the_list_is_read_means_reading_it_again(settings, hr):
    settings.SYNC_CONCURRENCY = 1
    with running(settings, 120) as sandbox:
        sandbox.faults.before("huma", "GET", USERS, lambda: None)
        sandbox.faults.before("huma", "GET", USERS, lambda: sandbox.add_person("equal"))
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        seen = EmployeeSnapshot.objects.filter(run=run, side="huma").count()
        assert seen == sum(user.type == "user" for user in sandbox.huma.users.values())


def test_a_visma_list_that_names_somebody_twice_is_read_again(settings, hr):
    def twice(page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "data": [*page["data"], page["data"][0]]}

    with running(settings, 8) as sandbox:
        sandbox.faults.rewrite("visma", "GET", EMPLOYEES, twice)
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        assert EmployeeSnapshot.objects.filter(run=run, side="visma").count() == len(sandbox.visma.employees)


def test_a_visma_list_that_always_names_somebody_twice_fails(settings, hr):
    def twice(page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "data": [*page["data"], page["data"][0]]}

    with running(settings, 8) as sandbox:
        sandbox.faults.rewrite("visma", "GET", EMPLOYEES, twice, times=math.inf)
        run = read(connection(sandbox, hr), hr)
        assert run.failure == "list_unsteady"
        nothing_came_of(run)


def test_a_cursor_that_ran_out_is_followed_by_reading_from_the_start(settings, hr):
    with running(settings, 130) as sandbox:
        sandbox.faults.rewrite("visma", "GET", EMPLOYEES, lambda page: {**page, "cursor": {"nextToken": "old"}})
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review"
        assert EmployeeSnapshot.objects.filter(run=run, side="visma").count() == len(sandbox.visma.employees)
