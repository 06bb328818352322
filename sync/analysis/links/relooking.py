"""Links in doubt, which a person should look at again: something now speaks against the two being one person.

What makes a doubt is decided in ``sync.core.matching.relook``.

Until somebody says *still right* or links anew, a grave doubt stops the person's automatic writes. Source: design, Who
is who (Links are looked at again).
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from connections.models import Connection
from sync.core.deciding.plan import BULK_CHOICES
from sync.core.matching.relook import INSTEAD, STOPPING, stops
from sync.models import Conflict, EmployeeLink, SyncRun, audit_people

KINDS = ("birth", "instead", "names")
"""The kinds of doubt, the gravest first."""


def to_look_at(connections: Iterable[Connection], kind: str = "") -> QuerySet[EmployeeLink]:
    """The links with a doubt; only of one kind, if it is given."""
    rows = EmployeeLink.objects.filter(connection__in=list(connections), state=EmployeeLink.State.LINKED).exclude(
        doubt=""
    )
    return rows.filter(of_kinds([kind])) if kind else rows


def of_kinds(kinds: Iterable[str]) -> Q:
    """A query for links whose doubt is of one of these kinds."""
    found = Q(pk__in=())
    for kind in kinds:
        found |= Q(doubt__startswith=INSTEAD) if kind == "instead" else Q(doubt=kind)
    return found


def doubted_links(connection: int) -> set[int]:
    """The primary keys of the links that choices for many leave alone."""
    rows = EmployeeLink.objects.filter(connection=connection, state=EmployeeLink.State.LINKED)
    return set(rows.filter(of_kinds(STOPPING)).values_list("pk", flat=True))


def is_held_back(link: EmployeeLink, decided: Conflict | None) -> bool:
    """Whether a decision to write waits, because something grave speaks against the link.

    A choice for this one person, made after the doubt arose, is carried out. ``None``: nobody chose it singly.
    Source: design, Who is who (Links are looked at again).
    """
    if not stops(link.doubt):
        return False
    if decided is None or decided.for_many or decided.decided_at is None:
        return True
    return link.doubt_at is not None and decided.decided_at <= link.doubt_at


def held_back(run: SyncRun) -> int:
    """How many of a run's decisions to write wait because of a doubt."""
    rows = Conflict.objects.filter(run=run, decision__in=BULK_CHOICES).exclude(link__doubt="")
    return sum(is_held_back(one.link, one) for one in rows.select_related("link").defer("values"))


def still_right(connection: Connection, user: Any, links: Iterable[int]) -> int:
    """Confirm that these links are right in spite of their doubts; returns how many had one.

    What speaks against them now won't ask again.
    """
    with transaction.atomic():
        rows = to_look_at([connection]).select_for_update().filter(pk__in=list(links))
        asked = list(rows.order_by("pk"))
        for link in asked:
            link.known = sorted({*(link.known or ()), link.doubt})
            link.doubt, link.doubt_at = "", None
        EmployeeLink.objects.bulk_update(asked, ["known", "doubt", "doubt_at"], batch_size=500)
        if asked:
            audit_people(user, "people.still_right", connection, [link.pk for link in asked], people=len(asked))
    return len(asked)
