"""Which tests run on which database, how one is made, and how one is emptied.

Tests that need no database, drive Chromium, kill processes or make a storm run on SQLite, and those that use the time,
for its clock can be set (tests/clock.py). Tests marked `postgres` run only there. Of the others, two thirds run on
PostgreSQL, which is stricter, and a third on SQLite; tests marked `both` are about the database itself and run on each.
So `make test` runs every test in a short time, and `make test-full` runs all of them on both. Without `--share` all
tests run on the present database.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase
from psycopg import sql

from tests.clock import moments_of

POSTGRES = os.environ.get("HUMAVISMA_TEST_DB") == "postgres"
SQLITE_ONLY = ("browser", "kill", "storm")
OF_SQLITE = 3
"""One of this many tests runs on SQLite."""
KEPT = ("django_content_type", "auth_permission")
"""Tables whose rows `migrate` makes, and no test."""


def is_elsewhere(item: pytest.Function, share: bool) -> bool:
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
    if moments_of(item):
        return POSTGRES
    return (crc32(item.nodeid.encode()) % OF_SQLITE == 0) == POSTGRES


def _uses_database(item: pytest.Item, marked: set[str]) -> bool:
    wanted = {"db", "transactional_db", "live_server"}
    return "django_db" in marked or bool(wanted & set(getattr(item, "fixturenames", ())))


def make_ready() -> None:
    """Make the database of this process: a copy of one that the first process migrated, which takes 5 seconds."""
    with (_folder() / "mould.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor == "sqlite":
            _copy_file()
        else:
            _copy_in_postgres()


def _copy_file() -> None:
    mould = _folder() / "mould.sqlite3"
    if not mould.exists():
        begun = mould.with_suffix(".begun")
        _migrate(f"sqlite:///{begun}")
        begun.rename(mould)
    shutil.copyfile(mould, connection.settings_dict["TEST"]["NAME"])


def _copy_in_postgres() -> None:
    address = os.environ["DATABASE_URL"]
    name = connection.settings_dict["TEST"]["NAME"] or f"test_{connection.settings_dict['NAME']}"
    with psycopg.connect(address, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = 'mould'").fetchone():
            server.execute("CREATE DATABASE begun")
            _migrate(address.replace("/postgres?", "/begun?"))
            server.execute("ALTER DATABASE begun RENAME TO mould")
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE mould").format(sql.Identifier(name)))


def _folder() -> Path:
    return Path(os.environ["HUMAVISMA_TEST_DIR"])


def _migrate(url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "humavisma.settings"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


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
