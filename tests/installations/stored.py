"""What an installation's tables hold, row by row."""

import json
from typing import Any

from django.db import connection as database

OURS = ("sync_", "connections_", "auth_user")
"""How our tables' names begin."""

Rows = dict[str, dict[Any, dict[str, Any]]]
"""By table and primary key, the value of each column."""


def all_rows() -> Rows:
    """The content of our tables."""
    found: Rows = {}
    with database.cursor() as cursor:
        tables = [name for name in database.introspection.table_names(cursor) if name.startswith(OURS)]
        for table in sorted(tables):
            key = database.introspection.get_primary_key_column(cursor, table)
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            columns = [one[0] for one in cursor.description]
            lines = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            found[table] = {row[key]: row for row in lines}
    return found


def as_json(value: Any) -> Any:
    """A JSON column's value; SQLite gives its text."""
    return json.loads(value) if isinstance(value, str) else value
