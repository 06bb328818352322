"""Looks for rehires in real time: payroll may have made a new employee for a person whose old record has ended.

Visma has both records then. A run that looked only at the linked one would write to the old record.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from connections.api.errors import TOO_MANY_REQUESTS, Unavailable
from sync.core.matching.match import weighing_of
from sync.core.matching.people_index import PeopleIndex
from sync.core.matching.relook import better_employee
from sync.core.records import skipping
from sync.core.records.employee import Employee, Period, Side
from sync.core.records.skipping import Skipped, is_like
from sync.models import EmployeeLink, SyncRun
from sync.reading.one_person import PersonSkipped, one_person
from sync.reading.reader import Reader

Couple = tuple[str, str]
Pairs = Mapping[Couple, tuple[Employee, Employee]]


@dataclass
class Rehires:
    """``instead``: by pair, the employee in Visma who may be meant instead of the ended one. ``passed``: people for
    whom this can't be told now, so that nothing may be written for them."""

    instead: dict[Couple, str] = field(default_factory=dict)
    passed: list[Skipped] = field(default_factory=list)


def look_for_rehires(run: SyncRun, reader: Reader, pairs: Pairs) -> Rehires:
    """Look for a rehire of each pair whose employee in Visma has ended; other pairs need no look.

    Reads everybody in Visma, once for all such pairs. Employees who haven't changed since the last complete read may be
    meant, too: that read compared them with Huma's values of that time, and keeps no values. Trouble with the look
    concerns only the ended employees. Raises ``BadCredentials``, and for some time ``Unavailable``: then the look has
    to be repeated, and ``run.progress`` says since when it has been tried.
    """
    ended = {couple: both for couple, both in pairs.items() if _may_be_a_rehire(*both)}
    if not ended:
        return Rehires()
    try:
        with one_person(Side.VISMA, ""):
            return _look(run, reader, ended)
    except PersonSkipped as over:
        why = skipping.BUG if over.passed.reason == skipping.BUG else skipping.REHIRE
    except Unavailable as error:
        since = run.progress.setdefault("rehires_since", time.time())
        if error.status == TOO_MANY_REQUESTS or time.time() - since <= settings.READ_PATIENCE_SECONDS:
            SyncRun.objects.filter(pk=run.pk).update(progress=run.progress)
            raise
        why = skipping.REHIRE
    return Rehires(passed=[_passed(visma, why) for _huma, visma in ended.values()])


def _passed(visma: Employee, why: str) -> Skipped:
    return Skipped(Side.VISMA, visma.id, why, known=visma)


def _look(run: SyncRun, reader: Reader, ended: Pairs) -> Rehires:
    everybody, odd = _everybody(reader)
    people = {employee.id: employee for employee in (*everybody, *(visma for _huma, visma in ended.values()))}
    alike = PeopleIndex(weighing_of([huma for huma, _visma in ended.values()], people.values()))
    links = EmployeeLink.objects.filter(connection=run.connection_id)
    taken = set(links.holding().values_list("visma_id", flat=True))
    apart = links.filter(state=EmployeeLink.State.DIFFERENT, huma_id__in=[huma for huma, _visma in ended])
    different = set(apart.values_list("huma_id", "visma_id"))
    found = {couple: better_employee(alike, couple, taken, different) for couple in ended}
    free = [one for one in odd if one.id not in taken]
    passed = [
        _passed(visma, skipping.REHIRE)
        for huma, visma in ended.values()
        if _is_among([one for one in free if (huma.id, one.id) not in different], huma)
    ]
    return Rehires({couple: other for couple, other in found.items() if other}, passed)


def _is_among(odd: Collection[Skipped], huma: Employee) -> bool:
    """Whether one of the people who can't be read may be this person's rehire, by what is known of them."""
    return any(one.known and is_like(huma, one.known) for one in odd)


def _may_be_a_rehire(huma: Employee, visma: Employee) -> bool:
    return visma.standing is Period.FORMER and not huma.ended


def _everybody(reader: Reader) -> tuple[list[Employee], list[Skipped]]:
    """Everybody in Visma, drafts included, and those among them who can't be read."""
    found: list[Employee] = []
    odd: list[Skipped] = []
    for page in reader.clients.visma.employees_since(None):
        rows = reader.visma_rows(page)
        found += rows.people
        odd += [*rows.passed, *rows.silent]
    return found, odd
