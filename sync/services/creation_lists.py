"""The lists of the Create page: who could be added to a side, under which heading, with what, and who can't and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from sync.core.create import NAMES_AND_EMAIL, creation
from sync.core.employee import from_json
from sync.core.fields import FIELDS
from sync.core.text import clean
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, SyncRun
from sync.paging import Part, Place, by_pk, part
from sync.people_words import Badge, badges_of
from sync.sentences import field_label, sentence
from sync.services import candidates
from sync.services import creation as service
from sync.services.reading import enabled_fields

PER_PAGE = 50
BY_NAME = ("name", "pk")

MAIN, BLOCKED, NEVER = "main", "blocked", "never"
FOLDED = ("former", "not_employee", "no_position", "draft", "returned")
TITLES: dict[str, Promise] = {
    MAIN: _("Current and upcoming"),
    BLOCKED: _("Can't be added yet"),
    "former": _("Former employees"),
    "not_employee": _("Not employees"),
    "no_position": _("No position"),
    "draft": _("Drafts"),
    "returned": _("Added before, removed since"),
    NEVER: _("Never added"),
}
NOTES: dict[str, Promise] = {
    BLOCKED: _("Put right what stands beside each of them, then read both sides again."),
    "former": _("Their employment has ended, or they are deactivated in Huma."),
    "not_employee": _("Their contract in Huma says consultant, freelancer or third party."),
    "no_position": _("They have no position, so that nobody can tell whether they are employed."),
    "draft": _("Payroll hasn't completed them yet."),
    "returned": _("A sync added them, and somebody removed them afterwards."),
    NEVER: _("They are left out of every run, until you take them back."),
}


@dataclass(frozen=True)
class Omitted:
    """A field that a new person doesn't get, and why."""

    label: str
    why: str


@dataclass(frozen=True)
class Candidate:
    """One person of a list. ``blocked``: why she can't be added, ""= she can. ``gets``: labels of what comes along."""

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
        """Whether it is folded away until somebody opens it."""
        return self.code not in (MAIN, BLOCKED)

    @property
    def offered(self) -> bool:
        """Whether its people can be ticked."""
        return self.code not in (BLOCKED, NEVER)


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
        """Whether nobody is missing on the side."""
        return not self.sections


def page(run: SyncRun, target: str, opened: str = "", place: Place | int | str = 1) -> CreatePage:
    """The lists for ``target``; the section ``opened`` is unfolded, at ``place``."""
    rows = candidates.offered(run, target).order_by("name", "pk")
    settled = rows.exclude(create_blocked=service.LEFT_OUT)
    lists: dict[str, QuerySet[EmployeeSnapshot]] = {
        MAIN: settled.filter(create_group=MAIN, create_blocked=""),
        BLOCKED: settled.filter(create_group=MAIN).exclude(create_blocked=""),
        **{code: settled.filter(create_group=code) for code in FOLDED},
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
        unnumbered=service.unnumbered(run).exclude(create_blocked=service.LEFT_OUT).count() if target == "visma" else 0,
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
    """People as the page shows them: what a new person gets and what is left off, never a value."""
    people = list(people)
    if not people:
        return []
    side, ids = people[0].side, [person.vendor_id for person in people]
    out = LeftOut.objects.filter(connection=run.connection_id, side=side, vendor_id__in=ids)
    left_out = {row.vendor_id: row for row in out}
    key = f"{side}_id"
    gone = EmployeeLink.objects.filter(connection=run.connection_id, state="gone", **{f"{key}__in": ids})
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


def what_comes_along(person: EmployeeSnapshot, connection: Connection) -> tuple[list[str], list[Omitted]]:
    """The labels of the fields that a new person gets on the other side, and what is left off with the reason."""
    if not person.payload:
        return [], []
    employee = from_json(person.payload)
    made = creation(employee, timezone.localdate(), connection.default_end_reason, connection.fields_off)
    enabled = {spec.name for spec in enabled_fields(connection)} | {*NAMES_AND_EMAIL, "employment_id"}
    gets = [field_label(spec.name) for spec in FIELDS if spec.name in made.values]
    if person.side == "huma" and not person.number and not person.create_blocked:
        gets.append(gettext("The number that Visma assigns"))
    omitted = [
        Omitted(field_label(name), sentence(reason.code, reason.params))
        for name, reason in made.omitted.items()
        if name in enabled
    ]
    return gets, omitted


def blocked_sentence(person: EmployeeSnapshot) -> str:
    """Why the person can't be added, and what to do; "" when she can."""
    params = {"length": len(clean(person.number))} if person.create_blocked == "number_too_long" else {}
    return sentence(person.create_blocked, params)
