"""Merges a Change into a vendor's document: a new value, or in an undo the value that was there before.

What a write of a name does to Visma's timeline is stored with its Change before it is sent, so that the undo can take
exactly that back. Source: design, History (Undo).
"""

from datetime import date

from django.utils import timezone

from sync.core.fields import field as field_named
from sync.core.fields.base import NO_TRACE, NotAsWritten, Trace, put_back_in_huma, put_back_in_visma
from sync.core.fields.names import MADE, MENDED, TOOK
from sync.core.records.document import Doc
from sync.models import Change
from sync.writing import write_state


def undone(change: Change) -> Change | None:
    """The Change that this one undoes; ``None`` for any other."""
    return change.conflict.undoes if change.conflict else None


def huma_part(change: Change, document: Doc) -> Doc:
    """The part of a PATCH body that writes the Change."""
    spec = field_named(change.field)
    return put_back_in_huma(spec, document, change.after) if undone(change) else spec.write_huma(document, change.after)


def merge_into_visma(changes: list[Change], document: Doc, body: Doc, today: date) -> list[Change]:
    """Write the Changes into ``body``, a copy of ``document``; returns those that are in it.

    A name whose timeline isn't as the undone write left it ends as *moved*: somebody has edited it since.
    """
    merged: list[tuple[Change, Trace]] = []
    for change in changes:
        spec, was = field_named(change.field), undone(change)
        if was is None:
            trace = spec.trace_of(document, today)
            spec.write_visma(body, change.after, today)
        else:
            try:
                trace = put_back_in_visma(spec, body, change.after, _trace_of(was), today)
            except NotAsWritten:
                write_state.settle(change, Change.State.MOVED, "undo_entry")
                continue
        merged.append((change, trace))
    took = next((trace for _change, trace in merged if TOOK in trace), NO_TRACE)
    for change, trace in merged:
        # The first of two names was put back into the entry that the second then took away.
        _remember(change, took if took and trace.get(MENDED) == took[TOOK] else trace)
    return [change for change, _trace in merged]


def _trace_of(was: Change) -> Trace:
    """What the undone write did to a timeline. Of before this was stored, a name was new from the day it was sent."""
    if was.trace is not None:
        return dict(was.trace)
    sent = was.write.sent_at if was.write else None
    return {MADE: timezone.localdate(sent).isoformat()} if sent else NO_TRACE


def _remember(change: Change, trace: Trace) -> None:
    if trace or change.trace:
        change.trace = dict(trace)
        Change.objects.filter(pk=change.pk).update(trace=change.trace)
