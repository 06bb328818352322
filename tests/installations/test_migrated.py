"""Every kept installation migrates to this version without losing anything, and its pages open."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.db import connection as database
from django.urls import reverse

import connections.urls
import sync.urls
from connections.models import Connection
from sync.models import Change, Conflict, EmployeeSnapshot, Letter, SyncRun
from tests.installations.stored import Rows, all_rows, as_json
from tests.sync.browsing import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]

FIRST = {
    "connections": "ac4d8610fbfa8f2ef3b2d7f18bf11559b637dc16697539c76ed6247bc6a1b3f7",
    "sync": "a6bfc32a03e19fa79948561dfa97f01197c3ddb0529b346b20404138b7918765",
}
"""The first migrations of our apps, as installations have them."""
MOVED = {
    ("sync_syncrun", name)
    for name in ("message_id", "mail_state", "mail_tries", "mail_next", "mail_holder", "mailed_at", "options")
}
"""(table, column) that a migration removed after it had moved the values elsewhere."""
MOVED_PARTS = {("sync_syncrun", "progress"): ("began", "links", "new")}
"""By (table, column), the parts of a JSON value that a migration removed after it had moved them elsewhere."""
PATTERNS = [p for p in (*connections.urls.urlpatterns, *sync.urls.urlpatterns) if "code" in p.pattern.converters]
PAGES = (
    *("connection", "connection_settings", "connection_credentials", "connection_pause", "sync_users", "overview"),
    *(
        "review",
        "review_matches",
        "create",
        "confirm",
        "held",
        "attention",
        "automatic",
        "webhook",
        "history",
        "people",
    ),
)
LEAST = {
    "connections_auditentry": 80,
    "connections_connection": 2,
    "sync_change": 40,
    "sync_conflict": 200,
    "sync_employeelink": 80,
    "sync_employeesnapshot": 500,
    "sync_humaevent": 10,
    "sync_leftout": 5,
    "sync_letter": 8,
    "sync_notice": 5,
    "sync_possiblematch": 3,
    "sync_refusedevent": 1,
    "sync_syncrun": 20,
    "sync_write": 25,
}
"""The least number of rows that a table of a useful installation has."""


def lost(before: Rows, after: Rows) -> list[tuple[Any, ...]]:
    """What was there before and isn't now: (table, primary key, column), without values."""
    found: list[tuple[Any, ...]] = []
    for table, rows in before.items():
        for key, row in rows.items():
            now = after.get(table, {}).get(key)
            if now is None:
                found.append((table, key))
                continue
            kept = {name: _kept(table, name, value) for name, value in row.items() if (table, name) not in MOVED}
            found += [
                (table, key, name)
                for name, value in kept.items()
                if name not in now or _kept(table, name, now[name]) != value
            ]
    return found


def _kept(table: str, name: str, value: Any) -> Any:
    moved = MOVED_PARTS.get((table, name))
    return value if moved is None else {part: one for part, one in as_json(value).items() if part not in moved}


@pytest.mark.parametrize("app", sorted(FIRST))
def test_the_first_migration_is_frozen(app):
    path = Path(apps.get_app_config(app).path) / "migrations" / "0001_initial.py"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FIRST[app], "add a migration, never change the first"


def test_an_installation_holds_what_a_month_leaves_behind(mould):
    before = mould.before
    assert {table: len(before[table]) for table in LEAST if len(before[table]) < LEAST[table]} == {}

    def every(table: str, *names: str) -> set[Any]:
        found = {tuple(row[name] for name in names) for row in before[f"sync_{table}"].values()}
        return {one[0] for one in found} if len(names) == 1 else found

    assert every("change", "state") == {"done", "failed", "moved", "held"}
    assert {answer for state, answer in every("change", "state", "answer") if state == "held"} == {
        *("", "released", "dropped", "overtaken")
    }
    assert every("employeelink", "state") == {"linked", "different", "gone"}
    assert {"external", "number", "email", "person", "created"} <= every("employeelink", "linked_by")
    assert every("conflict", "decision") == {"", "huma", "visma", "leave", "never"}
    assert every("possiblematch", "decision") == {"", "linked", "different"}
    assert every("notice", "kind") == {"new_person", "deleted", "deactivated", "gone", "position"}
    assert {"paused", "resumed", "held", "digest"} <= every("letter", "kind")
    assert every("humaevent", "state") == {"done", "waiting"}
    assert {"manual", "retry", "command", "scheduled", "real-time", "release"} == every("syncrun", "trigger")
    open_runs = {one[:2] for one in every("syncrun", "trigger", "state", "finished_at") if one[2] is None}
    assert open_runs == {("manual", "review"), ("retry", "confirm")}


def test_nothing_that_was_stored_is_lost(migrated):
    assert lost(migrated.before, all_rows()) == []


def test_a_loss_would_be_seen(migrated):
    with database.cursor() as cursor:
        cursor.execute("UPDATE sync_employeelink SET baseline = '{}' WHERE id = 1")
        cursor.execute("DELETE FROM sync_leftout WHERE id = 1")
    assert {one[0] for one in lost(migrated.before, all_rows())} == {"sync_employeelink", "sync_leftout"}


def test_what_it_did_it_goes_on_doing_and_is_asked_about(migrated):
    before = {pk: row["accounts"] for pk, row in migrated.before["connections_connection"].items()}
    assert set(before.values()) == {"once", "look"}
    for made in Connection.objects.all():
        assert made.accounts == before[made.pk]
        assert made.accounts_asks is (made.accounts == "once"), "at once was what nobody had to choose"
        rows = made.payroll_recipients.values_list("address", "confirmed_at", "asked")
        assert list(rows) == [(address, None, 0) for address in made.payroll_contacts]
    assert Connection.objects.exclude(payroll_contacts=[]).exists()


def test_the_emails_of_runs_are_letters_now(kept):
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE sync_syncrun SET mail_state = 'waiting', mailed_at = NULL, mail_tries = 3, mail_next = started_at"
            " WHERE id = (SELECT max(run_id) FROM sync_change"
            " WHERE action = 'create' AND side = 'visma' AND state = 'done')"
        )
    before = [row for row in all_rows()["sync_syncrun"].values() if row["mail_state"]]
    assert {row["mail_state"] for row in before} == {"sent", "waiting"}
    call_command("migrate", verbosity=0)
    after = {letter.params["run"]: letter for letter in Letter.objects.filter(kind="result")}
    assert {(pk, one.state, one.message_id) for pk, one in after.items()} == {
        (row["id"], row["mail_state"], row["message_id"]) for row in before
    }
    drafts = Letter.objects.get(kind="drafts")
    assert (drafts.state, drafts.tries) == ("waiting", 3)
    assert drafts.connection
    assert drafts.to == drafts.connection.payroll_contacts


def test_what_was_chosen_in_a_run_stays_chosen(migrated):
    before = {key: as_json(row["options"]) for key, row in migrated.before["sync_syncrun"].items()}
    assert {name for options in before.values() for name in options} >= {"released"}
    for run in SyncRun.objects.select_related("connection"):
        options = before[run.pk]
        assert run.groups == options.get("groups", run.connection.huma_groups)
        assert (run.invites, run.assigns_numbers) == (
            options.get("invite", False),
            options.get("assign_numbers", False),
        )
    latest = {pk: key for key, options in before.items() for pk in options.get("released", ())}
    assert dict(Change.objects.exclude(approval_run=None).values_list("pk", "approval_run")) == latest


def test_what_is_encrypted_can_be_read(migrated):
    for app in ("connections", "sync"):
        for model in apps.get_app_config(app).get_models():
            assert len(list(model._base_manager.all())) == model._base_manager.count()
    waiting = Change.objects.filter(state="held", answer="")
    assert all(one.before is not None and one.after for one in waiting)
    assert all(one.values for one in Conflict.objects.filter(run__state="review"))
    assert all(one.payload for one in EmployeeSnapshot.objects.filter(run__state="review", complete=True))
    assert all(one.webhook_secret and one.fingerprint_key for one in Connection.objects.all())


@pytest.mark.parametrize("who", ["owner", "superuser"])
def test_every_page_opens(installation, who):
    web, made = signed_in(getattr(installation, who)), installation.connection
    parts = {"code": made.code, "pk": made.runs.filter(state="finished")[0].pk, "side": "huma"}
    parts["vendor_id"] = made.links.filter(state="linked")[0].huma_id
    answers = {}
    for one in PATTERNS:
        values = {name: parts[name] for name in one.pattern.converters}
        if one.name == "connection_owner_remove":
            values["pk"] = installation.owner.pk
        answers[one.name] = web.get(reverse(f"admin:{one.name}", kwargs=values)).status_code
    assert set(answers.values()) <= {200, 302, 405}, answers
    assert {name: answers[name] for name in PAGES} == dict.fromkeys(PAGES, 200)
    assert web.get(reverse("admin:index")).status_code == 200


def test_every_run_and_every_person_of_it_can_be_looked_at(installation):
    web, made = signed_in(installation.owner), installation.connection
    for pk in made.runs.filter(state="finished").values_list("pk", flat=True):
        assert web.get(reverse("admin:result", args=[made.code, pk])).status_code == 200
    for huma_id in made.links.values_list("huma_id", flat=True):
        assert web.get(reverse("admin:person", args=[made.code, "huma", huma_id])).status_code == 200


def test_the_admins_lists_open_for_the_superuser(installation):
    web = signed_in(installation.superuser)
    for app in ("connections", "sync"):
        assert web.get(reverse("admin:app_list", args=[app])).status_code == 200
    ours = [model._meta for model in admin.site._registry if model._meta.app_label in ("connections", "sync")]
    assert ours
    for model in ours:
        address = reverse(f"admin:{model.app_label}_{model.model_name}_changelist")
        assert web.get(address, follow=True).status_code == 200, address
