"""Compares both sides: who is who, where they disagree, and who could be created. Stores nothing."""

from collections import Counter
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, field
from datetime import date

from connections.models import Connection
from sync.analysis.comparing import Comparing
from sync.analysis.links.numbers import of_people
from sync.analysis.unread import Unread, each_alone
from sync.core.deciding.compare import Comparison
from sync.core.deciding.create import heading, keys, refused, shared_keys
from sync.core.fields.number import same_number
from sync.core.garbage_collection import no_garbage_collection
from sync.core.matching.evidence import Weighing
from sync.core.matching.match import Linked, Matching, match, weighing_of
from sync.core.matching.people_index import PeopleIndex
from sync.core.matching.relook import better_employee, other_records, seen_of
from sync.core.reasons import Reason
from sync.core.records.employee import Employee, Period, Side
from sync.core.records.presence import Presence, Seen, too_many_gone
from sync.core.records.skipping import Skipped
from sync.models import AskedPair, EmployeeLink, LeftOut
from sync.models.links import StaysOut
from sync.reading.failures import CannotRead
from sync.reading.lists.programs import addresses_of
from sync.reading.presence import Asked, changes, id_of

SAME_COMPANY_SHARE = 1 / 3


@dataclass
class Analysis:
    """The result of one read. ``pairs`` has each linked pair with its comparison; ``presence`` has the known links
    whose state changes, by primary key; ``headings`` and ``refusals`` are by (side, id) of people who are on one side
    only. ``unread``: who is passed over; ``broken``: pairs for which our own code failed. ``against``: what speaks
    against each linked pair now; ``other_records``: employees in Visma who may be other records of linked people."""

    huma: dict[str, Employee]
    visma: dict[str, Employee]
    matching: Matching
    pairs: dict[tuple[str, str], Comparison] = field(default_factory=dict)
    new_links: list[Linked] = field(default_factory=list)
    presence: dict[int, Presence] = field(default_factory=dict)
    headings: dict[tuple[str, str], str] = field(default_factory=dict)
    refusals: dict[tuple[str, str], str] = field(default_factory=dict)
    unread: Unread = field(default_factory=Unread)
    against: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    other_records: set[str] = field(default_factory=set)
    broken: set[tuple[str, str]] = field(default_factory=set)

    @property
    def gone(self) -> dict[int, str]:
        """The side from which people are gone since the last read, by the primary keys of their links."""
        return {pk: now.gone_from for pk, now in self.presence.items() if now.gone_from}

    def state_of(self, link: EmployeeLink) -> str:
        """The state of a known link after this read."""
        return self.presence[link.pk].state if link.pk in self.presence else link.state


@no_garbage_collection()
def analyse(
    connection: Connection,
    huma: Iterable[Employee],
    visma: Iterable[Employee],
    today: date,
    passed_checks: Iterable[str] = (),
    asked: Asked | None = None,
    passed: Iterable[Skipped] = (),
    programs: Collection[str] = (),
) -> Analysis:
    """Match and compare everybody. Raises ``CannotRead`` if what was read isn't plausible.

    ``asked``: the results of asking singly for linked people who aren't in the lists; nothing is known of the others.
    ``passed``: who couldn't be read. ``programs``: the fingerprints of addresses that programs have in Huma.
    """
    links = list(EmployeeLink.objects.filter(connection=connection))
    left_out = LeftOut.objects.filter(connection=connection).in_memory()
    humas, vismas = {e.id: e for e in huma}, {e.id: e for e in visma}
    known = [link for link in links if link.state != EmployeeLink.State.DIFFERENT]
    read: dict[str, dict[str, Employee]] = {Side.HUMA: humas, Side.VISMA: vismas}
    unread = Unread.of(passed, known, left_out, read, asked or {})
    unread.check(read)
    humas, vismas = unread.without(Side.HUMA, humas.values()), unread.without(Side.VISMA, vismas.values())
    check_plausible(known, humas, vismas, set(passed_checks), asked or {}, unread)
    different = [(link.huma_id, link.visma_id) for link in links if link.state == EmployeeLink.State.DIFFERENT]
    said = list(AskedPair.objects.filter(connection=connection).order_by("pk").values_list("huma_id", "visma_id"))
    analysis = _matched(known, different, humas, vismas, changes(known, humas, vismas, asked or {}), unread, said)
    if not known and "same_company" not in passed_checks and not connection.same_company_confirmed_by:
        _check_same_company(analysis.matching, humas, vismas)
    _compare_all(analysis, connection, {(link.huma_id, link.visma_id): link for link in known}, left_out, today)
    analysis.new_links = [one for one in analysis.new_links if (one.huma, one.visma) not in analysis.broken]
    _candidates(analysis, known, left_out, addresses_of(connection, programs, vismas.values()))
    return analysis


def _matched(
    known: list[EmployeeLink],
    different: list[tuple[str, str]],
    humas: dict[str, Employee],
    vismas: dict[str, Employee],
    presence: dict[int, Presence],
    unread: Unread,
    said: list[tuple[str, str]],
) -> Analysis:
    """Find out who is who. The weighing needs as much memory as the people themselves, so it isn't kept.

    ``said``: pairs of a pairs file that nobody has answered yet."""
    weighing = weighing_of([*humas.values(), *unread.known(Side.HUMA)], [*vismas.values(), *unread.known(Side.VISMA)])
    held = held_by_links(known, presence, humas, vismas) | unread.held(humas.values(), vismas.values())
    couples = [(link.huma_id, link.visma_id) for link in known]
    existing = [couple for couple in couples if couple[0] in humas and couple[1] in vismas]
    matching = match(humas.values(), vismas.values(), existing, different, weighing, held, said)
    analysis = Analysis(humas, vismas, matching, presence=presence, unread=unread)
    analysis.new_links = [linked for linked in matching.linked if linked.by != "existing"]
    look_again(analysis, weighing, held, set(different))
    return analysis


def look_again(
    analysis: Analysis, weighing: Weighing, held: Iterable[tuple[str, str]], different: Container[tuple[str, str]]
) -> None:
    """Find what speaks against each linked pair, and who may be another record of a linked person.

    ``held``: people who may not be linked to anybody else. ``different``: pairs that were called different.
    """
    alike = PeopleIndex(weighing)
    pairs = [(one.huma, one.visma) for one in analysis.matching.linked]
    taken = {visma for _huma, visma in pairs} | {id_ for side, id_ in held if side == Side.VISMA}
    for pair in pairs:
        analysis.against[pair] = seen_of(weighing.weigh(*pair), better_employee(alike, pair, taken, different))
        analysis.other_records.update(other_records(alike, pair, taken, different))


def check_plausible(
    links: list[EmployeeLink],
    huma: dict[str, Employee],
    visma: dict[str, Employee],
    passed: set[str],
    asked: Asked,
    unread: Unread,
) -> None:
    """Stop if a side is suddenly empty or has lost too many linked people. Source: design, A run (Fetch)."""
    linked = [link for link in links if link.state == EmployeeLink.State.LINKED]
    if not huma:
        raise CannotRead(Reason("huma_empty"))
    if not visma and linked:
        raise CannotRead(Reason("visma_all_lost", {"linked": len(linked)}))
    if not visma and "visma_empty" not in passed:
        raise CannotRead(Reason("visma_empty", {"people": len(huma)}))
    for side, ids in ((Side.HUMA, huma), (Side.VISMA, visma)):
        absent = {id_of(link, side) for link in linked} - ids.keys()
        absent -= {one.id for one in unread.found if one.side == side}
        answers = Counter(asked.get(side, {}).get(id_, "") for id_ in absent)
        # Once too many are gone, nobody else is asked for; those who weren't asked for count as lost, too.
        lost = answers[Seen.GONE] + answers[""]
        if too_many_gone(answers[Seen.GONE], len(linked)) and f"{side}_lost" not in passed:
            raise CannotRead(Reason(f"{side}_lost", {"lost": lost, "linked": len(linked)}))


def _check_same_company(matching: Matching, huma: dict[str, Employee], visma: dict[str, Employee]) -> None:
    smaller = min((huma, visma), key=lambda side: sum(e.standing == Period.CURRENT for e in side.values()))
    current = {id_ for id_, employee in smaller.items() if employee.standing == Period.CURRENT}
    matched = sum((link.huma if smaller is huma else link.visma) in current for link in matching.linked)
    if current and matched < SAME_COMPANY_SHARE * len(current):
        raise CannotRead(Reason("same_company", {"matched": matched, "people": len(current)}))


def held_by_links(
    links: list[EmployeeLink], presence: dict[int, Presence], huma: dict[str, Employee], visma: dict[str, Employee]
) -> set[tuple[str, str]]:
    """(side, id) of both halves of links that can't be compared in this run, but stand: nobody else may have them."""
    held: set[tuple[str, str]] = set()
    for link in links:
        state = presence[link.pk].state if link.pk in presence else link.state
        if state in EmployeeLink.HOLDING and not (link.huma_id in huma and link.visma_id in visma):
            held |= {(Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id)}
    return held


def _compare_all(
    analysis: Analysis,
    connection: Connection,
    links: dict[tuple[str, str], EmployeeLink],
    left_out: StaysOut,
    today: date,
) -> None:
    humas = ((linked.visma, analysis.huma[linked.huma]) for linked in analysis.matching.linked)
    wanted = {visma: (same_number(huma.number), huma.name) for visma, huma in humas}
    comparing = Comparing(connection, today, left_out, _numbers(analysis), wanted)

    def compare_one(linked: Linked) -> None:
        if left_out.has_half_of(linked.huma, linked.visma):
            return
        ids = linked.huma, linked.visma
        huma, visma = analysis.huma[linked.huma], analysis.visma[linked.visma]
        analysis.pairs[ids] = comparing.compare(huma, visma, links.get(ids))

    def broken(linked: Linked, error: Exception) -> None:
        analysis.broken.add((linked.huma, linked.visma))
        analysis.unread.add(Side.HUMA, linked.huma, error)

    each_alone(analysis.matching.linked, compare_one, broken)


def _numbers(analysis: Analysis) -> dict[str, str]:
    """Who has which Employment ID in Visma, people who couldn't be read included."""
    people = (*analysis.visma.values(), *analysis.unread.known(Side.VISMA))
    return of_people(people)


def _candidates(
    analysis: Analysis, links: list[EmployeeLink], left_out: StaysOut, of_programs: Collection[str]
) -> None:
    """Find who is on one side only. People whose link says that they are gone from the other side aren't among them,
    unless a sync had added them there: those are listed apart. ``of_programs``: addresses of programs in Huma."""
    numbers, unread = _numbers(analysis), analysis.unread
    in_huma = (*analysis.huma.values(), *unread.known(Side.HUMA))
    emails = {*of_programs, *(str(e.canonical("email")) for e in in_huma if e.canonical("email"))}
    for side, people in ((Side.HUMA, analysis.huma), (Side.VISMA, analysis.visma)):
        held = {link.huma_id if side is Side.HUMA else link.visma_id: link for link in links}
        taken = {linked.huma if side is Side.HUMA else linked.visma for linked in analysis.matching.linked}
        shown = {p.huma if side is Side.HUMA else p.visma for p in analysis.matching.possible}
        out = left_out.ids(side)
        found: dict[str, Employee] = {}
        for id_, employee in people.items():
            link = held.get(id_)
            gone = link is not None and analysis.state_of(link) == EmployeeLink.State.GONE
            returned = link is not None and gone and link.linked_by == EmployeeLink.By.CREATED
            if id_ in taken or (link is not None and not returned):
                continue
            found[id_] = employee
            analysis.headings[side.value, id_] = heading(employee, returned)
        alone = [one.known for one in unread.free if one.side is side and one.known]
        shared = shared_keys([*alone, *(employee for id_, employee in found.items() if id_ not in out)])
        theirs = (analysis.visma if side is Side.HUMA else analysis.huma).values()
        across = {key for one in (*theirs, *unread.known(side.other)) for key in keys(one)} if found else set()
        maybe = unread.may_be(found.values(), side)
        for id_, employee in found.items():
            refusal = refused(
                employee,
                open_matches=shown,
                left_out=out,
                numbers=numbers,
                huma_emails=emails,
                across=across,
                shared=shared,
            )
            if not refusal and (side.value, id_) in analysis.matching.unsettled:
                refusal = "create_more_matches"
            elif not refusal and side is Side.VISMA and id_ in analysis.other_records:
                refusal = "create_second_record"
            if id_ in maybe and refusal not in ("create_left_out", "create_not_a_person"):
                refusal = "create_unread"
            analysis.refusals[side.value, id_] = refusal
