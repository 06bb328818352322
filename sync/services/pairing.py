"""Comparing a pair that a person has just linked, or takes back, within an open run."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from sync.core.compare import Comparison, compare
from sync.core.employee import Employee, from_json
from sync.core.fields import Pair
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from sync.services.creation import recheck
from sync.services.linking import LINK_FIELDS, settle_link
from sync.services.reading import enabled_fields, fingerprinter
from sync.services.store import conflict_row


def compare_pair(run: SyncRun, link: EmployeeLink) -> int:
    """Compare the two as the run read them; gives the number of their differences. Who is left out isn't compared.

    Takes both off the create lists, and frees others from possible matches with them.
    """
    rows = EmployeeSnapshot.objects.filter(run=run)
    huma_row = rows.filter(side="huma", vendor_id=link.huma_id).first()
    visma_row = rows.filter(side="visma", vendor_id=link.visma_id).first()
    if not (huma_row and visma_row and huma_row.payload and visma_row.payload):
        return 0
    huma, visma = from_json(huma_row.payload), from_json(visma_row.payload)
    with transaction.atomic():
        found = 0 if is_left_out(link) else _compare(run, link, huma, visma)
        rows.filter(pk__in=(huma_row.pk, visma_row.pk)).update(
            link=link, create_group="", create_blocked="", create_chosen=False, create_chosen_by=""
        )
        refresh_candidates(run)
    return found


def _compare(run: SyncRun, link: EmployeeLink, huma: Employee, visma: Employee) -> int:
    return compare_in_run(run, link, huma, visma, _numbers(run), shown=True)


def compare_in_run(
    run: SyncRun, link: EmployeeLink, huma: Employee, visma: Employee, numbers: Mapping[str, str], shown: bool
) -> int:
    """Compare the two and store the differences with the run; gives their number.

    ``numbers``: who has which Employment ID in Visma. ``shown``: whether a person sees them.
    """
    today = timezone.localdate()
    default = run.connection.default_end_reason
    pair = Pair(huma, visma, today, default_end_reason=default, numbers=numbers, remade=link.remade)
    comparison = _comparison(run, link, pair)
    settle_link(link, comparison, huma, visma, today, shown, run.connection.automatic)
    link.save(update_fields=LINK_FIELDS)
    Conflict.objects.bulk_create([conflict_row(run, link.pk, difference) for difference in comparison.differences])
    return len(comparison.differences)


def _comparison(run: SyncRun, link: EmployeeLink, pair: Pair) -> Comparison:
    positions = (link.huma_position, link.visma_position) if link.huma_position else None
    fields_out = set(LeftOut.objects.filter(link=link).exclude(field="").values_list("field", flat=True))
    fields = enabled_fields(run.connection)
    return compare(pair, fingerprinter(run.connection), link.baseline, positions, fields_out, fields)


def _numbers(run: SyncRun) -> dict[str, str]:
    rows = EmployeeSnapshot.objects.filter(run=run, side="visma").exclude(number="")
    return dict(rows.values_list("number", "vendor_id"))


def is_left_out(link: EmployeeLink) -> bool:
    """Whether either half of a linked pair is left out as a person."""
    rows = LeftOut.objects.filter(connection=link.connection_id)
    return (
        rows.filter(side="huma", vendor_id=link.huma_id).exists()
        or rows.filter(side="visma", vendor_id=link.visma_id).exists()
    )


def refresh_candidates(run: SyncRun) -> None:
    """Say anew who can't be created because of an open possible match."""
    open_matches = PossibleMatch.objects.filter(run=run, decision="", huma__link=None, visma__link=None).values_list(
        "huma_id", "visma_id"
    )
    waiting = {pk for pair in open_matches for pk in pair}
    rows = EmployeeSnapshot.objects.filter(run=run, link=None).exclude(create_group="")
    recheck(run, rows.filter(create_blocked="create_open_match").exclude(pk__in=waiting))
    rows.filter(pk__in=waiting, create_blocked="").update(
        create_blocked="create_open_match", create_chosen=False, create_chosen_by=""
    )
