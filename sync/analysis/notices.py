"""Notices about single people: made once, closed by a person, deleted when the matter is over."""

from collections.abc import Iterable, Set
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from connections.models import Connection, audit, name_of
from sync.core.batches import BATCH
from sync.core.records.employee import Side
from sync.models import EmployeeLink, LeftOut, Notice

Kind = Notice.Kind
GONE = (Kind.DELETED, Kind.GONE)
OF_A_LOOK = (Kind.NEW_PERSON, Kind.DEACTIVATED, *GONE)
"""The kinds that a read of both sides can judge."""
Fact = tuple[str, str]
"""A notice's kind and key, which identify it."""


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
    """Make a notice; False if the same one exists, closed or not."""
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


def waiting(*connections: Connection) -> QuerySet[Notice]:
    """The notices that nobody has closed and that still hold: a link may have changed since, also by hand."""
    rows = Notice.objects.filter(connection__in=connections, closed_at=None)
    left_out = LeftOut.objects.filter(connection=OuterRef("connection"))
    rows = rows.exclude(Exists(left_out.of_pair(OuterRef("link__huma_id"), OuterRef("link__visma_id"))))
    new, gone = Q(kind=Kind.NEW_PERSON), Q(kind__in=GONE)
    newer = Notice.objects.filter(kind=Kind.POSITION, link=OuterRef("link"), pk__gt=OuterRef("pk"))
    known = EmployeeLink.objects.filter(connection=OuterRef("connection"), huma_id=OuterRef("key"))
    known = known.same_person()
    return (
        rows.exclude(new & (Exists(known) | Exists(left_out.of_person(Side.HUMA, OuterRef("key")))))
        .exclude(gone & ~Q(link__state=EmployeeLink.State.GONE))
        .exclude(~new & ~gone & ~Q(link__state=EmployeeLink.State.LINKED))
        .exclude(Q(kind=Kind.POSITION) & Exists(newer))
    )


def some_of_each(rows: QuerySet[Notice], most: int) -> list[tuple[Notice, int]]:
    """The newest notices of each connection and kind, with the number of all of that kind; in one statement."""
    group = [F("connection"), F("kind")]
    ranked = rows.annotate(
        in_all=Window(Count("pk"), partition_by=group),
        place=Window(RowNumber(), partition_by=group, order_by=F("pk").desc()),
    )
    shown = ranked.filter(place__lte=most).select_related("link").order_by("-pk")
    return [(notice, notice.in_all) for notice in shown]


def renew(about: QuerySet[Notice], said: Iterable[Notice], true: Set[Fact]) -> None:
    """Bring the notices of a read's kinds in line with what was read, in at most three statements.

    ``about``: the notices that the read can judge. ``true``: what holds now; for people who are gone, the link says so.
    Notices that don't hold any more are deleted, so that they can be made again. ``said``: notices that may be new.
    """
    known: set[Fact] = set()
    over = []
    rows = about.filter(kind__in=OF_A_LOOK).values_list("pk", "kind", "key", "link", "link__gone_from")
    for pk, kind, key, link, gone_from in rows:
        known.add((kind, key))
        holds = key == gone_key(link, gone_from) if kind in GONE else (kind, key) in true
        if not holds:
            over.append(pk)
    if over:
        Notice.objects.filter(pk__in=over).delete()
    new = [notice for notice in said if (notice.kind, notice.key) not in known]
    if new:
        Notice.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)


def gone_key(link: int | None, side: str) -> str:
    """The key of the notice that somebody is gone from a side."""
    return f"{link}:{side}"


def close(connection: Connection, user: Any, pks: Iterable[int]) -> int:
    """Close notices because a person has followed them up; returns how many were open.

    A closed notice stays closed as long as it holds.
    """
    with transaction.atomic():
        rows = Notice.objects.select_for_update().filter(connection=connection, closed_at=None, pk__in=list(pks))
        closed = list(rows.values_list("pk", "kind"))
        Notice.objects.filter(pk__in=[pk for pk, _kind in closed]).update(
            closed_at=timezone.now(), closed_by=name_of(user)[:150]
        )
        if closed:
            kinds = sorted({kind for _pk, kind in closed})
            audit(user, "notices.closed", connection, notices=[pk for pk, _kind in closed][:100], kinds=kinds)
    return len(closed)
