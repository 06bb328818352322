"""Held Changes, for an owner to approve or reject. Neither writes at once: an approval reads both sides again first.

Who may: ``connections.pages.permissions.approvable_by``.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from connections.models import AuditEntry, Connection, name_of
from connections.pages.request_params import number
from sync.analysis.pilot_scope import PilotScope, pilot_scope
from sync.core.batches import batches
from sync.core.matching.relook import kind_of, stops
from sync.models import Change, EmployeeLink, SyncRun, audit_people
from sync.models.groups import CAME_TO_NOTHING, OPEN_STATES
from sync.pages.paging import Key, Order, Part, Place, part
from sync.planning.payday import next_cutoff, notes
from sync.planning.planning import NumberNeeded
from sync.planning.putting_on_hold import waiting
from sync.runs.lifecycle import NotAllowed
from sync.wording.display import Display, display
from sync.wording.sentences import against_sentence, field_label, sentence
from sync.worker.queue import wake

PER_PAGE = 100
LONGEST_COMMENT = 500
"""The most signs of a comment on an answer."""


@dataclass(frozen=True)
class Line:
    """One held Change. ``blanked``: its values were deleted, so it can't be approved any more.

    ``notes``: sentences about what it means for pay.
    """

    pk: int
    label: str
    before: Display
    after: Display
    blanked: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """The held Changes of one person in one run, and the id of their Huma user.

    ``against``: what speaks against the link, so nothing is approved until a person has answered that; or "".
    ``outside``: whether they are outside the pilot group, so nothing is approved.
    """

    name: str
    number: str
    huma_id: str
    run: SyncRun
    lines: list[Line]
    against: str = ""
    outside: bool = False


@dataclass(frozen=True)
class Held:
    """A page of held Changes. ``reasons``: the people on this page, by the sentence of the reason. ``until``: until
    when to approve for the next pay, as a sentence, or "" if that isn't known."""

    page: Part[Change]
    reasons: list[tuple[str, list[Person]]]
    changes: int
    people: int
    under_way: list[tuple[SyncRun, int]]
    in_vain: SyncRun | None
    until: str = ""


BY_WHY = ("reason", "name", "whose", "run_id", "pk")
WHOSE = Coalesce("link_id", 0)


def _mark(row: Change) -> str:
    return f"{row.reason}-{row.pk}"


def _key(connection: Connection, mark: str) -> Key | None:
    """The key of a shown Change, with the reason that it had then: an overtaken one may have another reason now."""
    reason, _, pk = mark.rpartition("-")
    rows = Change.objects.filter(run__connection=connection, pk=number(pk))
    row = rows.values_list("name", WHOSE, "run_id", "pk").first()
    return (reason, *row) if row else None


def held(connection: Connection, place: Place | int | str = 1) -> Held:
    """A page of the Changes that wait for an owner, by reason and person."""
    rows = waiting(connection).select_related("run", "link").annotate(whose=WHOSE)
    page = part(rows, Order(BY_WHY, _mark, lambda mark: _key(connection, mark)), place, PER_PAGE)
    told = page.object_list
    reasons = [(sentence(why), _people(some, connection)) for why, some in groupby(told, lambda one: one.reason)]
    return Held(
        page=page,
        reasons=reasons,
        changes=page.total,
        people=rows.order_by().values("link").distinct().count(),
        under_way=[(run, run.approved_changes.count()) for run in _approvals(connection, OPEN_STATES)],
        in_vain=_in_vain(connection),
        until=next_cutoff(connection, rows),
    )


def _people(rows: Iterable[Change], connection: Connection) -> list[Person]:
    scope = pilot_scope(connection.pk)
    by_person = groupby(rows, lambda one: (one.link_id, one.run_id))
    return [_person(list(some), connection, scope) for _key, some in by_person]


def _person(changes: Sequence[Change], connection: Connection, scope: PilotScope) -> Person:
    first = changes[0]
    lines = [
        Line(
            one.pk,
            field_label(one.field),
            display(one.field, one.side, one.before),
            display(one.field, one.side, one.after),
            one.run.values_blanked_at is not None,
            tuple(notes(connection, one)),
        )
        for one in changes
    ]
    link = first.link
    against = against_sentence(kind_of(link.doubt)) if link and stops(link.doubt) else ""
    outside = link is not None and not scope.includes_link(link)
    return Person(first.name, first.number, link.huma_id if link else "", first.run, lines, against, outside)


def _approvals(connection: Connection, states: Iterable[str]) -> QuerySet[SyncRun]:
    return connection.runs.filter(trigger=SyncRun.Trigger.APPROVED, state__in=states)


def _in_vain(connection: Connection) -> SyncRun | None:
    """The last approval, if it failed and something of it waits again."""
    last = connection.runs.filter(trigger=SyncRun.Trigger.APPROVED).first()
    if last is None or last.state not in CAME_TO_NOTHING:
        return None
    return last if waiting(connection).filter(approval_run=last).exists() else None


@dataclass(frozen=True)
class Selection:
    """The ticked Changes that still wait. ``fields``: how many Changes each field has, by its label.

    ``needs_number``: the number of people to type before the approval, or ``None``. ``blanked`` and ``doubted``: how
    many can't be approved because their values were deleted, or because the link has to be looked at first;
    ``outside``: because these people are outside the pilot group.
    """

    pks: list[int]
    changes: int
    people: int
    blanked: int
    threshold: int
    needs_number: int | None
    doubted: int = 0
    outside: int = 0
    fields: list[tuple[str, int]] = field(default_factory=list)


def select(connection: Connection, pks: Collection[int] | None, to_approve: bool) -> Selection:
    """The Changes to answer: the ticked ones that still wait, or with ``None`` all that wait."""
    ticked, scope = _ticked(connection, pks), pilot_scope(connection.pk)
    found = [one for one in ticked if _can_be_approved(one, scope)] if to_approve else ticked
    people = len({one.link_id for one in found})
    threshold = _threshold(connection)
    return Selection(
        pks=[one.pk for one in found],
        changes=len(found),
        people=people,
        blanked=sum(not _is_shown(one) for one in ticked) if to_approve else 0,
        threshold=threshold,
        needs_number=people if to_approve and people > threshold else None,
        doubted=sum(_is_shown(one) and _is_doubted(one) for one in ticked) if to_approve else 0,
        outside=sum(_is_shown(one) and _is_outside(one, scope) for one in ticked) if to_approve else 0,
        fields=[(field_label(name), n) for name, n in Counter(one.field for one in found).most_common()],
    )


def _ticked(connection: Connection, pks: Collection[int] | None) -> list[Change]:
    rows = waiting(connection).defer("before", "after", "vendor_words").select_related("run", "link").order_by("pk")
    wanted = None if pks is None else set(pks)
    return [one for one in rows if wanted is None or one.pk in wanted]


def _can_be_approved(held: Change, scope: PilotScope) -> bool:
    return _is_shown(held) and not _is_doubted(held) and not _is_outside(held, scope)


def _is_shown(held: Change) -> bool:
    """Whether an owner can still see what they approve, and for whom."""
    return held.link is not None and held.run.values_blanked_at is None


def _is_doubted(held: Change) -> bool:
    """Whether something grave speaks against the link, so the value may be somebody else's."""
    return held.link is not None and stops(held.link.doubt)


def _is_outside(held: Change, scope: PilotScope) -> bool:
    """Whether the person is outside the pilot group, so nothing may be written for them."""
    return held.link is not None and not scope.includes_link(held.link)


def _threshold(connection: Connection) -> int:
    return connection.threshold(connection.links.filter(state=EmployeeLink.State.LINKED).count())


@dataclass(frozen=True)
class Answered:
    """How many held Changes were answered now; ``run``: the approval's run, ``None`` if nothing was left to answer."""

    changes: int
    run: SyncRun | None = None


def approve(connection: Connection, user: Any, pks: Collection[int], typed: str = "", comment: str = "") -> Answered:
    """Approve held Changes: start a run that first reads these people again on both sides, and then writes.

    If a side has moved since, nothing is written. Changes that were answered or overtaken meanwhile are left alone, so
    a double click, or two owners at once, approve once; so are people whose link is in doubt, or who are outside the
    pilot group. Raises ``NotAllowed("inactive")``, and ``NumberNeeded`` if there are more people than the threshold and
    their number wasn't typed.
    """
    with transaction.atomic():
        row = _lock(connection)
        if row.state != Connection.State.ACTIVE:
            raise NotAllowed("inactive")
        scope = pilot_scope(row.pk)
        found = [one for one in _ticked(row, pks) if _can_be_approved(one, scope)]
        people = {one.link_id: one.link.huma_id for one in found if one.link}
        if not found:
            return Answered(0)
        if len(people) > _threshold(row) and typed.strip() != str(len(people)):
            raise NumberNeeded(len(people))
        run = SyncRun.objects.create(
            connection=row,
            trigger=SyncRun.Trigger.APPROVED,
            started_by=name_of(user),
            confirmed_by=name_of(user),
            people=sorted(people.values()),
        )
        entry = _audit(user, "held.released", row, found, comment, run=run.pk)
        _answer(found, user, Change.Answer.APPROVED, entry, comment, approval_run=run)
        wake(run.pk)
    return Answered(len(found), run)


def reject(connection: Connection, user: Any, pks: Collection[int], comment: str = "") -> Answered:
    """Reject held Changes: nothing is written, and automatic runs don't propose the same value again.

    The difference stays for a person, because nothing was settled.
    """
    with transaction.atomic():
        row = _lock(connection)
        found = _ticked(row, pks)
        if found:
            entry = _audit(user, "held.dropped", row, found, comment)
            _answer(found, user, Change.Answer.REJECTED, entry, comment)
    return Answered(len(found))


def _lock(connection: Connection) -> Connection:
    """Lock the connection, so that only one person answers at a time, and no run decides what is held meanwhile."""
    return Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)


def _audit(user: Any, action: str, row: Connection, found: Sequence[Change], comment: str, **more: Any) -> AuditEntry:
    people = len({one.link_id for one in found})
    fields = dict(Counter(one.field for one in found))
    said = {**more, "changes": len(found), "people": people, "fields": fields} | ({"comment": True} if comment else {})
    return audit_people(user, action, row, [one.link_id for one in found if one.link_id], **said)


def _answer(found: Iterable[Change], user: Any, answer: str, entry: AuditEntry, comment: str, **more: SyncRun) -> None:
    said = " ".join(comment.split())[:LONGEST_COMMENT]
    for some in batches(found):
        rows = Change.objects.filter(pk__in=[one.pk for one in some])
        rows.answer(answer, answered_by=name_of(user), answered_in=entry, comment=said, **more)
