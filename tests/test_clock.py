"""Tests that know time are found, and the moments at which they run are as named."""

import ast
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from connections.models import Connection
from sync.models import Heartbeat
from tests.clock import BOUNDARIES, MOMENTS, knows_time, talks_to_vendors
from tests.sync import scheduling
from tests.sync.automation import test_schedule_slots

OSLO = ZoneInfo("Europe/Oslo")
TESTS = Path(__file__).parent
SOME = ("tests/sync/attention", "tests/sync/worker/test_lease.py")
ASKING = frozenset({"today", "now", "localdate", "localtime", "utcnow", "stamp"})


def asks_the_time():
    return timezone.now()


def asks_by_another():
    scheduling.make_due(Connection())


def counts_only():
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=1)


def test_whoever_asks_the_time_by_itself_or_by_another_knows_it():
    assert knows_time(asks_the_time)
    assert knows_time(asks_by_another)
    assert knows_time(test_schedule_slots.test_a_slot_starts_once_and_the_next_one_is_known)
    assert not knows_time(counts_only)


def test_whoever_starts_the_stand_ins_is_known():
    assert talks_to_vendors(scheduling.company)
    assert not talks_to_vendors(counts_only)


@pytest.mark.parametrize("name", BOUNDARIES)
def test_each_moment_is_the_last_second_before_a_boundary_or_the_first_after_it(name):
    before, after = (MOMENTS[f"{side}-{name}"].astimezone(OSLO) for side in ("before", "after"))
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(seconds=1)
    assert (before.second, after.second) == (59, 0)
    assert before.minute != after.minute
    turns = {
        "minute": before.hour == after.hour,
        "hour": before.hour == 6 and after.hour == 7,
        "new-year": (before.year, after.year) == (2026, 2027),
        "midnight-utc": before.astimezone(UTC).day == 28 and before.day == after.day == 29,
        "1-march": (before.day, before.month, after.day, after.month) == (29, 2, 1, 3),
        "summer-ends": before.hour == after.hour == 2 and before.dst() != after.dst(),
        "summer-begins": (before.hour, after.hour) == (1, 3),
    }
    assert turns[name]


@pytest.mark.django_db
def test_the_database_has_the_clock_of_the_test(one_day):
    Heartbeat.objects.create(pk=1, beat_at=Now())
    if connection.vendor == "sqlite":  # PostgreSQL is another process
        assert abs(Heartbeat.objects.get().beat_at - timezone.now()) < timedelta(minutes=5)
    assert timezone.localtime().hour in (12, 13)
    assert abs(timezone.now() - one_day) < timedelta(minutes=5)


def made_while_read(path: Path) -> list[str]:
    """What a module asks the clock while it is read, outside of its functions."""
    found: list[str] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Lambda):
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for outside in (*node.decorator_list, *node.args.defaults):
                visit(outside)
            return
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            found.extend([f"{path.name}:{node.lineno} {name}"] if name in ASKING else [])
        for inner in ast.iter_child_nodes(node):
            visit(inner)

    visit(ast.parse(path.read_text()))
    return found


def test_no_module_of_tests_has_a_date_of_the_moment_at_which_it_was_read():
    """The tests may come to it on another day."""
    assert [one for path in sorted(TESTS.rglob("*.py")) for one in made_while_read(path)] == []


def collected(*options: str, database: str = "sqlite") -> set[str]:
    """Which of some tests a run with these options would run."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--collect-only", *options, *SOME]
    nowhere = {"HUMAVISMA_TEST_DB": database, "HUMAVISMA_TEST_PG_URL": "postgres://nobody@127.0.0.1:9/postgres?"}
    done = subprocess.run(
        command, cwd=TESTS.parent, env={**os.environ, **nowhere}, capture_output=True, text=True, check=True
    )
    return {line for line in done.stdout.splitlines() if "::" in line}


def without_moment(tests: set[str]) -> set[str]:
    """The same, each as it is called at the present."""
    return {re.sub("|".join(f"{name}-|\\[{name}\\]" for name in MOMENTS), "", test) for test in tests}


def test_make_test_runs_tests_that_know_time_on_sqlite_at_moments_and_not_at_the_present():
    """What all tests share, as the database, mustn't keep them from it."""
    clock, sqlite, postgres = collected("--clock"), collected("--share"), collected("--share", database="postgres")
    assert clock <= sqlite, "at the same moments as by themselves"
    assert not without_moment(clock) & sqlite, "and not at the present as well"
    # marked `both`
    assert {test.split("::")[0] for test in without_moment(clock) & postgres} == {"tests/sync/worker/test_lease.py"}
    assert any("attention/test_told_at_once.py::" in test for test in clock)
    assert postgres - sqlite - without_moment(clock), "others have their share of PostgreSQL"
