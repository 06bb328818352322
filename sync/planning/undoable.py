"""Which written Changes can be undone now, and why the others can't. This is the one home of that rule.

It is asked when an undo is offered, when it is started, and each time that its plan is made. Source: design, History
(Undo).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from connections.models import Connection
from sync.analysis.pilot_scope import pilot_scope
from sync.core.codes import Action
from sync.core.deciding.undo import why_not_back
from sync.core.fields import FIELDS
from sync.core.fields.number import same_number
from sync.core.matching.relook import stops
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.core.values.spelling import mark
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, LeftOut
from sync.models.groups import OPEN_STATES
from sync.reading.reader import fingerprinter

State, Answer = Change.State, Change.Answer
Key = tuple[int, str, str]
BY_NAME = {spec.name: spec for spec in FIELDS}
NUMBER = "employment_id"


@dataclass(frozen=True)
class Judged:
    """A Change, and why it can't be undone; ``None`` if it can."""

    change: Change
    reason: Reason | None = None


def judge(connection: Connection, changes: Iterable[Change], besides: int | None = None) -> list[Judged]:
    """Judge these Changes of a connection, in their order.

    ``besides``: the primary key of an undo whose own rows don't count. Whether the connection is active, and whether
    the Changes' runs have ended, is not asked here.
    """
    pks = [one.pk for one in changes]
    rows = Change.objects.filter(pk__in=pks, run__connection=connection)
    found = list(rows.select_related("run", "link", "write", "conflict").order_by("pk"))
    known = _Known(connection, found, besides)
    judged = {one.pk: Judged(one, known.why_not(one)) for one in found}
    newest = {(one.change.link_id, one.change.field): pk for pk, one in judged.items() if one.reason is None}
    for pk, one in judged.items():  # one run writes a field of a person once
        if one.reason is None and newest[one.change.link_id, one.change.field] != pk:
            judged[pk] = replace(one, reason=Reason("undo_both"))
    return [judged[pk] for pk in pks if pk in judged]


class _Known:
    """What the tables know of some Changes and their people, read at once."""

    def __init__(self, connection: Connection, changes: list[Change], besides: int | None) -> None:
        self.connection, self.today = connection, timezone.localdate()
        self.left_out = LeftOut.objects.filter(connection=connection).in_memory()
        self.works = pilot_scope(connection.pk)
        self.fingerprint = fingerprinter(connection)
        self.undos = _undos([one.pk for one in changes], besides)
        self.others = _others({one.link_id for one in changes if one.link_id}, besides)
        fixed = [one for one in changes if one.field in BY_NAME and BY_NAME[one.field].fixed_in_visma]
        self.drafts = _drafts(connection, {one.link.visma_id for one in fixed if one.link})
        self.numbers = _numbers(connection) if any(one.field == NUMBER for one in changes) else {}

    def why_not(self, change: Change) -> Reason | None:
        """Why this Change can't be undone; ``None`` if it can."""
        system = {"side": change.side}
        if change.action == Action.CREATE or (change.conflict_id is None and change.snapshot_id):
            return Reason("undo_creation", system)
        if change.state != State.DONE:
            return Reason("undo_not_written")
        if undone := self.undos.get(change.pk):
            return undone
        if change.run.values_blanked_at:
            return Reason("undo_blanked")
        return self._of_the_person(change) or self._of_later_writes(change) or self._of_the_value(change)

    def _of_the_person(self, change: Change) -> Reason | None:
        link, spec = change.link, BY_NAME.get(change.field)
        if spec is None or spec.name in self.connection.fields_off:
            return Reason("undo_field_off")
        if link is None or link.state not in EmployeeLink.HOLDING:
            return Reason("undo_unlinked")
        if link.state == EmployeeLink.State.OUTSIDE or not self.works.includes_link(link):
            return Reason("undo_outside")
        if self.left_out.has_half_of(link.huma_id, link.visma_id) or change.field in self.left_out.fields_of(link.pk):
            return Reason("undo_left_out")
        if stops(link.doubt):
            return Reason("undo_doubted")
        now = link.huma_position if change.side == Side.HUMA else link.visma_position
        if spec.on_position and (change.write is None or change.write.document_id != now):
            return Reason("undo_position")
        return None

    def _of_later_writes(self, change: Change) -> Reason | None:
        rows = self.others[_key(change)]
        if any(one.state == State.HELD for one in rows):
            return Reason("undo_held")
        later = [one for one in rows if one.pk > change.pk and one.state != State.HELD]
        for state, code in ((State.PLANNED, "undo_writing"), (State.DONE, "undo_later")):
            if any(one.state == state for one in later):
                return Reason(code)
        return Reason("undo_uncertain") if later else None

    def _of_the_value(self, change: Change) -> Reason | None:
        assert change.link is not None  # _of_the_person has asked
        spec, side = BY_NAME[change.field], Side(change.side)
        written_on = timezone.localdate(change.settled_at) if change.settled_at else date.min
        draft = change.link.visma_id in self.drafts
        reason = why_not_back(spec, side, change.before, written_on, self.today, draft)
        if reason is not None:
            return Reason(reason.code, {"side": side.value})
        if (
            change.field == NUMBER
            and self.numbers.get(same_number(change.before or ""), change.link_id) != change.link_id
        ):
            return Reason("undo_taken")
        settled = change.link.baseline.get(change.field)
        mine = settled[0 if side is Side.HUMA else 1] if settled else None
        if mine == change.becomes:
            return None
        # The next read showed it in the side's own spelling, and the side has kept it since.
        spelt = mark(spec, side, spec.canonical(side, change.after), self.fingerprint)
        return None if settled and change.link.written.get(change.field) == spelt else Reason("undo_moved")


def _key(change: Change) -> Key:
    return change.link_id or 0, change.field, change.side


def _undos(pks: Collection[int], besides: int | None) -> dict[int, Reason]:
    """By Change, who has undone it already, or is about to."""
    rows = Conflict.objects.filter(undoes__in=pks).exclude(run=besides).select_related("run").defer("values")
    done = {
        one.conflict_id: one
        for one in Change.objects.filter(conflict__in=rows, state=State.DONE).defer("before", "after", "vendor_words")
    }
    found: dict[int, Reason] = {}
    for row in rows.order_by("pk"):
        assert row.undoes_id is not None
        if change := done.get(row.pk):
            at, code = change.settled_at or row.run.started_at, "undo_done"
        elif row.run.state in OPEN_STATES and row.outcome == "":
            at, code = row.run.started_at, "undo_open"
        else:
            continue
        local = timezone.localtime(at)
        told = {"who": row.decided_by, "when": local.date().isoformat(), "time": f"{local:%H:%M}"}
        found[row.undoes_id] = Reason(code, told)
    return found


def _others(links: Collection[int], besides: int | None) -> defaultdict[Key, list[Change]]:
    """By link, field and side, the Changes that have written it, may have, are about to, or wait to."""
    rows = Change.objects.filter(link__in=links, action=Action.FIELD, state__in=_WROTE).exclude(run=besides)
    found: defaultdict[Key, list[Change]] = defaultdict(list)
    for one in rows.only("link", "field", "side", "state", "answer", "approved_as"):
        waits = one.answer == Answer.WAITS or (one.answer == Answer.APPROVED and one.approved_as_id is None)
        if one.state != State.HELD or waits:
            found[_key(one)].append(one)
    return found


_WROTE = (State.DONE, State.UNKNOWN, State.PLANNED, State.HELD)


def _numbers(connection: Connection) -> dict[str, int]:
    """Who of the linked people has which Employment ID, by the number without regard to case."""
    rows = EmployeeLink.objects.holding().filter(connection=connection).exclude(number="")
    return {same_number(number): pk for pk, number in rows.values_list("pk", "number")}


def _drafts(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of Visma's employees who were drafts when they were read last."""
    rows = EmployeeSnapshot.objects.filter(
        run__connection=connection, side=Side.VISMA, vendor_id__in=ids, complete=True
    ).order_by("pk")
    return {id_ for id_, draft in dict(rows.values_list("vendor_id", "draft")).items() if draft}
