"""The history for the command: the same entries as on the pages, as text, JSON or a file."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from sync.history.exports import Export
from sync.history.filters import UNDECIDED, HistoryFilter
from sync.history.lines import Line, Value
from sync.models import HistoryEntry

NAME = "command"


def export(wanted: HistoryFilter, kind: str) -> Export:
    """The entries of all connections that the filter asks for. Raises ``TooMany`` for a workbook."""
    return Export(NAME, wanted, kind, HistoryEntry.objects.all())


def as_json(lines: Iterator[Line]) -> Iterator[str]:
    """One object a line. Source: design, Fixed interfaces."""
    for one in lines:
        yield json.dumps(_object(one), ensure_ascii=False)


def _object(one: Line) -> dict[str, Any]:
    entry = one.entry
    return {
        "at": timezone.localtime(entry.at).isoformat(timespec="seconds"),
        "run": entry.run_id,
        "trigger": entry.trigger,
        "connection": entry.connection.code,
        "employee": one.employee,
        "field": entry.field or None,
        "huma": _value(one.huma),
        "visma": _value(one.visma),
        "suggestion": entry.suggestion or None,
        "decision": (entry.decision or UNDECIDED) if entry.conflict_id else None,
        "by": entry.by or None,
        "side": entry.side or None,
        "before": _value(one.before),
        "after": _value(one.after),
        "outcome": entry.outcome or None,
        "reason": one.reason or None,
    }


def _value(value: Value | None) -> str | None:
    """A value, "" for an empty one; ``None`` for a blanked one, and where there is none."""
    return value.text if value is not None and value.known else None


def as_text(lines: Iterator[Line]) -> Iterator[str]:
    """One entry a line, for people."""
    for one in lines:
        entry = one.entry
        who = " ".join(filter(None, (entry.name, f"({one.employee})" if one.employee else "")))
        values = ""
        if one.before is not None and one.after is not None:
            values = f"{one.before.shown or '–'} → {one.after.shown or '–'}"
        elif one.huma is not None and one.visma is not None:
            values = f"Huma: {one.huma.shown or '–'}, Visma: {one.visma.shown or '–'}"
        decision = " ".join(filter(None, (one.decision, f"({one.by})" if one.by else "")))
        at = f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M}"
        outcome = " ".join(filter(None, (one.outcome, one.reason)))
        yield " | ".join(filter(None, (at, entry.connection.name, who, one.what, values, decision, outcome)))
