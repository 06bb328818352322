"""With random decisions, nothing else changes in the whole states of both sides. The product's first promise."""

import random
from typing import Any

import pytest

from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, SyncRun
from sync.wizard import creation, review
from tests.sync.driving import apply, changed, connection, read, running

pytestmark = pytest.mark.django_db(transaction=True)

PROPERTIES = {  # by side and field: the properties of a document that may change
    "visma": {
        "given_name": {"personNames"},
        "family_name": {"personNames"},
        "email": {"emails"},
        "phone": {"phones"},
        "employment_id": {"number"},
        "bank_account": {"salaryPaymentMethod"},
        "address": {"address"},
        "first_workday": {"activeStart"},
        "last_workday": {"activeEnd", "positionEndReason"},
    },
    "huma": {
        "given_name": {"givenName"},
        "family_name": {"familyName"},
        "email": {"email", "requestedEmail"},
        "phone": {"phone"},
        "employment_id": {"employmentId"},
        "bank_account": {"bankAccount"},
        "address": {"homeAddress"},
        "first_workday": {"firstDayOfWork"},
        "last_workday": {"lastDayOfWork", "endReason"},
    },
}


def decide_at_random(run: SyncRun, user: Any, dice: random.Random) -> None:
    for conflict in Conflict.objects.filter(run=run):
        choice = dice.choice(("huma", "visma", "leave", "never", "", ""))
        if choice and not conflict.forbids(choice):
            review.decide(run, user, [conflict.pk], choice)
    people = EmployeeSnapshot.objects.filter(run=run, create_blocked="", link=None).exclude(create_group="")
    creation.choose(run, user, [person.pk for person in people if dice.random() < 0.5], True)


def decided(run: SyncRun) -> set[tuple[str, str, str]]:
    """(side, id on that side, property) of everything that a person decided to have written."""
    found = set()
    for conflict in Conflict.objects.filter(run=run, decision__in=("huma", "visma")).select_related("link"):
        side = "visma" if conflict.decision == "huma" else "huma"
        owner = conflict.link.visma_id if side == "visma" else conflict.link.huma_id
        found |= {(side, owner, name) for name in PROPERTIES[side][conflict.field]}
    return found


def what_changed(before: dict[str, Any], after: dict[str, Any]) -> set[tuple[str, str, str]]:
    """The same of what is different on people who were there before."""
    found = set()
    for side in ("huma", "visma"):
        assert before[side].keys() <= after[side].keys()
        for owner in before[side]:
            for path in changed(before[side][owner], after[side][owner]):
                parts = path.split("/")[1:]
                found.add((side, owner, parts[2] if parts[0] == "positions" else parts[0]))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_nothing_changes_that_nobody_decided(settings, hr, seed):
    dice = random.Random(seed)
    with running(settings, 60, seed=seed + 1) as sandbox:
        made = connection(sandbox, hr)
        for _month in range(2):
            run = read(made, hr)
            decide_at_random(run, hr, dice)
            chosen = EmployeeSnapshot.objects.filter(run=run, create_chosen=True).count()
            allowed, before = decided(run), sandbox.state()
            run = apply(run, hr)
            assert run.state == "finished"
            after = sandbox.state()
            assert what_changed(before, after) <= allowed
            new = sum(len(after[side]) - len(before[side]) for side in ("huma", "visma"))
            assert new == Change.objects.filter(run=run, action="create", state="done").count() <= chosen
            assert EmployeeLink.objects.filter(linked_by="created").count() >= new
            settled_stays_settled(run, read(made, hr))
            edit_at_random(sandbox, dice)


def settled_stays_settled(run: SyncRun, again: SyncRun) -> None:
    """What was written is no difference any more; what was left or never to be synced asks nobody."""
    written = Change.objects.filter(run=run, action="field", state="done").exclude(conflict=None)
    asking = set(Conflict.objects.filter(run=again, standing="asks").values_list("link", "field"))
    differing = set(Conflict.objects.filter(run=again).values_list("link", "field"))
    assert not set(written.values_list("link", "field")) & differing
    for decision in ("leave", "never"):
        assert not set(Conflict.objects.filter(run=run, decision=decision).values_list("link", "field")) & asking
    SyncRun.objects.filter(pk=again.pk).update(state="cancelled")


def edit_at_random(sandbox: Any, dice: random.Random) -> None:
    users = [id for id, user in sandbox.huma.users.items() if user.type == "user" and not user.locked]
    for user in dice.sample(users, 8):
        sandbox.huma.edit(user, phone=f"+479{dice.randrange(10**7):07}")
    for employee in dice.sample(list(sandbox.visma.employees), 8):
        sandbox.visma.edit(employee, phones=[{"type": "business", "number": f"+474{dice.randrange(10**7):07}"}])
