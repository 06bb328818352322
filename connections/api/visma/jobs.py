"""Jobs in a list that can't be understood. Source: visma-employee.md, Writing."""

from datetime import datetime
from typing import Any

from connections.api import shapes
from connections.api.decoding import WrongShape
from connections.api.visma.documents import Job


def odd_job(row: dict[str, Any], latest: datetime) -> Job:
    """A job in a list that can't be understood; if its time can't be read, it counts as made at ``latest``."""
    said = {key: row.get(key) for key in ("action", "artifactId", "created")}
    for key, shape in (("action", shapes.text), ("artifactId", shapes.id_or_none), ("created", shapes.stamp)):
        try:
            said[key] = shape(said[key], key)
        except WrongShape:
            said[key] = None
    created = shapes.moment(said["created"], "created") if said["created"] else latest
    return Job(row["id"], "NotStarted", said["action"] or "", said["artifactId"] or None, "", created, (), True)
