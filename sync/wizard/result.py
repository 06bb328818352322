"""The result of a run: totals that add up, and the outcome of each Change in our words."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from sync.analysis import skipped_people
from sync.core.codes import Action
from sync.core.deciding.report import Totals
from sync.core.records.employee import Side
from sync.models import Change, Conflict, SyncRun
from sync.models.groups import BY_HAND, PROBLEMS
from sync.runs.lifecycle import run_totals
from sync.runs.open_differences import open_differences
from sync.runs.pilot_members import Noted, noted_pilot
from sync.wizard.retry import doubted, outside, to_retry
from sync.wording.display import Display, display
from sync.wording.sentences import change_sentence, field_label, outcome_label

ORDER = ("held", "failed", "unknown", "moved", "stopped", "done", "nothing")
MOST_SHOWN = 200


@dataclass(frozen=True)
class Outcome:
    """One Change with its outcome. ``vendor_words``: the vendor's own words; ``what``: the field or creation.

    ``answer``: an owner's answer, if the Change was held, with name and time. ``at_side``, ``at_id``: where the person
    is to be looked up, ``at_id`` is "" if nobody knows.
    """

    name: str
    number: str
    side: str
    field: str
    creates: bool
    state: str
    reason: str
    vendor_words: list[str]
    before: Display
    after: Display
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    at_side: str = ""
    at_id: str = ""
    link: int | None = None
    comment: str = ""

    @property
    def to_mend(self) -> bool:
        """Whether somebody has to act in the other system."""
        return self.state in PROBLEMS

    @property
    def what(self) -> str:
        """The field's label; "" for a creation, for which the page has its own words."""
        return "" if self.creates else field_label(self.field)


@dataclass(frozen=True)
class Section:
    """All Changes of a run with the same outcome; ``hidden`` of them aren't listed."""

    state: str
    label: str
    count: int
    outcomes: list[Outcome]

    @property
    def hidden(self) -> int:
        """How many Changes aren't listed."""
        return self.count - len(self.outcomes)


@dataclass(frozen=True)
class Commented:
    """A difference that was left as it is, with the comment of who chose that."""

    name: str
    label: str
    comment: str
    by: str


@dataclass(frozen=True)
class Result:
    """The content of the Result page. ``retry_leaves``, ``retry_outside``: how many people a retry leaves alone because
    their links are in doubt, and because they are outside the pilot group."""

    totals: Totals
    created: dict[str, int]
    sections: list[Section]
    open_differences: int
    left: int
    drafts: list[str]
    can_retry: bool
    first: bool
    held_waiting: int = 0
    comments: list[Commented] = field(default_factory=list)
    retry_leaves: int = 0
    retry_outside: int = 0
    pilot: Noted | None = None
    passed_over: int = 0

    @property
    def links(self) -> list[int]:
        """The keys of the links whose values the page shows."""
        return [outcome.link for section in self.sections for outcome in section.outcomes if outcome.link]


def result(run: SyncRun) -> Result:
    """The present result; it is complete when the run has ended."""
    totals = run_totals(run)
    return Result(
        totals=totals,
        created=created(run),
        sections=[section for state in ORDER if (section := _section(run, state)).count],
        open_differences=open_differences(run),
        left=Conflict.objects.filter(run=run, decision=Conflict.Decision.LEAVE).count(),
        drafts=list(
            _creations(run).filter(side=Side.VISMA).order_by("name").values_list("name", flat=True)[:MOST_SHOWN]
        ),
        can_retry=bool(totals.failed and to_retry(run)),
        first=run.trigger in BY_HAND and not _earlier(run).exists(),
        retry_leaves=doubted(run) if totals.failed else 0,
        retry_outside=outside(run) if totals.failed else 0,
        pilot=noted_pilot(run),
        passed_over=skipped_people.of_run(run).count(),
        held_waiting=Change.objects.filter(run=run).waiting().count(),
        comments=_comments(run),
    )


def _earlier(run: SyncRun) -> QuerySet[SyncRun]:
    """The runs before this one that a person started and that finished."""
    rows = SyncRun.objects.filter(connection=run.connection, trigger__in=BY_HAND, state=SyncRun.State.FINISHED)
    return rows.filter(pk__lt=run.pk)


def created(run: SyncRun) -> dict[str, int]:
    """How many people were created on each side."""
    rows = _creations(run).values_list("side").annotate(n=Count("pk")).order_by()
    return {Side.HUMA: 0, Side.VISMA: 0, **dict(rows)}


def _creations(run: SyncRun) -> Any:
    return Change.objects.filter(run=run, action=Action.CREATE, state=Change.State.DONE)


def _section(run: SyncRun, state: str) -> Section:
    rows = Change.objects.filter(run=run, state=state)
    people: dict[tuple[str, str], list[Change]] = defaultdict(list)
    rows_shown = rows.select_related("link", "snapshot").defer(
        "link__baseline", "link__seen", "link__written", "snapshot__payload"
    )
    for change in rows_shown.order_by("name", "pk")[:MOST_SHOWN]:
        people[change.name, change.number].append(change)
    outcomes = [_outcome(change) for changes in people.values() for change in changes]
    return Section(state, outcome_label(state), rows.count(), outcomes)


def _comments(run: SyncRun) -> list[Commented]:
    rows = Conflict.objects.filter(run=run, decision=Conflict.Decision.LEAVE).exclude(comment="").defer("values")
    found = rows.select_related("link").order_by("link__name", "pk")[:MOST_SHOWN]
    return [Commented(one.link.name, field_label(one.field), one.comment, one.decided_by) for one in found]


def _outcome(change: Change) -> Outcome:
    creates = change.action == Action.CREATE
    at_side, at_id = where_to_look(change)
    return Outcome(
        name=change.name,
        number=change.number,
        side=change.side,
        field=change.field,
        creates=creates,
        state=change.state,
        reason=change_sentence(change),
        vendor_words=change.vendor_words.splitlines(),
        before=Display() if creates else display(change.field, change.side, change.before),
        after=Display() if creates else display(change.field, change.side, change.after),
        answer=str(change.get_answer_display()) if change.state == Change.State.HELD else "",
        answered_by=change.answered_by,
        answered_at=change.answered_at,
        at_side=at_side,
        at_id=at_id,
        link=None if creates else change.link_id,
        comment=change.comment,
    )


def where_to_look(change: Change) -> tuple[str, str]:
    """The side and the id by which a Change's person is to be looked up: where it was to be written, else where the
    person was read."""
    if change.link:
        return change.side, change.link.huma_id if change.side == Side.HUMA else change.link.visma_id
    return (change.snapshot.side, change.snapshot.vendor_id) if change.snapshot else (change.side, "")
