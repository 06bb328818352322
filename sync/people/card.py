"""One person in full: both sides' values, why they are linked or not, why they can't be added, who they may be."""

from dataclasses import dataclass, field

from django.utils.translation import gettext

from connections.models import Connection
from sync.analysis.pilot_scope import pilot_scope
from sync.core.fields import FIELDS
from sync.core.records.employee import Side, from_json
from sync.models import EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun
from sync.models.groups import STEPS
from sync.people import everyone
from sync.people.everyone import Person
from sync.runs.lifecycle import latest_read
from sync.wording.display import Display, display
from sync.wording.people import blocked_sentence
from sync.wording.sentences import field_label


@dataclass(frozen=True)
class FieldLine:
    """One supported field with both sides' values; ``None`` for a side that has no values."""

    label: str
    huma: Display | None
    visma: Display | None


@dataclass(frozen=True)
class Other:
    """A person on the other side who may be the same, or who was called different."""

    side: str
    vendor_id: str
    name: str
    number: str
    match: PossibleMatch | None = None
    link: EmployeeLink | None = None


@dataclass(frozen=True)
class PersonCard:
    """The content of a person's page. ``create_group``/``blocked``: why they can't be added across, "" if they can."""

    person: Person
    run: SyncRun | None
    lines: list[FieldLine] = field(default_factory=list)
    maybe: list[Other] = field(default_factory=list)
    not_she: list[Other] = field(default_factory=list)
    create_group: str = ""
    blocked: str = ""

    @property
    def alone(self) -> EmployeeSnapshot | None:
        """The snapshot of a person who isn't linked."""
        return self.person.seen[0] if self.person.link is None and self.person.seen else None

    @property
    def can_be_linked(self) -> bool:
        """Whether the person may be linked by hand: not linked, or the other half is gone (a rehire's new account)."""
        return bool(self.alone or (self.person.gone_from and self.person.seen))

    @property
    def offered(self) -> bool:
        """Whether an open run offers to add the person to the other side."""
        return bool(self.run and self.run.state in STEPS and self.create_group)


def card(connection: Connection, side: str, vendor_id: str) -> PersonCard | None:
    """The card of the person with this id on this side; ``None`` if nobody has it."""
    person = everyone.person(connection, side, vendor_id)
    if person is None:
        return None
    run = latest_read(connection)
    alone = person.seen[0] if person.link is None and person.seen else None
    return PersonCard(
        person=person,
        run=run,
        lines=_lines(person),
        maybe=_maybe(run, alone) if run and alone else [],
        not_she=_not_she(connection, person),
        create_group=alone.create_group if alone else "",
        blocked=_blocked(connection, alone) if alone else "",
    )


def _blocked(connection: Connection, alone: EmployeeSnapshot) -> str:
    """Why the person can't be added across; "" if they can."""
    if words := blocked_sentence(alone):
        return words
    inside = pilot_scope(connection.pk).includes_person(alone.side, alone.vendor_id)
    return "" if inside else gettext("They aren't in the pilot group.")


def _lines(person: Person) -> list[FieldLine]:
    read = {seen.side: from_json(seen.payload) for seen in person.seen if seen.payload}
    lines = []
    for spec in FIELDS:
        shown: dict[str, Display | None] = {Side.HUMA: None, Side.VISMA: None}
        for side, employee in read.items():
            value = employee.values.get(spec.name)
            if value is not None and value.readable:
                shown[side] = display(spec.name, side, value.own)
        if any(shown.values()):
            lines.append(FieldLine(field_label(spec.name), shown[Side.HUMA], shown[Side.VISMA]))
    return lines


def _maybe(run: SyncRun, alone: EmployeeSnapshot) -> list[Other]:
    rows = (
        PossibleMatch.objects.open_in(run)
        .select_related("huma", "visma")
        .defer("huma__payload", "visma__payload")
        .filter(**{alone.side: alone})
    )
    across = Side.VISMA if alone.side == Side.HUMA else Side.HUMA
    found = []
    for match in rows:
        other = getattr(match, across)
        found.append(Other(across, other.vendor_id, other.name, other.number, match))
    return found


def _not_she(connection: Connection, person: Person) -> list[Other]:
    found = []
    ids = (
        {Side.HUMA: person.link.huma_id, Side.VISMA: person.link.visma_id}
        if person.link
        else {person.side: person.vendor_id}
    )
    rows = EmployeeLink.objects.filter(connection=connection, state=EmployeeLink.State.DIFFERENT)
    for side, vendor_id in ids.items():
        across = Side.VISMA if side == Side.HUMA else Side.HUMA
        for link in rows.filter(**{f"{side}_id": vendor_id}):
            other_id = getattr(link, f"{across}_id")
            other = everyone.person(connection, across, other_id)
            found.append(
                Other(across, other_id, other.name if other else link.name, other.number if other else "", None, link)
            )
    return found
