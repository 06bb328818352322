"""People on one side only: who can be created on the other side, and why somebody can't.

``target`` is always the side on which somebody would be created; the people themselves are on the other side.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from sync.analysis.carried_decisions import last_with_choices
from sync.analysis.links.numbers import as_read
from sync.analysis.pilot_scope import alone_inside
from sync.core.codes import CreateGroup
from sync.core.deciding.create import SHARED, UNTIL_READ_AGAIN, keys, refused, shared_keys
from sync.core.records.employee import Side, from_json
from sync.models import EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from sync.reading.lists.programs import addresses_of, seen_by

NEVER_OFFERED = ("", CreateGroup.NOT_A_PERSON)


def offered(run: SyncRun, target: str) -> QuerySet[EmployeeSnapshot]:
    """Everybody who is offered (or refused with a reason) for ``target``, without accounts of programs."""
    source = Side(target).other.value
    rows = EmployeeSnapshot.objects.filter(run=run, side=source, link=None)
    return rows.exclude(create_group__in=NEVER_OFFERED)


def only_on_one_side(run: SyncRun) -> QuerySet[EmployeeSnapshot]:
    """Everybody whom the lists offer or refuse, without those who may be the same person as somebody."""
    rows = EmployeeSnapshot.objects.filter(run=run, link=None).exclude(create_group__in=NEVER_OFFERED)
    return rows.exclude(create_blocked="create_open_match")


def possible(run: SyncRun, target: str) -> QuerySet[EmployeeSnapshot]:
    """Those who can be created; only from the pilot group, if there is one."""
    return offered(run, target).filter(alone_inside(run.connection), create_blocked="")


def recheck(run: SyncRun, people: Iterable[EmployeeSnapshot]) -> None:
    """Decide again, after a decision about ``people``, who can be created; whoever can't isn't chosen any more.

    This concerns these people, and everybody who shares or has shared a key with somebody.
    """
    touched = {person.pk: person for person in people if person.payload and person.create_group}
    for side in Side:
        here = [person for person in touched.values() if person.side == side.value]
        if here:
            _recheck(run, side, here)


def _recheck(run: SyncRun, side: Side, people: list[EmployeeSnapshot]) -> None:
    rows = EmployeeSnapshot.objects.filter(run=run, side=side.value, link=None).exclude(create_group="")
    ours = {row.pk: (row, from_json(row.payload)) for row in rows if row.payload}
    out = LeftOut.objects.filter(connection=run.connection_id).in_memory().ids(side)
    payloads = EmployeeSnapshot.objects.filter(run=run, side=side.other.value).values_list("payload", flat=True)
    theirs = [from_json(payload) for payload in payloads.iterator(chunk_size=500) if payload]
    matched = {pk for pair in PossibleMatch.objects.open_in(run).values_list("huma_id", "visma_id") for pk in pair}
    emails: set[str] = set()
    if side is Side.VISMA:
        emails = addresses_of(run.connection, seen_by(run), [one for _row, one in ours.values()])
        emails |= {str(one.canonical("email")) for one in theirs if one.canonical("email")}
    asked = {person.pk for person in people}
    touching = {key for person in people for key in keys(from_json(person.payload or {}))}
    known: dict[str, Any] = {
        "left_out": out,
        "numbers": as_read(run),
        "huma_emails": emails,
        "across": {key for one in theirs for key in keys(one)},
        "shared": shared_keys(one for _row, one in ours.values() if one.id not in out),
        "assign_number": run.assigns_numbers,
    }
    for pk, (row, employee) in ours.items():
        if pk not in asked and row.create_blocked not in SHARED and not touching.intersection(keys(employee)):
            continue
        code = refused(employee, open_matches={row.vendor_id} if pk in matched else (), **known)
        if not code and row.create_blocked in UNTIL_READ_AGAIN:
            continue
        row.create_blocked = code
        if code:
            row.create_chosen, row.create_chosen_by = False, ""
        row.save(update_fields=["create_blocked", "create_chosen", "create_chosen_by"])


def unnumbered(run: SyncRun) -> QuerySet[EmployeeSnapshot]:
    """People who could be created in Visma if Huma had an Employment ID for them."""
    return offered(run, Side.VISMA).filter(number="")


def carry_numbering(run: SyncRun) -> None:
    """Take over the choice about assigned numbers from the run that this one reads again."""
    earlier = last_with_choices(run)
    if earlier is not None and earlier.assigns_numbers:
        run.assigns_numbers = True
        SyncRun.objects.filter(pk=run.pk).update(assigns_numbers=True)
        recheck(run, unnumbered(run))
