"""Stores an analysis: links, baselines, differences, candidates and figures, in one transaction."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection as database
from django.db import transaction
from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from sync.analysis import skipped_people
from sync.analysis.analyse import Analysis
from sync.analysis.carried_decisions import carry_choices, shown_before
from sync.analysis.detect_notices import tell_of_all
from sync.analysis.figures import figures
from sync.analysis.links.candidates import carry_numbering
from sync.analysis.links.linking import store_links
from sync.analysis.two_writers import noted
from sync.core.batches import BATCH, batches
from sync.core.deciding.compare import Difference
from sync.core.garbage_collection import no_garbage_collection
from sync.core.matching.possible import Possible
from sync.core.records.employee import Employee, Side, from_json
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun

IDS = 5000  # primary keys in one statement
ROWS = 1000  # differences in one statement
COUNTED_FROM = 500  # people


@no_garbage_collection()
def load(run: SyncRun, side: str) -> list[Employee]:
    """The employees that the run read on one side."""
    rows = EmployeeSnapshot.objects.filter(run=run, side=side, complete=True)
    payloads = rows.values_list("payload", flat=True).iterator(chunk_size=BATCH)
    return [from_json(payload) for payload in payloads if payload]


@no_garbage_collection()
def store(run: SyncRun, analysis: Analysis, today: date) -> None:
    """Store the analysis and open the run for review. Does nothing if the run isn't reading any more."""
    with transaction.atomic():
        moved = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.FETCHING).update(
            state=SyncRun.State.REVIEW, read_at=_read_at(run), failure="", failure_params={}
        )
        if not moved:
            return
        noted(run, analysis.huma.values(), everybody=True)
        links = store_links(run, analysis, today)
        _store_conflicts(run, analysis, links)
        tell_of_all(run, analysis, links)
        skipped_people.remember(run, analysis.unread.all)
        _store_people(run, analysis)
        carry_numbering(run)
        carry_choices(run)
        run.figures = figures(run, analysis)
        SyncRun.objects.filter(pk=run.pk).update(figures=run.figures)
    _tell_the_planner(len(analysis.pairs))
    run.refresh_from_db()


def _tell_the_planner(people: int) -> None:
    """Let PostgreSQL analyse the tables after a large company was stored. It does so itself within a minute, but until
    then it plans Review's queries as if there were only a few differences."""
    if people < COUNTED_FROM or database.vendor != "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in (EmployeeLink, Conflict))}")


def _read_at(run: SyncRun) -> datetime:
    """When both sides were read to the end."""
    said = run.progress.get("read_at")
    return datetime.fromisoformat(said) if said else timezone.now()


def _store_conflicts(run: SyncRun, analysis: Analysis, links: Mapping[tuple[str, str], int]) -> None:
    seen_before = shown_before(run)
    found = ((links[pair], one) for pair, comparison in analysis.pairs.items() for one in comparison.differences)
    for some in batches(found, ROWS):
        Conflict.objects.bulk_create([conflict_row(run, link, difference, seen_before) for link, difference in some])


def conflict_row(
    run: SyncRun,
    link_id: int,
    difference: Difference,
    seen_before: Mapping[tuple[int, str], tuple[str, str]] | None = None,
) -> Conflict:
    """The row of a difference, about which a person decides."""
    blocked = {side: difference.forbidden[side] for side in Side if side in difference.forbidden}
    return Conflict(
        run=run,
        link_id=link_id,
        field=difference.field,
        kind=difference.kind,
        standing=difference.standing,
        is_new=seen_before is not None and seen_before.get((link_id, difference.field)) != difference.prints,
        values={
            Side.HUMA: difference.huma.own,
            Side.VISMA: difference.visma.own,
            "to_huma": difference.to.get(Side.HUMA),
            "to_visma": difference.to.get(Side.VISMA),
            "blocked": {side.value: dict(reason.params) for side, reason in blocked.items()},
            "notes": [[note.code, dict(note.params)] for note in difference.notes],
            **({"former": list(difference.former)} if difference.former else {}),
        },
        huma_fingerprint=difference.prints[0],
        visma_fingerprint=difference.prints[1],
        suggestion=difference.suggestion,
        why=difference.why,
        blocked_to_huma=blocked[Side.HUMA].code if Side.HUMA in blocked else "",
        blocked_to_visma=blocked[Side.VISMA].code if Side.VISMA in blocked else "",
        bulk_blocked=not difference.by_bulk,
        by_hand=difference.by_hand,
        empties_huma=difference.empties(Side.HUMA),
        empties_visma=difference.empties(Side.VISMA),
    )


def _store_people(run: SyncRun, analysis: Analysis) -> None:
    """Store who is linked, who could be created, and the possible matches; with statements for many people at once."""
    links = EmployeeLink.objects.filter(connection=run.connection).same_person()
    rows = EmployeeSnapshot.objects.filter(run=run)
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    ids: dict[tuple[str, str], int] = {}
    for pk, side, vendor_id in rows.values_list("pk", "side", "vendor_id"):
        key = (side, vendor_id)
        ids[key] = pk
        if key in analysis.headings:
            alike[analysis.headings[key], analysis.refusals.get(key, "")].append(pk)
    theirs = {side: links.filter(**{f"{side}_id": OuterRef("vendor_id")}).values("pk")[:1] for side in Side}
    rows.update(link=Case(*(When(side=side, then=Subquery(link)) for side, link in theirs.items())))
    _group(rows, alike)
    PossibleMatch.objects.bulk_create(
        [
            possible_row(run, possible, ids[Side.HUMA, possible.huma], ids[Side.VISMA, possible.visma], place)
            for place, possible in enumerate(analysis.matching.possible)
        ],
        batch_size=BATCH,
    )


def possible_row(run: SyncRun, possible: Possible, huma: int, visma: int, place: int) -> PossibleMatch:
    """The row of a possible match, about which a person decides; ``huma``, ``visma``: primary keys of snapshots."""
    evidence = possible.evidence
    told = {"agrees": sorted(evidence.agrees), "differs": sorted(evidence.differs), "against": list(evidence.against)}
    return PossibleMatch(
        run=run,
        huma_id=huma,
        visma_id=visma,
        why=possible.why,
        group=" ".join(f"{kind}:{','.join(codes)}" for kind, codes in told.items()),
        at_once=possible.at_once,
        place=place,
        **told,
    )


def _group(rows: QuerySet[EmployeeSnapshot], alike: Mapping[tuple[str, str], list[int]]) -> None:
    """Store the headings of Create, and why somebody can't be created: all headings in one statement."""
    left = [(pk, *why) for why, found in alike.items() for pk in found]
    for some in batches(left, IDS):
        now: dict[tuple[str, str], list[int]] = defaultdict(list)
        for pk, group, blocked in some:
            now[group, blocked].append(pk)
        rows.filter(pk__in=[pk for pk, _group, _blocked in some]).update(
            create_group=Case(*(When(pk__in=found, then=Value(group)) for (group, _blocked), found in now.items())),
            create_blocked=Case(*(When(pk__in=found, then=Value(why)) for (_group, why), found in now.items())),
            link=None,
        )
