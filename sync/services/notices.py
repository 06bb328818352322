"""What somebody should know about one person; said once."""

from typing import Any

from django.db.models import QuerySet

from connections.models import Connection
from sync.models import EmployeeLink, Notice


def tell(
    connection: Connection,
    kind: str,
    key: str,
    *,
    link: EmployeeLink | None = None,
    name: str = "",
    number: str = "",
    params: dict[str, Any] | None = None,
) -> bool:
    """Leave a notice; False when the same was said before, closed or not."""
    _notice, made = Notice.objects.get_or_create(
        connection=connection,
        kind=kind,
        key=key,
        defaults={
            "link": link,
            "name": link.name if link else name[:255],
            "number": link.number if link else number[:64],
            "params": params or {},
        },
    )
    return made


def waiting(connection: Connection) -> QuerySet[Notice]:
    """The notices that nobody has closed."""
    return Notice.objects.filter(connection=connection, closed_at=None)
