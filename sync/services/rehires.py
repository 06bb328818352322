"""Real time looks for a rehire: payroll may have made a new employee for somebody whose old record has ended.

Both records of such a person are there, and a look at the linked one alone would write to the old one.
"""

from sync.core.alike import Alike
from sync.core.employee import Employee, Period
from sync.core.match import weighing_of
from sync.core.relook import better_employee
from sync.models import EmployeeLink, SyncRun
from sync.services.reading import Reader

Couple = tuple[str, str]


def look_for_rehires(run: SyncRun, reader: Reader, pairs: dict[Couple, tuple[Employee, Employee]]) -> dict[Couple, str]:
    """Whom in Visma to ask about in place of the ended employee of a pair, by the pair; who hasn't ended needs no look.

    Everybody in Visma is asked for, once for all such pairs. Those who haven't changed since the last complete read
    may be meant, too: it saw them beside what Huma said then, and keeps no values. Raises the vendor errors.
    """
    ended = {couple: both for couple, both in pairs.items() if _may_be_a_rehire(*both)}
    if not ended:
        return {}
    people = {employee.id: employee for employee in (*_everybody(reader), *(visma for _huma, visma in ended.values()))}
    alike = Alike(weighing_of([huma for huma, _visma in ended.values()], people.values()))
    links = EmployeeLink.objects.filter(connection=run.connection_id)
    taken = set(links.filter(state__in=EmployeeLink.HOLDING).values_list("visma_id", flat=True))
    apart = links.filter(state=EmployeeLink.State.DIFFERENT, huma_id__in=[huma for huma, _visma in ended])
    different = set(apart.values_list("huma_id", "visma_id"))
    found = {couple: better_employee(alike, couple, taken, different) for couple in ended}
    return {couple: other for couple, other in found.items() if other}


def _may_be_a_rehire(huma: Employee, visma: Employee) -> bool:
    return visma.standing is Period.FORMER and not huma.ended


def _everybody(reader: Reader) -> list[Employee]:
    found: list[Employee] = []
    cursor: str | None = None
    while True:
        page = reader.clients.visma.list_employees(cursor)
        found += reader.visma_rows(page)[0]
        if page.cursor is None:
            return found
        cursor = page.cursor
