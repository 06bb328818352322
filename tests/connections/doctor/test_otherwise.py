"""What isn't as assumed and isn't foreseen is counted and named, and nothing follows from it."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from connections.doctor import check as doctor
from connections.doctor.report import report
from connections.doctor.seen import OPEN, OTHERWISE
from connections.models import Connection
from tests.connections.doctor.conftest import checked_company
from tests.connections.doctor.test_check import asked, results

pytestmark = pytest.mark.django_db


def seen_of(connection: Connection, code: str) -> tuple[str, Any]:
    """What was seen of an assumption, and the names in it."""
    seen = next(one.seen for one in report(connection) if one.assumption.code == code) or {}
    return seen["code"], seen.get("names")


def test_what_the_key_may_not_see_is_named(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        sandbox.huma.hide(list(sandbox.huma.users)[2], "phone")
        doctor.check(connection)
        assert seen_of(connection, "H1") == ("some", ["phone"])
        for user in sandbox.huma.users:
            sandbox.huma.hide(user, "bankAccount")
        doctor.check(connection)
        assert seen_of(connection, "H1") == ("hidden", ["bankAccount"])
        assert results(connection)["H4"] == (OPEN, "none")


def test_where_nothing_is_shown_as_empty_missing_may_mean_empty(settings: Any, hr: User) -> None:
    def is_empty(one: Any) -> bool:
        return isinstance(one, dict) and "editable" in one and "value" not in one

    def without_empty(body: dict[str, Any]) -> dict[str, Any]:
        return {key: one for key, one in body.items() if not is_empty(one)}

    with checked_company(settings, hr) as (sandbox, connection):
        sandbox.huma.edit(list(sandbox.huma.users)[2], phone=None)
        sandbox.faults.rewrite("huma", "GET", "/users/[^/]+$", without_empty, times=1000)
        doctor.check(connection)
        assert results(connection)["H1"] == (OTHERWISE, "unclear")


def test_people_who_are_deactivated_and_not_listed_are_told(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        (some, *_rest) = list(sandbox.huma.users)
        for user in sandbox.huma.users:
            sandbox.huma.activate(user)
        sandbox.huma.deactivate(some)

        # The list, the list of those who are deactivated, and the list of one id; each of them looked at twice.
        answers = iter([False, True, False] * 2)

        def by_turns(body: dict[str, Any]) -> dict[str, Any]:
            items = body["items"] if next(answers) else [one for one in body["items"] if one["id"] != some]
            return {"total": len(items), "items": items}

        sandbox.faults.rewrite("huma", "GET", "/users$", by_turns, times=6)
        doctor.check(connection)
        assert results(connection)["H2"] == (OTHERWISE, "not_listed")


def test_countries_ids_and_accounts_that_differ_are_counted(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        for one in sandbox.visma.employees.values():
            method = one.body.get("salaryPaymentMethod") or {}
            if method.get("internationalBankAccount"):
                method["internationalRemittanceCountry"] = "SE"
        for user in sandbox.huma.users.values():
            if user.integrations:
                user.integrations["visma"]["externalId"] = "4711"
            if user.values.get("bankAccount"):
                user.values["bankAccount"]["type"] = "postal"
        doctor.check(connection)
        found = results(connection)
        assert found["V9"] == (OTHERWISE, "differ")
        assert found["H9"] == (OTHERWISE, "differ")
        assert found["H4"] == (OTHERWISE, "other")


def test_a_limited_connection_is_asked_about_its_own_people_only(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        location = next(key for key, one in sandbox.huma.groups.items() if one["type"] == "location")
        Connection.objects.update(huma_locations=[location])
        connection.refresh_from_db()
        since = len(sandbox.journal)
        doctor.check(connection)
        lists = [one.query for one in asked(sandbox, "huma", since) if one.path == "/users"]
        assert lists
        assert all(f"location={location}" in query for query in lists)
        people = {one.path.rpartition("/")[2] for one in asked(sandbox, "huma", since)} - {"users"}
        assert people
        assert all(location in sandbox.huma.users[one].groups for one in people)
