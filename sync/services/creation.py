"""Create: who is on one side only, who of them is to be added on the other, and who never. Nothing is written here.

``target`` is always the side on which somebody would be created; the people themselves stand on the other one.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import audit, name_of
from sync.core.create import SHARED, UNTIL_READ_AGAIN, keys, refused, shared_keys
from sync.core.employee import Side, from_json
from sync.core.fields.number import holders
from sync.models import EmployeeSnapshot, LeftOut, SyncRun
from sync.services.choices import last_with_choices
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
    """Say anew, after a decision about somebody, who can be created; who can't is taken off.

    Of these people, and of everybody who shares something with them, or did with somebody.
    """
    touched = {person.pk: person for person in people if person.payload and person.create_group}
    for side in Side:
        here = [person for person in touched.values() if person.side == side.value]
        if here:
            _recheck(run, side, here)


def _recheck(run: SyncRun, side: Side, people: list[EmployeeSnapshot]) -> None:
    rows = EmployeeSnapshot.objects.filter(run=run, side=side.value, link=None).exclude(create_group="")
    ours = {row.pk: (row, from_json(row.payload)) for row in rows if row.payload}
    out = set(LeftOut.objects.filter(connection=run.connection_id, side=side.value).values_list("vendor_id", flat=True))
    payloads = EmployeeSnapshot.objects.filter(run=run, side=side.other.value).values_list("payload", flat=True)
    theirs = [from_json(payload) for payload in payloads.iterator(chunk_size=500) if payload]
    visma = EmployeeSnapshot.objects.filter(run=run, side="visma").exclude(number="")
    matched = {pk for pair in open_matches(run).values_list("huma_id", "visma_id") for pk in pair}
    asked = {person.pk for person in people}
    touching = {key for person in people for key in keys(from_json(person.payload or {}))}
    known: dict[str, Any] = {
        "left_out": out,
        "numbers": holders(visma.values_list("number", "vendor_id")),
        "huma_emails": {str(one.canonical("email")) for one in theirs if side is Side.VISMA and one.canonical("email")},
        "across": {key for one in theirs for key in keys(one)},
        "shared": shared_keys(one for _row, one in ours.values() if one.id not in out),
        "assign_number": assigns_numbers(run),
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


def assigns_numbers(run: SyncRun) -> bool:
    """Whether Visma assigns the number of new employees who have none in Huma; off until it is chosen."""
    return bool(run.options.get("assign_numbers", False))


def set_assigns_numbers(run: SyncRun, user: Any, on: bool) -> None:
    """Choose whether people without Employment ID can be added to Visma, which then assigns the number.

    Raises ``NotAllowed`` once the run writes or has ended.
    """
    with transaction.atomic():
        row = hold_open(run)
        run.options = {**row.options, "assign_numbers": on}
        if run.options == row.options:
            return
        SyncRun.objects.filter(pk=run.pk).update(options=run.options)
        audit(user, "create.numbering", run.connection, run=run.pk, assigned=on)
        recheck(run, unnumbered(run))


def carry_numbering(run: SyncRun) -> None:
    """Keep what was chosen about it in the run that this one reads again."""
    earlier = last_with_choices(run)
    if earlier is not None and assigns_numbers(earlier):
        run.options = {**run.options, "assign_numbers": True}
        SyncRun.objects.filter(pk=run.pk).update(options=run.options)
        recheck(run, unnumbered(run))


def unnumbered(run: SyncRun) -> QuerySet[EmployeeSnapshot]:
    """Who could be added to Visma but for the Employment ID that Huma hasn't."""
    return candidates(run, "visma").filter(number="")


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
