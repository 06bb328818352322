"""Which tests run on which database.

Tests that need no database, drive Chromium, kill processes or make a storm run on SQLite. Tests marked `postgres` run
only there. Of the others, two thirds run on PostgreSQL, which is stricter, and a third on SQLite; tests marked `both`
are about the database itself and run on each. So `make test` runs every test in a short time, and `make test-full` runs
all of them on both. Without `--share` all tests run on the present database.
"""

import os
from zlib import crc32

import pytest

POSTGRES = os.environ.get("HUMAVISMA_TEST_DB") == "postgres"
SQLITE_ONLY = ("browser", "kill", "storm")
OF_SQLITE = 3
"""One of this many tests runs on SQLite."""


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
