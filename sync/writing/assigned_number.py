"""Writes the number that Visma assigned to a new employee back to Huma."""

from django.db.models import Q

from sync.analysis.links.linking import kept_number
from sync.analysis.links.numbers import as_read
from sync.core.fields import field as field_named
from sync.core.fields.number import TO_BE_GIVEN, is_somebody_elses
from sync.core.records.employee import Side
from sync.models import Change, EmployeeLink, SyncRun, Write
from sync.models.links import called
from sync.writing import write_state
from sync.writing.context import Context, now_in_visma

WRITES_A_NUMBER = Q(document=Write.Document.USER, person_key__startswith="new:", snapshot__side=Side.HUMA)
"""The Writes that write the number of a person who was created in Visma to Huma."""


def fill_in(context: Context, write: Write) -> None:
    """Read the number in Visma, and store it as the Change's value before anything is sent.

    So the sent value is known, even if the answer gets lost. A draft may have no number: then there is nothing to
    write. A number that somebody else has in Huma isn't written, either: two people would have the same.
    """
    for change in write_state.open_changes(write):
        if change.after == TO_BE_GIVEN and change.link:
            _fill_in(context, change, change.link)


def _fill_in(context: Context, change: Change, link: EmployeeLink) -> None:
    spec = field_named(change.field)
    value = now_in_visma(spec, context.clients.visma.employee(link.visma_id).body, context.today)
    context.learn("V13", "no_number" if value.canonical is None else "numbered")
    if value.canonical is None:
        write_state.settle(change, Change.State.NOTHING, "number_not_given")
        return
    if is_somebody_elses(str(value.canonical), link.huma_id, _numbers_in_huma(change.run)):
        write_state.settle(change, Change.State.FAILED, "number_given_taken")
        return
    change.after = value.canonical
    change.becomes = change.source = context.fingerprint(spec.name, spec.version, value.canonical)
    change.save(update_fields=["after", "becomes", "source"])
    EmployeeLink.objects.filter(pk=link.pk).update(**called(link.name, kept_number(str(value.canonical))))


def _numbers_in_huma(run: SyncRun) -> dict[str, str]:
    """Who had which number in Huma when the run read it; a retry uses what the first run read, too."""
    runs = [run]
    while first := runs[-1].retry_of:
        runs.append(first)
    return as_read(*runs, side=Side.HUMA)
