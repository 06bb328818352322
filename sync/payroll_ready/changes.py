"""What changed for payroll since the last pay: for whom, what, when, and by whom or by which rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from sync.core.codes import Action
from sync.models import Change, SyncRun
from sync.payroll_ready.verdicts import ACCOUNT, Ready, payroll_changes
from sync.payroll_ready.waits import where_shown
from sync.wording.masking import masked, tail
from sync.wording.rule import rule
from sync.wording.sentences import field_label


class Group(StrEnum):
    """What a change is to payroll, in the order of the page."""

    NEW = "new"
    ENDING = "ending"
    ACCOUNT = "account"
    NAME = "name"
    DATE = "date"


@dataclass(frozen=True)
class Changed:
    """One change. ``before``, ``after``: as Visma wrote it, accounts masked to the last three digits, "" for nothing;
    ``kept``: whether the values are still kept."""

    group: Group
    name: str
    number: str
    what: str
    before: str
    after: str
    kept: bool
    at: datetime
    by: str
    side: str
    vendor_id: str


def changes(ready: Ready) -> list[Changed]:
    """The changes, by group and then the newest first."""
    rows = payroll_changes({ready.connection.pk: ready.since})
    rows = rows.select_related("run", "link", "snapshot", "conflict", "history")
    rows = rows.defer("vendor_words", "snapshot__payload", "conflict__values", "run__progress", "run__figures")
    found = [_changed(one) for one in rows.prefetch_related("held").order_by("-settled_at", "-pk")]
    order = list(Group)
    return sorted(found, key=lambda one: order.index(one.group))


def group_label(group: Group) -> str:
    """The heading of a group."""
    return {
        Group.NEW: _("New employees"),
        Group.ENDING: _("Ending"),
        Group.ACCOUNT: _("Bank accounts"),
        Group.NAME: _("Names"),
        Group.DATE: _("Dates"),
    }[group]


def grouped(found: Iterable[Changed]) -> list[tuple[str, list[Changed]]]:
    """The changes under the headings of their groups, without empty ones."""
    rows = list(found)
    groups = [(group_label(group), [one for one in rows if one.group == group]) for group in Group]
    return [(label, some) for label, some in groups if some]


def _changed(change: Change) -> Changed:
    kept = change.run.values_blanked_at is None
    before, after = (masked(change.field, change.side, own) for own in (change.before, change.after))
    creates = change.action == Action.CREATE
    if creates:
        before = after = ""
    elif not kept:
        before, after = _tails(change)
    side, vendor_id = where_shown(change)
    return Changed(
        group=_group(change, bool(after) or not kept),
        name=change.name,
        number=change.number,
        what=_("Added to Visma as a draft") if creates else field_label(change.field),
        before=before,
        after=after,
        kept=kept or creates,
        at=change.settled_at or change.run.started_at,
        by=_by(change),
        side=side,
        vendor_id=vendor_id,
    )


def _tails(change: Change) -> tuple[str, str]:
    """The last digits of accounts, which stay after the values are deleted."""
    entry = getattr(change, "history", None) or getattr(change.conflict, "history", None)
    tails = entry.tails if entry and change.field == ACCOUNT else {}
    return tail(str(tails.get("before", ""))), tail(str(tails.get("after", "")))


def _group(change: Change, ends: bool) -> Group:
    if change.action == Action.CREATE:
        return Group.NEW
    if change.field == "last_workday" and ends:
        return Group.ENDING
    return {ACCOUNT: Group.ACCOUNT, "given_name": Group.NAME, "family_name": Group.NAME}.get(change.field, Group.DATE)


def _by(change: Change) -> str:
    """Who decided it, or by which rule it was sent."""
    run = change.run
    if run.trigger == SyncRun.Trigger.APPROVED:
        names = [one.answered_by for one in change.held.all() if one.answered_by]
        return _("Approved by %(who)s") % {"who": names[0]} if names else _("Approved")
    if said := rule(run):
        return said
    who = change.conflict.decided_by if change.conflict else change.snapshot and change.snapshot.create_chosen_by
    return who or run.confirmed_by or run.started_by
