"""Real time looks for a rehire: payroll may have made a new employee for somebody whose old record has ended.

Both records of such a person are there, and a look at the linked one alone would write to the old one.
"""

from datetime import date, timedelta

from connections.models import Connection
from sync.core.employee import Employee, Period
from sync.core.match import weighing_of
from sync.core.relook import better_employee
from sync.models import EmployeeLink, SyncRun
from sync.models.groups import WHOLE
from sync.services.reading import Reader

SLACK = timedelta(days=1)
"""How much earlier than the last complete read a new employee is looked for: Visma's filter knows whole days."""

Couple = tuple[str, str]


def look_for_rehires(run: SyncRun, reader: Reader, pairs: dict[Couple, tuple[Employee, Employee]]) -> dict[Couple, str]:
    """Who in Visma agrees better than the ended employee of a pair does, by the pair; who hasn't ended needs no look.

    Only those whom Visma changed since the last complete read are asked for: the others were seen by it. Raises the
    vendor errors.
    """
    ended = {couple: both for couple, both in pairs.items() if _may_be_a_rehire(*both)}
    if not ended:
        return {}
    changed = _changed_since(reader, _last_read(run.connection))
    people = {employee.id: employee for employee in (*changed, *(visma for _huma, visma in ended.values()))}
    weighing = weighing_of([huma for huma, _visma in ended.values()], people.values())
    links = EmployeeLink.objects.filter(connection=run.connection_id, state__in=EmployeeLink.HOLDING)
    taken = set(links.filter(visma_id__in=people).values_list("visma_id", flat=True))
    found = {couple: better_employee(weighing, couple, taken) for couple in ended}
    return {couple: other for couple, other in found.items() if other}


def _may_be_a_rehire(huma: Employee, visma: Employee) -> bool:
    return visma.standing is Period.FORMER and not huma.ended


def _last_read(connection: Connection) -> date | None:
    read = connection.runs.filter(trigger__in=WHOLE, dry=False).exclude(read_at=None).order_by("-read_at").first()
    return read.read_at.date() - SLACK if read and read.read_at else None


def _changed_since(reader: Reader, since: date | None) -> list[Employee]:
    found: list[Employee] = []
    cursor: str | None = None
    while True:
        page = reader.clients.visma.list_employees(cursor, since)
        found += reader.visma_rows(page)[0]
        if page.cursor is None:
            return found
        cursor = page.cursor
