"""Which tests run on which database, and how one is emptied.

Tests that need no database, drive Chromium, kill processes or make a storm run on SQLite. Tests marked `postgres` run
only there. Of the others, two thirds run on PostgreSQL, which is stricter, and a third on SQLite; tests marked `both`
are about the database itself and run on each. So `make test` runs every test in a short time, and `make test-full` runs
all of them on both. Without `--share` all tests run on the present database.
"""

import os
from typing import Any
from zlib import crc32

import pytest
from django.db import connections
from django.test import TransactionTestCase

POSTGRES = os.environ.get("HUMAVISMA_TEST_DB") == "postgres"
SQLITE_ONLY = ("browser", "kill", "storm")
OF_SQLITE = 3
"""One of this many tests runs on SQLite."""
KEPT = ("django_content_type", "auth_permission")
"""Tables whose rows `migrate` makes, and no test."""


def is_elsewhere(item: pytest.Item, share: bool) -> bool:
    """Whether a test runs only on the other database; ``share``: whether there is a run on the other one."""
    marked = {marker.name for marker in item.iter_markers()}
    if "postgres" in marked:
        return not POSTGRES
    if not _uses_database(item, marked):
        return POSTGRES
    if not marked.isdisjoint(SQLITE_ONLY):
        return POSTGRES and share
    if not share or "both" in marked:
        return False
    return (crc32(item.nodeid.encode()) % OF_SQLITE == 0) == POSTGRES


def _uses_database(item: pytest.Item, marked: set[str]) -> bool:
    wanted = {"db", "transactional_db", "live_server"}
    return "django_db" in marked or bool(wanted & set(getattr(item, "fixturenames", ())))


def empty_quickly() -> None:
    """Empty tables after a test in 3 ms; Django's way takes 55 ms on SQLite and over 150 ms on PostgreSQL.

    Django truncates, which makes new files, and fills again the tables that we keep.
    """
    case: Any = TransactionTestCase
    case._fixture_teardown = _delete_all_rows


def _delete_all_rows(self: Any) -> None:
    for alias in self._databases_names(include_mirrors=False):
        connection = connections[alias]
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        rows = "; ".join(f'DELETE FROM "{table}"' for table in tables if table not in KEPT)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                with connection.constraint_checks_disabled():
                    cursor.connection.executescript(f"BEGIN; {rows}; COMMIT")
            else:  # the role that copies data checks no foreign keys
                cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {rows}; COMMIT")
