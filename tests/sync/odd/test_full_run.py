"""One odd person never stops anybody else: a full run."""

import pytest

from sync.models import EmployeeLink, PassedPerson
from tests.sync.driving import sync
from tests.sync.odd.changing import assert_written, at, new_phones, where

pytestmark = pytest.mark.django_db(transaction=True)

DECIDE = ("--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--allow-clearing", "--confirm-large")
ODD = [
    ("huma", "document", ("familyName", "value"), 5),
    ("huma", "document", ("familyName",), "plain"),
    ("huma", "document", ("phone", "value"), ["+4799999999"]),
    ("huma", "document", ("bankAccount",), {"value": 7, "editable": True}),
    ("huma", "document", ("status",), "active"),
    ("huma", "document", ("id",), 5),
    ("huma", "document", ("id",), "somebody-else"),
    ("huma", "document", (), [1, 2]),
    ("huma", "document", (), None),
    ("huma", "document", ("currentPositions", 0, "contractStartDate"), "31.12.1990"),
    ("huma", "document", ("currentPositions", 0, "id"), "a\u0000b"),
    ("huma", "document", ("currentPositions", 0, "percentage"), 10**400),
    ("huma", "position", ("firstDayOfWork",), {"value": "2024-02-30", "editable": True}),
    ("huma", "position", ("firstDayOfWork",), {"value": "2024-01-0\ud83d", "editable": True}),
    ("visma", "row", ("number",), 17),
    ("visma", "row", ("personNames", 0, "activeStart"), "1990-00-00"),
    ("visma", "row", ("personNames", 0), "Anna"),
    ("visma", "row", ("salaryPaymentMethod",), "bank"),
    ("visma", "row", ("phones", 0), None),
    ("visma", "row", ("_embedded", "positions", 0, "activeStart"), "1.2.2020"),
    ("visma", "row", ("_embedded", "positions", 0, "id"), None),
    ("visma", "row", ("_embedded", "positions"), {"a": 1}),
]


@pytest.mark.parametrize(("side", "place", "path", "value"), ODD)
def test_everybody_else_is_written_and_nothing_of_the_odd_one(twelve, side, place, path, value):
    found, anna, others = twelve
    numbers = new_phones(found, others)
    new_phones(found, [anna])
    baseline = EmployeeLink.objects.get(huma_id=anna.user_id).baseline
    before = found.sandbox.state()
    found.sandbox.oddities.put(side, where(side, anna), place, at(path, value))
    code, report = sync(found.connection, *DECIDE)
    assert_written(found, numbers, before)
    (passed,) = report["passed_over"]
    assert (code, report["state"], passed["side"]) == (1, "finished", side)
    assert report["created"] == {"huma": 0, "visma": 0}
    assert report["matched"] == len(others)
    assert EmployeeLink.objects.get(huma_id=anna.user_id).baseline == baseline
    found.sandbox.oddities.clear()
    assert sync(found.connection, *DECIDE)[0] == 0
    assert not PassedPerson.objects.filter(over_at=None).exists()
