"""Create: who is on one side only, who of them is to be added on the other, and who never. Nothing is written here.

``target`` is always the side on which somebody would be created; the people themselves stand on the other one.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import audit, name_of
from sync.core.create import refused
from sync.core.employee import Side, from_json
from sync.core.fields.number import holders
from sync.models import EmployeeSnapshot, LeftOut, SyncRun
from sync.services.people import open_matches
from sync.services.runs import STEPS, NotAllowed

MAIN = "main"
LEFT_OUT = "create_left_out"
NEVER_OFFERED = ("", "not_a_person")
MAX_GROUPS = 100


def candidates(run: SyncRun, target: str) -> QuerySet[EmployeeSnapshot]:
    """Everybody who is offered (or refused with a reason) for ``target``; accounts of programs are not."""
    source = Side(target).other.value
    rows = EmployeeSnapshot.objects.filter(run=run, side=source, link=None)
    return rows.exclude(create_group__in=NEVER_OFFERED)


def possible(run: SyncRun, target: str) -> QuerySet[EmployeeSnapshot]:
    """Those who can be created."""
    return candidates(run, target).filter(create_blocked="")


def chosen(run: SyncRun, target: str) -> QuerySet[EmployeeSnapshot]:
    """Those who are to be created."""
    return possible(run, target).filter(create_chosen=True)


def choose(run: SyncRun, user: Any, ids: Iterable[int], on: bool) -> int:
    """Tick people, or take them off again; gives how many changed. Who can't be created stays as she is.

    ``ids`` are primary keys of snapshots of this run. Raises ``NotAllowed`` once the run writes or has ended.
    """
    rows = EmployeeSnapshot.objects.filter(run=run, link=None, create_blocked="", pk__in=list(ids))
    return _set(run, user, rows.exclude(create_group__in=NEVER_OFFERED), on)


def choose_all(run: SyncRun, user: Any, target: str, on: bool) -> int:
    """Tick the whole main list of a side (nobody of the folded ones), or take everybody off again."""
    rows = possible(run, target)
    return _set(run, user, rows.filter(create_group=MAIN) if on else rows, on)


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
    """Leave a person out for good. Raises ``NotAllowed``, or ``EmployeeSnapshot.DoesNotExist`` for a linked one."""
    with transaction.atomic():
        hold_open(run)
        person = EmployeeSnapshot.objects.exclude(create_group="").get(run=run, pk=pk, link=None)
        left_out, created = LeftOut.objects.get_or_create(
            connection=run.connection,
            side=person.side,
            vendor_id=person.vendor_id,
            defaults={"name": person.name, "reason": why.strip()[:200], "by": name_of(user)},
        )
        if created:
            audit(user, "person.left_out", run.connection, left_out=left_out.pk, side=person.side)
        recheck(run, [person])
    return left_out


def recheck(run: SyncRun, people: Iterable[EmployeeSnapshot]) -> None:
    """Say anew, after a decision about somebody, who of these can be created; who can't is taken off."""
    people = [person for person in people if person.payload and person.create_group]
    if not people:
        return
    emails: set[str] = set()
    if any(person.side == "visma" for person in people):
        payloads = EmployeeSnapshot.objects.filter(run=run, side="huma").values_list("payload", flat=True)
        found = (from_json(payload).canonical("email") for payload in payloads.iterator(chunk_size=500) if payload)
        emails = {str(email) for email in found if email}
    visma = EmployeeSnapshot.objects.filter(run=run, side="visma").exclude(number="")
    numbers = holders(visma.values_list("number", "vendor_id"))
    matched = {pk for pair in open_matches(run).values_list("huma_id", "visma_id") for pk in pair}
    out = set(LeftOut.objects.filter(connection=run.connection_id).values_list("side", "vendor_id"))
    for person in people:
        here = {person.vendor_id}
        code = refused(
            from_json(person.payload or {}),
            open_matches=here if person.pk in matched else (),
            left_out=here if (person.side, person.vendor_id) in out else (),
            numbers=numbers,
            huma_emails=emails,
        )
        person.create_blocked = code
        if code:
            person.create_chosen, person.create_chosen_by = False, ""
        person.save(update_fields=["create_blocked", "create_chosen", "create_chosen_by"])


def options(run: SyncRun) -> tuple[list[str], bool]:
    """The groups that new Huma users join, and whether they are invited; the connection's groups until chosen."""
    groups = run.options.get("groups", run.connection.huma_groups)
    return [str(group) for group in groups], bool(run.options.get("invite", False))


def set_options(run: SyncRun, user: Any, groups: Iterable[str] | None, invite: bool) -> None:
    """Choose the groups (none is valid; ``None`` leaves them as they are) and whether an invitation is sent."""
    with transaction.atomic():
        row = hold_open(run)
        row.connection = run.connection
        ids = options(row)[0] if groups is None else list(dict.fromkeys(group[:64] for group in groups))[:MAX_GROUPS]
        new = {**row.options, "groups": ids, "invite": invite}
        if new != row.options:
            SyncRun.objects.filter(pk=run.pk).update(options=new)
            audit(user, "create.options", run.connection, run=run.pk, groups=ids, invite=invite)
    run.options = new


def hold_open(run: SyncRun) -> SyncRun:
    """Within a transaction: the run's row, held so that it can't begin to write meanwhile. Raises ``NotAllowed``."""
    row = SyncRun.objects.select_for_update().filter(pk=run.pk, state__in=STEPS).first()
    if row is None:
        raise NotAllowed("state")
    SyncRun.objects.filter(pk=run.pk).update(touched_at=timezone.now())
    return row
