"""Stores a plan as rows: Writes with their Changes."""

from collections.abc import Iterable

from sync.core.codes import Action
from sync.core.fields import field as field_named
from sync.core.records.employee import Side
from sync.models import Change, SyncRun, Write
from sync.planning.planning import Item


def store_plan(run: SyncRun, items: Iterable[Item]) -> None:
    """Store the plan: one Write for each document, with its Changes."""
    writes: dict[tuple[str, str], Write] = {}
    changes = []
    for item in items:
        document, order = _document(item)
        key = (item.planned.person, document)
        if key not in writes:
            writes[key] = _write(run, item, document, order)
        changes.append((key, item))
    Write.objects.bulk_create(writes.values(), batch_size=500)
    Change.objects.bulk_create([change_row(run, writes[key], item) for key, item in changes], batch_size=500)


def _document(item: Item) -> tuple[str, int]:
    planned = item.planned
    huma = planned.side is Side.HUMA
    if planned.action == Action.CREATE:
        return (Write.Document.NEW_USER if huma else Write.Document.NEW_EMPLOYEE), 0
    if field_named(planned.field).on_position:
        return (Write.Document.HUMA_POSITION if huma else Write.Document.VISMA_POSITION), 2
    return (Write.Document.USER if huma else Write.Document.EMPLOYEE), 1


def _write(run: SyncRun, item: Item, document: str, order: int) -> Write:
    link = item.conflict.link if item.conflict else None
    huma = item.planned.side is Side.HUMA
    owner = (link.huma_id if huma else link.visma_id) if link else ""
    position = (link.huma_position if huma else link.visma_position) if link and order == 2 else ""
    return Write(
        run=run,
        link=link,
        snapshot=item.snapshot,
        person_key=item.planned.person,
        order=order,
        side=item.planned.side.value,
        document=document,
        owner_id=owner,
        document_id=position,
    )


def change_row(run: SyncRun, write: Write | None, item: Item) -> Change:
    """The row of an item, which every total counts; without a Write it isn't carried out."""
    planned = item.planned
    return Change(
        run=run,
        write=write,
        link_id=item.link_id,
        conflict=item.conflict,
        snapshot=item.snapshot,
        side=planned.side.value,
        action=planned.action,
        field=planned.field,
        name=item.name,
        number=item.number,
        before=planned.before,
        after=planned.after,
        pin=planned.pin,
        becomes=planned.becomes,
        source=planned.source,
        look_twice=planned.look_twice,
    )
