"""The result of a run: totals that add up, and the outcome of each Change in our words."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from sync.analysis import skipped_people
from sync.core.codes import Action
from sync.core.deciding.report import Totals
from sync.core.records.employee import Side
from sync.models import Change, Conflict, SyncRun
from sync.models.groups import BY_HAND
from sync.runs.lifecycle import run_totals
from sync.runs.open_differences import open_differences
from sync.wizard.retry import doubted, to_retry
from sync.wording.display import Display, display
from sync.wording.sentences import change_sentence, field_label, outcome_label

ORDER = ("held", "failed", "unknown", "moved", "stopped", "done", "nothing")
MOST_SHOWN = 200


@dataclass(frozen=True)
class Outcome:
    """One Change with its outcome. ``vendor_words``: the vendor's own words; ``what``: the field or creation.

    ``answer``: an owner's answer, if the Change was held, with name and time.
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
class Result:
    """The content of the Result page."""

    totals: Totals
    created: dict[str, int]
    sections: list[Section]
    open_differences: int
    left: int
    drafts: list[str]
    can_retry: bool
    first: bool
    held_waiting: int = 0
    retry_leaves: int = 0
    passed_over: int = 0


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
        passed_over=skipped_people.of_run(run).count(),
        held_waiting=Change.objects.filter(run=run).waiting().count(),
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
    for change in rows.order_by("name", "pk")[:MOST_SHOWN]:
        people[change.name, change.number].append(change)
    outcomes = [_outcome(change) for changes in people.values() for change in changes]
    return Section(state, outcome_label(state), rows.count(), outcomes)


def _outcome(change: Change) -> Outcome:
    creates = change.action == Action.CREATE
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
    )
