"""Makes the plan of a run: all Changes that follow from its decisions and chosen people. Stores nothing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from sync.analysis.links.relooking import is_held_back
from sync.analysis.unread import skipped_for_a_bug
from sync.analysis.written_meanwhile import Closed
from sync.core.codes import Action
from sync.core.deciding.create import AFTERWARDS_IN_HUMA, NAMES_AND_EMAIL, creation
from sync.core.deciding.plan import BULK_CHOICES, Planned, field_change, plan_fingerprint
from sync.core.fields import field as field_named
from sync.core.fields.number import TO_BE_GIVEN
from sync.core.reasons import Reason
from sync.core.records.employee import Employee, Side, from_json
from sync.core.records.skipping import Skipped
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, SyncRun
from sync.planning.undoable import judge
from sync.reading.reader import fingerprinter

STALE_AFTER = timedelta(hours=24)
WRITING = (*BULK_CHOICES, Conflict.Decision.UNDO)
"""The decisions that write a value to one of the sides."""


class NumberNeeded(Exception):
    """The plan is over the threshold, so its number of people has to be typed; ``people`` is that number."""

    def __init__(self, people: int) -> None:
        super().__init__("number needed")
        self.people = people


@dataclass(frozen=True, eq=False)
class Item:
    """One planned Change and its person; ``omitted``: the fields that a creation leaves out, with the reason."""

    planned: Planned
    name: str
    number: str
    conflict: Conflict | None = None
    snapshot: EmployeeSnapshot | None = None
    omitted: dict[str, Reason] = field(default_factory=dict)

    @property
    def link_id(self) -> int | None:
        """The primary key of the person's link; ``None`` for a person to create."""
        return self.conflict.link_id if self.conflict else None


@dataclass(frozen=True)
class Plan:
    """All items of a run. ``threshold``: for more people than this, their number has to be typed.

    ``undoes``: it puts back what other runs wrote. That is exactly its own list, so it has no threshold; and each value
    is compared right before it is written, so it doesn't grow stale.
    ``broken``: the people for whom our own code failed; the items have nothing of theirs.
    """

    items: list[Item]
    fingerprint: str
    linked: int
    threshold: int
    stale: bool
    undoes: bool = False
    broken: list[Skipped] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many people are changed or created."""
        return len({item.planned.person for item in self.items})

    def limited_to(self, people: Collection[str]) -> "Plan":
        """The part of the plan for these people."""
        items = [item for item in self.items if item.planned.person in people]
        return replace(self, items=items, fingerprint=plan_fingerprint(item.planned for item in items))

    @property
    def over_threshold(self) -> bool:
        """Whether the number of people has to be typed."""
        return not self.undoes and self.people > self.threshold


def make_plan(run: SyncRun, closed: Closed, only: Collection[str] | None = None) -> Plan:
    """The plan for the present decisions, without what is ``closed`` to the run, and outside the pilot group.

    ``only`` limits it to these people (``link:<id>``, ``new:<id>``).
    """
    broken: dict[str, Skipped] = {}
    items = [*_decided(run, closed, broken), *_created(run, closed, broken)]
    items = [item for item in items if item.planned.person not in broken]
    if only is not None:
        items = [item for item in items if item.planned.person in only]
    linked = EmployeeLink.objects.filter(connection=run.connection, state=EmployeeLink.State.LINKED).count()
    undoes = run.trigger == SyncRun.Trigger.UNDO
    return Plan(
        items=items,
        fingerprint=plan_fingerprint(item.planned for item in items),
        linked=linked,
        threshold=run.connection.threshold(linked),
        stale=not undoes and (run.read_at is None or timezone.now() - run.read_at > STALE_AFTER),
        undoes=undoes,
        broken=list(broken.values()),
    )


def _decided(run: SyncRun, closed: Closed, broken: dict[str, Skipped]) -> Iterator[Item]:
    rows = Conflict.objects.filter(run=run, decision__in=WRITING).select_related("link", "undoes")
    rows = rows.filter(link__state=EmployeeLink.State.LINKED)
    kept = not_to_undo(run)
    fingerprint, today = fingerprinter(run.connection), timezone.localdate()
    out = closed.left_out
    for conflict in rows.order_by("link__name", "link_id", "pk"):
        link = conflict.link
        if out.has_half_of(link.huma_id, link.visma_id) or conflict.field in out.fields_of(link.pk):
            continue  # the field or person was left out after the decision
        if not closed.pilot_scope.includes_link(link):
            continue  # they aren't in the pilot group, whatever was decided
        if (link.pk, conflict.field, conflict.huma_fingerprint, conflict.visma_fingerprint) in closed.settled:
            continue  # another run has written it
        if is_held_back(link, conflict):
            continue  # they may be two people
        target = conflict.target
        if target is None or conflict.pk in kept:
            continue  # what it puts back can't be put back any more
        blocked = conflict.blocked_to_visma if target is Side.VISMA else conflict.blocked_to_huma
        if blocked or conflict.values is None:
            continue  # it can't be chosen; a row that was chosen all the same isn't carried out
        try:
            planned = field_change(
                person=f"link:{conflict.link_id}",
                spec=field_named(conflict.field),
                target=target,
                before=conflict.values[target.value],
                after=conflict.values[f"to_{target.value}"],
                prints=(conflict.huma_fingerprint, conflict.visma_fingerprint),
                fingerprint=fingerprint,
                today=today,
            )
        except Exception as error:  # nothing in here uses the database
            broken[f"link:{conflict.link_id}"] = skipped_for_a_bug(Side.HUMA, link.huma_id, error)
            continue
        yield Item(planned, conflict.link.name, conflict.link.number, conflict=conflict)


def not_to_undo(run: SyncRun) -> set[int]:
    """The differences of a run that were to put something back, which isn't possible any more."""
    if not run.is_undo:
        return set()
    rows = dict(Conflict.objects.filter(run=run, decision=Conflict.Decision.UNDO).values_list("pk", "undoes"))
    changes = Change.objects.filter(pk__in=[undoes for undoes in rows.values() if undoes]).only("pk")
    free = {one.change.pk for one in judge(run.connection, changes, besides=run.pk) if one.reason is None}
    return {pk for pk, undoes in rows.items() if undoes not in free}


def _created(run: SyncRun, closed: Closed, broken: dict[str, Skipped]) -> Iterator[Item]:
    rows = EmployeeSnapshot.objects.filter(run=run, create_chosen=True, create_blocked="", link=None)
    today = timezone.localdate()
    for row in rows.exclude(create_group="").order_by("name", "pk"):
        if not row.payload or (row.side, row.vendor_id) in closed.left_out.people:
            continue
        if not closed.pilot_scope.includes_person(row.side, row.vendor_id):
            continue  # they aren't in the pilot group
        try:
            items = list(_creation(run, row, today))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            broken[f"new:{row.pk}"] = skipped_for_a_bug(Side(row.side), row.vendor_id, error)
            continue
        yield from items


def _creation(run: SyncRun, row: EmployeeSnapshot, today: date) -> Iterator[Item]:
    employee = from_json(row.payload or {})
    made = creation(employee, today, run.connection.default_end_reason, run.connection.fields_off)
    if employee.side is Side.HUMA:
        yield from _create_in_visma(run, row, dict(made.values), dict(made.omitted))
    else:
        yield from _create_in_huma(run, row, employee, dict(made.values), dict(made.omitted))


def _create_in_visma(
    run: SyncRun, row: EmployeeSnapshot, values: dict[str, Any], omitted: dict[str, Reason]
) -> Iterator[Item]:
    """``POST /employees/withPosition``; if Huma has no number, the one that Visma assigns is written back to Huma."""
    if "employment_id" in values:
        yield _create_item(row, Side.VISMA, {"values": values}, omitted)
    elif run.assigns_numbers:
        yield _create_item(row, Side.VISMA, {"values": values}, omitted)
        spec = field_named("employment_id")
        if spec.name not in run.connection.fields_off:
            nothing = fingerprinter(run.connection)(spec.name, spec.version, None)
            planned = Planned(
                person=f"new:{row.pk}",
                side=Side.HUMA,
                field=spec.name,
                before=None,
                after=TO_BE_GIVEN,
                pin=nothing,
                becomes="",
                source="",
                look_twice="twice_huma",
            )
            yield Item(planned, row.name, row.number, snapshot=row)


def _create_in_huma(
    run: SyncRun, row: EmployeeSnapshot, employee: Employee, values: dict[str, Any], omitted: dict[str, Reason]
) -> Iterator[Item]:
    """``POST /users``, then the rest as ordinary Changes of the new link."""
    groups, invite = run.groups, run.invites
    after = {"values": {name: values.get(name) for name in NAMES_AND_EMAIL}, "groups": groups, "invite": invite}
    yield _create_item(row, Side.HUMA, after, omitted)
    fingerprint, today = fingerprinter(run.connection), timezone.localdate()
    for name in AFTERWARDS_IN_HUMA:
        if name in values:
            spec = field_named(name)
            empty = fingerprint(name, spec.version, None)
            planned = field_change(
                person=f"new:{row.pk}",
                spec=spec,
                target=Side.HUMA,
                before=None,
                after=values[name],
                prints=(empty, fingerprint(name, spec.version, employee.canonical(name))),
                fingerprint=fingerprint,
                today=today,
            )
            yield Item(planned, row.name, row.number, snapshot=row)


def _create_item(row: EmployeeSnapshot, target: Side, after: dict[str, Any], omitted: Any) -> Item:
    planned = Planned(
        person=f"new:{row.pk}",
        side=target,
        field="",
        before=None,
        after=after,
        pin="",
        becomes="",
        source="",
        action=Action.CREATE,
        look_twice=_odd(target, after["values"]) or ("twice_huma" if target is Side.HUMA else ""),
    )
    return Item(planned, row.name, row.number, snapshot=row, omitted=dict(omitted))


def _odd(target: Side, values: dict[str, Any]) -> str:
    """Why to look twice at the values of a creation; "" for no reason."""
    specs = ((field_named(name), own) for name, own in values.items() if own is not None)
    return next((odd for spec, own in specs if (odd := spec.look_closer(spec.canonical(target, own)))), "")
