"""A check that ends early says why, and of several at once one is made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from connections.claims import claim_row
from connections.doctor import check as doctor
from connections.doctor.huma_looks import People
from connections.doctor.seen import CONFIRMED, OPEN, OTHERWISE
from connections.models import Connection, Diagnosis
from tests.connections.doctor.conftest import checked_company
from tests.connections.doctor.test_check import asked, results

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_refused_access_ends_it_with_a_sentence(settings: Any, hr: User, side: str) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        doctor.check(connection)
        kept = results(connection)
        if side == "huma":
            sandbox.huma.api_keys.clear()
        else:
            sandbox.visma.tenants.clear()
        since = len(sandbox.journal)
        row = doctor.check(connection)
        assert row.trouble.startswith(f"refused:{side}:")
        assert not asked(sandbox, side, since)
        now = results(connection)
        assert {code: one for code, one in now.items() if code != "V1"} == {c: o for c, o in kept.items() if c != "V1"}
        with pytest.raises(CommandError) as refused, override("en"):
            call_command("doctor", connection.code)
        assert refused.value.returncode == 2
        assert "access was refused" in str(refused.value)
        assert connection.state == Connection.State.ACTIVE, "looking pauses nothing"


def test_a_new_token_that_is_refused_is_told_as_such(settings: Any, hr: User) -> None:
    with checked_company(settings, hr, "scopes-unsaid") as (sandbox, connection):
        sandbox.visma.customers.add(connection.tenant_id.lower())
        sandbox.visma.tenants.clear()
        row = doctor.check(connection)
        assert row.trouble == "refused:visma:wrong_tenant"
        assert results(connection)["V1"] == (OTHERWISE, "refused_401")
        assert connection.variants == {"scopes": "refused_401"}


def test_a_side_that_does_not_answer_ends_it_and_it_is_made_again_soon(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        settings.HTTP_CONNECT_TIMEOUT = settings.HTTP_READ_TIMEOUT = 1.0
        sandbox.faults.script("visma", "GET", "/employees", "503", times=1000)
        row = doctor.check(connection)
        assert row.trouble == "unavailable:visma"
        assert row.due_at is not None
        assert row.due_at < timezone.now() + timedelta(hours=2)
        assert results(connection)["H3"] == (CONFIRMED, "total")


def test_it_waits_as_long_as_a_side_says(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        sandbox.faults.script("huma", "GET", "/users/", "429:1", times=2)
        assert doctor.check(connection).trouble == ""


def test_one_person_whom_the_key_may_not_see_ends_nothing(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        first = next(iter(sandbox.huma.users))
        sandbox.faults.script("huma", "GET", f"/users/{first}$", "403", times=9)
        assert doctor.check(connection).trouble == ""
        assert results(connection)["H1"][0] == CONFIRMED


@pytest.mark.parametrize("side", ["huma", "visma"])
@pytest.mark.parametrize(
    "nonsense", [[], {}, {"items": None, "data": None}, {"items": [1, None], "data": ["x", {}]}, 7]
)
def test_nonsense_leaves_it_open(settings: Any, hr: User, side: str, nonsense: Any) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        sandbox.faults.rewrite(side, "GET", ".", lambda body: nonsense, times=1000)
        row = doctor.check(connection)
        assert row.trouble == ""
        letter = side[0].upper()
        assert {one[0] for code, one in results(connection).items() if code[0] == letter and code not in SAID} == {OPEN}
        assert connection.variants == {}


SAID = ("V1", "V2", "V14", "H2", "H3", "H9")
"""What is told by the token, the headers and the status, whatever the body is."""


@pytest.mark.parametrize(
    ("state", "sentence_of_it"),
    [
        ("paused", "The connection is paused"),
        ("waiting", "waits for its approval"),
        ("disconnected", "is disconnected"),
    ],
)
def test_a_connection_that_is_not_active_is_not_asked_for(
    settings: Any, hr: User, state: str, sentence_of_it: str
) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        Connection.objects.update(state=state)
        since = len(sandbox.journal)
        with pytest.raises(CommandError) as refused, override("en"):
            call_command("doctor", connection.code, "--json")
        assert (refused.value.returncode, sandbox.journal[since:]) == (2, [])
        assert sentence_of_it in str(refused.value)
        assert not Diagnosis.objects.exists()


def test_a_pause_in_the_middle_ends_it_and_keeps_nothing(settings: Any, hr: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(doctor, "LEASE", timedelta(0))
    with checked_company(settings, hr) as (_sandbox, connection):
        _in_the_middle(monkeypatch, lambda: Connection.objects.update(state="paused"))
        row = doctor.check(connection)
        assert (row.findings, row.claimed_until, row.checked_at) == ({}, None, None)


def _in_the_middle(monkeypatch: Any, act: Callable[[], object]) -> None:
    """Do something in our own process after the list of Huma was read."""
    read = People.read

    def and_then(self: Any) -> None:
        read(self)
        act()

    monkeypatch.setattr(People, "read", and_then)


def test_of_two_at_once_one_is_made(settings: Any, hr: User, monkeypatch: Any) -> None:
    with checked_company(settings, hr) as (_sandbox, connection):
        said: list[str] = []

        def another() -> None:
            with pytest.raises(doctor.NotNow) as busy:
                doctor.check(Connection.objects.get(pk=connection.pk))
            said.append(busy.value.why)

        _in_the_middle(monkeypatch, another)
        assert doctor.check(connection).trouble == ""
        assert set(said) == {"busy"}


def test_one_that_was_killed_is_begun_anew(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (_sandbox, connection):
        row = Diagnosis.objects.create(connection=connection)
        dead = {"claimed_until": timezone.now() - timedelta(seconds=1), "holder": "dead", "done": 3}
        assert claim_row(Diagnosis, row.pk, Q(holder=""), **dead)
        assert doctor.check(connection).trouble == ""
        assert results(connection)["V3"] == (CONFIRMED, "cursor")


def test_one_that_was_taken_over_stores_nothing(settings: Any, hr: User, monkeypatch: Any) -> None:
    with checked_company(settings, hr) as (_sandbox, connection):
        _in_the_middle(monkeypatch, lambda: Diagnosis.objects.update(holder="another"))
        row = doctor.check(connection)
        assert (row.findings, row.holder) == ({}, "another")


def test_a_bug_of_ours_ends_the_check_and_gives_its_claim_back(settings: Any, hr: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("connections.doctor.visma_looks.next_page", None)
    with checked_company(settings, hr) as (_sandbox, connection):
        with pytest.raises(TypeError):
            doctor.check(connection)
        row = Diagnosis.objects.get()
        assert (row.trouble, row.claimed_until) == ("bug", None)
