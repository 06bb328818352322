"""The whole story of one field of one person: every entry about it, with what whoever decided saw."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from connections.pages.audit_words import action_words
from sync.core.records.employee import Side
from sync.history.lines import Line, by_words, line
from sync.models import Change, HistoryEntry
from sync.wording.display import Display, display
from sync.wording.rule import rule
from sync.wording.sentences import sentence, side_name

MOST = 100
"""So many entries are on the page; the list of changes has all of them."""


@dataclass(frozen=True)
class Chapter:
    """One entry. ``huma`` and ``visma``: what each system said when it was decided, accounts masked, ``None`` if that
    isn't known; ``notes``: what was said beside them; ``audit``: what the audit has about the decision."""

    line: Line
    is_asked: bool
    huma: Display | None
    visma: Display | None
    notes: list[str]
    decided_at: datetime | None
    decided_by: str
    for_many: bool
    comment: str
    rule: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    answer_comment: str
    vendor_words: list[str]
    sent_at: datetime | None
    confirmed_by: str
    audit: str
    audited_at: datetime | None
    audited_by: str

    @property
    def change(self) -> Change | None:
        """The Change, if something was to be sent."""
        return self.line.entry.change

    @property
    def side_name(self) -> str:
        """Where it was to be sent."""
        return side_name(self.line.entry.side) if self.line.entry.side else ""


def about(entry: HistoryEntry, among: QuerySet[HistoryEntry]) -> QuerySet[HistoryEntry]:
    """All entries about the same field of the same person, or about their being added, newest first."""
    same = Q(pk=entry.pk)
    if entry.link_id is not None:
        same |= Q(link=entry.link_id, field=entry.field, action=entry.action)
    return among.filter(same).order_by("-at", "-pk")


def chapters(rows: QuerySet[HistoryEntry], asked: int) -> Iterator[Chapter]:
    """The entries in full, newest first; ``asked``: the key of the one that was opened."""
    related = rows.select_related("connection", "run", "link", "conflict__decided_in", "change__snapshot")
    for entry in related.defer("link__baseline", "link__seen", "run__progress", "change__snapshot__payload")[:MOST]:
        yield _chapter(entry, asked)


def _chapter(entry: HistoryEntry, asked: int) -> Chapter:
    conflict, change = entry.conflict, entry.change
    values: dict[str, Any] = (conflict.values or {}) if conflict else {}
    shown = line(entry)
    audited = conflict.decided_in if conflict else None
    answered = change is not None and bool(change.answer)
    return Chapter(
        line=shown,
        is_asked=entry.pk == asked,
        huma=_said(shown, Side.HUMA, values),
        visma=_said(shown, Side.VISMA, values),
        notes=[sentence(code, params) for code, params in values.get("notes", [])],
        decided_at=conflict.decided_at if conflict else None,
        decided_by=by_words(entry.by),
        for_many=bool(conflict and conflict.for_many and conflict.decided_by),
        comment=conflict.comment if conflict else "",
        rule=rule(entry.run),
        answer=str(change.get_answer_display()) if change and answered else "",
        answered_by=change.answered_by if change and answered else "",
        answered_at=change.answered_at if change and answered else None,
        answer_comment=change.comment if change else "",
        vendor_words=_vendor_words(change),
        sent_at=change.settled_at if change else None,
        confirmed_by=by_words(entry.run.confirmed_by),
        audit=action_words(audited) if audited else "",
        audited_at=audited.at if audited else None,
        audited_by=by_words(audited.who) if audited else "",
    )


def _said(shown: Line, side: Side, values: dict[str, Any]) -> Display | None:
    """What a system said, in lines; an account masked."""
    value = shown.huma if side is Side.HUMA else shown.visma
    if value is None or not value.known:
        return None
    full = display(shown.entry.field, side, values.get(side))
    lines = [value.text] if shown.entry.field == "bank_account" and value.text else full.lines
    return Display(lines, full.empty, full.hint)


def _vendor_words(change: Change | None) -> list[str]:
    return [words for words in (change.vendor_words if change else "").split("\n") if words.strip()]
