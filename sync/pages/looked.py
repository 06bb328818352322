"""Who looked at whose values: one audit entry for a page, however many people are on it.

A view calls ``looked`` with the people whose values it has put on the page. Whoever looks at the same people on the
same page again within a quarter of an hour makes no other entry, and parts that are fetched anew call nothing.
Source: design, History (Audit).
"""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from connections.models import AuditEntry, Connection, name_of
from sync.core.batches import batches
from sync.models import AuditedPerson, audit_people
from sync.models.history import MOST_IDS

LOOKED = "values.seen"
SAME_LOOK = timedelta(minutes=15)


def looked(
    request: HttpRequest,
    connection: Connection,
    page: str,
    links: Iterable[int | None],
    ids: Iterable[str] = (),
    run: int | None = None,
) -> None:
    """Enter that the user sees values of these people on this page.

    ``page``: the name of its address; ``links``: the keys of their links; ``ids``: people who aren't linked, as
    ``side:id``; ``run``: the key of the run whose page it is.
    """
    who = name_of(request.user)
    entries = AuditEntry.objects.filter(connection=connection, action=LOOKED, who=who, detail__page=page)
    lately = dict(entries.filter(at__gte=timezone.now() - SAME_LOOK).order_by().values_list("pk", "detail__ids"))
    wanted = {pk for pk in links if pk}
    seen: set[int] = set()
    for some in batches(wanted) if lately else ():
        seen.update(AuditedPerson.objects.filter(entry__in=lately, link__in=some).values_list("link", flat=True))
    others = sorted(set(ids) - {id_ for known in lately.values() for id_ in known or ()})
    new = wanted - seen
    if new or others:
        detail = {"page": page, "people": len(new) + len(others)} | ({"run": run} if run else {})
        audit_people(who, LOOKED, connection, new, **detail, **({"ids": others[:MOST_IDS]} if others else {}))
