"""The pilot group's rule: for whom a connection works until somebody says *Everyone*.

This is the one home of the rule. While ``Connection.pilot`` is on, everybody is read and compared as always, but
nothing is decided, created or written for anybody outside the group.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from connections.models import Connection
from sync.core.records.employee import Side
from sync.models import EmployeeLink, PilotMember


@dataclass(frozen=True)
class PilotScope:
    """For whom a connection scope, read at once to check many people: ``everyone``, or a pilot group.

    ``links``: primary keys; ``people``: (side, id) of members who weren't linked when they were chosen.
    """

    everyone: bool = True
    links: frozenset[int] = frozenset()
    people: frozenset[tuple[str, str]] = frozenset()

    def includes_link(self, link: EmployeeLink) -> bool:
        """Whether the connection works for a linked person."""
        halves = ((Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id))
        return self.everyone or link.pk in self.links or not self.people.isdisjoint(halves)

    def includes_person(self, side: str, vendor_id: str) -> bool:
        """Whether the connection works for somebody who is on one side only."""
        return self.everyone or (side, vendor_id) in self.people


def pilot_scope(connection_id: int) -> PilotScope:
    """For whom the connection works now, as the database says."""
    if not Connection.objects.filter(pk=connection_id, pilot=True).exists():
        return PilotScope()
    rows = PilotMember.objects.filter(connection=connection_id).values_list("link", "side", "vendor_id")
    found = list(rows)
    return PilotScope(
        everyone=False,
        links=frozenset(link for link, _side, _id in found if link),
        people=frozenset((side, id_) for _link, side, id_ in found if id_),
    )


def links_in_pilots() -> QuerySet[EmployeeLink]:
    """The links of all pilot groups that count now: ``PilotScope.includes_link`` as a query."""
    members = PilotMember.objects.filter(connection=OuterRef("connection"))
    mine = members.of_link(OuterRef("pk"), OuterRef("huma_id"), OuterRef("visma_id"))
    return EmployeeLink.objects.filter(Exists(mine), connection__pilot=True)


def linked_inside(connection: Connection) -> Q:
    """The condition on rows with a ``link`` that the connection works for that person; no condition for everyone.

    ``connection`` says whether there is a pilot group, as it was read.
    """
    if not connection.pilot:
        return Q()
    return Q(link__in=links_in_pilots().filter(connection=connection).values("pk"))


def linked_outside(connection: Connection) -> Q:
    """The opposite: the rows of people outside the pilot group; none for everyone."""
    return ~linked_inside(connection) if connection.pilot else Q(pk__in=[])


def alone_inside(connection: Connection) -> Q:
    """``PilotScope.includes_person`` as a condition on rows of people on one side (``side``, ``vendor_id``)."""
    if not connection.pilot:
        return Q()
    rows = PilotMember.objects.filter(connection=connection).exclude(vendor_id="")
    found = Q()
    for side in Side:
        found |= Q(side=side, vendor_id__in=rows.filter(side=side).values("vendor_id"))
    return found
