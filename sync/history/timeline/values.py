"""The values beside the entries of a timeline: masked where they are accounts, and what stays of blanked ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sync.core.fields.bank import last_digits
from sync.core.records.employee import Own, Side
from sync.history.timeline.differences import is_same
from sync.history.timeline.entries import Timeline
from sync.history.timeline.step import Step
from sync.models import Change, Conflict, EmployeeLink, HistoryEntry, SyncRun
from sync.wording.display import Display, display

ACCOUNT = "bank_account"
PAIR = ("huma", "visma")
FINGERPRINTS = ("huma_fingerprint", "visma_fingerprint")
OF_CONFLICT = frozenset({"seen", "still", "not_sent"})


@dataclass(frozen=True)
class Shown:
    """One value of an entry. ``whose``: huma, visma, before or after. ``blanked``: when it was deleted.

    ``tail``: the last digits of an account, which stay. ``same``: whether it is the same as today's value of that
    side, ``None`` where that can't be told.
    """

    whose: str
    value: Display | None = None
    tail: str = ""
    blanked: datetime | None = None
    same: bool | None = None


@dataclass(frozen=True)
class Beside:
    """What stands beside an entry: values, what the person who decided wrote, and the vendor's words."""

    values: tuple[Shown, ...] = ()
    comment: str = ""
    vendor_words: tuple[str, ...] = ()
    vendor: str = ""


@dataclass
class Known:
    """The rows that belong to the steps of one page. ``now``: by field, the newest fingerprints of both sides."""

    runs: Mapping[int, SyncRun]
    conflicts: Mapping[int, Conflict]
    changes: Mapping[int, Change]
    tails: Mapping[tuple[str, int], Mapping[str, str]]
    now: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def known(found: Timeline, steps: Iterable[Step], differ: Mapping[str, Conflict]) -> Known:
    """Read what belongs to these steps, in three statements."""
    steps = list(steps)
    conflicts, changes = {one.conflict for one in steps} - {0}, {one.change for one in steps} - {0}
    tails: dict[tuple[str, int], Mapping[str, str]] = {}
    rows = HistoryEntry.objects.filter(conflict__in=conflicts) | HistoryEntry.objects.filter(change__in=changes)
    for conflict, change, some in rows.values_list("conflict", "change", "tails"):
        tails["conflict", conflict] = tails["change", change] = some
    return Known(
        found.runs,
        Conflict.objects.only("run", "field", "values", "comment", *FINGERPRINTS).in_bulk(conflicts),
        Change.objects.defer("write").in_bulk(changes),
        tails,
        newest_prints(found.person.link, differ),
    )


def newest_prints(link: EmployeeLink | None, differ: Mapping[str, Conflict]) -> dict[str, dict[str, str]]:
    """By field, the newest known fingerprint of each side: of the open difference, else as it was last settled."""
    found = {}
    if link is not None:
        for name, pair in link.baseline.items():
            found[name] = dict(zip(PAIR, pair, strict=False))
    for name, one in differ.items():
        found[name] = {"huma": one.huma_fingerprint, "visma": one.visma_fingerprint}
    return found


def beside(step: Step, known: Known) -> Beside:
    """What stands beside a step."""
    if conflict := known.conflicts.get(step.conflict):
        values = tuple(_of_conflict(conflict, known)) if step.what in OF_CONFLICT else ()
        return Beside(values, conflict.comment if step.what in ("decided", "undone") else "")
    change = known.changes.get(step.change)
    if change is None:
        return Beside()
    answered = step.what in ("approved", "rejected", "overtaken")
    if answered:
        return Beside(comment=change.comment)
    values = tuple(_of_change(change, known)) if change.field else ()
    return Beside(values, vendor_words=tuple(change.vendor_words.splitlines()), vendor=change.side)


def _of_conflict(conflict: Conflict, known: Known) -> Iterable[Shown]:
    for side in PAIR:
        print_ = getattr(conflict, f"{side}_fingerprint")
        tail = known.tails.get(("conflict", conflict.pk), {}).get(side, "")
        own = (conflict.values or {}).get(side)
        yield _shown(side, side, conflict, own, conflict.values is not None, tail, print_, known)


def _of_change(change: Change, known: Known) -> Iterable[Shown]:
    blanked = known.runs[change.run_id].values_blanked_at is not None
    for whose, own, print_ in (("before", change.before, change.pin), ("after", change.after, change.becomes)):
        tail = known.tails.get(("change", change.pk), {}).get(whose, "")
        yield _shown(whose, change.side, change, own, not blanked, tail, print_, known)


def _shown(
    whose: str, side: str, row: Conflict | Change, own: Own, is_kept: bool, tail: str, print_: str, known: Known
) -> Shown:
    account = row.field == ACCOUNT
    if is_kept:
        digits = last_digits(Side(side), own) if account else ""
        return Shown(whose, None if digits else display(row.field, side, own), digits)
    now = known.now.get(row.field, {}).get(side, "")
    return Shown(whose, None, tail, known.runs[row.run_id].values_blanked_at, is_same(print_, now))
