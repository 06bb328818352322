"""Writes one Huma document: GET → decide each field anew → PATCH only what changes → compare the answer."""

from typing import Any

from django.db import transaction

from connections.api.errors import Gone, Rejected
from sync.core.fields import field as field_named
from sync.core.records.document import Doc
from sync.core.records.employee import Side
from sync.models import Change, Write
from sync.writing import assigned_number, write_state
from sync.writing.context import Context, now_in_huma
from sync.writing.last_check import fits
from sync.writing.putting_back import huma_part
from sync.writing.refused import refused


def read(context: Context, write: Write) -> Doc:
    """The current user's details or position."""
    client = context.clients.huma
    if write.document == Write.Document.HUMA_POSITION:
        return client.position(write.owner_id, write.document_id)
    return client.user(write.owner_id)


def send(context: Context, write: Write) -> float | None:
    """Read, decide, patch, and compare the answer. Returns the seconds until the next step.

    Repeating a PATCH sets the same values, so after a lost answer it is enough to read and decide again here.
    """
    if not write.owner_id:  # the user wasn't created
        write_state.end(write, Change.State.FAILED, "creation_failed")
        return None
    assigned_number.fill_in(context, write)
    lost = write.state == Write.State.SENDING
    document = read(context, write)
    changes = _still_to_write(context, write, document, lost)
    if not changes:
        write_state.finish(write)
        return None
    if lost and not context.send_again(write):
        return None
    body: dict[str, Any] = {}
    emptied = set()
    for change in changes:
        part = huma_part(change, document)
        body.update(part)
        if None in part.values():
            emptied.add(change.pk)
    try:
        with context.request(write):
            answer = _patch(context, write, body)
    except Gone:
        raise
    except Rejected as error:
        if emptied == {change.pk for change in changes}:
            context.learn("H5", "refused")
        refused(write, changes, error.problems, "rejected")
        return 0.0
    with transaction.atomic():
        for change in changes:
            _settle_by_answer(context, change, answer)
        write_state.finish(write)
    _learn(context, changes, emptied)
    return None


def _learn(context: Context, changes: list[Change], emptied: set[int]) -> None:
    """Note what the answer to a PATCH shows of emptied values (H5) and of a new email (H6)."""
    for change in changes:
        if change.pk in emptied:
            context.learn("H5", "cleared" if change.state == Change.State.DONE else "kept")
        elif change.field == "email" and change.reason == "waits_for_person":
            context.learn("H6", "waits")
        elif change.field == "email" and change.state == Change.State.DONE:
            context.learn("H6", "at_once")


def _patch(context: Context, write: Write, body: dict[str, Any]) -> Doc:
    client = context.clients.huma
    if write.document == Write.Document.HUMA_POSITION:
        return client.patch_position(write.owner_id, write.document_id, body)
    return client.patch_user(write.owner_id, body)


def _still_to_write(context: Context, write: Write, document: Doc, lost: bool) -> list[Change]:
    left = []
    for change in write_state.open_changes(write):
        value = now_in_huma(field_named(change.field), document)
        if value.waiting is not None and context.is_there(change, value.waiting):
            write_state.settle(change, Change.State.NOTHING, "waits_for_person")
            continue
        if not (value.readable and value.editable):  # a value that can't be seen isn't empty
            write_state.settle(change, Change.State.FAILED, "not_editable")
            continue
        if lost and context.is_there(change, value.canonical):
            write_state.settle(change, Change.State.DONE)
            continue
        match context.last_look(change, value.canonical):
            case "nothing":
                write_state.settle(change, Change.State.NOTHING)
            case "moved":
                write_state.settle(change, Change.State.MOVED, "moved")
            case _ if fits(context, change):
                left.append(change)
    return left


def _settle_by_answer(context: Context, change: Change, answer: Doc) -> None:
    """Settle a Change by the answer: Huma has the new value, lets it wait for the person's confirmation, or neither."""
    value = now_in_huma(field_named(change.field), answer)
    if value.readable and _agrees(context, change, value.canonical):
        write_state.settle(change, Change.State.DONE)
    elif value.waiting is not None and context.is_there(change, value.waiting):
        write_state.settle(change, Change.State.NOTHING, "waits_for_person")
    else:
        write_state.settle(change, Change.State.FAILED, "not_performed")


def _agrees(context: Context, change: Change, now: Any) -> bool:
    if context.is_there(change, now) or context.is_respelt(change, now):
        return True
    # Huma keeps its own end reason if it doesn't contradict, so only the dates are compared.
    spec = field_named(change.field)
    return spec.name == "last_workday" and spec.agree(now, spec.canonical(Side.VISMA, _as_visma(change)))


def _as_visma(change: Change) -> Any:
    return change.conflict.values[Side.VISMA] if change.conflict and change.conflict.values else None
