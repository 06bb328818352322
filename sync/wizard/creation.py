"""Create: stores who is to be added to the other side, and who never. Nothing is written to a vendor here.

``target`` is always the side on which somebody would be created; the people themselves are on the other side.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import audit, name_of
from sync.analysis.links.candidates import NEVER_OFFERED, possible, recheck, unnumbered
from sync.analysis.pilot_scope import alone_inside
from sync.core.codes import CreateGroup
from sync.core.records.employee import Side
from sync.models import EmployeeSnapshot, LeftOut, SyncRun
from sync.models.groups import STEPS
from sync.runs.lifecycle import NotAllowed
from sync.runs.who_is_who import hold_reviews, leave_out

LEFT_OUT = "create_left_out"
MAX_GROUPS = 100


def chosen(run: SyncRun, target: str) -> QuerySet[EmployeeSnapshot]:
    """The people who are chosen to be created."""
    return possible(run, target).filter(create_chosen=True)


def choose(run: SyncRun, user: Any, ids: Iterable[int], on: bool) -> int:
    """Tick or untick people; returns how many changed. People who can't be created, or who are outside the pilot group,
    stay as they are.

    ``ids``: primary keys of snapshots of this run. Raises ``NotAllowed`` once the run writes or has ended.
    """
    rows = EmployeeSnapshot.objects.filter(alone_inside(run.connection), run=run, link=None, create_blocked="")
    rows = rows.filter(pk__in=list(ids))
    return _set(run, user, rows.exclude(create_group__in=NEVER_OFFERED), on)


def choose_all(run: SyncRun, user: Any, target: str, on: bool) -> int:
    """Tick the whole main list of a side (nobody in the folded lists), or untick everybody."""
    rows = possible(run, target)
    return _set(run, user, rows.filter(create_group=CreateGroup.MAIN) if on else rows, on)


def _set(run: SyncRun, user: Any, rows: QuerySet[EmployeeSnapshot], on: bool) -> int:
    name = name_of(user)
    with transaction.atomic():
        hold_open(run)
        rows = rows.filter(create_chosen=not on)
        people = {side.value: rows.filter(side=side.value).count() for side in Side}
        changed = rows.update(create_chosen=on, create_chosen_by=name if on else "")
        if changed:
            counts = {f"to_{side.other.value}": people[side.value] for side in Side if people[side.value]}
            audit(user, "create.chosen" if on else "create.unchosen", run.connection, run=run.pk, **counts)
    return changed


def never_add(run: SyncRun, user: Any, pk: int, why: str = "") -> LeftOut:
    """Leave a person of the lists out for good. ``pk``: their snapshot's.

    Raises ``NotAllowed`` if any run of the connection writes, or this one has ended; ``EmployeeSnapshot.DoesNotExist``
    for a linked person.
    """
    with transaction.atomic():
        hold_reviews(run.connection)
        hold_open(run)
        person = EmployeeSnapshot.objects.exclude(create_group="").get(run=run, pk=pk, link=None)
        return leave_out(run.connection, user, person.side, person.vendor_id, person.name, why)


def set_assigns_numbers(run: SyncRun, user: Any, on: bool) -> None:
    """Choose whether people without an Employment ID can be added to Visma, which then assigns the number.

    Raises ``NotAllowed`` once the run writes or has ended.
    """
    with transaction.atomic():
        row = hold_open(run)
        run.assigns_numbers = on
        if row.assigns_numbers == on:
            return
        SyncRun.objects.filter(pk=run.pk).update(assigns_numbers=on)
        audit(user, "create.numbering", run.connection, run=run.pk, assigned=on)
        recheck(run, unnumbered(run))


def set_options(run: SyncRun, user: Any, groups: Iterable[str] | None, invite: bool) -> None:
    """Choose the groups (may be empty; ``None`` leaves them as they are) and whether an invitation is sent."""
    with transaction.atomic():
        row = hold_open(run)
        row.connection = run.connection
        wanted = row.groups if groups is None else (group[:64] for group in groups)
        ids = list(dict.fromkeys(wanted))[:MAX_GROUPS]
        if (ids, invite) != (row.new_user_groups, row.invites):
            SyncRun.objects.filter(pk=run.pk).update(new_user_groups=ids, invites=invite)
            audit(user, "create.options", run.connection, run=run.pk, groups=ids, invite=invite)
    run.new_user_groups, run.invites = ids, invite


def hold_open(run: SyncRun) -> SyncRun:
    """Lock the run's row inside a transaction, so that it can't begin to write. Raises ``NotAllowed``."""
    row = SyncRun.objects.select_for_update().filter(pk=run.pk, state__in=STEPS).first()
    if row is None:
        raise NotAllowed("state")
    SyncRun.objects.filter(pk=run.pk).update(touched_at=timezone.now())
    return row
