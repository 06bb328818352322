"""Storing what an analysis found: links, baselines, differences, candidates and figures, in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from connections.models import Connection
from sync.core.compare import Comparison, Difference
from sync.core.employee import Employee, Side, from_json
from sync.core.positions import next_change
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun
from sync.services.analyse import Analysis
from sync.services.choices import carry_choices, shown_before
from sync.services.figures import figures

BATCH = 500
IDS = 5000  # primary keys in one statement


def load(run: SyncRun, side: str) -> list[Employee]:
    """The employees that the run read on one side."""
    rows = EmployeeSnapshot.objects.filter(run=run, side=side, complete=True)
    payloads = rows.values_list("payload", flat=True).iterator(chunk_size=BATCH)
    return [from_json(payload) for payload in payloads if payload]


def store(run: SyncRun, analysis: Analysis, today: date) -> None:
    """Store the analysis and open the run for review. Does nothing when the run isn't reading any more."""
    with transaction.atomic():
        moved = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.FETCHING).update(
            state=SyncRun.State.REVIEW, read_at=_read_at(run), failure="", failure_params={}
        )
        if not moved:
            return
        links = _store_links(run, analysis, today)
        seen_before = shown_before(run)
        conflicts = [
            conflict_row(run, links[pair], difference, seen_before)
            for pair, comparison in analysis.pairs.items()
            for difference in comparison.differences
        ]
        Conflict.objects.bulk_create(conflicts, batch_size=BATCH)
        _store_people(run, analysis)
        carry_choices(run)
        run.figures = figures(run, analysis)
        SyncRun.objects.filter(pk=run.pk).update(figures=run.figures)
    run.refresh_from_db()


def _read_at(run: SyncRun) -> datetime:
    """When both sides were read to the end."""
    said = run.progress.get("read_at")
    return datetime.fromisoformat(said) if said else timezone.now()


def _store_links(run: SyncRun, analysis: Analysis, today: date) -> dict[tuple[str, str], EmployeeLink]:
    """New links, those who are gone and those who are back, and what was settled; gives all links by their ids."""
    connection = run.connection
    for side in ("huma", "visma"):
        ids = [pk for pk, gone in analysis.gone.items() if gone == side]
        EmployeeLink.objects.filter(pk__in=ids).update(state=EmployeeLink.State.GONE, gone_from=side)
    EmployeeLink.objects.filter(pk__in=analysis.back).update(state=EmployeeLink.State.LINKED, gone_from="")
    gone = EmployeeLink.objects.filter(connection=connection).exclude(gone_from="")
    held = {one for pair in gone.values_list("huma_id", "visma_id") for one in pair}
    for linked in analysis.new_links:
        if linked.huma in held or linked.visma in held:
            retire_gone(connection, "huma", [linked.huma])
            retire_gone(connection, "visma", [linked.visma])
    rows = EmployeeLink.objects.filter(connection=connection).exclude(state=EmployeeLink.State.DIFFERENT)
    known = rows.select_for_update().order_by("pk")  # another run may be writing baselines
    links = {(link.huma_id, link.visma_id): link for link in known}
    new = {
        (linked.huma, linked.visma): EmployeeLink(
            connection=connection, huma_id=linked.huma, visma_id=linked.visma, linked_by=linked.by
        )
        for linked in analysis.new_links
    }
    changed = _settle_links(run, analysis, {**links, **new}, today)
    EmployeeLink.objects.bulk_update([link for link in changed if link.pk], LINK_FIELDS, batch_size=BATCH)
    EmployeeLink.objects.bulk_create(new.values(), batch_size=BATCH)
    return {(link.huma_id, link.visma_id): link for link in rows.all()}


def retire_gone(connection: Connection, side: str, ids: Collection[str]) -> None:
    """Links whose other half is gone, of people who are linked anew or added again: that half isn't hers any more."""
    old = EmployeeLink.objects.filter(connection=connection, **{f"{side}_id__in": ids})
    old.exclude(gone_from="").update(state=EmployeeLink.State.DIFFERENT, gone_from="")


def settle_link(
    link: EmployeeLink, comparison: Comparison, huma: Employee, visma: Employee, today: date, shown: bool
) -> None:
    """Renew on the link what this comparison settled: agreed fields, the paired positions, the label, what was seen."""
    if comparison.positions and comparison.positions != (link.huma_position, link.visma_position):
        if link.huma_position:
            for name in ("first_workday", "last_workday"):
                link.baseline.pop(name, None)
                link.seen.pop(name, None)
        link.huma_position, link.visma_position = comparison.positions
    for name, prints in comparison.agreed.items():
        link.baseline[name] = list(prints)
        link.seen.pop(name, None)
    if shown:
        for difference in comparison.differences:
            if difference.field not in link.baseline:
                link.seen[difference.field] = list(difference.prints)
    link.name = (huma.name or visma.name)[:255]
    link.number = (visma.number or huma.number)[:64]
    days = [next_change(person.positions, today.isoformat()) for person in (huma, visma)]
    nearest = min((day for day in days if day), default=None)
    link.changes_on = date.fromisoformat(nearest) if nearest else None


LINK_FIELDS = ["baseline", "seen", "huma_position", "visma_position", "name", "number", "changes_on"]


def _settle_links(
    run: SyncRun, analysis: Analysis, links: Mapping[tuple[str, str], EmployeeLink], today: date
) -> list[EmployeeLink]:
    """Renew the links in memory; gives those that changed."""
    shown = run.trigger in (SyncRun.Trigger.MANUAL, SyncRun.Trigger.RETRY, SyncRun.Trigger.UNDO)
    changed = []
    for pair, comparison in analysis.pairs.items():
        link = links[pair]
        before = [_copy(getattr(link, name)) for name in LINK_FIELDS]
        settle_link(link, comparison, analysis.huma[pair[0]], analysis.visma[pair[1]], today, shown)
        if before != [getattr(link, name) for name in LINK_FIELDS]:
            changed.append(link)
    return changed


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


def conflict_row(
    run: SyncRun,
    link: EmployeeLink,
    difference: Difference,
    seen_before: Mapping[tuple[int, str], tuple[str, str]] | None = None,
) -> Conflict:
    """A difference as the row that a person decides about."""
    blocked = {side: difference.forbidden[side] for side in Side if side in difference.forbidden}
    return Conflict(
        run=run,
        link=link,
        field=difference.field,
        kind=difference.kind,
        standing=difference.standing,
        is_new=seen_before is not None and seen_before.get((link.pk, difference.field)) != difference.prints,
        values={
            "huma": difference.huma.own,
            "visma": difference.visma.own,
            "to_huma": difference.to.get(Side.HUMA),
            "to_visma": difference.to.get(Side.VISMA),
            "blocked": {side.value: dict(reason.params) for side, reason in blocked.items()},
            "notes": [[note.code, dict(note.params)] for note in difference.notes],
        },
        huma_fingerprint=difference.prints[0],
        visma_fingerprint=difference.prints[1],
        suggestion=difference.suggestion,
        why=difference.why,
        blocked_to_huma=blocked[Side.HUMA].code if Side.HUMA in blocked else "",
        blocked_to_visma=blocked[Side.VISMA].code if Side.VISMA in blocked else "",
        bulk_blocked=not difference.by_bulk,
        empties_huma=difference.empties(Side.HUMA),
        empties_visma=difference.empties(Side.VISMA),
    )


def _store_people(run: SyncRun, analysis: Analysis) -> None:
    """Who is linked, who could be created, and who may be one; in statements for many people at once."""
    links = EmployeeLink.objects.filter(connection=run.connection).exclude(state=EmployeeLink.State.DIFFERENT)
    rows = EmployeeSnapshot.objects.filter(run=run)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    ids: dict[tuple[str, str], int] = {}
    for pk, side, vendor_id in rows.values_list("pk", "side", "vendor_id"):
        key = (side, vendor_id)
        ids[key] = pk
        if key in analysis.headings:
            alike[analysis.headings[key], analysis.refusals.get(key, "")].append(pk)
    for side in ("huma", "visma"):
        hers = links.filter(**{f"{side}_id": OuterRef("vendor_id")})
        rows.filter(side=side).update(link=Subquery(hers.values("pk")[:1]))
    for (group, blocked), found in alike.items():
        for begin in range(0, len(found), IDS):
            some = rows.filter(pk__in=found[begin : begin + IDS])
            some.update(create_group=group, create_blocked=blocked, link=None)
    PossibleMatch.objects.bulk_create(
        [
            PossibleMatch(
                run=run,
                huma_id=ids["huma", possible.huma],
                visma_id=ids["visma", possible.visma],
                agrees=list(possible.agrees),
                why=possible.why,
            )
            for possible in analysis.matching.possible
        ],
        batch_size=BATCH,
    )
