"""The steps of a person's fields: what was seen, decided, held, answered and sent, and what wasn't sent and why."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync.core.codes import Action
from sync.core.deciding.automatic_limits import NEVER_SETTLED
from sync.core.deciding.why_not_sent import Unsent, why_not_sent
from sync.core.matching.relook import stops
from sync.core.records.employee import Side
from sync.core.values.fingerprint import comparable
from sync.history.timeline.step import Step, read_at
from sync.models import Change, Conflict, EmployeeLink, SyncRun
from sync.models.groups import CAME_TO_NOTHING, FOLLOWING, NOT_WRITTEN, STEPS
from sync.wording.rule import rule
from sync.wording.sentences import change_sentence, direction_sentence, sentence

RULES = ("automatic",)
"""Who decided, where it was no person."""
State, Answer, Trigger = Change.State, Change.Answer, SyncRun.Trigger


@dataclass
class Facts:
    """What is known of the fields of one person. ``outside``: the runs in which they were outside the pilot group."""

    link: EmployeeLink | None
    runs: Mapping[int, SyncRun]
    conflicts: Sequence[Conflict]
    changes: Sequence[Change]
    outside: frozenset[int] = frozenset()
    of_conflict: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))
    to_visma: dict[tuple[int | None, str, str, str], list[Change]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for change in self.changes:
            if change.conflict_id:
                self.of_conflict[change.conflict_id].append(change)
            if change.side == Side.VISMA:
                self.to_visma[change.link_id, change.field, change.source, change.pin].append(change)

    def reason(self, conflict: Conflict) -> str:
        """Why nothing was sent because of a difference (codes of ``why_not_sent``)."""
        run = self.runs[conflict.run_id]
        return why_not_sent(unsent(conflict, run, self)) if run.state not in STEPS else _open(conflict, run, self)

    def same_before(self, conflict: Conflict) -> list[Change]:
        """The same changes by earlier runs that the difference asks for now, towards Visma, the newest first."""
        now = (conflict.link_id, conflict.field, conflict.huma_fingerprint, conflict.visma_fingerprint)
        return [one for one in self.to_visma.get(now, ()) if one.run_id < conflict.run_id]


def target_of(conflict: Conflict) -> Side:
    """The side to which a difference would be sent: that which isn't suggested; without a suggestion, Visma."""
    return Side(conflict.suggestion).other if conflict.suggestion else Side.VISMA


def unsent(conflict: Conflict, run: SyncRun, facts: Facts) -> Unsent:
    """The parts of a difference that say why it isn't sent."""
    target = target_of(conflict)
    blocked = conflict.blocked_to_visma if target is Side.VISMA else conflict.blocked_to_huma
    link, same = facts.link, facts.same_before(conflict)
    doubted = bool(link and link.pk == conflict.link_id and link.doubt_at and stops(link.doubt))
    return Unsent(
        field=conflict.field,
        standing=conflict.standing,
        why=conflict.why,
        automatic=run.is_automatic,
        forbidden=blocked,
        empties=conflict.empties_visma if target is Side.VISMA else conflict.empties_huma,
        held=conflict.outcome == State.HELD,
        rejected=any(one.answer == Answer.REJECTED for one in same),
        refused=any(one.state == State.FAILED for one in same),
        doubted=doubted and bool(link and link.doubt_at and read_at(run) >= link.doubt_at),
        outside=run.pk in facts.outside,
        chosen=bool(conflict.decision) and run.is_before_writing,
    )


def _open(conflict: Conflict, run: SyncRun, facts: Facts) -> str:
    """The same for an open run that a person goes through."""
    found = why_not_sent(unsent(conflict, run, facts))
    return "open" if found in ("undecided", "both_moved", "visma_moved", "by_a_person", "empties", "refused") else found


@dataclass
class Group:
    """A difference that run after run has seen, with nothing changed. ``more``: syncs whose rows were joined."""

    first: Conflict
    key: tuple[str, ...]
    reason: str
    still: bool
    why: str
    again: list[SyncRun] = field(default_factory=list)
    more: int = 0


def steps(facts: Facts) -> Iterator[Step]:
    """All steps of the person's fields, and of creations, in no order."""
    by_field: dict[tuple[int, str], list[Conflict]] = defaultdict(list)
    for conflict in sorted(facts.conflicts, key=lambda one: one.run_id):
        if facts.runs[conflict.run_id].state not in CAME_TO_NOTHING:
            by_field[conflict.link_id, conflict.field].append(conflict)
    for conflicts in by_field.values():
        yield from _of_field(conflicts, facts)
    for change in facts.changes:
        yield from _of_change(change, facts)


def _of_field(conflicts: Sequence[Conflict], facts: Facts) -> Iterator[Step]:
    group: Group | None = None
    prints: tuple[str, str] | None = None
    said: set[tuple[str, str, datetime | None]] = set()
    for conflict in conflicts:
        run = facts.runs[conflict.run_id]
        now = conflict.huma_fingerprint, conflict.visma_fingerprint
        changes = facts.of_conflict.get(conflict.pk, [])
        decided = bool(conflict.decision) and (bool(changes) or conflict.decided_by not in RULES)
        follows = run.trigger in (*FOLLOWING, Trigger.APPROVED)
        reason = "" if decided and run.state not in STEPS else facts.reason(conflict)
        key = (*now, conflict.standing, conflict.why, reason)
        if group is not None and (group.key == key or (decided and group.key[:2] == now)):
            group.again.append(run)
            group.more += conflict.seen_before
        elif not follows or prints != now:
            if group is not None:
                yield _seen(group, facts)
            group = Group(conflict, key, reason, prints == now, _what_moved(conflict, prints))
        prints = now
        if decided:
            if group is not None:
                if group.reason or not group.still:
                    yield _seen(group, facts)
                group = None
            mark = (conflict.decision, conflict.decided_by, conflict.decided_at)
            if run.trigger != Trigger.APPROVED and mark not in said:
                said.add(mark)
                yield _decided(conflict, run)
    if group is not None:
        yield _seen(group, facts)


def _seen(group: Group, facts: Facts) -> Step:
    conflict, run = group.first, facts.runs[group.first.run_id]
    at = conflict.first_seen_at or read_at(run)
    again = conflict.seen_before + len(group.again) + group.more
    last = read_at(group.again[-1] if group.again else run)
    params: dict[str, Any] = {
        "at": at,
        "why": group.why,
        "emptied": _emptied(conflict, group.why),
        "suggestion": "" if run.is_automatic else conflict.suggestion,
        "still": group.still,
        "again": again,
        "last": last if again else None,
        "reason": group.reason,
        "why_forbidden": direction_sentence(conflict, target_of(conflict)) if group.reason == "forbidden" else "",
    }
    what = ("still" if group.reason == "left" else "not_sent") if group.reason else "seen"
    return Step(at, what, params, conflict.run_id, conflict.field, conflict=conflict.pk)


def _what_moved(conflict: Conflict, before: tuple[str, str] | None) -> str:
    """Which side has a new value (a code of ``reasons``): also where the two have never agreed, but one has moved."""
    if before is None or conflict.why not in NEVER_SETTLED:
        return conflict.why
    huma, visma = conflict.huma_fingerprint != before[0], conflict.visma_fingerprint != before[1]
    if huma and visma:
        return "both_moved"
    return "huma_moved" if huma else "visma_moved" if visma else conflict.why


def _emptied(conflict: Conflict, why: str) -> bool:
    """Whether the side that moved has no value now."""
    kinds = {"huma_moved": Conflict.Kind.HUMA_EMPTY, "visma_moved": Conflict.Kind.VISMA_EMPTY}
    return conflict.kind == kinds.get(why)


def _decided(conflict: Conflict, run: SyncRun) -> Step:
    at = conflict.decided_at or run.confirmed_at or read_at(run)
    named = rule(run) if conflict.decided_by in RULES else ""
    params = {"who": conflict.decided_by, "choice": conflict.decision, "rule": named, "for_many": conflict.for_many}
    if conflict.undoes_id:
        before = conflict.undoes.settled_at if conflict.undoes else None
        params["at"] = before
        return Step(at, "undone", params, run.pk, conflict.field, conflict.pk)
    return Step(at, "decided", params, run.pk, conflict.field, conflict.pk)


def _of_change(change: Change, facts: Facts) -> Iterator[Step]:
    run = facts.runs[change.run_id]
    ended = change.settled_at or run.finished_at or run.confirmed_at or read_at(run)
    if change.action == Action.CREATE:
        yield from _of_creation(change, run, ended)
        return

    def step(at: datetime, what: str, params: Mapping[str, Any]) -> Step:
        return Step(at, what, params, run.pk, change.field, change=change.pk)

    params: dict[str, Any] = {"side": change.side, "reason": change_sentence(change) if change.reason else ""}
    sent_at = change.write.sent_at if change.write else None
    if change.state == State.HELD:
        yield step(ended, "held", {"reason": sentence(change.reason)})
        answers = {Answer.APPROVED: "approved", Answer.REJECTED: "rejected", Answer.OVERTAKEN: "overtaken"}
        if (what := answers.get(Answer(change.answer))) and change.answered_at:
            yield step(change.answered_at, what, {"who": change.answered_by})
    elif change.state == State.PLANNED:
        what = "sent" if sent_at else "planned"
        yield step(sent_at or run.confirmed_at or read_at(run), what, params)
    else:
        sent = sent_at is not None and change.state in NOT_WRITTEN
        yield step(ended, change.state, {**params, "sent": sent})


def _of_creation(change: Change, run: SyncRun, ended: datetime) -> Iterator[Step]:
    params = {"side": change.side, "reason": change_sentence(change) if change.reason else ""}
    if change.state in (State.DONE, State.NOTHING):
        yield Step(ended, "created", params, run.pk, change=change.pk)
    elif change.state in NOT_WRITTEN:
        yield Step(ended, "not_created", params, run.pk, change=change.pk)


def now_different(conflicts: Sequence[Conflict], looked_at: int) -> dict[str, Conflict]:
    """By field, the difference that the newest look at the person has left; ``looked_at``: that run."""
    found: dict[str, Conflict] = {}
    for conflict in sorted(conflicts, key=lambda one: one.run_id):
        if conflict.run_id >= looked_at:
            found[conflict.field] = conflict
    return {name: one for name, one in found.items() if one.outcome not in (State.DONE, State.NOTHING)}


def is_same(one: str, now: str) -> bool | None:
    """Whether two fingerprints are of the same value; ``None`` if that can't be told."""
    return one == now if one and now and comparable(one, now) else None
