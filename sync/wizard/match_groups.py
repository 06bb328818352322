"""Possible matches that can be answered together: a group has the same strong evidence, and nothing against it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import name_of
from sync.analysis.links import numbers
from sync.analysis.links.single_pairs import compare_in_run, is_left_out, refresh_candidates
from sync.core.batches import batches
from sync.core.codes import CreateGroup
from sync.core.deciding.create import heading
from sync.core.records.employee import Side, from_json
from sync.models import EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun, audit_people
from sync.models.history import MOST_IDS
from sync.runs.lifecycle import NotAllowed
from sync.runs.who_is_who import make_link
from sync.wizard.matches import hold_steps, open_ones, together
from sync.wording.sentences import agrees_label

NAMED = 5
"""The number of pairs that are named beside a group; its own page lists all."""


@dataclass(frozen=True)
class Group:
    """Pairs with the same evidence. ``open``: pairs that wait; ``linked``: pairs that were answered together."""

    key: str
    agrees: list[str]
    differs: list[str]
    open: int
    linked: int
    some: list[PossibleMatch]

    @property
    def more(self) -> int:
        """The number of open pairs that aren't named."""
        return self.open - len(self.some)


def groups(run: SyncRun) -> list[Group]:
    """The groups of a run that wait, or were answered and can be taken back; the largest first."""
    answered = PossibleMatch.objects.filter(run=run, decided_together=True).values_list("group", flat=True)
    found = [group for key in {*together(run), *answered} if (group := _group(run, key)) is not None]
    return sorted(found, key=lambda one: (-one.open, -one.linked, one.key))


def group(run: SyncRun, key: str) -> Group | None:
    """One group by its key; ``None`` if it can't be answered together."""
    return _group(run, key) if key in together(run) else None


def _group(run: SyncRun, key: str) -> Group | None:
    rows = members(run, key)
    first = PossibleMatch.objects.filter(run=run, group=key).first()
    if first is None:
        return None
    count = rows.count()
    linked = PossibleMatch.objects.filter(run=run, group=key, decided_together=True).count()
    differs = [agrees_label(name) for name in first.differs]
    agrees = [agrees_label(name) for name in first.agrees]
    return Group(key, agrees, differs, count, linked, list(rows[:NAMED]))


def members(run: SyncRun, key: str) -> QuerySet[PossibleMatch]:
    """The open pairs of a group, ordered by name."""
    rows = open_ones(run).filter(group=key, at_once=True)
    return rows.select_related("huma", "visma").defer("huma__payload", "visma__payload").order_by("huma__name", "pk")


def link_group(run: SyncRun, user: Any, key: str, count: int) -> int:
    """Link and compare all open pairs of a group; returns how many.

    ``count``: how many the person saw. Raises ``NotAllowed``: "changed" if the number has changed, "state" if the run
    is past its review.
    """
    with transaction.atomic():
        hold_steps(run)
        rows = list(open_ones(run).filter(group=key, at_once=True).select_related("huma", "visma").order_by("pk"))
        if len(rows) != count or not rows:
            raise NotAllowed("changed")
        links = [_link(run, user, row) for row in rows]
        _compare(run, rows)
        pks = [row.pk for row in rows]
        _answer(pks, "linked", name_of(user), together=True)
        audit_people(user, "people.linked_together", run.connection, links, run=run.pk, people=len(rows))
        refresh_candidates(run)
    return len(rows)


def _link(run: SyncRun, user: Any, row: PossibleMatch) -> int:
    link = make_link(run.connection, user, row.huma, row.visma)
    row.huma.link = link
    EmployeeSnapshot.objects.filter(pk__in=(row.huma_id, row.visma_id)).update(
        link=link, create_group="", create_blocked="", create_chosen=False, create_chosen_by=""
    )
    return link.pk


def _compare(run: SyncRun, rows: list[PossibleMatch]) -> None:
    taken, wanted = numbers.as_read(run), numbers.wanted(run)
    for row in rows:
        link = row.huma.link
        if link and row.huma.payload and row.visma.payload and not is_left_out(link):
            huma, visma = from_json(row.huma.payload), from_json(row.visma.payload)
            compare_in_run(run, link, huma, visma, taken, shown=True, wanted=wanted)


def undo_group(run: SyncRun, user: Any, key: str) -> int:
    """Take back the common answer for a group: its people aren't linked any more, and are asked about again.

    Choices about their differences are deleted. Raises ``NotAllowed("state")`` if the run is past its review.
    """
    with transaction.atomic():
        hold_steps(run)
        rows = PossibleMatch.objects.filter(run=run, group=key, decided_together=True, decision="linked")
        pairs = list(rows.values_list("pk", "huma_id", "visma_id", "huma__link_id"))
        ids = [f"{Side.HUMA}:{one}" for one in rows.values_list("huma__vendor_id", flat=True)[:MOST_IDS]]
        EmployeeLink.objects.filter(pk__in=[link for *_ids, link in pairs], linked_by=EmployeeLink.By.PERSON).delete()
        people = [pk for _match, huma, visma, _link in pairs for pk in (huma, visma)]
        for some in batches(people):
            for person in EmployeeSnapshot.objects.filter(pk__in=some, link=None):
                person.create_group = heading(from_json(person.payload)) if person.payload else CreateGroup.NO_POSITION
                person.save(update_fields=["create_group"])
        _answer([match for match, *_rest in pairs], "", "", together=False)
        if pairs:
            audit_people(user, "people.unlinked_together", run.connection, (), run=run.pk, people=len(pairs), ids=ids)
        refresh_candidates(run)
    return len(pairs)


def _answer(pks: list[int], decision: str, by: str, *, together: bool) -> None:
    for some in batches(pks):
        PossibleMatch.objects.filter(pk__in=some).update(
            decision=decision,
            decided_by=by,
            decided_at=timezone.now() if decision else None,
            decided_together=together,
        )
