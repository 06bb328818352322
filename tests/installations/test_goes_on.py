"""A kept installation works after its migration to this version: it writes the decisions, and stops for nobody."""

import json

import pytest
from django.test import Client

from connections import sandbox as vendors
from connections.models import Connection
from sync import runner
from sync.automation import answering_held, schedule
from sync.models import Change, Conflict, EmployeeLink, HumaEvent, SyncRun
from sync.runs import lifecycle
from tests.installations.conftest import Installation
from tests.sync.driving import apply, changed, sync
from tests.sync.scheduling import make_due

pytestmark = pytest.mark.django_db(transaction=True)


def left(connection: Connection) -> set[tuple[str, str]]:
    """(Huma id, field) of every difference that somebody left as it is."""
    rows = Conflict.objects.filter(run__connection=connection, decision="leave").exclude(run__confirmed_at=None)
    return set(rows.values_list("link__huma_id", "field"))


def phones(installation: Installation) -> dict[str, str | None]:
    """Who has which business phone in payroll, by the id there."""
    found = {}
    for id_, employee in installation.company.visma.employees.items():
        entries = employee.body.get("phones") or ()
        found[id_] = next((one["number"] for one in entries if one["type"].casefold() == "business"), None)
    return found


def right(installation: Installation) -> list[EmployeeLink]:
    """The links of people who really are one person, and about whose phone nobody has to decide first."""
    known = {(one.user_id, one.employee_id) for some in installation.company.people.values() for one in some}
    linked = installation.connection.links.filter(state="linked")
    out = set(installation.connection.left_out.filter(field="").values_list("vendor_id", flat=True))
    asked = asked_about(installation)
    return [
        link
        for link in linked.order_by("pk")
        if ((link.huma_id, link.visma_id) in known or link.linked_by in ("created", "person"))
        and not {link.huma_id, link.visma_id} & out
        and link.pk not in asked
        and works(installation, link)
    ]


def asked_about(installation: Installation) -> set[int | None]:
    """The links about whose phone somebody is asked, or has just chosen in an open run."""
    waits = Change.objects.filter(state="held", answer="", field="phone").values_list("link", flat=True)
    newest = installation.connection.runs.filter(trigger="command")[0]
    rows = Conflict.objects.filter(field="phone")
    moved = rows.filter(run=newest, why__in=("both_moved", "visma_moved")).values_list("link", flat=True)
    chosen = rows.filter(run__state="review").exclude(decision="").values_list("link", flat=True)
    return {*waits, *moved, *chosen}


def works(installation: Installation, link: EmployeeLink) -> bool:
    """Whether somebody works here today, as either side says, and the clerk has finished with them."""
    user = installation.company.huma.users[link.huma_id]
    employee = installation.company.visma.employees[link.visma_id]
    current = any(one.status() == "CURRENT" for one in user.positions.values())
    return not employee.is_draft and (current or employee.is_active())


def right_after_a_look(installation: Installation) -> list[EmployeeLink]:
    """The right links after this version has looked at everybody; from then on no threshold stops anything."""
    assert sync(installation.connection, "--conflicts", "leave")[0] == 0
    Connection.objects.filter(pk=installation.connection.pk).update(threshold_people=1000)
    installation.connection.refresh_from_db()
    return right(installation)


def tell(connection: Connection, ids: list[str]) -> None:
    """Huma sends an event about people, over HTTP."""
    body = json.dumps({"topic": "users-update", "users": [{"id": id_} for id_ in ids]}).encode()
    headers = vendors.signed(body, connection.webhook_secret, topic="users-update")
    path = f"/webhooks/huma/{connection.code}/"
    assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200


def test_a_sync_without_decisions_writes_nothing(installation):
    before = installation.company.state()
    code, said = sync(installation.connection, "--conflicts", "leave")
    assert code == 0, said
    assert said["changes"] == dict.fromkeys(said["changes"], 0)
    assert said["matched"] >= 80
    assert changed(before, installation.company.state()) == {}
    assert installation.company.journal.writes() == []


def test_nothing_that_was_left_as_it_is_comes_back_as_a_question(installation):
    before = left(installation.connection)
    assert len(before) >= 4
    sync(installation.connection, "--conflicts", "leave")
    run = installation.connection.runs.filter(trigger="command")[0]
    asks = set(Conflict.objects.filter(run=run, standing="asks").values_list("link__huma_id", "field"))
    assert before & asks == set()
    still = set(Conflict.objects.filter(run=run, standing="left").values_list("link__huma_id", "field"))
    assert before <= still


def test_nobody_who_was_linked_or_called_different_changes(installation):
    facts = "huma_id", "visma_id", "state", "linked_by", "linked_by_user", "gone_from"
    before = list(installation.connection.links.order_by("pk").values(*facts))
    sync(installation.connection, "--conflicts", "leave")
    assert list(installation.connection.links.order_by("pk").values(*facts))[: len(before)] == before


def test_what_huma_told_of_before_is_written_and_nothing_else(installation):
    (event,) = HumaEvent.objects.filter(state="waiting")
    (link,) = installation.connection.links.filter(huma_id__in=event.huma_ids)
    number = installation.company.huma.users[link.huma_id].values["phone"]
    before = installation.company.state()
    installation.attend()
    moved = changed(before, installation.company.state())
    assert list(moved) == [f"/visma/{link.visma_id}/phones"]
    assert phones(installation)[link.visma_id] == number
    event.refresh_from_db()
    assert event.state == "done"


def test_no_automatic_write_is_stopped_for_people_who_are_right(installation):
    people = right_after_a_look(installation)
    assert len(people) >= 70
    expected = phones(installation)
    for at, link in enumerate(people):
        number = f"+4745{at:06}"
        installation.company.huma.edit(link.huma_id, phone=number)
        expected[link.visma_id] = number
    tell(installation.connection, [link.huma_id for link in people])
    installation.attend()
    assert phones(installation) == expected


def test_a_scheduled_sync_writes_what_huma_did_not_tell_of(installation):
    installation.attend()  # it has told of somebody before
    people = right_after_a_look(installation)
    expected = phones(installation)
    for link, number in zip(people[:2], ("+4745000001", "+4745000002"), strict=True):
        installation.company.huma.edit(link.huma_id, phone=number)
        expected[link.visma_id] = number
    make_due(installation.connection)
    (run,) = schedule.start_due()
    assert runner.drive(run).state == "finished"
    installation.company.wait_for_jobs()
    assert phones(installation) == expected


def test_what_was_held_can_be_approved(installation):
    waiting = Change.objects.filter(run__connection=installation.connection, state="held", answer="")
    expected = {
        one.link.visma_id: installation.company.huma.users[one.link.huma_id].values for one in waiting if one.link
    }
    assert len(expected) == 4
    answered = answering_held.approve(
        installation.connection, installation.owner, list(waiting.values_list("pk", flat=True))
    )
    assert answered.changes == 4
    installation.attend()
    for id_, values in expected.items():
        document = installation.company.visma.employees[id_].body
        assert values["phone"] == phones(installation)[id_]
        assert values["bankAccount"]["number"] == document["salaryPaymentMethod"]["localBankAccount"]


def test_an_open_run_keeps_its_choices_and_can_be_sent(installation):
    run = lifecycle.open_run(installation.connection)
    assert run is not None
    chosen = {(one.link.huma_id, one.field): one.decision for one in run.conflicts.exclude(decision="")}
    assert sorted(chosen.values()) == ["huma", "leave"]
    before = installation.company.state()
    assert apply(run, installation.owner).state == "finished"
    installation.company.wait_for_jobs()
    written = Change.objects.filter(run=run)
    assert {one.state for one in written} == {"done"}
    (ended,) = (link for link in installation.connection.links.filter(changes__run=run, changes__action="field"))
    moved = {path.split("/")[2] for path in changed(before, installation.company.state()) if path.startswith("/visma")}
    assert moved == {ended.visma_id, *(one.link.visma_id for one in written if one.link)}


def test_what_failed_can_be_tried_again(installation):
    (run,) = SyncRun.objects.filter(trigger="retry", state="confirm")
    colleague = run.connection.owners.get()
    assert apply(run, colleague).state == "finished"
    installation.other.wait_for_jobs()
    assert list(Change.objects.filter(run=run).values_list("state", flat=True)) == ["done"]
