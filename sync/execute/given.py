"""The number that Visma gave somebody who was just created there, on its way to Huma."""

from sync.core.fields import field as field_named
from sync.core.fields.number import TO_BE_GIVEN
from sync.execute import life
from sync.execute.context import Context, now_in_visma
from sync.models import Change, EmployeeLink, Write


def fill_in(context: Context, write: Write) -> None:
    """Read which number it is, and store it in place of what stands for it, before anything is sent.

    So it is known what was sent, whatever gets lost afterwards. A draft may have none: then there is nothing to write.
    """
    for change in life.open_changes(write):
        if change.after == TO_BE_GIVEN and change.link:
            _fill_in(context, change, change.link)


def _fill_in(context: Context, change: Change, link: EmployeeLink) -> None:
    spec = field_named(change.field)
    value = now_in_visma(spec, context.clients.visma.employee(link.visma_id).body, context.today)
    if value.canonical is None:
        life.settle(change, Change.State.NOTHING, "number_not_given")
        return
    change.after = value.canonical
    change.becomes = change.source = context.fingerprint(spec.name, spec.version, value.canonical)
    change.save(update_fields=["after", "becomes", "source"])
    EmployeeLink.objects.filter(pk=link.pk).update(number=str(value.canonical)[:64])
