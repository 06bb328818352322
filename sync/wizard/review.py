"""Review: decides differences, singly, for an employee, or for all that a filter shows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from connections.models import Connection, audit, name_of
from connections.pages import request_params
from connections.pages.request_params import searched
from sync.analysis.links.relooking import doubted_links
from sync.analysis.pilot_scope import linked_inside, linked_outside
from sync.core.codes import Standing
from sync.core.deciding.plan import bulk_refusal
from sync.core.fields import names
from sync.models import Conflict, EmployeeLink, SyncRun
from sync.models.groups import ONE_SIDE_EMPTY, STEPS
from sync.runs.lifecycle import NotAllowed

CHOICES = [choice for choice in Conflict.Decision.values if choice != Conflict.Decision.UNDO]
FOR_MANY = [choice for choice in CHOICES if choice != Conflict.Decision.NEVER]
"""The choices for several differences at once; *never* can only be chosen singly."""
Chosen = Callable[[Conflict], tuple[str, str]]
"""Gives the choice for a difference, and why it isn't possible ("" if it is)."""
WRONG_ORDER_MS = 60_000
"""The most by which requests of one person can overtake each other; a larger difference means another clock."""
UNASKED = (Standing.LEFT, Standing.FORMER, Standing.DRAFT)
"""The standings of differences about which nobody is asked; each has its own filter."""
ASKED = Q(standing=Standing.ASKS)
HEADINGS: dict[str, Q] = {
    "undecided": ASKED & Q(decision=""),
    "all": ASKED,
    "decided": ASKED & ~Q(decision=""),
    "suggested": ASKED & ~Q(suggestion=""),
    "impossible": ASKED & ~Q(blocked_to_huma="", blocked_to_visma=""),
    **{str(standing): Q(standing=standing) for standing in UNASKED},
}
"""The headings of Review, with the differences under each: what the page shows, what it counts, and its progress."""
OUTSIDE = "outside"
"""The heading of the differences of people outside the pilot group, about whom nobody can decide."""


def headings(connection: Connection) -> dict[str, Q]:
    """The headings with their differences. With a pilot group the others' differences have their own heading."""
    if not connection.pilot:
        return HEADINGS
    inside = linked_inside(connection)
    mine = {code: rows & inside for code, rows in HEADINGS.items()}
    return {**mine, OUTSIDE: ASKED & linked_outside(connection)}


@dataclass(frozen=True)
class ReviewFilter:
    """What Review shows. ``search`` is a name or number, and is never in an address.

    The kind ``empty`` means both kinds that are empty on one side.
    """

    field: str = ""
    kind: str = ""
    show: str = "undecided"
    search: str = ""
    new: bool = False
    link: int = 0

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ReviewFilter":
        """The filter of a query string or a form; unknown values are ignored."""
        show, kind, field = (str(data.get(name) or "") for name in ("show", "kind", "field"))
        return cls(
            field=field if field in names() else "",
            kind=kind if kind in (*Conflict.Kind.values, "empty") else "",
            show=show if show in (*HEADINGS, OUTSIDE) else "undecided",
            search=searched(data.get("search")),
            new=str(data.get("new") or "") in ("1", "on", "true"),
            link=request_params.number(data.get("link")),
        )

    @property
    def standing(self) -> str:
        """The standing that the filter shows: differences that ask, or one of the groups with their own filter."""
        return self.show if self.show in UNASKED else Standing.ASKS

    def apply(self, run: SyncRun) -> QuerySet[Conflict]:
        """The run's differences that the filter shows."""
        shown = headings(run.connection)
        rows = Conflict.objects.filter(run=run)
        return self._narrow(rows.filter(shown[self.show]) if self.show in shown else rows.none(), run)

    def outside(self, run: SyncRun) -> QuerySet[Conflict]:
        """What the filter would show, too, if there were no pilot group."""
        rows = Conflict.objects.filter(HEADINGS.get(self.show, ASKED), linked_outside(run.connection), run=run)
        return self._narrow(rows, run)

    def _narrow(self, rows: QuerySet[Conflict], run: SyncRun) -> QuerySet[Conflict]:
        if self.field:
            rows = rows.filter(field=self.field)
        if self.kind:
            rows = rows.filter(kind__in=ONE_SIDE_EMPTY if self.kind == "empty" else (self.kind,))
        if self.new:
            rows = rows.filter(is_new=True)
        if self.link:
            rows = rows.filter(link_id=self.link)
        if self.search:
            rows = rows.filter(link__in=_called(run, self.search))
        return rows


def _called(run: SyncRun, search: str) -> list[int]:
    """The links of people with this name or number; case doesn't count. Done in Python: SQLite doesn't fold Ø and Å."""
    links = EmployeeLink.objects.filter(connection=run.connection_id).values_list("pk", "name", "number")
    return [pk for pk, *texts in links if any(search.casefold() in text.casefold() for text in texts)]


@dataclass
class Decided:
    """The result of a choice: how many differences it decided, and how many it left alone, by reason."""

    changed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


def counted(run: SyncRun, codes: Iterable[str] = ()) -> dict[str, int]:
    """How many differences of the run are under each heading, or only under some of them.

    The query uses only columns of the index ``conflict_filter``, because the rows themselves are long.
    """
    rows, known = Conflict.objects.filter(run=run), headings(run.connection)
    return rows.aggregate(**{code: Count("standing", filter=known[code]) for code in codes or known})


def progress(run: SyncRun) -> tuple[int, int]:
    """How many of the differences that ask are decided, and how many there are in all."""
    counts = counted(run, ("decided", "all"))
    return counts["decided"], counts["all"]


def decide(run: SyncRun, user: Any, conflict_ids: Iterable[int], choice: str, chosen_at: int = 0) -> Decided:
    """Decide single differences that a person has seen; "" takes a choice back.

    ``chosen_at``: when the person chose, in milliseconds of their browser's clock; a later choice whose request arrived
    earlier stays. A forbidden direction can't be chosen here, either, and nothing for people outside the pilot group.
    Raises ``NotAllowed`` if the run is past its review.
    """
    if choice not in CHOICES:
        raise ValueError(choice)
    rows = Conflict.objects.filter(run=run, pk__in=list(conflict_ids)).defer("values")
    outside = set(rows.filter(linked_outside(run.connection)).values_list("pk", flat=True))

    def chosen(conflict: Conflict) -> tuple[str, str]:
        if conflict.pk in outside:
            return choice, "outside"
        return choice, "forbidden" if conflict.forbids(choice) else ""

    return _decide(run, user, rows, chosen, True, chosen_at, for_many=False)


def decide_bulk(
    run: SyncRun, user: Any, shown: ReviewFilter, choice: str, allow_clearing: bool = False, chosen_at: int = 0
) -> Decided:
    """Decide all differences that the filter shows; ``suggested`` takes each one's suggestion.

    Empties no field without ``allow_clearing``, and leaves alone former employees and drafts outside their own filters,
    dates of people with several positions, and everybody outside the pilot group; returns how many it left alone.
    ``chosen_at`` as in ``decide``.
    """
    if choice not in (*CHOICES, "suggested"):
        raise ValueError(choice)

    doubted = doubted_links(run.connection_id)

    def chosen(conflict: Conflict) -> tuple[str, str]:
        one = conflict.suggestion if choice == "suggested" else choice
        if choice == "suggested" and not one:
            return "", "no_suggestion"
        return one, bulk_refusal(
            choice=one,
            by_bulk=not conflict.bulk_blocked,
            blocked=conflict.forbids(one),
            empties=conflict.empties(one),
            standing=conflict.standing,
            filter_standing=shown.standing,
            allow_clearing=allow_clearing,
            doubted=conflict.link_id in doubted,
        )

    rows = shown.apply(run).defer("values") if shown.show != OUTSIDE else Conflict.objects.none()
    done = _decide(run, user, rows, chosen, allow_clearing, chosen_at, for_many=True)
    if outside := shown.outside(run).count():
        done.skipped["outside"] = outside
    return done


def preview_bulk(run: SyncRun, shown: ReviewFilter, choice: str) -> Decided:
    """What ``decide_bulk`` would do, without doing it."""
    with transaction.atomic():
        decided = decide_bulk(run, "preview", shown, choice)
        transaction.set_rollback(True)
    return decided


def _decide(
    run: SyncRun,
    user: Any,
    rows: QuerySet[Conflict],
    chosen: Chosen,
    allow_clearing: bool,
    chosen_at: int,
    for_many: bool,
) -> Decided:
    skipped: Counter[str] = Counter()
    by_choice: dict[tuple[str, bool], list[int]] = {}
    with transaction.atomic():
        if not SyncRun.objects.filter(pk=run.pk, state__in=STEPS).update(touched_at=timezone.now()):
            raise NotAllowed("state")
        for conflict in rows.exclude(decision=Conflict.Decision.UNDO):  # that isn't a choice between two values
            choice, refusal = chosen(conflict)
            if refusal:
                skipped[refusal] += 1
            else:
                clearing = allow_clearing and conflict.empties(choice)
                by_choice.setdefault((choice, clearing), []).append(conflict.pk)
        counts: Counter[str] = Counter()
        for (choice, clearing), ids in by_choice.items():
            for begin in range(0, len(ids), 5000):
                batch = Conflict.objects.filter(pk__in=ids[begin : begin + 5000])
                counts[choice or "undecided"] += _store(batch, name_of(user), choice, clearing, chosen_at, for_many)
        if changed := counts.total():
            audit(user, "differences.decided", run.connection, run=run.pk, **+counts)
    return Decided(changed, dict(skipped))


def _store(rows: QuerySet[Conflict], name: str, choice: str, clearing: bool, chosen_at: int, for_many: bool) -> int:
    """Store a choice in one statement, but not over a later one of the same person; returns how many it decided."""
    if chosen_at:
        later = Q(chosen_by=name, chosen_at__gt=chosen_at, chosen_at__lt=chosen_at + WRONG_ORDER_MS)
        rows = rows.exclude(later)
    return rows.update(
        decision=choice,
        allow_clearing=clearing,
        decided_by=name if choice else "",
        decided_at=timezone.now() if choice else None,
        for_many=bool(choice) and for_many,
        chosen_by=name if chosen_at else "",
        chosen_at=chosen_at,
    )
