"""Stores who is passed over, by which run and why, until they are read again.

Source: design, Who is who (One record never stops the rest).
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from connections.models import Connection
from sync.core.batches import BATCH, batches
from sync.core.records.employee import Side
from sync.core.records.skipping import Skipped
from sync.models import EmployeeLink, LeftOut, PassedPerson, SyncRun

Fact = tuple[str, str]
"""A side, and an id there."""


def remember(by: SyncRun | Connection, passed: Iterable[Skipped], looked_at: Collection[Fact] | None = None) -> None:
    """Store whom a run, or a look without a run, passed over. For the others that it ``looked_at`` (``None``:
    everybody) it is over.

    People who are left out aren't stored: nobody looks at them.
    """
    run, connection = (by, by.connection_id) if isinstance(by, SyncRun) else (None, by.pk)
    now, found = timezone.now(), {(one.side.value, one.id): one for one in passed}
    left_out = LeftOut.objects.filter(connection=connection).in_memory().people if found else frozenset()
    for out in left_out.intersection(found):
        del found[out]
    with transaction.atomic(savepoint=False):
        rows = PassedPerson.objects.filter(connection=connection, over_at=None)
        if looked_at is not None:
            ids = {id_ for _side, id_ in (*looked_at, *found)}
            rows = rows.filter(vendor_id__in=ids)
        before = [
            one
            for one in rows
            if looked_at is None or (one.side, one.vendor_id) in found or (one.side, one.vendor_id) in looked_at
        ]
        since = {(one.side, one.vendor_id): one.since for one in reversed(before)}
        for some in batches(one.pk for one in before):
            here = PassedPerson.objects.filter(pk__in=some)
            if run:
                here.filter(run=run).delete()  # the same run stores them again
            here.update(over_at=now)
        links = _links(connection, found)
        PassedPerson.objects.bulk_create(
            [_row(connection, run, one, links.get(key), since.get(key, now)) for key, one in found.items()],
            batch_size=BATCH,
        )


def _row(
    connection: int, run: SyncRun | None, one: Skipped, link: EmployeeLink | None, since: datetime
) -> PassedPerson:
    return PassedPerson(
        connection_id=connection,
        run=run,
        link=link,
        side=one.side.value,
        vendor_id=one.id,
        name=(one.name or (link.name if link else ""))[:255],
        number=(one.number or (link.number if link else ""))[:64],
        reason=one.reason,
        prop=one.prop,
        since=since,
    )


def _links(connection: int, found: Iterable[Fact]) -> dict[Fact, EmployeeLink]:
    """The links of these people, by side and id."""
    ids: dict[str, list[str]] = {Side.HUMA: [], Side.VISMA: []}
    for side, id_ in found:
        ids[side].append(id_)
    if not any(ids.values()):
        return {}
    rows = EmployeeLink.objects.filter(connection=connection).same_person()
    links = rows.filter(Q(huma_id__in=ids[Side.HUMA]) | Q(visma_id__in=ids[Side.VISMA])).defer("baseline", "seen")
    return {key: link for link in links for key in ((Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id))}


def of_run(run: SyncRun) -> QuerySet[PassedPerson]:
    """The people whom a run passed over."""
    return PassedPerson.objects.filter(run=run).select_related("link").order_by("name", "pk")


def people(connection: Connection) -> int:
    """How many people wait to be read; the two records of a linked person are one."""
    linked = ~Q(link=None) & ~Q(link__state=EmployeeLink.State.DIFFERENT)
    rows = waiting(connection).select_related(None).order_by()
    counts = rows.aggregate(linked=Count("link", distinct=True, filter=linked), alone=Count("pk", filter=~linked))
    return int(counts["linked"] + counts["alone"])


def waiting(*connections: Connection) -> QuerySet[PassedPerson]:
    """The people who couldn't be read when they were looked at last, without those who are left out."""
    out = LeftOut.objects.filter(connection=OuterRef("connection"))
    out = out.of_person(OuterRef("side"), OuterRef("vendor_id"))
    rows = PassedPerson.objects.filter(connection__in=connections, over_at=None)
    return rows.exclude(Exists(out)).select_related("link")
