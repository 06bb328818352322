"""Somebody is created and the answer gets lost: an odd record elsewhere doesn't make the result uncertain."""

import pytest

from tests.sync import scheduling
from tests.sync.driving import sync
from tests.sync.odd.changing import never_ending

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.writes]
LIST = "/employees$"


@pytest.fixture
def lost(settings, hr):
    """A company in which Anna is known on both sides, and somebody is to be created whose answer gets lost."""
    with scheduling.company(settings, hr) as found:
        anna, *_others = scheduling.people(found, 9)
        found.add("only_huma")
        yield found, anna


def create(found, fault):
    """The outcome of the creation, the number of POSTs, and by how many Visma's employees grew."""
    before = len(found.sandbox.visma.employees)
    found.sandbox.faults.script("visma", "POST", "/employees/withPosition$", fault, 1)
    code, report = sync(found.connection, "--create-in-visma", "--confirm-large")
    found.sandbox.wait_for_jobs()
    sent = [one for one in found.sandbox.journal.writes() if one.method == "POST"]
    assert code in (0, 1)
    (outcome,) = [name for name, many in report["changes"].items() if many and name != "planned"]
    return outcome, len(sent), len(found.sandbox.visma.employees) - before


def afterwards(found, change):
    """From the first create request on, ``change`` alters Visma's answers to its list."""

    def begin():
        found.sandbox.faults.rewrite("visma", "GET", LIST, change, times=10**6)

    found.sandbox.faults.before("visma", "POST", "/employees/withPosition$", begin)


def is_new(row):
    return any(one.get("key") == "huma" for one in row.get("externalIds") or [])


@pytest.mark.parametrize(("fault", "sent"), [("503", 2), ("lost", 1)])
@pytest.mark.parametrize("odd", [{"number": 17}, {"personNames": 1}, {"externalIds": 5}])
def test_an_odd_one_alone_among_the_changed_makes_nothing_uncertain(lost, odd, fault, sent):
    found, anna = lost

    def change(page):
        rows = [row for row in page["data"] if row["id"] == anna.employee_id or is_new(row)]
        return {**page, "data": [{**row, **odd} if row["id"] == anna.employee_id else row for row in rows]}

    afterwards(found, change)
    assert create(found, fault) == ("done", sent, 1)


def without_ids(row):
    return {key: value for key, value in row.items() if key != "externalIds"}


@pytest.mark.parametrize(
    "odd",
    [
        lambda _row: 5,
        lambda row: {**without_ids(row), "id": 5},
        lambda row: {**row, "id": 5},
        lambda row: {**row, "externalIds": {}},
        lambda row: {**row, "externalIds": "x"},
    ],
)
def test_who_may_be_the_new_one_and_cant_be_understood_is_not_created_twice(lost, odd):
    found, _anna = lost
    afterwards(found, lambda page: {**page, "data": [odd(row) if is_new(row) else row for row in page["data"]]})
    assert create(found, "lost") == ("unknown", 1, 1)


@pytest.mark.parametrize("pages", ["without anybody", "of the same people"])
def test_a_list_that_never_ends_leaves_it_unknown_and_it_is_not_created_twice(lost, pages, monkeypatch):
    monkeypatch.setattr("connections.api.visma.client.PAGE_SIZE", 4)
    found, _anna = lost
    seen = []

    def begin():
        seen.append(never_ending(found, lambda row: pages == "of the same people" and not is_new(row)))

    found.sandbox.faults.before("visma", "POST", "/employees/withPosition$", begin)
    assert create(found, "lost") == ("unknown", 1, 1)
    assert len(seen[0]) < 50
