"""Real time looks for a rehire: payroll may have made a new employee for somebody whose old record has ended.

Both records of such a person are there, and a look at the linked one alone would write to the old one.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from connections.api.errors import TOO_MANY_REQUESTS, Unavailable
from sync.core import passing
from sync.core.alike import Alike
from sync.core.employee import Employee, Period, Side
from sync.core.match import weighing_of
from sync.core.passing import Passed, is_like
from sync.core.relook import better_employee
from sync.models import EmployeeLink, SyncRun
from sync.reading.one_person import PassedOver, one_person
from sync.reading.reader import Reader

Couple = tuple[str, str]
Pairs = Mapping[Couple, tuple[Employee, Employee]]


@dataclass
class Rehires:
    """``instead``: whom in Visma to ask about in place of the ended employee of a pair, by the pair; ``passed``: those
    of whom that can't be told now, so that nothing may be written for them."""

    instead: dict[Couple, str] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)


def look_for_rehires(run: SyncRun, reader: Reader, pairs: Pairs) -> Rehires:
    """Look for a rehire of each pair whose employee has ended; who hasn't ended needs no look.

    Everybody in Visma is asked for, once for all such pairs. Those who haven't changed since the last complete read
    may be meant, too: it saw them beside what Huma said then, and keeps no values. What goes wrong with the look
    concerns the ended ones alone. Raises ``BadCredentials``; and ``Unavailable`` for a while: then the look is to be
    repeated, from ``run.progress`` it knows since when.
    """
    ended = {couple: both for couple, both in pairs.items() if _may_be_a_rehire(*both)}
    if not ended:
        return Rehires()
    try:
        with one_person(Side.VISMA, ""):
            return _look(run, reader, ended)
    except PassedOver as over:
        why = passing.BUG if over.passed.reason == passing.BUG else passing.REHIRE
    except Unavailable as error:
        since = run.progress.setdefault("rehires_since", time.time())
        if error.status == TOO_MANY_REQUESTS or time.time() - since <= settings.READ_PATIENCE_SECONDS:
            SyncRun.objects.filter(pk=run.pk).update(progress=run.progress)
            raise
        why = passing.REHIRE
    return Rehires(passed=[_passed(visma, why) for _huma, visma in ended.values()])


def _passed(visma: Employee, why: str) -> Passed:
    return Passed(Side.VISMA, visma.id, why, known=visma)


def _look(run: SyncRun, reader: Reader, ended: Pairs) -> Rehires:
    everybody, odd = _everybody(reader)
    people = {employee.id: employee for employee in (*everybody, *(visma for _huma, visma in ended.values()))}
    alike = Alike(weighing_of([huma for huma, _visma in ended.values()], people.values()))
    links = EmployeeLink.objects.filter(connection=run.connection_id)
    taken = set(links.filter(state__in=EmployeeLink.HOLDING).values_list("visma_id", flat=True))
    apart = links.filter(state=EmployeeLink.State.DIFFERENT, huma_id__in=[huma for huma, _visma in ended])
    different = set(apart.values_list("huma_id", "visma_id"))
    found = {couple: better_employee(alike, couple, taken, different) for couple in ended}
    free = [one for one in odd if one.id not in taken]
    passed = [
        _passed(visma, passing.REHIRE)
        for huma, visma in ended.values()
        if _is_among([one for one in free if (huma.id, one.id) not in different], huma)
    ]
    return Rehires({couple: other for couple, other in found.items() if other}, passed)


def _is_among(odd: Collection[Passed], huma: Employee) -> bool:
    """Whether one of those who can't be read may be the rehire of somebody, as far as their record tells."""
    return any(one.known and is_like(huma, one.known) for one in odd)


def _may_be_a_rehire(huma: Employee, visma: Employee) -> bool:
    return visma.standing is Period.FORMER and not huma.ended


def _everybody(reader: Reader) -> tuple[list[Employee], list[Passed]]:
    """Everybody in Visma, drafts included, and those of them who can't be read."""
    found: list[Employee] = []
    odd: list[Passed] = []
    for page in reader.clients.visma.employees_since(None):
        rows = reader.visma_rows(page)
        found += rows.people
        odd += [*rows.passed, *rows.silent]
    return found, odd
