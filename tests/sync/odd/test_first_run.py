"""Before the first links: a person who may be an unreadable one is neither linked nor created."""

import json

import pytest

from sync.models import EmployeeLink, EmployeeSnapshot, PassedPerson
from tests.sync import scheduling
from tests.sync.driving import changed, connection, read, running, sync
from tests.sync.odd.changing import at, where

pytestmark = pytest.mark.django_db(transaction=True)
CREATE = ("--create-in-huma", "--create-in-visma", "--confirm-large")
INF = float("inf")


@pytest.fixture
def strangers(settings, hr):
    """Nine who agree, nobody of them linked, and one more on either side only."""
    with scheduling.company(settings, hr) as found:
        anna, *others = scheduling.people(found, 9)
        found.add("only_huma")
        found.add("only_visma")
        yield found, anna, others


@pytest.mark.parametrize(
    ("side", "place", "path", "value"),
    [
        ("huma", "document", ("familyName",), 5),
        ("huma", "document", ("employmentId", "value"), 5),
        ("huma", "document", (), None),
        ("huma", "row", ("id",), 5),
        ("visma", "row", ("number",), 17),
        ("visma", "row", ("personNames",), "Anna"),
        ("visma", "row", ("personNames", 0, "activeStart"), "1990-00-00"),
        ("visma", "row", ("id",), None),
        ("visma", "row", ("emails",), 5),
        ("visma", "row", ("_embedded", "positions", 0), 5),
    ],
)
def test_who_may_be_the_odd_one_is_not_added(strangers, side, place, path, value):
    found, anna, others = strangers
    found.sandbox.oddities.put(side, where(side, anna), place, at(path, value))
    before = found.sandbox.state()
    code, report = sync(found.connection, *CREATE)
    found.sandbox.wait_for_jobs()
    (passed,) = report["passed_over"]
    assert (code, passed["side"], report["created"]) == (1, side, {"huma": 1, "visma": 1}), report
    assert set(EmployeeLink.objects.exclude(linked_by="created").values_list("huma_id", flat=True)) == {
        person.user_id for person in others
    }
    across = "visma" if side == "huma" else "huma"
    blocked = EmployeeSnapshot.objects.filter(side=across, vendor_id=where(across, anna))
    assert set(blocked.values_list("create_blocked", flat=True)) == {"create_unread"}
    added = changed(before, found.sandbox.state())
    assert len(json.dumps(added)) > 2
    found.sandbox.oddities.clear()
    code, report = sync(found.connection, *CREATE)
    assert (code, report["created"], report["passed_over"]) == (0, {"huma": 0, "visma": 0}, [])


def test_who_is_left_out_and_odd_is_not_added_either(strangers):
    found, anna, _others = strangers
    found.sandbox.oddities.put("huma", anna.user_id, "document", at((), 5))
    found.connection.left_out.create(side="huma", vendor_id=anna.user_id, by="hr")
    code, report = sync(found.connection, *CREATE)
    assert (code, report["passed_over"], report["created"]) == (0, [], {"huma": 1, "visma": 1})
    row = EmployeeSnapshot.objects.get(side="visma", vendor_id=anna.employee_id)
    assert row.create_blocked == "create_unread"


def test_whom_the_access_may_not_see_costs_nobody_else_anything(strangers):
    found, anna, _others = strangers
    found.sandbox.faults.script("huma", "GET", f"/users/{anna.user_id}$", "403", INF)
    code, report = sync(found.connection, *CREATE)
    assert (code, len(report["passed_over"]), report["created"]) == (1, 1, {"huma": 1, "visma": 1})
    found.connection.refresh_from_db()
    assert found.connection.state == "active"


def test_whose_positions_the_access_may_not_see_costs_nobody_else_anything(strangers):
    found, anna, _others = strangers

    def without_positions(row):
        return {name: value for name, value in row.items() if name != "_embedded"}

    found.sandbox.oddities.put("visma", anna.employee_id, "row", without_positions)
    found.sandbox.faults.script("visma", "GET", f"/{anna.employee_id}/positions$", "403", INF)
    code, report = sync(found.connection, *CREATE)
    (passed,) = report["passed_over"]
    assert (code, passed["side"], report["created"]) == (1, "visma", {"huma": 1, "visma": 1})
    assert PassedPerson.objects.get().reason == "passed_forbidden"


@pytest.mark.parametrize("where_", ["/users/[^/]+$", "/users$", "/employees$"])
def test_where_everybody_is_refused_the_access_is(strangers, where_):
    found, _anna, _others = strangers
    found.sandbox.faults.script("*", "GET", where_, "403", INF)
    assert sync(found.connection, *CREATE)[0] == 2
    found.connection.refresh_from_db()
    assert found.connection.state == "paused"


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_more_than_one_in_ten_are_the_sides_trouble(strangers, side):
    found, anna, others = strangers
    change = at(("familyName",), 5) if side == "huma" else at(("number",), 5)
    for person in (anna, *others[:4]):
        found.sandbox.oddities.put(side, where(side, person), "document" if side == "huma" else "row", change)
    before = found.sandbox.state()
    code, report = sync(found.connection, *CREATE)
    assert (code, report["state"], found.connection.runs.first().failure) == (2, "failed", f"many_passed_{side}")
    assert "5" in report["error"]
    assert changed(before, found.sandbox.state()) == {}
    assert not EmployeeLink.objects.exists()


def test_what_only_helps_to_match_is_left_out(strangers):
    found, anna, others = strangers
    for path, value in ((("birthDate",), {"value": "31.12.1990"}), (("connectedIntegrations",), {"visma": {"a": 1}})):
        found.sandbox.oddities.put("huma", anna.user_id, "document", at(path, value))
    found.sandbox.oddities.put("huma", others[0].user_id, "document", at(("birthDate",), "1990"))
    found.sandbox.oddities.put("visma", others[1].employee_id, "row", at(("dateOfBirth",), "1990-00-00"))
    found.sandbox.oddities.put("visma", others[2].employee_id, "row", at(("externalIds",), [5, {"key": 5}, {}]))
    private = {"type": "private", "address": 5}
    found.sandbox.oddities.put(
        "visma", others[3].employee_id, "row", lambda row: {**row, "emails": [private, *row["emails"]]}
    )
    code, report = sync(found.connection, *CREATE)
    assert (code, report["passed_over"], report["matched"]) == (0, [], 9), report


def test_whose_row_stands_where_two_pages_meet(settings, hr):
    with running(settings, 130) as sandbox:
        users, employees = list(sandbox.huma.users.values()), list(sandbox.visma.employees)
        assert users[49].type == "user"
        sandbox.oddities.put("huma", users[49].id, "row", at(("id",), 5))
        sandbox.oddities.put("visma", employees[99], "row", at((), "nobody"))
        sandbox.oddities.put("visma", employees[100], "row", at(("number",), 5))
        run = read(connection(sandbox, hr), hr)
        assert run.state == "review", run.failure
        assert sorted(run.passed_over.values_list("side", flat=True)) == ["huma", "visma", "visma"]
        complete = run.snapshots.filter(complete=True)
        assert complete.filter(side="visma").count() == len(employees) - 2
        assert complete.filter(side="huma").count() == sum(user.type == "user" for user in users) - 1
