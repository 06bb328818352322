"""What each row of a pairs file comes to, by what a run read: linked, to be asked about, or refused. Stores nothing.

A pair counts as an equal number, without the rule of the series. Source: design, Who is who.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sync.analysis.analyse import held_by_links
from sync.analysis.persist import load
from sync.analysis.unread import Unread
from sync.core.fields import field
from sync.core.fields.number import same_number, who_has
from sync.core.garbage_collection import no_garbage_collection
from sync.core.matching.evidence import Evidence
from sync.core.matching.match import Couple, match_pairs, weighing_of
from sync.core.matching.people_index import index
from sync.core.pairs_file import NoPairs, PairRow, PairsFile
from sync.core.reasons import Reason
from sync.core.records.employee import Canonical, Employee, Side
from sync.models import EmployeeLink, LeftOut, SyncRun
from sync.reading.lists.programs import is_programs
from sync.reading.snapshots import load_skipped
from sync.wording.sentences import side_name

UNKNOWN = ("row_no_email", "row_no_id", "row_no_number")
"""Why a row is refused that names somebody whom no system knows."""


class Outcome(StrEnum):
    """What a row comes to."""

    LINK = "link"
    ASK = "ask"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass(frozen=True)
class Judged:
    """One row, whom it names as far as they were found, and what it comes to.

    ``reason``: why it is refused or only asked about. ``evidence``: what agrees and what speaks against it, for pairs
    that are linked or asked about.
    """

    row: PairRow
    outcome: Outcome
    reason: Reason | None = None
    huma: Employee | None = None
    visma: Employee | None = None
    evidence: Evidence | None = None

    @property
    def couple(self) -> Couple:
        """The ids of both, "" for whom it doesn't name."""
        return (self.huma.id if self.huma else "", self.visma.id if self.visma else "")


@no_garbage_collection()
def judge(run: SyncRun, file: PairsFile) -> list[Judged]:
    """What each row comes to, in the file's order. ``run`` has read both sides, and its values are still there.

    Raises ``NoPairs`` if the file names somebody by a field that is switched off.
    """
    _check_fields(run, file)
    people = _People(run)
    return list(people.decide(_without_doubles([people.find(row) for row in file.rows])))


def doubt(judged: Iterable[Judged]) -> Reason | None:
    """Why the whole file may be a wrong one: no row names two people, and most name somebody whom nobody knows."""
    rows = list(judged)
    unknown = sum(one.reason is not None and one.reason.code in UNKNOWN for one in rows)
    is_nobodys = not any(one.huma and one.visma for one in rows) and 2 * unknown > len(rows)
    return Reason("pairs_nobody") if is_nobodys else None


def _check_fields(run: SyncRun, file: PairsFile) -> None:
    off = run.connection.fields_off
    if "employment_id" in off:
        raise NoPairs("pairs_field_off", column="visma_number")
    if "email" in off and any(not row.huma_id for row in file.rows):
        raise NoPairs("pairs_field_off", column="huma_email")


def _refused(judged: Judged, code: str, **params: str | int) -> Judged:
    return replace(judged, outcome=Outcome.REFUSED, reason=Reason(code, params))


def _without_doubles(found: list[Judged]) -> list[Judged]:
    """Refuse a row that repeats one above it, and all rows that contradict each other."""
    named = [one for one in found if one.outcome is not Outcome.REFUSED]
    humas, vismas = (index((one.couple[side], one) for one in named) for side in (0, 1))
    first: dict[Couple, int] = {}
    result = []
    for one in found:
        if one.outcome is not Outcome.REFUSED:
            others = [*humas[one.couple[0]], *vismas[one.couple[1]]]
            other = next((it for it in others if it.couple != one.couple), None)
            if other is not None:
                one = _refused(one, "row_contradicts", row=other.row.row)
            elif one.couple in first:
                one = _refused(one, "row_twice", row=first[one.couple])
            else:
                first[one.couple] = one.row.row
        result.append(one)
    return result


class _People:
    """Everybody whom a run read, and what is known of them."""

    def __init__(self, run: SyncRun) -> None:
        self.run = run
        links = list(EmployeeLink.objects.filter(connection=run.connection_id).defer("baseline", "seen", "written"))
        self.links = [link for link in links if link.state != EmployeeLink.State.DIFFERENT]
        self.links_of = {side: defaultdict[str, list[EmployeeLink]](list) for side in Side}
        for link in self.links:
            self.links_of[Side.HUMA][link.huma_id].append(link)
            self.links_of[Side.VISMA][link.visma_id].append(link)
        self.different = {(one.huma_id, one.visma_id) for one in links if one.state == EmployeeLink.State.DIFFERENT}
        self.left_out = LeftOut.objects.filter(connection=run.connection_id).in_memory()
        humas, vismas = ({one.id: one for one in load(run, side)} for side in (Side.HUMA, Side.VISMA))
        read: dict[str, dict[str, Employee]] = {Side.HUMA: humas, Side.VISMA: vismas}
        self.unread = Unread.of(load_skipped(run), self.links, self.left_out, read, run.progress.get("asked", {}))
        self.humas = self.unread.without(Side.HUMA, humas.values())
        self.vismas = self.unread.without(Side.VISMA, vismas.values())
        self.emails = _by_email(self.humas.values())
        self.numbers = who_has((one.number, one.id) for one in self.vismas.values())
        self.unpadded = {number.lstrip("0") for number in self.numbers if number.startswith("0")}

    # Whom a row names --------------------------------------------------------------------------------------------

    def find(self, row: PairRow) -> Judged:
        """Find the two whom a row names; refused if one of them can't be found."""
        judged = Judged(row, Outcome.LINK)
        if row.formula:
            return _refused(judged, "row_formula")
        huma, visma = self._in_huma(row), self._in_visma(row.number)
        if isinstance(huma, Employee):
            judged = replace(judged, huma=huma)
        if isinstance(visma, Employee):
            judged = replace(judged, visma=visma)
        reason = next((one for one in (huma, visma) if isinstance(one, Reason)), None)
        return judged if reason is None else replace(judged, outcome=Outcome.REFUSED, reason=reason)

    def _in_huma(self, row: PairRow) -> Employee | Reason:
        email = field("email").canonical(Side.HUMA, row.email)
        having = self.emails.get(email, []) if email else []
        if row.huma_id:
            one = self.humas.get(row.huma_id)
            if one is None:
                return self._absent(Side.HUMA, row.huma_id) or Reason("row_no_id")
            if having and one not in having:
                return Reason("row_email_and_id")
        elif len(having) > 1:
            return Reason("row_several_emails")
        elif having:
            one = having[0]
        else:
            return self._without_email(email)
        return one if one.is_person else Reason("row_program")

    def _without_email(self, email: Canonical) -> Reason:
        """Why nobody with this canonical address was read."""
        if email in _by_email(self.unread.known(Side.HUMA)):
            return _unread(Side.HUMA)
        return Reason("row_program" if email and is_programs(self.run, email) else "row_no_email")

    def _in_visma(self, text: str) -> Employee | Reason:
        number = same_number(text)
        having = self.numbers.get(number, [])
        if len(having) > 1:
            return Reason("row_several_numbers")
        if having:
            return self.vismas[having[0]]
        if any(same_number(one.number) == number for one in self.unread.known(Side.VISMA)):
            return _unread(Side.VISMA)
        gone = [link for link in self.links if link.gone_from == Side.VISMA and same_number(link.number) == number]
        if gone:
            return Reason("row_gone", {"system": side_name(Side.VISMA)})
        return Reason("row_lost_zeros" if number in self.unpadded else "row_no_number")

    def _absent(self, side: Side, id_: str) -> Reason | None:
        """Why somebody with this id wasn't read, if that is known."""
        if any(one.side is side and one.id == id_ for one in self.unread.found):
            return _unread(side)
        for link in self.links:
            if link.huma_id == id_ and link.state == EmployeeLink.State.OUTSIDE:
                return Reason("row_outside")
            if link.huma_id == id_ and link.gone_from == side:
                return Reason("row_gone", {"system": side_name(side)})
        return None

    # What follows from it ----------------------------------------------------------------------------------------

    def decide(self, found: list[Judged]) -> Iterator[Judged]:
        """What each row comes to by links, by who is left out, and by the evidence."""
        found = [one if one.outcome is Outcome.REFUSED else self._known(one) for one in found]
        wanted = [one.couple for one in found if one.outcome is Outcome.LINK]
        weighing = weighing_of(
            [*self.humas.values(), *self.unread.known(Side.HUMA)],
            [*self.vismas.values(), *self.unread.known(Side.VISMA)],
        )
        held = held_by_links(self.links, {}, self.humas, self.vismas)
        held |= self.unread.held(self.humas.values(), self.vismas.values())
        existing = [couple for link in self.links if self._are_read(couple := (link.huma_id, link.visma_id))]
        matching = match_pairs(wanted, weighing, existing, self.different, held)
        linked = {(one.huma, one.visma) for one in matching.linked}
        asked = {(one.huma, one.visma): one.why for one in matching.possible}
        for one in found:
            if one.outcome is not Outcome.LINK:
                yield one
            elif one.couple in linked:
                yield replace(one, evidence=weighing.weigh(*one.couple))
            elif one.couple in asked:
                why = Reason(asked[one.couple])
                yield replace(one, outcome=Outcome.ASK, reason=why, evidence=weighing.weigh(*one.couple))
            else:
                yield _refused(one, "row_like_unread")

    def _are_read(self, couple: Couple) -> bool:
        return couple[0] in self.humas and couple[1] in self.vismas

    def _known(self, one: Judged) -> Judged:
        """A row whose people are linked, called different or left out already; any other row as it is."""
        if self.left_out.has_half_of(*one.couple):
            return _refused(one, "row_left_out")
        if one.couple in self.different:
            return _refused(one, "row_different")
        for link in (*self.links_of[Side.HUMA][one.couple[0]], *self.links_of[Side.VISMA][one.couple[1]]):
            if (link.huma_id, link.visma_id) == one.couple:
                return replace(one, outcome=Outcome.ALREADY)
            if link.state in EmployeeLink.HOLDING:
                return _refused(one, "row_taken")
        return one


def _unread(side: Side) -> Reason:
    return Reason("row_unread", {"system": side_name(side)})


def _by_email(people: Iterable[Employee]) -> dict[object, list[Employee]]:
    return index((email, one) for one in people if (email := one.canonical("email")))
