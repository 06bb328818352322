"""Makes notices from what was read, for a person to know: somebody is new, deleted, deactivated or gone.

None of these deletes or ends anybody in payroll. A run over single people makes the same notices as a whole run.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q, QuerySet

from sync.analysis.analyse import Analysis
from sync.analysis.carried_decisions import last_finished
from sync.analysis.links.linking import kept_name, kept_number
from sync.analysis.notices import Kind, gone_key, renew
from sync.core.codes import CreateGroup
from sync.core.deciding.create import heading
from sync.core.records.employee import Employee, Side
from sync.core.records.worth_knowing import is_deactivated_but_employed
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, Notice, SyncRun

TO_ADD = (CreateGroup.MAIN, CreateGroup.NO_POSITION)
"""The headings of the Create page under which a new person in Huma is news for payroll."""


def tell_of(
    run: SyncRun,
    links: Mapping[str, EmployeeLink],
    humas: Mapping[str, Employee],
    vismas: Mapping[str, Employee],
    gone: Mapping[str, str],
    passed: Collection[str],
) -> None:
    """Make the notices of a run over single people, after their links are stored. ``links`` and ``gone`` (from which
    side) are by Huma id; the side is "" for people who aren't gone. Nothing is known of the ``passed`` (Huma ids)."""
    said = []
    links = {huma_id: link for huma_id, link in links.items() if huma_id not in passed}
    for huma_id, link in links.items():
        huma, visma = humas.get(huma_id), vismas.get(link.visma_id)
        if side := gone.get(huma_id):
            said.append(_gone(run, link, side))
        elif huma and visma and is_deactivated_but_employed(huma, visma):
            said.append(_notice(run, Kind.DEACTIVATED, str(link.pk), link.name, link.number, link.pk))
    unknown = _unknown(run, humas.values())
    theirs = Q(link__in=[link.pk for link in links.values()])
    told_of = [huma_id for huma_id in run.people if huma_id not in passed]
    about = Notice.objects.filter(theirs | Q(kind=Kind.NEW_PERSON, key__in=told_of), connection=run.connection_id)
    _renew(about, said, unknown, _not_shown_yet(run, unknown))


def tell_of_all(run: SyncRun, analysis: Analysis, links: Mapping[tuple[str, str], int]) -> None:
    """Make the notices of a whole run, after its links are stored. ``links``: their primary keys by the pair's ids."""
    said = []
    for pair in analysis.pairs:
        huma, visma = analysis.huma[pair[0]], analysis.visma[pair[1]]
        if is_deactivated_but_employed(huma, visma):
            name, number = kept_name(huma.name, visma.name), kept_number(visma.number, huma.number)
            said.append(_notice(run, Kind.DEACTIVATED, str(links[pair]), name, number, links[pair]))
    if analysis.gone:
        lost = EmployeeLink.objects.filter(pk__in=analysis.gone)
        said += [_gone(run, link, analysis.gone[link.pk]) for link in lost.only("name", "number")]
    unknown = [
        analysis.huma[id_]
        for (side, id_), under in analysis.headings.items()
        if side == Side.HUMA and under in TO_ADD and analysis.refusals.get((side, id_)) != "create_left_out"
    ]
    # Before the first finished run nobody counts as new: the Create page shows everybody.
    last = last_finished(run) if unknown else None
    shown_once = last is not None and last.values_blanked_at is None
    new = _not_shown_yet(run, unknown, last) if shown_once else []
    _renew(_of_those_who_were_read(run, analysis), said, unknown, new)


def _of_those_who_were_read(run: SyncRun, analysis: Analysis) -> QuerySet[Notice]:
    """The connection's notices, without those about people who couldn't be read."""
    rows = Notice.objects.filter(connection=run.connection_id)
    ids = {side: [one.id for one in analysis.unread.found if one.side == side] for side in Side}
    if not any(ids.values()):
        return rows
    unread = Q(link__huma_id__in=ids[Side.HUMA]) | Q(link__visma_id__in=ids[Side.VISMA])
    unread |= Q(kind=Kind.NEW_PERSON, key__in=ids[Side.HUMA])
    return rows.exclude(pk__in=rows.filter(unread).values("pk"))


def _renew(about: QuerySet[Notice], said: list[Notice], unknown: list[Employee], new: list[Notice]) -> None:
    true = {(notice.kind, notice.key) for notice in said}
    true |= {(Kind.NEW_PERSON, person.id) for person in unknown}
    renew(about, [*said, *new], true)


def _unknown(run: SyncRun, people: Iterable[Employee]) -> list[Employee]:
    """People who could be added to payroll: not linked and not left out."""
    some = [person for person in people if heading(person) in TO_ADD]
    ids = [person.id for person in some]
    links = EmployeeLink.objects.filter(connection=run.connection_id, huma_id__in=ids)
    known = set(links.same_person().values_list("huma_id", flat=True))
    out = LeftOut.objects.filter(connection=run.connection_id, side=Side.HUMA, vendor_id__in=ids)
    known |= set(out.values_list("vendor_id", flat=True))
    return [person for person in some if person.id not in known]


def _not_shown_yet(run: SyncRun, unknown: Collection[Employee], last: SyncRun | None = None) -> list[Notice]:
    """Notices about people who could be added, and whom the last finished run hadn't shown."""
    shown: set[str] = set()
    if unknown and (last := last or last_finished(run)):
        ids = [person.id for person in unknown]
        rows = EmployeeSnapshot.objects.filter(run=last, side=Side.HUMA, vendor_id__in=ids)
        shown = set(rows.values_list("vendor_id", flat=True))
    new = [person for person in unknown if person.id not in shown]
    return [_notice(run, Kind.NEW_PERSON, person.id, person.name, person.number) for person in new]


def _gone(run: SyncRun, link: EmployeeLink, side: str) -> Notice:
    kind = Kind.DELETED if side == Side.HUMA else Kind.GONE
    return _notice(run, kind, gone_key(link.pk, side), link.name, link.number, link.pk)


def _notice(run: SyncRun, kind: str, key: str, name: str, number: str, link: int | None = None) -> Notice:
    return Notice(
        connection_id=run.connection_id,
        kind=kind,
        key=key,
        link_id=link,
        name=name[:255],
        number=number[:64],
        params={},
    )
