"""Stores kept installations: a folder for each version, with a database and both vendors' state.

`sqlite.sql.gz` and `postgres.sql.gz` are whole databases as SQL, with the schema of their version;
`sqlite.company.json.gz` and `postgres.company.json.gz` are both vendors' state at that moment. Each database has its
own state, because the ids that the vendors gave differ.
"""

import gzip
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
VERSIONS = tuple(sorted(path.name for path in FOLDER.glob("v*") if path.is_dir()))
KEY = "aW5zdGFsbGF0aW9uLWtlcHQtb25seS1mb3ItdGVzdHM="
"""The `FIELD_ENCRYPTION_KEY` of every kept installation."""
PASSWORD = "correct-horse-battery"
"""The password of all users in kept installations."""


def write(path: Path, text: str) -> None:
    """Keep a text, compressed; the same text gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def read(path: Path) -> str:
    """A text that was kept."""
    return gzip.decompress(path.read_bytes()).decode()


def database(version: str, vendor: str) -> str:
    """The database as SQL; `vendor` is `sqlite` or `postgresql`, as Django says."""
    return read(FOLDER / version / f"{_name(vendor)}.sql.gz")


def companies(version: str, vendor: str) -> list[dict[str, Any]]:
    """Both vendors' state of each company, for `state.restored`."""
    found: list[dict[str, Any]] = json.loads(read(FOLDER / version / f"{_name(vendor)}.company.json.gz"))
    return found


def is_kept(version: str, vendor: str) -> bool:
    """Whether there is an installation of that version for that database."""
    return (FOLDER / version / f"{_name(vendor)}.sql.gz").exists()


def keep(version: str, vendor: str, sql: str, companies: list[dict[str, Any]]) -> None:
    """Keep an installation."""
    folder = FOLDER / version
    write(folder / f"{_name(vendor)}.sql.gz", sql)
    write(folder / f"{_name(vendor)}.company.json.gz", json.dumps(companies, ensure_ascii=False, sort_keys=True))


def _name(vendor: str) -> str:
    return "postgres" if vendor == "postgresql" else vendor
