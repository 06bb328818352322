"""What a look at single people brought to light, for somebody to know: new, deleted, deactivated, gone."""

from collections.abc import Mapping

from sync.core.employee import Employee, Period
from sync.models import EmployeeLink, LeftOut, Notice, SyncRun
from sync.services.notices import tell


def tell_of(
    run: SyncRun,
    links: Mapping[str, EmployeeLink],
    humas: Mapping[str, Employee],
    vismas: Mapping[str, Employee],
    gone: Mapping[str, str],
) -> None:
    """Leave the notices; nobody is deleted or ended in payroll by any of it."""
    for huma_id, side in gone.items():
        if link := links.get(huma_id):
            EmployeeLink.objects.filter(pk=link.pk).update(state=EmployeeLink.State.GONE, gone_from=side)
            kind = Notice.Kind.DELETED if side == "huma" else Notice.Kind.GONE
            tell(run.connection, kind, f"{link.pk}:{side}", link=link)
    known = set(
        EmployeeLink.objects.filter(connection=run.connection_id, huma_id__in=humas)
        .exclude(state=EmployeeLink.State.DIFFERENT)
        .values_list("huma_id", flat=True)
    )
    out = LeftOut.objects.filter(connection=run.connection_id, side="huma", vendor_id__in=humas)
    known |= set(out.values_list("vendor_id", flat=True))
    for huma_id, huma in humas.items():
        link = links.get(huma_id)
        visma = vismas.get(link.visma_id) if link else None
        if link and visma and not huma.active and visma.standing is Period.CURRENT:
            tell(run.connection, Notice.Kind.DEACTIVATED, f"{link.pk}", link=link)
        elif huma_id not in known and huma.is_person and huma.active:
            tell(run.connection, Notice.Kind.NEW_PERSON, huma_id, name=huma.name, number=huma.number)
