"""What somebody should know about one person: said once, closed by a person, gone when the matter is over."""

from collections.abc import Iterable, Set
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from connections.models import Connection, audit, name_of
from sync.core.batches import BATCH
from sync.core.employee import Side
from sync.models import EmployeeLink, LeftOut, Notice

Kind = Notice.Kind
GONE = (Kind.DELETED, Kind.GONE)
OF_A_LOOK = (Kind.NEW_PERSON, Kind.DEACTIVATED, *GONE)
"""What a look at both sides can judge."""
Fact = tuple[str, str]
"""A notice's kind and key: what makes it the same notice."""


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


def waiting(*connections: Connection) -> QuerySet[Notice]:
    """The notices that nobody has closed and whose matter isn't over: a link may have changed since, by hand too."""
    rows = Notice.objects.filter(connection__in=connections, closed_at=None)
    left_out = LeftOut.objects.filter(connection=OuterRef("connection"))
    rows = rows.exclude(Exists(left_out.of_pair(OuterRef("link__huma_id"), OuterRef("link__visma_id"))))
    new, gone = Q(kind=Kind.NEW_PERSON), Q(kind__in=GONE)
    newer = Notice.objects.filter(kind=Kind.POSITION, link=OuterRef("link"), pk__gt=OuterRef("pk"))
    known = EmployeeLink.objects.filter(connection=OuterRef("connection"), huma_id=OuterRef("key"))
    known = known.exclude(state=EmployeeLink.State.DIFFERENT)
    return (
        rows.exclude(new & (Exists(known) | Exists(left_out.of_person(Side.HUMA, OuterRef("key")))))
        .exclude(gone & ~Q(link__state=EmployeeLink.State.GONE))
        .exclude(~new & ~gone & ~Q(link__state=EmployeeLink.State.LINKED))
        .exclude(Q(kind=Kind.POSITION) & Exists(newer))
    )


def some_of_each(rows: QuerySet[Notice], most: int) -> list[tuple[Notice, int]]:
    """The newest notices of each connection and kind, with how many of these there are; in one statement."""
    group = [F("connection"), F("kind")]
    ranked = rows.annotate(
        in_all=Window(Count("pk"), partition_by=group),
        place=Window(RowNumber(), partition_by=group, order_by=F("pk").desc()),
    )
    shown = ranked.filter(place__lte=most).select_related("link").order_by("-pk")
    return [(notice, notice.in_all) for notice in shown]


def renew(about: QuerySet[Notice], said: Iterable[Notice], true: Set[Fact]) -> None:
    """Bring the notices of a look's kinds in line with what it saw, in three statements at most.

    ``about``: the notices that it can judge. ``true``: what holds now; who is gone, her link says. Of the others the
    matter is over, and their rows go, so that the same can be said when it comes again. ``said``: what may be new.
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
    """What makes it the same news that somebody is gone from a side."""
    return f"{link}:{side}"


def close(connection: Connection, user: Any, pks: Iterable[int]) -> int:
    """A person has seen to these notices; gives how many were still open. They stay closed for as long as it holds."""
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
