"""After a whole sync of a company the history has what changed in both systems: all of it, and nothing else."""

import csv
import io
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from sync.models import HistoryEntry
from sync.wizard import creation, review
from tests.sync import driving

pytestmark = [pytest.mark.django_db(transaction=True)]

FIELD_OF = {
    "givenName": "given_name",
    "familyName": "family_name",
    "email": "email",
    "emails": "email",
    "phone": "phone",
    "phones": "phone",
    "employmentId": "employment_id",
    "number": "employment_id",
    "bankAccount": "bank_account",
    "salaryPaymentMethod": "bank_account",
    "homeAddress": "address",
    "address": "address",
    "firstDayOfWork": "first_workday",
    "activeStart": "first_workday",
    "lastDayOfWork": "last_workday",
    "activeEnd": "last_workday",
    "positionEndReason": "last_workday",
    "endReason": "last_workday",
}
"""The field to which a property of a document belongs."""
AT_CREATION = {"given_name", "family_name", "email"}
"""What a new Huma user is created with; the rest follows as changes of its own."""
Changed = tuple[str, str, str]


def names(property_: str, before: Any, after: Any) -> set[str]:
    """The fields that a changed property means."""
    if property_ != "personNames":
        return {FIELD_OF[property_]}
    today = timezone.localdate().isoformat()
    old, new = (
        next(one for one in entries if one["activeStart"] <= today <= one.get("activeEnd", today))
        for entries in (before, after)
    )
    fields = {"given_name": "firstName", "family_name": "lastName"}
    return {field for field, key in fields.items() if old[key] != new[key]}


def in_the_systems(before: Any, after: Any) -> set[Changed]:
    """What is otherwise in the documents of both: (system, id there, field), or "create" for a new document."""
    found: set[Changed] = set()
    for path, (old, new) in driving.changed(before, after).items():
        _empty, side, id_, *rest = path.split("/")
        if rest:
            property_ = rest[2] if rest[0] == "positions" else rest[0]
            found |= {(side, id_, field) for field in names(property_, old, new)}
            continue
        found.add((side, id_, "create"))
        if side == "huma":
            filled = {FIELD_OF[key] for key, value in new.items() if key in FIELD_OF and value}
            found |= {(side, id_, field) for field in filled - AT_CREATION}
    return found


def in_the_history() -> set[Changed]:
    """What the history says was sent."""
    done = HistoryEntry.objects.filter(outcome="done").select_related("link")
    return {
        (one.side, one.link.huma_id if one.side == "huma" else one.link.visma_id, one.field or one.action)
        for one in done
        if one.link
    }


def test_the_history_is_what_changed_in_both_systems(settings, hr, web):
    with driving.running(settings, employees=40) as sandbox:
        made = driving.connection(sandbox, hr)
        before = sandbox.state()
        run = driving.read(made, hr)
        for field, choice in (("", "huma"), ("phone", "visma"), ("address", "visma")):
            review.decide_bulk(run, hr, review.ReviewFilter(show="all", field=field), choice)
        creation.choose_all(run, hr, "huma", True)
        creation.choose_all(run, hr, "visma", True)
        differences = driving.differences(run)
        run = driving.apply(run, hr)
        sandbox.wait_for_jobs()
        changed = in_the_systems(before, sandbox.state())
    assert run.state == "finished"
    assert {side for side, _id, _field in changed} == {"huma", "visma"}
    assert in_the_history() == changed
    entries = HistoryEntry.objects.exclude(conflict=None)
    assert set(entries.values_list("link__huma_id", "field")) == differences, "what wasn't sent is there, too"
    answer: Any = web.post(reverse("admin:history_export"), {"file": "csv", "run": run.pk})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text), delimiter=";"))) == HistoryEntry.objects.count()
    driving.read(made, hr)
    assert in_the_history() == changed, "an open sync isn't in it"
