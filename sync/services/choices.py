"""What earlier runs leave to this one: which differences were there already, and choices made before reading again."""

from sync.models import Conflict, EmployeeSnapshot, SyncRun


def shown_before(run: SyncRun) -> dict[tuple[int, str], tuple[str, str]] | None:
    """The fingerprints of the differences of the last finished run, by link and field; ``None`` on a first run."""
    last = SyncRun.objects.filter(connection=run.connection, state=SyncRun.State.FINISHED).first()
    if last is None:
        return None
    rows = Conflict.objects.filter(run=last).values_list("link_id", "field", "huma_fingerprint", "visma_fingerprint")
    return {(link, field): (huma, visma) for link, field, huma, visma in rows}


def carry_choices(run: SyncRun) -> None:
    """Take over the choices of the run that this one reads again, where neither value moved."""
    if run.continues_id is None:
        return
    old = Conflict.objects.filter(run_id=run.continues_id).exclude(decision="")
    decided = {(c.link_id, c.field, c.huma_fingerprint, c.visma_fingerprint): c for c in old.defer("values")}
    changed = []
    for conflict in Conflict.objects.filter(run=run).defer("values"):
        key = (conflict.link_id, conflict.field, conflict.huma_fingerprint, conflict.visma_fingerprint)
        earlier = decided.get(key)
        if earlier is None:
            continue
        blocked = {"huma": conflict.blocked_to_visma, "visma": conflict.blocked_to_huma}.get(earlier.decision)
        if not blocked:
            conflict.decision, conflict.allow_clearing = earlier.decision, earlier.allow_clearing
            conflict.decided_by, conflict.decided_at = earlier.decided_by, earlier.decided_at
            changed.append(conflict)
    fields = ["decision", "allow_clearing", "decided_by", "decided_at"]
    Conflict.objects.bulk_update(changed, fields, batch_size=500)
    chosen = EmployeeSnapshot.objects.filter(run_id=run.continues_id, create_chosen=True)
    for side, vendor_id, by in chosen.values_list("side", "vendor_id", "create_chosen_by"):
        EmployeeSnapshot.objects.filter(run=run, side=side, vendor_id=vendor_id, link=None, create_blocked="").exclude(
            create_group=""
        ).update(create_chosen=True, create_chosen_by=by)
