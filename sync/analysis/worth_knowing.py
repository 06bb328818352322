"""About whom something is worth knowing: Overview counts these people, and People lists them."""

from django.db.models import Count, Q, QuerySet, Subquery

from connections.models import Connection
from sync.core.records.employee import Period, Side
from sync.core.records.worth_knowing import BECOMES_CASH, LONG_NUMBER, NO_NUMBER, SEVERAL_POSITIONS
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, SyncRun

DEACTIVATED = "deactivated"
CODES = (DEACTIVATED, BECOMES_CASH, SEVERAL_POSITIONS, LONG_NUMBER, NO_NUMBER)
"""The most urgent first."""
Reads = QuerySet[SyncRun]
"""A query whose first row is the run that read the people."""


def about(code: str, connection: Connection, reads: Reads) -> QuerySet[EmployeeSnapshot]:
    """The people about whom this is to be known, as the rows of their records in Huma."""
    return _people(reads, Side.HUMA).filter(_conditions(connection, reads)[code])


def counted(connection: Connection, reads: Reads) -> dict[str, int]:
    """About how many people each code is to be known."""
    counts = {code: Count("pk", filter=people) for code, people in _conditions(connection, reads).items()}
    return _people(reads, Side.HUMA).aggregate(**counts)


def _conditions(connection: Connection, reads: Reads) -> dict[str, Q]:
    """By code, the condition on people's records in Huma.

    What concerns both records of a person counts only for linked people of whom neither is left out. No subquery looks
    at the outer row, so that each is answered once, and not for each person.
    """
    out = LeftOut.objects.filter(connection=connection).exclude(vendor_id="")
    left_out = {side: out.filter(side=side).values("vendor_id") for side in Side}
    pair = Q(link__state=EmployeeLink.State.LINKED)
    pair &= ~Q(vendor_id__in=left_out[Side.HUMA]) & ~Q(link__visma_id__in=left_out[Side.VISMA])
    in_visma = _people(reads, Side.VISMA).exclude(link=None)
    several = Q(_has(SEVERAL_POSITIONS), link__in=in_visma.values("link"))
    several |= Q(link__in=in_visma.filter(_has(SEVERAL_POSITIONS)).values("link"))
    return {
        # As core.records.worth_knowing.is_deactivated_but_employed, of stored records.
        DEACTIVATED: pair & Q(active=False, link__in=in_visma.filter(standing=Period.CURRENT).values("link")),
        BECOMES_CASH: _has(BECOMES_CASH),
        SEVERAL_POSITIONS: pair & several,
        LONG_NUMBER: _has(LONG_NUMBER),
        NO_NUMBER: _has(NO_NUMBER),
    }


def _has(code: str) -> Q:
    """Whether a record has this code of ``core.records.worth_knowing``. No code is a part of another."""
    return Q(worth_knowing__contains=code)


def _people(reads: Reads, side: Side) -> QuerySet[EmployeeSnapshot]:
    return EmployeeSnapshot.objects.filter(run=Subquery(reads.values("pk")[:1]), side=side, complete=True)
