"""Possible matches: two people who may be one, for a person to link or to call different."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connections.models import audit
from sync.core.employee import from_json
from sync.core.fields import FIELDS
from sync.display import Display, display
from sync.models import EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun
from sync.sentences import agrees_label, field_label, sentence
from sync.services.linking import retire_gone
from sync.services.pairing import compare_pair, refresh_candidates
from sync.services.runs import STEPS, NotAllowed


@dataclass(frozen=True)
class MatchLine:
    """One field of both people side by side."""

    label: str
    huma: Display
    visma: Display
    agrees: bool


@dataclass(frozen=True)
class MatchCard:
    """Two people who may be one. ``taken``: one of them has been linked to somebody else meanwhile."""

    match: PossibleMatch
    huma: EmployeeSnapshot
    visma: EmployeeSnapshot
    agrees: list[str]
    why: str
    lines: list[MatchLine]
    taken: bool

    @property
    def decision(self) -> str:
        """linked, different, or "" while it is open."""
        return self.match.decision


def matches(run: SyncRun) -> list[MatchCard]:
    """The run's possible matches, open ones first."""
    rows = PossibleMatch.objects.filter(run=run).select_related("huma", "visma").order_by("huma__name", "pk")
    cards = [_card(row) for row in rows]
    return sorted(cards, key=lambda card: bool(card.decision or card.taken))


def open_count(run: SyncRun) -> int:
    """How many possible matches wait for a person."""
    return PossibleMatch.objects.filter(run=run, decision="", huma__link=None, visma__link=None).count()


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
                        display(field.name, "huma", one.own),
                        display(field.name, "visma", other.own),
                        field.agree(one.canonical, other.canonical),
                    )
                )
    taken = not row.decision and (row.huma.link_id is not None or row.visma.link_id is not None)
    agrees = [agrees_label(name) for name in row.agrees]
    return MatchCard(row, row.huma, row.visma, agrees, sentence(row.why), lines, taken)


def link_match(run: SyncRun, user: Any, pk: int) -> EmployeeLink:
    """These two are one: link them, compare the pair at once and take both off the create lists."""
    with transaction.atomic():
        row = _open_match(run, pk)
        if row.huma.link_id or row.visma.link_id:
            raise NotAllowed("taken")
        link = make_link(run.connection, user, row.huma, row.visma)
        _settle(row, user, "linked")
        audit(user, "people.linked", run.connection, link=link.pk)
        compare_pair(run, link)
    return link


def make_link(connection: Any, user: Any, huma: EmployeeSnapshot, visma: EmployeeSnapshot) -> EmployeeLink:
    """Link two people by a person's choice; a pair once called different may be linked again.

    Raises ``NotAllowed("taken")`` when one of them is linked to somebody else.
    """
    others = EmployeeLink.objects.filter(connection=connection, state__in=EmployeeLink.HOLDING)
    if others.filter(Q(huma_id=huma.vendor_id) | Q(visma_id=visma.vendor_id)).exists():
        raise NotAllowed("taken")
    retire_gone(connection, "huma", [huma.vendor_id])
    retire_gone(connection, "visma", [visma.vendor_id])
    link, _created = EmployeeLink.objects.update_or_create(
        connection=connection,
        huma_id=huma.vendor_id,
        visma_id=visma.vendor_id,
        defaults={
            "state": EmployeeLink.State.LINKED,
            "gone_from": "",
            "linked_by": EmployeeLink.By.PERSON,
            "linked_by_user": user.get_username(),
            "name": huma.name or visma.name,
            "number": visma.number or huma.number,
        },
    )
    return link


def call_different(run: SyncRun, user: Any, pk: int) -> None:
    """These two are different people; they are never proposed again."""
    with transaction.atomic():
        row = _open_match(run, pk)
        EmployeeLink.objects.get_or_create(
            connection=run.connection,
            huma_id=row.huma.vendor_id,
            visma_id=row.visma.vendor_id,
            defaults={
                "state": EmployeeLink.State.DIFFERENT,
                "linked_by": EmployeeLink.By.PERSON,
                "linked_by_user": user.get_username(),
                "name": row.huma.name,
                "number": row.huma.number,
            },
        )
        _settle(row, user, "different")
        audit(user, "people.different", run.connection, match=row.pk)
        refresh_candidates(run)


def reopen_match(run: SyncRun, user: Any, pk: int) -> None:
    """Take back that two people are different. Raises ``NotAllowed`` when the run is past its review."""
    with transaction.atomic():
        if not SyncRun.objects.filter(pk=run.pk, state__in=STEPS).update(touched_at=timezone.now()):
            raise NotAllowed("state")
        row = PossibleMatch.objects.select_related("huma", "visma").get(run=run, pk=pk, decision="different")
        EmployeeLink.objects.filter(
            connection=run.connection,
            huma_id=row.huma.vendor_id,
            visma_id=row.visma.vendor_id,
            state=EmployeeLink.State.DIFFERENT,
        ).delete()
        _settle(row, user, "")
        audit(user, "people.reopened", run.connection, match=row.pk)
        refresh_candidates(run)


def _open_match(run: SyncRun, pk: int) -> PossibleMatch:
    if not SyncRun.objects.filter(pk=run.pk, state__in=STEPS).update(touched_at=timezone.now()):
        raise NotAllowed("state")
    row = PossibleMatch.objects.select_related("huma", "visma").filter(run=run, pk=pk, decision="").first()
    if row is None:
        raise NotAllowed("decided")
    return row


def _settle(row: PossibleMatch, user: Any, decision: str) -> None:
    row.decision = decision
    row.decided_by = user.get_username() if decision else ""
    row.decided_at = timezone.now() if decision else None
    row.save(update_fields=["decision", "decided_by", "decided_at"])
