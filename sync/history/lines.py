"""One entry of the history in words: for the list, for the files, for the command."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import PROGRAM
from sync.core.codes import Action
from sync.core.records.employee import Side
from sync.models import Conflict, HistoryEntry, SyncRun
from sync.models.groups import WITH_RESULT
from sync.wording.masking import masked, tail
from sync.wording.sentences import change_sentence, decision_label, field_label, nice_date, sentence

AUTOMATIC = "automatic"
"""The name of the rule that decided, where no person did."""
COMMAND = "command"
"""The name of a command that decided."""
_WARNING = dict.fromkeys(("moved", "held", "stopped"), "warning")
TONES = {"done": "success", "failed": "danger", "unknown": "danger", **_WARNING}
_READ = (
    *(f"connection__{name}" for name in ("code", "name")),
    *(f"run__{name}" for name in ("state", "values_blanked_at")),
    *(f"link__{name}" for name in ("name", "number", "huma_id", "visma_id")),
    "conflict__values",
    *(f"change__{name}" for name in ("side", "action", "state", "reason", "before", "after")),
    *(f"change__snapshot__{name}" for name in ("side", "vendor_id")),
)
"""What is read of the rows beside the entries: a file has very many of them."""


@dataclass(frozen=True)
class Value:
    """What was said: ``text``, accounts masked, "" for empty; ``known``: whether the value is still stored, ``tail``:
    the last digits of an account that isn't."""

    text: str = ""
    known: bool = True
    tail: str = ""

    @property
    def shown(self) -> str:
        """The value as far as it is known; "" for an empty one, or one of which nothing is known."""
        return self.text if self.known else tail(self.tail)


@dataclass(frozen=True)
class Line:
    """One entry. ``huma`` and ``visma``: what each system said, ``None`` without a difference; ``before`` and
    ``after``: what was to be written to ``side``, ``None`` if nothing was."""

    entry: HistoryEntry
    what: str
    huma: Value | None
    visma: Value | None
    before: Value | None
    after: Value | None
    blanked_at: datetime | None

    @property
    def is_creation(self) -> bool:
        """Whether somebody was to be added, so no field has a value."""
        return self.entry.action == Action.CREATE

    @property
    def suggestion(self) -> str:
        """What was suggested, in words; "" if nothing was."""
        return decision_label(self.entry.suggestion) if self.entry.suggestion else ""

    @property
    def why(self) -> str:
        """Why it was suggested, or why nothing was."""
        return sentence(self.entry.why)

    @property
    def decision(self) -> str:
        """What was decided, in words; for somebody who was added, that."""
        if self.entry.conflict_id is None:
            return _("Add") if self.is_creation else ""
        return decision_label(self.entry.decision)

    @property
    def by(self) -> str:
        """By whom or by which rule it was decided, in words; "" if nobody did."""
        return by_words(self.entry.by)

    @property
    def trigger(self) -> str:
        """What started the sync."""
        return str(SyncRun.Trigger(self.entry.trigger).label)

    @property
    def outcome(self) -> str:
        """What came of it, in a word or two."""
        return str(HistoryEntry.Outcome(self.entry.outcome).label)

    @property
    def reason(self) -> str:
        """Why it came to that, in a sentence; "" where that is clear."""
        if self.entry.change is not None:
            return change_sentence(self.entry.change)
        return not_sent(self.entry)

    @property
    def tone(self) -> str:
        """The tone of the outcome's badge."""
        return TONES.get(self.entry.outcome, "")

    @property
    def person_url(self) -> str:
        """The address of the person's page, or of their timeline; "" for somebody without a link."""
        return person_url(self.entry)

    @property
    def result_url(self) -> str:
        """The address of the sync's result."""
        run = self.entry.run
        return reverse("admin:result", args=[self.entry.connection.code, run.pk]) if run.state in WITH_RESULT else ""

    @property
    def employee(self) -> str:
        """The person in a form that commands accept. Source: design, Fixed interfaces."""
        if self.entry.number:
            return self.entry.number
        if self.entry.link_id:
            return f"link:{self.entry.link_id}"
        person = self.entry.change.snapshot if self.entry.change else None
        return f"{person.side}:{person.vendor_id}" if person else ""


def by_words(by: str) -> str:
    """Who decided, in words."""
    if by == AUTOMATIC:
        return _("Automatic updates")
    if by == COMMAND:
        return _("A command")
    return "humavisma" if by == PROGRAM else by


def not_sent(entry: HistoryEntry) -> str:
    """Why nothing was sent for a difference without a Change, in a sentence."""
    if entry.decision == Conflict.Decision.UNDECIDED:
        return _("Nobody decided, so nothing was sent.")
    if entry.decision == Conflict.Decision.LEAVE:
        return _("It was left as it is, so nothing was sent.")
    if entry.decision == Conflict.Decision.NEVER:
        return _("The field isn't synced for this person, so nothing was sent.")
    return _("It was decided, but the sync ended before it was sent.")


def person_url(entry: HistoryEntry) -> str:
    """The address of the timeline of an entry's person, or of their page; "" for somebody without a link."""
    link = entry.link
    if link is None:
        return ""
    side, vendor_id = (Side.HUMA, link.huma_id) if link.huma_id else (Side.VISMA, link.visma_id)
    if not vendor_id:
        return ""
    where = [entry.connection.code, side.value, vendor_id]
    for name in ("timeline", "person"):
        try:
            return reverse(f"admin:{name}", args=where)
        except NoReverseMatch:
            continue
    return ""


def whole(rows: QuerySet[HistoryEntry]) -> QuerySet[HistoryEntry]:
    """The rows with all that ``line`` needs, in one statement."""
    own = [field.name for field in HistoryEntry._meta.concrete_fields]
    return rows.select_related("connection", "run", "link", "conflict", "change__snapshot").only(*own, *_READ)


def line(entry: HistoryEntry) -> Line:
    """An entry, read by ``whole``, with its values."""
    conflict, change = entry.conflict, entry.change
    values: dict[str, Any] = (conflict.values or {}) if conflict else {}
    blanked = entry.run.values_blanked_at

    def value(key: str, side: str, own: Any) -> Value:
        if blanked is not None:
            return Value(known=False, tail=entry.tails.get(key, ""))
        return Value(masked(entry.field, side, own))

    said = {side: value(side, side, values.get(side)) for side in Side} if conflict else {}
    changes = change is not None and entry.action == Action.FIELD
    return Line(
        entry,
        _what(entry),
        said.get(Side.HUMA),
        said.get(Side.VISMA),
        value("before", entry.side, change.before) if change and changes else None,
        value("after", entry.side, change.after) if change and changes else None,
        blanked,
    )


def _what(entry: HistoryEntry) -> str:
    if entry.action == Action.CREATE:
        return _("New in Huma") if entry.side == Side.HUMA else _("New in Visma, as a draft")
    return field_label(entry.field)


def lines(rows: Iterable[HistoryEntry]) -> Iterator[Line]:
    """The entries, read by ``whole``, in words."""
    return map(line, rows)


def blanked_words(at: datetime) -> str:
    """When values were deleted, in words."""
    return _("deleted %(date)s") % {"date": nice_date(timezone.localdate(at).isoformat())}
