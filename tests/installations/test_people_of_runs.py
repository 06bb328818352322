"""Whom the runs of a kept installation looked at moves from JSON to a table, and back."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database

from sync.models import SyncRun
from tests.installations.stored import all_rows, as_json

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def test_whom_runs_over_single_people_looked_at_is_a_table_now(kept):
    _bring_news()
    before = {key: as_json(row["progress"]) for key, row in all_rows()["sync_syncrun"].items()}
    assert all(any(said.get(name) for said in before.values()) for name in ("began", "links", "new", "passed"))
    call_command("migrate", verbosity=0)
    for run in SyncRun.objects.all():
        said, people = before[run.pk], run.single_people.all()
        began = said.get("began")
        assert run.reading_began_at == (datetime.fromisoformat(began) if began else None)
        assert {one.link_id for one in people if one.compared} == set(said.get("links", ()))
        assert {one.huma_id for one in people if one.has_news} == set(said.get("new", ()))
        passed = said.get("passed", ()) if "links" in said else ()
        assert {one.huma_id for one in people if one.passed} == set(passed)
        assert all(one.link.huma_id == one.huma_id for one in people if one.link)


def test_the_way_back_puts_them_into_the_progress_again(kept):
    _bring_news()
    call_command("migrate", verbosity=0)
    before = {key: as_json(row["progress"]) for key, row in all_rows()["sync_syncrun"].items()}
    known = {run.pk: _looked_at(run) for run in SyncRun.objects.all()}
    call_command("migrate", "sync", "0012", verbosity=0)
    back = {key: as_json(row["progress"]) for key, row in all_rows()["sync_syncrun"].items()}
    assert any("links" in said for said in back.values())
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM sync_runperson")
        cursor.execute("UPDATE sync_syncrun SET reading_began_at = NULL")
    call_command("migrate", "sync", "0011", verbosity=0)
    call_command("migrate", verbosity=0)
    assert {key: as_json(row["progress"]) for key, row in all_rows()["sync_syncrun"].items()} == before
    assert {run.pk: _looked_at(run) for run in SyncRun.objects.all()} == known


def _bring_news() -> None:
    """Let a run have brought something new of a person, and passed over another, as runs of a later version did."""
    rows = all_rows()["sync_syncrun"]
    key, said = next((key, said) for key, row in rows.items() if (said := as_json(row["progress"])).get("links"))
    huma_id = all_rows()["sync_employeelink"][said["links"][0]]["huma_id"]
    said |= {"new": [huma_id], "passed": {"h-odd": ["huma", "h-odd", "passed_shape", "", ""]}}
    kind = "jsonb" if database.vendor == "postgresql" else "text"
    with database.cursor() as cursor:
        cursor.execute(f"UPDATE sync_syncrun SET progress = CAST(%s AS {kind}) WHERE id = %s", [json.dumps(said), key])


def _looked_at(run: SyncRun) -> Any:
    people = run.single_people.order_by("huma_id").values_list("huma_id", "link", "compared", "passed", "has_news")
    return run.reading_began_at, list(people)
