"""About whom something is worth knowing: Overview counts these people, and People lists them."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from sync.core.employee import Period, Side
from sync.core.worth_knowing import BECOMES_CASH, LONG_NUMBER, NO_NUMBER, SEVERAL_POSITIONS
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, SyncRun

DEACTIVATED = "deactivated"


def _has(code: str) -> Q:
    """Whether the record has this code of ``core.worth_knowing``."""
    return Q(worth_knowing__contains=code)


_left_out = LeftOut.objects.filter(connection=OuterRef("run__connection"))
_in_visma = EmployeeSnapshot.objects.filter(run=OuterRef("run"), link=OuterRef("link"), side=Side.VISMA, complete=True)
_pair = Q(link__state=EmployeeLink.State.LINKED) & ~Exists(
    _left_out.of_pair(OuterRef("vendor_id"), OuterRef("link__visma_id"))
)

CODES: dict[str, Q] = {
    # core.worth_knowing.is_deactivated_but_employed, of stored records
    DEACTIVATED: Q(active=False) & _pair & Exists(_in_visma.filter(standing=Period.CURRENT)),
    BECOMES_CASH: _has(BECOMES_CASH),
    SEVERAL_POSITIONS: _pair
    & ((_has(SEVERAL_POSITIONS) & Exists(_in_visma)) | Exists(_in_visma.filter(_has(SEVERAL_POSITIONS)))),
    LONG_NUMBER: _has(LONG_NUMBER),
    NO_NUMBER: _has(NO_NUMBER),
}
"""By code, the people, as the rows of their records in Huma; the most urgent first.

What concerns both records of a person counts only for linked people of whom nobody is left out.
"""


def about(code: str, reads: QuerySet[SyncRun]) -> QuerySet[EmployeeSnapshot]:
    """The people about whom this is to be known. ``reads``: the run that read them, as a query for one row."""
    return _people(reads).filter(CODES[code])


def counted(reads: QuerySet[SyncRun]) -> dict[str, int]:
    """About how many people each code is to be known."""
    return _people(reads).aggregate(**{code: Count("pk", filter=people) for code, people in CODES.items()})


def _people(reads: QuerySet[SyncRun]) -> QuerySet[EmployeeSnapshot]:
    return EmployeeSnapshot.objects.filter(run=Subquery(reads.values("pk")[:1]), side=Side.HUMA, complete=True)
