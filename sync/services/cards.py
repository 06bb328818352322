"""Review's cards: one an employee, what each side says, the choices and why one isn't possible."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from sync.core.fields import FIELDS
from sync.display import Display, Segment, diff, display
from sync.models import Conflict, EmployeeLink, SyncRun
from sync.sentences import decision_label, field_label, sentence
from sync.services.review import ReviewFilter, blocked, empties

PER_PAGE = 25
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
    """One difference on a card."""

    conflict: Conflict
    label: str
    huma: Display
    visma: Display
    segments: list[tuple[list[Segment], list[Segment]]]
    suggestion: str
    why: str
    notes: list[str]
    choices: list[Choice]


@dataclass(frozen=True)
class Card:
    """One employee with her differences."""

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
    """One page of cards. ``facets``: how many differences each field, kind and heading has, within the filter."""

    cards: list[Card]
    number: int
    pages: int
    people: int
    differences: int
    facets: dict[str, dict[str, int]]


def page(run: SyncRun, shown: ReviewFilter, number: int = 1, per_page: int = PER_PAGE) -> ReviewPage:
    """The cards that the filter shows, by name."""
    rows = shown.apply(run)
    totals = rows.aggregate(people=Count("link", distinct=True), differences=Count("pk"))
    pages = max(1, -(-totals["people"] // per_page))
    number = min(max(1, number), pages)
    begin = (number - 1) * per_page
    people = EmployeeLink.objects.filter(pk__in=rows.values("link")).order_by("name", "pk")
    ids = list(people.values_list("pk", flat=True)[begin : begin + per_page])
    found: dict[int, list[Conflict]] = {pk: [] for pk in ids}
    for conflict in rows.filter(link_id__in=ids).select_related("link"):
        found[conflict.link_id].append(conflict)
    cards = [card(conflicts) for conflicts in found.values() if conflicts]
    return ReviewPage(cards, number, pages, totals["people"], totals["differences"], facets(run, shown))


def facets(run: SyncRun, shown: ReviewFilter) -> dict[str, dict[str, int]]:
    """How many differences there are under each field, kind and heading, the other parts of the filter kept."""
    rows = Conflict.objects.filter(run=run)
    asks = Q(standing="asks")
    shows = rows.aggregate(
        undecided=Count("pk", filter=asks & Q(decision="")),
        all=Count("pk", filter=asks),
        decided=Count("pk", filter=asks & ~Q(decision="")),
        suggested=Count("pk", filter=asks & ~Q(suggestion="")),
        impossible=Count("pk", filter=asks & ~(Q(blocked_to_huma="") & Q(blocked_to_visma=""))),
        left=Count("pk", filter=Q(standing="left")),
        former=Count("pk", filter=Q(standing="former")),
        draft=Count("pk", filter=Q(standing="draft")),
    )
    scope = ReviewFilter(show=shown.show, search=shown.search, new=shown.new).apply(run)
    fields: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for field, kind, count in scope.values_list("field", "kind").annotate(n=Count("pk")).order_by():
        fields[field] += count
        kinds[kind] += count
    return {"show": shows, "field": {f.name: fields[f.name] for f in FIELDS if f.name in fields}, "kind": dict(kinds)}


def card(conflicts: Iterable[Conflict]) -> Card:
    """The card of one employee; all conflicts are of the same link."""
    ordered = sorted(conflicts, key=lambda conflict: ORDER.get(conflict.field, 99))
    link = ordered[0].link
    return Card(link, link.name, link.number, [row(conflict) for conflict in ordered])


def row(conflict: Conflict) -> Row:
    """One difference as the page shows it."""
    values: dict[str, Any] = conflict.values or {}
    huma = display(conflict.field, "huma", values.get("huma"))
    visma = display(conflict.field, "visma", values.get("visma"))
    return Row(
        conflict=conflict,
        label=field_label(conflict.field),
        huma=huma,
        visma=visma,
        segments=[diff(one, other) for one, other in zip(huma.lines, visma.lines, strict=False)],
        suggestion=conflict.suggestion,
        why=sentence(conflict.why) if conflict.why else "",
        notes=[sentence(code, params) for code, params in values.get("notes", [])],
        choices=[_choice(conflict, value, values) for value in ("huma", "visma", "leave", "never")],
    )


def _choice(conflict: Conflict, value: str, values: dict[str, Any]) -> Choice:
    code = blocked(conflict, value)
    target = {"huma": "visma", "visma": "huma"}.get(value, "")
    return Choice(
        value=value,
        label=decision_label(value),
        possible=not code,
        reason=sentence(code, values.get("blocked", {}).get(target, {})) if code else "",
        empties=not code and empties(conflict, value),
        chosen=conflict.decision == value,
        suggested=bool(value) and conflict.suggestion == value,
    )
