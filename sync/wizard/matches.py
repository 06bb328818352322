"""Possible matches: two people who may be one, for a person to link or to call different."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils import timezone

from connections.pages.request_params import number
from sync.analysis.links.linking import kept_name, kept_number
from sync.analysis.links.single_pairs import compare_pair, refresh_candidates
from sync.core.fields import FIELDS
from sync.core.records.employee import Side, from_json
from sync.models import EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun, audit_people
from sync.models.groups import STEPS
from sync.models.links import called
from sync.pages.paging import Key, Order, Part, Place, part
from sync.runs.lifecycle import NotAllowed
from sync.runs.who_is_who import make_link
from sync.wording.display import Display, display
from sync.wording.sentences import against_sentence, agrees_label, field_label, sentence

PER_PAGE = 25


@dataclass(frozen=True)
class MatchLine:
    """One field of both people side by side."""

    label: str
    huma: Display
    visma: Display
    agrees: bool


@dataclass(frozen=True)
class MatchCard:
    """Two people who may be one. ``taken``: one of them was linked to somebody else meanwhile.

    ``agrees`` and ``differs`` are labels; ``against``: sentences about what speaks against it.
    """

    match: PossibleMatch
    huma: EmployeeSnapshot
    visma: EmployeeSnapshot
    why: str
    lines: list[MatchLine]
    taken: bool

    @property
    def agrees(self) -> list[str]:
        """The labels of what agrees."""
        return [agrees_label(name) for name in self.match.agrees]

    @property
    def differs(self) -> list[str]:
        """The labels of what both have and differs."""
        return [agrees_label(name) for name in self.match.differs if name != "birth"]

    @property
    def against(self) -> list[str]:
        """What speaks against it."""
        return [against_sentence(code) for code in self.match.against]

    @property
    def decision(self) -> str:
        """The decision: linked, different, or "" while it is open."""
        return self.match.decision


OPEN_FIRST = ("over", "place", "huma__name", "pk")


def _mark(row: Any) -> str:
    """The mark of a row: whether it was open when it was shown, and its key. An answered one moves to the end."""
    return f"{row.over}-{row.pk}"


def _key(run: SyncRun, mark: str) -> Key | None:
    over, _, pk = mark.partition("-")
    row = PossibleMatch.objects.filter(run=run, pk=number(pk)).values_list("place", "huma__name", "pk").first()
    return (number(over), *row) if row else None


def matches(run: SyncRun, place: Place | int | str = 1) -> tuple[Part[PossibleMatch], list[MatchCard]]:
    """A page of the run's possible matches that are answered one by one: open ones first, the strongest first."""
    rows = PossibleMatch.objects.filter(run=run).select_related("huma", "visma").exclude(group__in=together(run))
    rows = rows.exclude(decided_together=True).annotate(over=_is_over())
    order = Order(OPEN_FIRST, _mark, lambda mark: _key(run, mark))
    shown = part(rows, order, place, PER_PAGE)
    return shown, [_card(row) for row in shown.object_list]


def _is_over() -> Case:
    settled = ~Q(decision="") | Q(huma__link__isnull=False) | Q(visma__link__isnull=False)
    return Case(When(settled, then=Value(1)), default=Value(0))


def open_ones(run: SyncRun) -> QuerySet[PossibleMatch]:
    """The open possible matches of a run."""
    return PossibleMatch.objects.open_in(run)


def open_count(run: SyncRun) -> int:
    """How many possible matches wait for a person."""
    return open_ones(run).count()


def together(run: SyncRun) -> list[str]:
    """The keys of groups that can be answered together: more than one open pair with the same evidence."""
    counted = open_ones(run).filter(at_once=True).values_list("group").annotate(n=Count("pk")).order_by("group")
    return [group for group, n in counted if n > 1]


def card(run: SyncRun, pk: int) -> MatchCard:
    """One possible match of a run. Raises ``PossibleMatch.DoesNotExist``."""
    return _card(PossibleMatch.objects.select_related("huma", "visma").get(run=run, pk=pk))


def _card(row: PossibleMatch) -> MatchCard:
    lines = []
    if row.huma.payload and row.visma.payload:
        huma, visma = from_json(row.huma.payload), from_json(row.visma.payload)
        for field in FIELDS:
            one, other = huma.values.get(field.name), visma.values.get(field.name)
            if one and other and (one.canonical is not None or other.canonical is not None):
                lines.append(
                    MatchLine(
                        field_label(field.name),
                        display(field.name, Side.HUMA, one.own),
                        display(field.name, Side.VISMA, other.own),
                        field.agree(one.canonical, other.canonical),
                    )
                )
    taken = not row.decision and (row.huma.link_id is not None or row.visma.link_id is not None)
    return MatchCard(row, row.huma, row.visma, sentence(row.why), lines, taken)


def link_match(run: SyncRun, user: Any, pk: int, births_confirmed: bool = False) -> EmployeeLink:
    """Link the two, compare them at once, and remove both from the lists to create.

    Raises ``NotAllowed("births")`` if the dates of birth differ and nobody has confirmed it.
    """
    with transaction.atomic():
        row = _open_match(run, pk)
        if row.huma.link_id or row.visma.link_id:
            raise NotAllowed("taken")
        link = make_link(run.connection, user, row.huma, row.visma, births_confirmed)
        _answer(row, user, "linked")
        audit_people(user, "people.linked", run.connection, [link.pk])
        compare_pair(run, link)
    return link


def call_different(run: SyncRun, user: Any, pk: int) -> None:
    """Call the two different; they are never proposed again."""
    with transaction.atomic():
        row = _open_match(run, pk)
        link, _new = EmployeeLink.objects.get_or_create(
            connection=run.connection,
            huma_id=row.huma.vendor_id,
            visma_id=row.visma.vendor_id,
            defaults={
                "state": EmployeeLink.State.DIFFERENT,
                "linked_by": EmployeeLink.By.PERSON,
                "linked_by_user": user.get_username(),
                **called(kept_name(row.huma.name, row.visma.name), kept_number(row.visma.number, row.huma.number)),
            },
        )
        _answer(row, user, "different")
        audit_people(user, "people.different", run.connection, [link.pk], match=row.pk, ids=_ids(row))
        refresh_candidates(run)


def reopen_match(run: SyncRun, user: Any, pk: int) -> None:
    """Take back that two people are different. Raises ``NotAllowed`` if the run is past its review."""
    with transaction.atomic():
        hold_steps(run)
        row = PossibleMatch.objects.select_related("huma", "visma").get(run=run, pk=pk, decision="different")
        EmployeeLink.objects.filter(
            connection=run.connection,
            huma_id=row.huma.vendor_id,
            visma_id=row.visma.vendor_id,
            state=EmployeeLink.State.DIFFERENT,
        ).delete()
        _answer(row, user, "")
        audit_people(user, "people.reopened", run.connection, (), match=row.pk, ids=_ids(row))
        refresh_candidates(run)


def hold_steps(run: SyncRun) -> None:
    """Lock the run inside a transaction before it writes. Raises ``NotAllowed("state")`` if it is past that."""
    if not SyncRun.objects.filter(pk=run.pk, state__in=STEPS).update(touched_at=timezone.now()):
        raise NotAllowed("state")


def _open_match(run: SyncRun, pk: int) -> PossibleMatch:
    hold_steps(run)
    row = PossibleMatch.objects.select_related("huma", "visma").filter(run=run, pk=pk, decision="").first()
    if row is None:
        raise NotAllowed("decided")
    return row


def _ids(row: PossibleMatch) -> list[str]:
    """Both people for the audit, which can't name a link that is deleted when the answer is taken back."""
    return [f"{one.side}:{one.vendor_id}" for one in (row.huma, row.visma)]


def _answer(row: PossibleMatch, user: Any, decision: str) -> None:
    row.decision = decision
    row.decided_by = user.get_username() if decision else ""
    row.decided_at = timezone.now() if decision else None
    row.save(update_fields=["decision", "decided_by", "decided_at"])
