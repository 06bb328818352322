"""Whose timeline it is: the person by an id on one side, with all links that the id ever had."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q

from connections.models import Connection
from sync.core.records.employee import Side
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, PassedPerson
from sync.models.groups import WHOLE

NOT_OF_THE_PERSON = ("payload",)


@dataclass(frozen=True)
class Whose:
    """A person. ``link``: their present link; ``links``: all of theirs, also with people now called different.

    ``fetched``: what the whole reads that are still kept say of them, the oldest first, without values.
    ``ids``: by side, the ids that are theirs now.
    """

    connection: Connection
    side: str
    vendor_id: str
    link: EmployeeLink | None
    links: list[EmployeeLink]
    fetched: list[EmployeeSnapshot] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    passed: list[PassedPerson] = field(default_factory=list)

    @cached_property
    def ids(self) -> dict[str, str]:
        """By side, the person's id."""
        if self.link is None:
            return {self.side: self.vendor_id}
        return {Side.HUMA: self.link.huma_id, Side.VISMA: self.link.visma_id}

    @property
    def name(self) -> str:
        """What the person is called."""
        names = [self.link.name if self.link else "", *(one.name for one in reversed(self.fetched))]
        names += [*(one.name for one in self.passed), *(one.name for one in self.left_out)]
        return next(filter(None, names), "")

    @property
    def number(self) -> str:
        """Their Employment ID."""
        numbers = [self.link.number if self.link else "", *(one.number for one in reversed(self.fetched))]
        return next(filter(None, (*numbers, *(one.number for one in self.passed))), "")

    @property
    def is_left_out(self) -> LeftOut | None:
        """The row that leaves the whole person out."""
        return next((row for row in self.left_out if row.vendor_id), None)


def _is_no(link: EmployeeLink) -> bool:
    return link.state == EmployeeLink.State.DIFFERENT


def of_person(link: EmployeeLink) -> tuple[str, str]:
    """A side and the id there by which a linked person's timeline is found."""
    gone = link.gone_from == Side.HUMA
    return (Side.VISMA.value, link.visma_id) if gone else (Side.HUMA.value, link.huma_id)


def whose(connection: Connection, side: str, vendor_id: str) -> Whose | None:
    """The person with this id on this side; ``None`` if nothing is known of such a person. Five statements."""
    if side not in tuple(Side) or not vendor_id:
        return None
    rows = EmployeeLink.objects.filter(connection=connection).order_by("pk")
    links = list(rows.filter(**{f"{side}_id": vendor_id}))
    link = next((one for one in links if not _is_no(one)), None)
    ids = {side: vendor_id}
    if link is not None:
        ids = {Side.HUMA.value: link.huma_id, Side.VISMA.value: link.visma_id}
        links = list(rows.filter(Q(huma_id=link.huma_id) | Q(visma_id=link.visma_id)))
        link = next(one for one in links if one.pk == link.pk)
    theirs = Q()
    for where, id_ in ids.items():
        theirs |= Q(side=where, vendor_id=id_)
    seen = EmployeeSnapshot.objects.filter(theirs, run__connection=connection, run__trigger__in=WHOLE, complete=True)
    found = Whose(
        connection=connection,
        side=side,
        vendor_id=vendor_id,
        link=link,
        links=links,
        fetched=list(seen.filter(run__dry=False).defer(*NOT_OF_THE_PERSON).order_by("run_id")),
        left_out=list(LeftOut.objects.filter(theirs | Q(link__in=links), connection=connection).order_by("pk")),
        passed=list(PassedPerson.objects.filter(theirs, connection=connection).order_by("pk")),
    )
    return found if found.links or found.fetched or found.left_out or found.passed else None
