"""The lists of the Create page: who could be added to a side, under which heading, with what, or why they can't."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise

from connections.models import Connection
from sync.analysis.links import candidates
from sync.analysis.pilot_scope import alone_inside
from sync.core.records.employee import Side
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, SyncRun
from sync.pages.paging import Part, Place, by_pk, part
from sync.planning.new_people import Omitted, what_comes_along
from sync.wizard import creation as service
from sync.wording.create_groups import BLOCKED, FOLDED, MAIN, NEVER, NOTES, OUTSIDE, TITLES
from sync.wording.people import Badge, badges_of, blocked_sentence

PER_PAGE = 50
BY_NAME = ("name", "pk")


@dataclass(frozen=True)
class Candidate:
    """One person of a list. ``blocked``: why they can't be added, "" if they can. ``gets``: labels of the fields."""

    pk: int
    side: str
    vendor_id: str
    name: str
    number: str
    badges: list[Badge]
    chosen: bool
    chosen_by: str
    blocked: str
    gets: list[str]
    omitted: list[Omitted]
    waits_for_match: bool = False
    returned_since: datetime | None = None
    left_out: LeftOut | None = None


@dataclass(frozen=True)
class Section:
    """One heading with a page of its people."""

    code: str
    title: Promise
    note: Promise | str
    count: int
    chosen: int
    people: list[Candidate]
    page: Part[EmployeeSnapshot]
    is_open: bool
    query: str

    @property
    def folded(self) -> bool:
        """Whether the section is folded until somebody opens it."""
        return self.code not in (MAIN, BLOCKED)

    @property
    def offered(self) -> bool:
        """Whether the section's people can be ticked."""
        return self.code not in (BLOCKED, NEVER, OUTSIDE)


@dataclass(frozen=True)
class CreatePage:
    """Who could be added to ``target``. ``unnumbered``: how many of them have no Employment ID in Huma."""

    target: str
    sections: list[Section] = field(default_factory=list)
    chosen: int = 0
    possible: int = 0
    main_possible: int = 0
    main_chosen: int = 0
    unnumbered: int = 0
    assigns_numbers: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nobody could be added to the side."""
        return not self.sections


def page(run: SyncRun, target: str, opened: str = "", place: Place | int | str = 1) -> CreatePage:
    """The lists for ``target``; the section ``opened`` is unfolded and begins at ``place``."""
    rows = candidates.offered(run, target).order_by("name", "pk")
    settled = rows.exclude(create_blocked=service.LEFT_OUT)
    inside, others = alone_inside(run.connection), settled.none()
    if run.connection.pilot:
        settled, others = settled.filter(inside), settled.exclude(inside)
    lists: dict[str, QuerySet[EmployeeSnapshot]] = {
        MAIN: settled.filter(create_group=MAIN, create_blocked=""),
        BLOCKED: settled.filter(create_group=MAIN).exclude(create_blocked=""),
        **{code: settled.filter(create_group=code) for code in FOLDED},
        OUTSIDE: others,
        NEVER: rows.filter(create_blocked=service.LEFT_OUT),
    }
    sections = [_section(run, target, code, people, opened, place) for code, people in lists.items()]
    possible = candidates.possible(run, target)
    main = possible.filter(create_group=MAIN)
    return CreatePage(
        target=target,
        sections=[section for section in sections if section.count],
        chosen=possible.filter(create_chosen=True).count(),
        possible=possible.count(),
        main_possible=main.count(),
        main_chosen=main.filter(create_chosen=True).count(),
        unnumbered=candidates.unnumbered(run).filter(inside).exclude(create_blocked=service.LEFT_OUT).count()
        if target == Side.VISMA
        else 0,
        assigns_numbers=run.assigns_numbers,
    )


def _section(
    run: SyncRun, target: str, code: str, rows: QuerySet[EmployeeSnapshot], opened: str, place: Place | int | str
) -> Section:
    order = by_pk(EmployeeSnapshot.objects.filter(run=run), BY_NAME)
    shown = part(rows, order, place if code == opened else 1, PER_PAGE)
    people = shown.object_list
    return Section(
        code=code,
        title=TITLES[code],
        note=NOTES.get(code, ""),
        count=shown.total,
        chosen=rows.filter(create_chosen=True).count(),
        people=describe(run, people),
        page=shown,
        is_open=code == opened,
        query=f"to={target}&group={code}&",
    )


def describe(run: SyncRun, people: Iterable[EmployeeSnapshot]) -> list[Candidate]:
    """People as the page shows them: which fields a new person gets and which are left out, never a value."""
    people = list(people)
    if not people:
        return []
    side, ids = people[0].side, [person.vendor_id for person in people]
    out = LeftOut.objects.filter(connection=run.connection_id, side=side, vendor_id__in=ids)
    left_out = {row.vendor_id: row for row in out}
    key = f"{side}_id"
    gone = EmployeeLink.objects.filter(
        connection=run.connection_id, state=EmployeeLink.State.GONE, **{f"{key}__in": ids}
    )
    since = {getattr(link, key): link.linked_at for link in gone}
    return [
        _candidate(person, run.connection, left_out.get(person.vendor_id), since.get(person.vendor_id))
        for person in people
    ]


def _candidate(
    person: EmployeeSnapshot, connection: Connection, left_out: LeftOut | None, since: datetime | None
) -> Candidate:
    gets, omitted = what_comes_along(person, connection)
    return Candidate(
        pk=person.pk,
        side=person.side,
        vendor_id=person.vendor_id,
        name=person.name,
        number=person.number,
        badges=badges_of(person),
        chosen=person.create_chosen,
        chosen_by=person.create_chosen_by,
        blocked=blocked_sentence(person),
        gets=gets,
        omitted=omitted,
        waits_for_match=person.create_blocked == "create_open_match",
        returned_since=since,
        left_out=left_out,
    )
