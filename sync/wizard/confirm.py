"""Confirm: shows exactly what will be written where, and takes the click that starts it."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from connections.models import Connection, audit, name_of
from sync.analysis import skipped_people
from sync.analysis.links.relooking import held_back
from sync.analysis.pilot_scope import linked_inside
from sync.analysis.written_meanwhile import closed_to, settled_elsewhere
from sync.core.calendar.payday import PayPlan
from sync.core.codes import Action, Standing
from sync.core.fields import field as field_named
from sync.core.records.employee import Side
from sync.models import Conflict, EmployeeLink, LeftOut, SyncRun
from sync.models.groups import STEPS
from sync.planning.payday import marked, plan_of
from sync.planning.plan_rows import store_plan
from sync.planning.planning import Item, NumberNeeded, Plan, make_plan, not_to_undo
from sync.runs.lifecycle import NotAllowed, require_active
from sync.runs.pilot_members import note_pilot
from sync.wording.display import Display, display
from sync.wording.sentences import field_label, other_side_name, sentence
from sync.worker.queue import wake

ORDER = (
    *("twice_bic", "twice_account", "twice_last_day", "twice_no_last_day", "twice_past", "twice_number"),
    *("twice_email", "twice_emptied", "twice_huma"),
)
ALWAYS_OPEN = ("twice_bic", "twice_account", "twice_last_day", "twice_no_last_day")
"""The reasons whose changes are never folded away: accounts and ends of employments are read one by one."""
OF_NEW_PEOPLE = ("twice_account", "twice_last_day")
"""The reasons that also list what new people are created with."""


class PlanChanged(Exception):
    """The plan isn't the one that was shown any more, so it has to be shown again."""


class NobodyTicked(Exception):
    """Nobody is ticked, so nothing would be written."""


class TooOld(Exception):
    """Both sides were read more than a day ago, so they have to be read again."""


@dataclass(frozen=True)
class Line:
    """One Change on the page. A creation has no field; ``gets`` lists what the new person gets."""

    label: str
    before: Display
    after: Display
    look_twice: str
    name: str
    number: str
    side: str
    person: str = ""
    creates: bool = False
    gets: list[tuple[str, Display]] = field(default_factory=list)
    omitted: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class PersonChanges:
    """All Changes of one person on one side. ``key`` is the value of the person's box."""

    key: str
    name: str
    number: str
    lines: list[Line]


@dataclass(frozen=True)
class Confirmation:
    """The content of Confirm. ``needs_number``: the number to type, or ``None``. ``not_undone``: how many changes of an
    undo can't be put back any more."""

    fingerprint: str
    sides: list[tuple[str, list[PersonChanges]]]
    look_twice: list[tuple[str, list[Line]]]
    changes: int
    creations: dict[str, int]
    people: int
    threshold: int
    needs_number: int | None
    stale: bool
    left: int
    never: int
    undecided: int
    doubted: int = 0
    not_undone: int = 0
    always_open: tuple[str, ...] = ()

    @property
    def boxes(self) -> int:
        """The number of boxes on the page: one for each person on each side."""
        return sum(len(people) for _side, people in self.sides)

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return not self.changes


def build(run: SyncRun, only: Collection[str] | None = None) -> Confirmation:
    """The confirmation for the present decisions; ``only`` limits it to the ticked people."""
    plan = make_plan(run, closed_to(run), only)
    pay = plan_of(run.connection)
    lines = [(item, _line(item, pay)) for item in plan.items]
    rows = Conflict.objects.filter(linked_inside(run.connection), run=run)
    decisions = Counter(rows.values_list("decision", flat=True))
    asks = rows.filter(standing=Standing.ASKS, decision="").count()
    return Confirmation(
        fingerprint=plan.fingerprint,
        sides=[(side.value, _people(lines, side)) for side in (Side.VISMA, Side.HUMA)],
        look_twice=[(sentence(code), found) for code in ORDER if (found := _look_twice(lines, code))],
        changes=len(plan.items),
        creations=dict(Counter(str(i.planned.side) for i in plan.items if i.planned.action == Action.CREATE)),
        people=plan.people,
        threshold=plan.threshold,
        needs_number=plan.people if plan.over_threshold else None,
        stale=plan.stale,
        left=decisions[Conflict.Decision.LEAVE],
        never=decisions[Conflict.Decision.NEVER],
        undecided=asks,
        doubted=held_back(run),
        not_undone=len(not_to_undo(run)),
        always_open=tuple(sentence(code) for code in ALWAYS_OPEN),
    )


def _look_twice(lines: list[tuple[Item, Line]], code: str) -> list[Line]:
    """The changes to look at twice for this reason, and what new people are created with, if it counts."""
    found = [line for item, line in lines if item.planned.look_twice == code]
    if code in OF_NEW_PEOPLE:
        created = [item for item, line in lines if line.creates and item.planned.look_twice != "twice_bic"]
        found += [line for item in created for line in _of_new(item, code)]
    return found


def _of_new(item: Item, code: str) -> Iterator[Line]:
    side = item.planned.side.value
    for name, own in item.planned.after["values"].items():
        if field_named(name).look_twice == code and own is not None:
            after = display(name, side, own)
            yield Line(
                field_label(name), Display(), after, code, item.name, item.number, side,
                item.planned.person,
            )  # fmt: skip


def _people(lines: list[tuple[Item, Line]], side: Side) -> list[PersonChanges]:
    people: dict[str, PersonChanges] = {}
    for item, line in lines:
        if item.planned.side is side:
            key = item.planned.person
            people.setdefault(key, PersonChanges(key, item.name, item.number, [])).lines.append(line)
    return list(people.values())


def _line(item: Item, pay: PayPlan | None) -> Line:
    planned = item.planned
    side = planned.side.value
    if planned.action == Action.CREATE:
        gets = [(field_label(name), display(name, side, own)) for name, own in planned.after["values"].items()]
        source = {"source": other_side_name(side)}
        omitted = [(field_label(name), sentence(r.code, {**source, **r.params})) for name, r in item.omitted.items()]
        return Line(
            "",
            Display(),
            Display(),
            planned.look_twice,
            item.name,
            item.number,
            side,
            planned.person,
            True,
            gets,
            omitted,
        )
    return Line(
        field_label(planned.field),
        display(planned.field, side, planned.before),
        marked(display(planned.field, side, planned.after), pay, planned.field, planned.before, planned.after),
        planned.look_twice,
        item.name,
        item.number,
        side,
        planned.person,
    )


def ticked_people(run: SyncRun, shown: Collection[str] | None, ticks: Collection[str]) -> list[str] | None:
    """The shown people whose boxes (``side:person``) are all ticked; ``None`` if all boxes are."""
    return _ticked(make_plan(run, closed_to(run), shown), ticks)


def _ticked(plan: Plan, ticks: Collection[str]) -> list[str] | None:
    sides: dict[str, set[str]] = {}
    for item in plan.items:
        sides.setdefault(item.planned.person, set()).add(item.planned.side.value)
    found = [person for person, names in sides.items() if all(f"{side}:{person}" in ticks for side in names)]
    return None if len(found) == len(sides) else found


def confirm(
    run: SyncRun,
    user: Any,
    fingerprint: str,
    typed_number: str = "",
    only: Collection[str] | None = None,
    large: bool = False,
    ticks: Collection[str] | None = None,
) -> None:
    """Start writing exactly the plan that was shown. A second call, by a double click or a reload, does nothing.

    ``large`` passes the threshold without typing (the command's ``--confirm-large``); ``ticks``: the boxes that are
    ticked, as ``side:person``; nothing is written for anybody else. Raises ``PlanChanged``, ``NumberNeeded``,
    ``NobodyTicked``, ``TooOld``, and ``NotAllowed``: "applying" if another run is writing, "inactive" for a paused or
    disconnected connection.
    """
    try:
        with transaction.atomic():
            # Locked until the plan is stored, so that somebody who pauses the connection finds the run and stops it.
            row = Connection.objects.select_for_update(no_key=True).only("pk", "pilot").get(pk=run.connection_id)
            taken = SyncRun.objects.filter(pk=run.pk, state__in=STEPS).update(
                state=SyncRun.State.APPLYING,
                confirmed_by=name_of(user),
                confirmed_at=timezone.now(),
                touched_at=timezone.now(),
                plan_fingerprint=fingerprint[:64],  # a longer text is no plan's fingerprint
                attempts=0,
            )
            if not taken:
                return
            require_active(run.connection)
            plan = make_plan(run, closed_to(run), only)
            if plan.stale:
                raise TooOld
            if plan.fingerprint != fingerprint:
                raise PlanChanged
            left = None if ticks is None else _ticked(plan, ticks)
            if left is not None:
                plan = plan.limited_to(left)
                if not left:
                    raise NobodyTicked
                SyncRun.objects.filter(pk=run.pk).update(plan_fingerprint=plan.fingerprint)
            if plan.over_threshold and not large and typed_number.strip() != str(plan.people):
                raise NumberNeeded(plan.people)
            _settle_left(run, user, row)
            store_plan(run, plan.items)
            note_pilot(run)
            skipped_people.remember(run, plan.broken, ())
            audit(user, "run.confirmed", run.connection, run=run.pk, changes=len(plan.items), people=plan.people)
            wake(run.pk)
    except IntegrityError:
        raise NotAllowed("applying") from None
    finally:
        run.refresh_from_db()


def _settle_left(run: SyncRun, user: Any, connection: Connection) -> None:
    """Settle the fields that were left as they are, and leave out those that are never to be synced; nothing of people
    who are outside the pilot group by now."""
    name = name_of(user)
    rows = Conflict.objects.filter(linked_inside(connection), run=run).defer("values")
    LeftOut.objects.bulk_create(
        [
            LeftOut(
                connection=run.connection,
                link=conflict.link,
                field=conflict.field,
                by=conflict.decided_by or name,
                name=conflict.link.name,
            )
            for conflict in rows.filter(decision=Conflict.Decision.NEVER).select_related("link")
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    settled = settled_elsewhere(run)
    left = [
        one
        for one in rows.filter(decision=Conflict.Decision.LEAVE)
        if (one.link_id, one.field, one.huma_fingerprint, one.visma_fingerprint) not in settled
    ]
    locked = EmployeeLink.objects.select_for_update().filter(pk__in={conflict.link_id for conflict in left})
    links = {link.pk: link for link in locked.order_by("pk")}  # another run may write baselines now
    for conflict in left:
        link = links[conflict.link_id]
        link.baseline[conflict.field] = [conflict.huma_fingerprint, conflict.visma_fingerprint]
        link.seen.pop(conflict.field, None)
    EmployeeLink.objects.bulk_update(links.values(), ["baseline", "seen"], batch_size=500)
