"""The pilot group: the people for whom a connection works until somebody says *Everyone*.

This is the one home of the rule. While ``Connection.pilot`` is on, everybody is read and compared as always, but
nothing is decided, created or written for anybody outside the group.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from sync.core.records.employee import Side
from sync.models.links import EmployeeLink


class PilotMembers(models.QuerySet["PilotMember"]):
    """Finds the members of pilot groups."""

    def of_link(self, pk: Any, huma_id: Any, visma_id: Any) -> "PilotMembers":
        """The rows of a linked person, by the link or by one of its halves; the arguments may be ``OuterRef``."""
        return self.filter(Q(link=pk) | Q(side=Side.HUMA, vendor_id=huma_id) | Q(side=Side.VISMA, vendor_id=visma_id))


class PilotMember(models.Model):
    """One person of a pilot group: a link, or the id on one side of somebody who wasn't linked when they were chosen.

    A row without any of these stands for a link that was deleted: it matches nobody, so the group's page can say so.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="pilot_group")
    link = models.ForeignKey(
        EmployeeLink, models.SET_NULL, verbose_name=_("linked person"), null=True, blank=True, related_name="+"
    )
    side = models.CharField(_("system"), max_length=5, blank=True)
    vendor_id = models.CharField(_("ID in that system"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    by = models.CharField(_("by whom"), max_length=150)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = PilotMembers.as_manager()

    class Meta:
        verbose_name = _("person of a pilot group")
        verbose_name_plural = _("people of pilot groups")
        constraints = [
            models.UniqueConstraint(fields=["connection", "link"], name="link_in_pilot_once"),
            models.UniqueConstraint(
                fields=["connection", "side", "vendor_id"], condition=~Q(vendor_id=""), name="person_in_pilot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


@dataclass(frozen=True)
class WorksFor:
    """For whom a connection works, read at once to check many people: ``everyone``, or a pilot group.

    ``links``: primary keys; ``people``: (side, id) of members who weren't linked when they were chosen.
    """

    everyone: bool = True
    links: frozenset[int] = frozenset()
    people: frozenset[tuple[str, str]] = frozenset()

    def link(self, link: EmployeeLink) -> bool:
        """Whether the connection works for a linked person."""
        halves = ((Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id))
        return self.everyone or link.pk in self.links or not self.people.isdisjoint(halves)

    def person(self, side: str, vendor_id: str) -> bool:
        """Whether the connection works for somebody who is on one side only."""
        return self.everyone or (side, vendor_id) in self.people


def works_for(connection_id: int) -> WorksFor:
    """For whom the connection works now, as the database says."""
    if not Connection.objects.filter(pk=connection_id, pilot=True).exists():
        return WorksFor()
    rows = PilotMember.objects.filter(connection=connection_id).values_list("link", "side", "vendor_id")
    found = list(rows)
    return WorksFor(
        everyone=False,
        links=frozenset(link for link, _side, _id in found if link),
        people=frozenset((side, id_) for _link, side, id_ in found if id_),
    )


def links_in_pilots() -> QuerySet[EmployeeLink]:
    """The links of all pilot groups that count now: ``WorksFor.link`` as a query."""
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
    """The condition on rows of people on one side (``side``, ``vendor_id``): ``WorksFor.person`` as a query."""
    if not connection.pilot:
        return Q()
    rows = PilotMember.objects.filter(connection=connection).exclude(vendor_id="")
    found = Q()
    for side in Side:
        found |= Q(side=side, vendor_id__in=rows.filter(side=side).values("vendor_id"))
    return found
