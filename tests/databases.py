"""Which tests run on which database.

A test that needs no database, and one that drives Chromium, kills processes or makes a storm, runs on SQLite. What is
marked `postgres` runs there only. Of the others two thirds run on PostgreSQL, which is the stricter one, and a third on
SQLite; what is marked `both` is about the database itself and runs on each. So `make test` runs every test, and fits
into a break; `make test-full` runs all of them on both. Without `--share` nothing is left to the other database.
"""

import os
from zlib import crc32

import pytest

POSTGRES = os.environ.get("HUMAVISMA_TEST_DB") == "postgres"
SQLITE_ONLY = ("browser", "kill", "storm")
OF_SQLITE = 3
"""One of so many is SQLite's."""


def is_elsewhere(item: pytest.Item, share: bool) -> bool:
    """Whether a test is left to the run on the other database; ``share``: whether there is such a run."""
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
