"""Review's cards: one for each employee, with both sides' values, the choices, and why one isn't possible."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from sync.core.deciding.plan import BULK_CHOICES
from sync.core.fields import FIELDS
from sync.core.records.employee import Side
from sync.models import Conflict, EmployeeLink, SyncRun
from sync.pages.paging import Part, Place, by_pk, part
from sync.wizard.review import CHOICES, LONGEST_COMMENT, OUTSIDE, ReviewFilter, counted
from sync.wording.display import Display, Segment, diff, display
from sync.wording.sentences import decision_label, direction_sentence, field_label, sentence

PER_PAGE = 25
BY_NAME = ("name", "pk")
ORDER = {field.name: position for position, field in enumerate(FIELDS)}


@dataclass(frozen=True)
class Choice:
    """One choice of a difference. ``reason`` says why it isn't possible; ``empties`` warns that it empties a field."""

    value: str
    label: str
    possible: bool
    reason: str
    empties: bool
    chosen: bool
    suggested: bool


@dataclass(frozen=True)
class Row:
    """One difference on a card. ``outside``: of somebody outside the pilot group, so nobody can decide about it."""

    conflict: Conflict
    label: str
    huma: Display
    visma: Display
    segments: list[tuple[list[Segment], list[Segment]]]
    suggestion: str
    why: str
    notes: list[str]
    choices: list[Choice]
    outside: bool = False
    longest_comment: int = LONGEST_COMMENT

    @property
    def is_stuck(self) -> bool:
        """Whether neither system's value can be used: the difference has to be mended in Huma or in Visma."""
        return not any(choice.possible for choice in self.choices if choice.value in BULK_CHOICES)


@dataclass(frozen=True)
class Card:
    """One employee with their differences."""

    link: EmployeeLink
    name: str
    number: str
    rows: list[Row]

    @property
    def undecided(self) -> int:
        """How many of the differences on the card wait for a choice."""
        return sum(not row.conflict.decision for row in self.rows)


@dataclass(frozen=True)
class ReviewPage:
    """One page of cards. ``facets``: how many differences of each field, kind and heading the filter shows."""

    cards: list[Card]
    place: Part[EmployeeLink]
    people: int
    differences: int
    facets: dict[str, dict[str, int]]

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the differences that ask are decided, and how many there are in all."""
        return self.facets["show"]["decided"], self.facets["show"]["all"]


def page(run: SyncRun, shown: ReviewFilter, place: Place | int = 1, per_page: int = PER_PAGE) -> ReviewPage:
    """The cards that the filter shows, ordered by name, from ``place`` on."""
    rows = shown.apply(run)
    totals = rows.aggregate(people=Count("link", distinct=True), differences=Count("*"))
    people = EmployeeLink.objects.filter(pk__in=rows.values("link")).only("pk")
    everybody = EmployeeLink.objects.filter(connection=run.connection_id)
    links = part(people, by_pk(everybody, BY_NAME), place, per_page, totals["people"])
    ids = [link.pk for link in links.object_list]
    found: dict[int, list[Conflict]] = {pk: [] for pk in ids}
    for conflict in rows.filter(link_id__in=ids).select_related("link").defer("link__baseline", "link__seen"):
        found[conflict.link_id].append(conflict)
    cards = [card(conflicts, shown.show == OUTSIDE) for conflicts in found.values() if conflicts]
    return ReviewPage(cards, links, totals["people"], totals["differences"], facets(run, shown))


def facets(run: SyncRun, shown: ReviewFilter) -> dict[str, dict[str, int]]:
    """How many differences each field, kind and heading would show if the rest of the filter stayed."""
    fields: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    rows = ReviewFilter(show=shown.show, search=shown.search, new=shown.new).apply(run)
    for field, kind, n in rows.values_list("field", "kind").annotate(n=Count("*")).order_by():
        fields[field] += n
        kinds[kind] += n
    ordered = {field.name: fields[field.name] for field in FIELDS if field.name in fields}
    return {"show": counted(run), "field": ordered, "kind": dict(kinds)}


def card(conflicts: Iterable[Conflict], outside: bool = False) -> Card:
    """The card of one employee; all conflicts belong to the same link."""
    ordered = sorted(conflicts, key=lambda conflict: ORDER.get(conflict.field, 99))
    link = ordered[0].link
    return Card(link, link.name, link.number, [row(conflict, outside) for conflict in ordered])


def row(conflict: Conflict, outside: bool = False) -> Row:
    """One difference as the page shows it."""
    values: dict[str, Any] = conflict.values or {}
    huma = display(conflict.field, Side.HUMA, values.get(Side.HUMA))
    visma = display(conflict.field, Side.VISMA, values.get(Side.VISMA))
    return Row(
        conflict=conflict,
        label=field_label(conflict.field),
        huma=huma,
        visma=visma,
        segments=[diff(one, other) for one, other in zip(huma.lines, visma.lines, strict=False)],
        suggestion=conflict.suggestion,
        why=sentence(conflict.why) if conflict.why else "",
        notes=[sentence(code, params) for code, params in values.get("notes", [])],
        choices=[_choice(conflict, value) for value in filter(None, CHOICES)],
        outside=outside,
    )


def _choice(conflict: Conflict, value: str) -> Choice:
    code = conflict.forbids(value)
    return Choice(
        value=value,
        label=decision_label(value),
        possible=not code,
        reason=direction_sentence(conflict, Side(value).other) if value in BULK_CHOICES else sentence(code),
        empties=not code and conflict.empties(value),
        chosen=conflict.decision == value,
        suggested=bool(value) and conflict.suggestion == value,
    )
