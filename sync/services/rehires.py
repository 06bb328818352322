"""Real time looks for a rehire: payroll may have made a new employee for somebody whose old record has ended.

Both records of such a person are there, and a look at the linked one alone would write to the old one.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings

from connections.errors import TOO_MANY_REQUESTS, Unavailable
from connections.models import Connection
from sync.core import passing
from sync.core.employee import Employee, Period, Side
from sync.core.match import weighing_of
from sync.core.passing import Passed, is_like
from sync.core.relook import better_employee
from sync.models import EmployeeLink, SyncRun
from sync.models.groups import WHOLE
from sync.services.one_person import PassedOver, one_person
from sync.services.reading import Reader

SLACK = timedelta(days=1)
"""How much earlier than the last complete read a new employee is looked for: Visma's filter knows whole days."""

Couple = tuple[str, str]
Pairs = Mapping[Couple, tuple[Employee, Employee]]


@dataclass
class Rehires:
    """``instead``: who in Visma agrees better than the ended employee of a pair does, by the pair; ``passed``: those of
    whom that can't be told now, so that nothing may be written for them."""

    instead: dict[Couple, str] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)


def look_for_rehires(run: SyncRun, reader: Reader, pairs: Pairs) -> Rehires:
    """Look for a rehire of each pair whose employee has ended; who hasn't ended needs no look.

    Only those whom Visma changed since the last complete read are asked for: the others were seen by it. What goes
    wrong with the look concerns the ended ones alone. Raises ``BadCredentials``; and ``Unavailable`` for a while:
    then the look is to be repeated, from ``run.progress`` it knows since when.
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
    changed, odd = _changed_since(reader, _last_read(run.connection))
    people = {employee.id: employee for employee in (*changed, *(visma for _huma, visma in ended.values()))}
    weighing = weighing_of([huma for huma, _visma in ended.values()], people.values())
    links = EmployeeLink.objects.filter(connection=run.connection_id, state__in=EmployeeLink.HOLDING)
    ids = {*people, *(one.id for one in odd)}
    taken = set(links.filter(visma_id__in=ids).values_list("visma_id", flat=True))
    found = {couple: better_employee(weighing, couple, taken) for couple in ended}
    free = [one for one in odd if one.id not in taken]
    passed = [_passed(visma, passing.REHIRE) for huma, visma in ended.values() if _is_among(free, huma)]
    return Rehires({couple: other for couple, other in found.items() if other}, passed)


def _is_among(odd: Collection[Passed], huma: Employee) -> bool:
    """Whether one of those who can't be read may be the rehire of somebody, as far as their record tells."""
    return any(one.known and is_like(huma, one.known) for one in odd)


def _may_be_a_rehire(huma: Employee, visma: Employee) -> bool:
    return visma.standing is Period.FORMER and not huma.ended


def _last_read(connection: Connection) -> date | None:
    read = connection.runs.filter(trigger__in=WHOLE, dry=False).exclude(read_at=None).order_by("-read_at").first()
    return read.read_at.date() - SLACK if read and read.read_at else None


def _changed_since(reader: Reader, since: date | None) -> tuple[list[Employee], list[Passed]]:
    """Whom Visma changed after a day, and those of them who can't be read."""
    found: list[Employee] = []
    odd: list[Passed] = []
    for page in reader.clients.visma.employees_since(since):
        rows = reader.visma_rows(page)
        found += rows.people
        odd += [*rows.passed, *rows.silent]
    return found, odd
