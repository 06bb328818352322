"""The number that Visma gave somebody who was just created there, on its way to Huma."""

from django.db.models import Q

from sync.core.employee import Side
from sync.core.fields import field as field_named
from sync.core.fields.number import TO_BE_GIVEN, same_number
from sync.models import Change, EmployeeLink, EmployeeSnapshot, SyncRun, Write
from sync.writing import write_state
from sync.writing.context import Context, now_in_visma

WRITES_A_NUMBER = Q(document=Write.Document.USER, person_key__startswith="new:", snapshot__side=Side.HUMA)
"""The Writes that tell Huma which number somebody got who was created in Visma."""


def fill_in(context: Context, write: Write) -> None:
    """Read which number it is, and store it in place of what stands for it, before anything is sent.

    So it is known what was sent, whatever gets lost afterwards. A draft may have none: then there is nothing to write.
    Nor is one written that somebody else has in Huma: two people would have the same there.
    """
    for change in write_state.open_changes(write):
        if change.after == TO_BE_GIVEN and change.link:
            _fill_in(context, change, change.link)


def _fill_in(context: Context, change: Change, link: EmployeeLink) -> None:
    spec = field_named(change.field)
    value = now_in_visma(spec, context.clients.visma.employee(link.visma_id).body, context.today)
    if value.canonical is None:
        write_state.settle(change, Change.State.NOTHING, "number_not_given")
        return
    if same_number(str(value.canonical)) in _numbers_of_others(change.run, link):
        write_state.settle(change, Change.State.FAILED, "number_given_taken")
        return
    change.after = value.canonical
    change.becomes = change.source = context.fingerprint(spec.name, spec.version, value.canonical)
    change.save(update_fields=["after", "becomes", "source"])
    EmployeeLink.objects.filter(pk=link.pk).update(number=str(value.canonical)[:64])


def _numbers_of_others(run: SyncRun, link: EmployeeLink) -> set[str]:
    """The numbers that others had in Huma when it was read; a retry goes by what was read for the first run."""
    runs = [run]
    while first := runs[-1].retry_of:
        runs.append(first)
    rows = (
        EmployeeSnapshot.objects.filter(run__in=runs, side=Side.HUMA).exclude(vendor_id=link.huma_id).exclude(number="")
    )
    return {same_number(number) for number in rows.values_list("number", flat=True)}
