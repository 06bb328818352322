"""Compares single pairs within a run: pairs that a person has just linked, and people whom a run reads singly."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from sync.analysis.comparing import Comparing
from sync.analysis.links import numbers
from sync.analysis.links.candidates import recheck
from sync.analysis.links.linking import LINK_FIELDS, against_alone, doubt, settle_link
from sync.analysis.persist import conflict_row
from sync.core.deciding.create import SHARED, keys
from sync.core.matching.relook import other_employee
from sync.core.records.employee import Employee, Period, Side, from_json
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun


def compare_pair(run: SyncRun, link: EmployeeLink) -> int:
    """Compare the two as the run read them; returns the number of differences. People who are left out aren't compared.

    Removes both from the lists to create, and others' possible matches with them.
    """
    rows = EmployeeSnapshot.objects.filter(run=run)
    huma_row = rows.filter(side=Side.HUMA, vendor_id=link.huma_id).first()
    visma_row = rows.filter(side=Side.VISMA, vendor_id=link.visma_id).first()
    if not (huma_row and visma_row and huma_row.payload and visma_row.payload):
        return 0
    huma, visma = from_json(huma_row.payload), from_json(visma_row.payload)
    with transaction.atomic():
        found = 0 if is_left_out(link) else _compare(run, link, huma, visma)
        rows.filter(pk__in=(huma_row.pk, visma_row.pk)).update(
            link=link, create_group="", create_blocked="", create_chosen=False, create_chosen_by=""
        )
        refresh_candidates(run, {*keys(huma), *keys(visma)})
    return found


def _compare(run: SyncRun, link: EmployeeLink, huma: Employee, visma: Employee) -> int:
    return compare_in_run(run, link, huma, visma, numbers.as_read(run), shown=True, wanted=numbers.wanted(run))


def compare_in_run(
    run: SyncRun,
    link: EmployeeLink,
    huma: Employee,
    visma: Employee,
    taken: Mapping[str, str],
    shown: bool,
    instead: str = "",
    wanted: Mapping[str, tuple[str, str]] | None = None,
) -> int:
    """Compare the two and store the differences with the run; returns their number.

    ``taken``, ``wanted``: the Employment IDs of others, as ``Pair`` has them. ``shown``: whether a person sees the
    differences. ``instead``: the employee in Visma who may be meant instead of an ended one.
    """
    today, left_out = timezone.localdate(), LeftOut.objects.filter(link=link).in_memory()
    comparison = Comparing(run.connection, today, left_out, taken, wanted or {}).compare(huma, visma, link)
    settle_link(link, comparison, huma, visma, today, shown, run.connection.automatic)
    doubt(link, against_alone(huma, visma, instead or _still_instead(link, visma)), complete=False)
    link.save(update_fields=LINK_FIELDS)
    Conflict.objects.bulk_create([conflict_row(run, link.pk, difference) for difference in comparison.differences])
    return len(comparison.differences)


def _still_instead(link: EmployeeLink, visma: Employee) -> str:
    """The other employee whom the link already asks about: a look at two people can't say that this is over."""
    return other_employee(link.doubt) if visma.standing is Period.FORMER else ""


def is_left_out(link: EmployeeLink) -> bool:
    """Whether either half of a linked pair is left out as a person."""
    rows = LeftOut.objects.filter(connection=link.connection_id)
    return rows.of_pair(link.huma_id, link.visma_id).exists()


def refresh_candidates(run: SyncRun, freed: Collection[str] = ()) -> None:
    """Decide again who can't be created: people in open possible matches, and people who share one of the ``freed``
    keys with somebody who was just linked."""
    open_matches = PossibleMatch.objects.open_in(run).values_list("huma_id", "visma_id")
    waiting = {pk for pair in open_matches for pk in pair}
    rows = EmployeeSnapshot.objects.filter(run=run, link=None).exclude(create_group="")
    recheck(run, rows.filter(create_blocked="create_open_match").exclude(pk__in=waiting))
    shared = (row for row in rows.filter(create_blocked__in=SHARED) if row.payload)
    recheck(run, [row for row in shared if not {*keys(from_json(row.payload or {}))}.isdisjoint(freed)])
    rows.filter(pk__in=waiting, create_blocked="").update(
        create_blocked="create_open_match", create_chosen=False, create_chosen_by=""
    )
