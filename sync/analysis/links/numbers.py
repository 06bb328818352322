"""Who has which Employment ID: by what was read, or by links. Source: design, The fields (Employment ID)."""

from collections.abc import Iterable

from sync.core.fields.number import holders, same_number
from sync.core.records.employee import Employee, Side
from sync.models import EmployeeLink, EmployeeSnapshot, SyncRun


def of_people(people: Iterable[Employee]) -> dict[str, str]:
    """The holder of each number among people of one side."""
    return holders((employee.number, employee.id) for employee in people)


def as_read(*runs: SyncRun, side: Side = Side.VISMA) -> dict[str, str]:
    """The holder of each number on a side, as one of the runs read it."""
    rows = EmployeeSnapshot.objects.filter(run__in=runs, side=side).exclude(number="")
    return holders(rows.values_list("number", "vendor_id"))


def as_linked(run: SyncRun) -> dict[str, str]:
    """The holder of each number in Visma as far as links tell, for a run over single people. Visma itself refuses a
    taken one."""
    rows = EmployeeLink.objects.filter(connection=run.connection_id).exclude(gone_from=Side.VISMA).exclude(number="")
    return holders(rows.values_list("number", "visma_id"))


def wanted(run: SyncRun) -> dict[str, tuple[str, str]]:
    """The Employment ID in Huma of each linked employee in Visma, with the person's name, as the run read it."""
    rows = EmployeeSnapshot.objects.filter(run=run, side=Side.HUMA).exclude(link=None)
    return {
        visma: (same_number(number), name)
        for visma, number, name in rows.values_list("link__visma_id", "number", "name")
    }
