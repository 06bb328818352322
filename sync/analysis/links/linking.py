"""Updates the links after a read: new ones, people who are gone or back, and what was settled for each of them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from connections.models import Connection
from sync.analysis.analyse import Analysis
from sync.analysis.comparing import known_positions
from sync.analysis.written_meanwhile import written_meanwhile
from sync.core.batches import BATCH, batches
from sync.core.deciding.compare import Comparison, as_of_today
from sync.core.matching.evidence import Weighing
from sync.core.matching.relook import asks, known_at_first, seen_of, still_known, without_instead
from sync.core.records.employee import Employee, Side
from sync.core.records.positions import next_change
from sync.core.records.same_employment import starts_anew
from sync.models import EmployeeLink, SyncRun
from sync.models.groups import MANUAL
from sync.models.links import called
from sync.reading.presence import store_presence

LINK_FIELDS = ["baseline", "seen", "written", "huma_position", "visma_position", "remade", "name", "number", "words"]
LINK_FIELDS += ["changes_on", "known", "doubt", "doubt_at"]


def kept_name(huma: str, visma: str = "") -> str:
    """The name that a link keeps of two people: Huma's, else Visma's; cut to what its column holds."""
    return (huma or visma)[: EmployeeLink._meta.get_field("name").max_length]


def kept_number(visma: str, huma: str = "") -> str:
    """The Employment ID that a link keeps: Visma's, else Huma's; cut to what its column holds."""
    return (visma or huma)[: EmployeeLink._meta.get_field("number").max_length]


def store_links(run: SyncRun, analysis: Analysis, today: date) -> dict[tuple[str, str], int]:
    """Store the links and what was settled; returns the primary keys of all links by their ids (Huma's, Visma's)."""
    _store_presence(run.connection, analysis)
    rows = EmployeeLink.objects.filter(connection=run.connection).same_person()
    known = {(huma, visma): pk for pk, huma, visma in rows.values_list("pk", "huma_id", "visma_id")}
    newer = written_meanwhile(run)
    for keys in batches(sorted(known[pair] for pair in analysis.pairs if pair in known and known[pair] not in newer)):
        held = rows.select_for_update().filter(pk__in=keys).order_by("pk")  # another run may be writing baselines
        changed = [link for link in held if _settle(run, link, analysis, today)]
        EmployeeLink.objects.bulk_update(changed, LINK_FIELDS, batch_size=BATCH)
    for some in batches(analysis.new_links):
        links = [
            EmployeeLink(
                connection=run.connection,
                huma_id=new.huma,
                visma_id=new.visma,
                linked_by=new.by,
                known=without_instead(analysis.against[new.huma, new.visma]),
            )
            for new in some
        ]
        for link in links:
            _settle(run, link, analysis, today)
        known |= {(link.huma_id, link.visma_id): link.pk for link in EmployeeLink.objects.bulk_create(links)}
    return known


def _store_presence(connection: Connection, analysis: Analysis) -> None:
    store_presence(analysis.presence)
    gone = EmployeeLink.objects.filter(connection=connection).exclude(gone_from="")
    held = {one for pair in gone.values_list("huma_id", "visma_id") for one in pair}
    for linked in analysis.new_links:
        if linked.huma in held or linked.visma in held:
            retire_gone(connection, Side.HUMA, [linked.huma])
            retire_gone(connection, Side.VISMA, [linked.visma])


def retire_gone(connection: Connection, side: str, ids: Collection[str]) -> None:
    """Retire the links of people whose other half is gone, and who are linked anew or created again."""
    old = EmployeeLink.objects.filter(connection=connection, **{f"{side}_id__in": ids})
    old.exclude(gone_from="").update(state=EmployeeLink.State.DIFFERENT, gone_from="")


def _settle(run: SyncRun, link: EmployeeLink, analysis: Analysis, today: date) -> bool:
    """Update a link in memory; True if that changed it."""
    comparison = analysis.pairs.get((link.huma_id, link.visma_id))
    if comparison is None:  # one of the two is left out
        return False
    before = [_copy(getattr(link, name)) for name in LINK_FIELDS]
    huma, visma = analysis.huma[link.huma_id], analysis.visma[link.visma_id]
    shown = run.trigger in MANUAL
    settle_link(link, comparison, huma, visma, today, shown, run.connection.automatic)
    doubt(link, analysis.against[link.huma_id, link.visma_id], complete=True)
    return before != [getattr(link, name) for name in LINK_FIELDS]


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


def settle_link(
    link: EmployeeLink, comparison: Comparison, huma: Employee, visma: Employee, today: date, shown: bool, rolls: bool
) -> None:
    """Update the link by a comparison: agreed fields, the paired positions, name and number, what was seen.

    ``rolls``: whether the daily look at positions runs; then a day that has come is left for that look.
    """
    for name in starts_anew(comparison.positions, known_positions(link)):
        link.baseline.pop(name, None)
        link.seen.pop(name, None)
    if comparison.positions:
        link.huma_position, link.visma_position = comparison.positions
    link.remade = comparison.remade
    for name, former in comparison.former.items():
        for stored in (link.baseline, link.seen):
            if name in stored:
                stored[name] = list(as_of_today(tuple(stored[name]), former, comparison.prints[name]))
    for name, prints in comparison.agreed.items():
        link.baseline[name] = list(prints)
        link.seen.pop(name, None)
    link.written = {
        name: side for name, side in link.written.items() if name in comparison.respelt or name not in comparison.prints
    }
    if shown:
        for difference in comparison.differences:
            if difference.field not in link.baseline:
                link.seen[difference.field] = list(difference.prints)
    for column, text in called(kept_name(huma.name, visma.name), kept_number(visma.number, huma.number)).items():
        setattr(link, column, text)
    if not (rolls and link.changes_on and link.changes_on <= today):
        link.changes_on = nearest_change(huma, visma, today)


def doubt(link: EmployeeLink, now: Sequence[str], *, complete: bool) -> None:
    """Update on the link what a person is asked about it. ``now``: what speaks against the link by this read.

    ``complete``: whether everybody was read. Only then is it stored what was known when an older link was made. Until
    then, differing names of such a link don't ask; a rehire asks, because it is new since the last complete read.
    """
    known = link.known
    if known is not None:
        link.known = known = still_known(known, now, complete)
    else:
        known = [code for code in known_at_first(now) if code != link.doubt] if complete else ["names"]
    asked = asks(now, known, link.doubt)
    if complete:
        link.known = known
    if asked != link.doubt:
        link.doubt, link.doubt_at = asked, timezone.now() if asked else None


def against_alone(huma: Employee, visma: Employee, instead: str = "") -> list[str]:
    """What speaks against two people being one, judged by these two only; ``instead`` may be meant in Visma."""
    return seen_of(Weighing([huma], [visma]).weigh(huma.id, visma.id), instead)


def nearest_change(huma: Employee, visma: Employee, today: date) -> date | None:
    """The next day on which the selected position of either side may change or end."""
    days = [next_change(person.positions, today.isoformat()) for person in (huma, visma)]
    nearest = min((day for day in days if day), default=None)
    return date.fromisoformat(nearest) if nearest else None
