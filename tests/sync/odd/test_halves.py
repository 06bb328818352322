"""Lone surrogates and NUL are removed from the texts that are used, and the rest stays."""

import pytest

from sync.models import Change, Conflict, EmployeeLink
from tests.sync.driving import apply, read, sync
from tests.sync.hearing import NEW, phone
from tests.sync.odd.changing import assert_written, at, new_phones

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

HALF, NUL = "\ud83d", "\u0000"


@pytest.mark.parametrize("odd", [f"A {HALF}", f"A{NUL}", f"\udc00{NUL}A"])
def test_a_name_with_them_is_the_name_without(twelve, odd):
    found, anna, others = twelve
    numbers = new_phones(found, others)
    before = found.sandbox.state()
    found.sandbox.oddities.put("huma", anna.user_id, "document", at(("givenName", "value"), odd))
    code, report = sync(found.connection, "--confirm-large")
    (difference,) = Conflict.objects.filter(run=report["run"], field="given_name")
    said = (difference.values or {})["huma"]
    assert (code, report["passed_over"], said.strip()) == (0, [], "A")
    assert EmployeeLink.objects.get(huma_id=anna.user_id).name.startswith("A ")
    found.sandbox.oddities.clear()
    assert sync(found.connection, "--conflicts", "huma", "--confirm-large")[0] == 0
    assert_written(found, numbers, before)


def test_what_we_have_never_heard_of_is_written_back_as_it_was(twelve):
    found, anna, _others = twelve
    unheard = {f"key{HALF}": [f"x{NUL}y", "\udc00", {"deep": [10**30, 1e300, None]}], "Ł": "ok 😀"}
    found.sandbox.oddities.put("visma", anna.employee_id, "document", at(("unheardOf",), unheard))
    found.huma(anna, phone=NEW)
    code, report = sync(found.connection, "--conflicts", "huma")
    assert (code, report["passed_over"], phone(found, anna)) == (0, [], NEW)
    assert found.in_visma(anna)["unheardOf"] == unheard


def test_a_refusal_in_such_words_is_kept_without_them(twelve):
    found, anna, _others = twelve
    found.huma(anna, phone=NEW)
    run = read(found.connection, found.user)
    found.decide(run, "huma", anna, "phone")
    words = {"validationResults": [{"jsonPath": "$.phones", "message": f"nei {HALF}{NUL}takk", "severity": "Error"}]}
    found.sandbox.faults.script("visma", "PUT", "/employees/", "409")
    found.sandbox.faults.rewrite("visma", "PUT", "/employees/", lambda _body: words)
    apply(run, found.user)
    change = Change.objects.get(run=run)
    assert (change.state, change.reason, change.vendor_words) == ("failed", "rejected", "nei takk")
