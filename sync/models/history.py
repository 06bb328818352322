"""The history: one row for each difference and each Change of ended syncs, made to be searched quickly."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from connections.models import AppendOnlyRow, AuditEntry, Connection
from connections.models.audit_trail import enter
from sync.models.links import EmployeeLink
from sync.models.runs import SyncRun
from sync.models.writes import Change, Conflict

FILTERED_BY = ("connection", "link", "field", "decision", "outcome", "by", "trigger")
"""The columns by which the history is filtered; each has an index that ends with the time."""
COUNTED_BY = ("field", "outcome", "decision", "trigger")
"""The columns with few values. For each of them an index begins with it and has the others, so that the entries under
several filters are counted without reading the rows."""


MOST_IDS = 100
"""The most people without a link whom an audit entry names, as ``side:id`` in its detail ``ids``."""


class HistoryEntry(models.Model):
    """One difference of an ended sync with what came of it, or a Change without a difference.

    It repeats what a list shows and is filtered by. Values stay where they are: in the Conflict and its Change.
    ``sync.runs.history_entries`` is the only writer.
    """

    class Outcome(models.TextChoices):
        OPEN = "", _("Not sent")
        DONE = Change.State.DONE.value, Change.State.DONE.label
        NOTHING = Change.State.NOTHING.value, Change.State.NOTHING.label
        MOVED = Change.State.MOVED.value, Change.State.MOVED.label
        FAILED = Change.State.FAILED.value, Change.State.FAILED.label
        UNKNOWN = Change.State.UNKNOWN.value, Change.State.UNKNOWN.label
        STOPPED = Change.State.STOPPED.value, Change.State.STOPPED.label
        HELD = Change.State.HELD.value, Change.State.HELD.label
        APPROVED = Change.Answer.APPROVED.value, Change.Answer.APPROVED.label
        REJECTED = Change.Answer.REJECTED.value, Change.Answer.REJECTED.label
        OVERTAKEN = Change.Answer.OVERTAKEN.value, Change.Answer.OVERTAKEN.label

    connection = models.ForeignKey(
        Connection, models.CASCADE, verbose_name=_("connection"), related_name="+", db_index=False
    )
    run = models.ForeignKey(SyncRun, models.CASCADE, verbose_name=_("sync"), related_name="history", db_index=False)
    conflict = models.OneToOneField(
        Conflict, models.CASCADE, verbose_name=_("difference"), null=True, related_name="history"
    )
    change = models.OneToOneField(Change, models.CASCADE, verbose_name=_("change"), null=True, related_name="history")
    link = models.ForeignKey(
        EmployeeLink,
        models.SET_NULL,
        verbose_name=_("linked person"),
        null=True,
        related_name="history",
        db_index=False,
    )
    # When the latest of it happened: it ended, was decided, or was seen.
    at = models.DateTimeField(_("when"))
    name = models.CharField(_("name"), max_length=255, blank=True)
    number = models.CharField(_("Employment ID"), max_length=64, blank=True)
    # The folded words of name and number, for people without a link; others are found by their link.
    words = models.CharField(max_length=400, blank=True)
    action = models.CharField(_("action"), max_length=10)  # field | create
    field = models.CharField(_("field"), max_length=20, blank=True)
    side = models.CharField(_("sent to"), max_length=5, blank=True)
    suggestion = models.CharField(_("suggested system"), max_length=5, blank=True)
    why = models.CharField(_("why"), max_length=60, blank=True)
    decision = models.CharField(_("decision"), max_length=6, choices=Conflict.Decision, blank=True)
    # Who decided: a user's name, or the name of a rule or command; "" if nobody did.
    by = models.CharField(_("decided by"), max_length=150, blank=True)
    trigger = models.CharField(_("started by"), max_length=10, choices=SyncRun.Trigger)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    # The last three digits of accounts, which stay when the values are blanked: {"huma": …, "visma": …, "before": …,
    # "after": …}.
    tails = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        indexes = [
            models.Index(fields=["-at", "-id"], name="history_newest"),
            models.Index(fields=["run", "-at", "-id"], name="history_run"),
            *(models.Index(fields=[name, "-at", "-id"], name=f"history_{name}") for name in FILTERED_BY),
            *(
                models.Index(fields=[*COUNTED_BY[n:], *COUNTED_BY[:n]], name=f"history_count_{COUNTED_BY[n]}")
                for n in range(len(COUNTED_BY))
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class AuditedPerson(AppendOnlyRow):
    """One person whom an audit entry is about. An entry about a page with 100 people has 100 of these."""

    entry = models.ForeignKey(AuditEntry, models.CASCADE, related_name="people")
    link = models.ForeignKey(EmployeeLink, models.CASCADE, related_name="audit")

    class Meta:
        verbose_name = _("person of an audit entry")
        verbose_name_plural = _("people of an audit entry")
        constraints = [models.UniqueConstraint(fields=["link", "entry"], name="one_row_an_audited_person")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


def audit_people(who: Any, action: str, connection: Connection, links: Iterable[int], **detail: Any) -> AuditEntry:
    """Make an audit entry about linked people, by the keys of their links; each of them is found by it.

    ``who`` and ``detail`` as in ``audit``.
    """
    about = sorted(set(links))
    with transaction.atomic():
        entry = enter(who, action, connection, detail, about)
        AuditedPerson.objects.bulk_create((AuditedPerson(entry=entry, link_id=pk) for pk in about), batch_size=5000)
    return entry
