"""What a run takes over from earlier runs: which differences were shown already, and choices made before reading
again."""

from collections import defaultdict

from sync.analysis.links.relooking import is_held_back
from sync.core.deciding.plan import BULK_CHOICES
from sync.models import Conflict, EmployeeSnapshot, SyncRun
from sync.models.groups import SHOWN_TO_A_PERSON

DECISION = ("decision", "allow_clearing", "decided_by", "decided_at", "for_many", "decided_in_id", "comment")


def last_finished(run: SyncRun) -> SyncRun | None:
    """The connection's last finished run before this one that showed all differences to a person."""
    rows = SyncRun.objects.filter(
        connection=run.connection, state=SyncRun.State.FINISHED, trigger__in=SHOWN_TO_A_PERSON
    )
    return rows.filter(pk__lt=run.pk).first()


def shown_before(run: SyncRun) -> dict[tuple[int, str], tuple[str, str]] | None:
    """The fingerprints of the differences of the last finished run, by link and field; ``None`` on a first run."""
    last = last_finished(run)
    if last is None:
        return None
    rows = Conflict.objects.filter(run=last).values_list("link_id", "field", "huma_fingerprint", "visma_fingerprint")
    return {(link, field): (huma, visma) for link, field, huma, visma in rows}


def carry_choices(run: SyncRun) -> None:
    """Take over the choices of the run that this one reads again, if neither value has moved."""
    earlier = last_with_choices(run)
    if earlier is None:
        return
    _carry_decisions(run, earlier)
    ticked = EmployeeSnapshot.objects.filter(run=earlier, create_chosen=True)
    by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
    for side, vendor_id, by in ticked.values_list("side", "vendor_id", "create_chosen_by"):
        by_name[side, by].append(vendor_id)
    rows = EmployeeSnapshot.objects.filter(run=run, link=None, create_blocked="").exclude(create_group="")
    for (side, by), ids in by_name.items():
        rows.filter(side=side, vendor_id__in=ids).update(create_chosen=True, create_chosen_by=by)


def last_with_choices(run: SyncRun) -> SyncRun | None:
    """The run that this one reads again; runs in between whose reading failed are skipped."""
    earlier = run.continues
    while earlier and earlier.read_at is None:
        earlier = earlier.continues
    return earlier


def _carry_decisions(run: SyncRun, earlier: SyncRun) -> None:
    old = Conflict.objects.filter(run=earlier).exclude(decision__in=("", Conflict.Decision.UNDO)).defer("values")
    decided = {(c.link_id, c.field, c.huma_fingerprint, c.visma_fingerprint): c for c in old}
    changed = []
    rows = Conflict.objects.filter(run=run).select_related("link").defer("values")
    for conflict in rows if decided else ():
        key = (conflict.link_id, conflict.field, conflict.huma_fingerprint, conflict.visma_fingerprint)
        found = decided.get(key)
        if found is None or conflict.forbids(found.decision):
            continue
        if found.decision in BULK_CHOICES and is_held_back(conflict.link, found):
            continue
        for name in DECISION:
            setattr(conflict, name, getattr(found, name))
        changed.append(conflict)
    Conflict.objects.bulk_update(changed, DECISION, batch_size=500)
