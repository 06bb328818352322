"""Differences, decisions, and what is written because of them."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.fields import EncryptedJSONField, EncryptedTextField
from connections.models import AuditEntry
from sync.core.deciding.plan import BULK_CHOICES
from sync.core.records.employee import Side
from sync.models.links import EmployeeLink
from sync.models.runs import EmployeeSnapshot, SyncRun

FILTERED_BY = ("standing", "field", "kind", "is_new", "decision", "suggestion", "blocked_to_huma", "blocked_to_visma")
"""The columns that the filters of Review use."""


class Conflict(models.Model):
    """One field of one linked employee on which the sides disagree. A "Difference" on pages."""

    class Decision(models.TextChoices):
        UNDECIDED = "", _("Not decided")
        HUMA = "huma", _("Use Huma's")
        VISMA = "visma", _("Use Visma's")
        LEAVE = "leave", _("Leave as is")
        NEVER = "never", _("Never sync this field for this person")
        UNDO = "undo", _("Put back")

    class Kind(models.TextChoices):
        VALUE = "value", _("Different values")
        SPELLING = "spelling", _("Only the spelling")
        HUMA_EMPTY = "huma_empty", _("Empty in Huma")
        VISMA_EMPTY = "visma_empty", _("Empty in Visma")

    run = models.ForeignKey(SyncRun, models.CASCADE, verbose_name=_("sync"), related_name="conflicts")
    link = models.ForeignKey(EmployeeLink, models.CASCADE, verbose_name=_("linked person"), related_name="conflicts")
    field = models.CharField(_("field"), max_length=20)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    # asks: a person is asked · left: left as it is, and neither side has moved · former: both sides ended · draft
    standing = models.CharField(_("filter"), max_length=8, default="asks")
    is_new = models.BooleanField(_("new since the last sync"), default=False)
    # {"huma": own form, "visma": own form, "to_huma": own form | None, "to_visma": …, "notes": [...]}
    values = EncryptedJSONField(null=True, blank=True)
    huma_fingerprint = models.CharField(max_length=80)
    visma_fingerprint = models.CharField(max_length=80)
    suggestion = models.CharField(_("suggested system"), max_length=5, blank=True)  # "", huma, visma
    why = models.CharField(_("why"), max_length=60, blank=True)  # code of sync.core.reasons, for the suggestion
    # Codes of sync.core.reasons that forbid writing to the side; "" means possible. Parameters are in ``values``.
    blocked_to_huma = models.CharField(_("why not to Huma"), max_length=60, blank=True)
    blocked_to_visma = models.CharField(_("why not to Visma"), max_length=60, blank=True)
    # Whether writing to the side would empty the field there.
    empties_huma = models.BooleanField(_("empties the field in Huma"), default=False)
    empties_visma = models.BooleanField(_("empties the field in Visma"), default=False)
    # Dates of people with more than one current position can't be decided by a choice for many.
    bulk_blocked = models.BooleanField(_("chosen for each person only"), default=False)
    by_hand = models.BooleanField(_("never sent automatically"), default=False)
    decision = models.CharField(_("decision"), max_length=6, choices=Decision, blank=True, default="")
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # Decided by a choice for many, or by automatic updates; such a decision doesn't count once the link is in doubt.
    for_many = models.BooleanField(_("decided together with others"), default=False)
    # When the person chose or undid the choice, in milliseconds by their browser's clock, and who it was: requests may
    # arrive in the wrong order. 0 if the browser didn't say.
    chosen_at = models.BigIntegerField(default=0, editable=False)
    chosen_by = models.CharField(max_length=150, blank=True, editable=False)
    allow_clearing = models.BooleanField(_("may be emptied"), default=False)
    outcome = models.CharField(_("outcome"), max_length=10, blank=True)
    # Of the earlier scheduled syncs that saw the same and left it undecided, whose rows are deleted: the first one's
    # time, and how many there were.
    first_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    seen_before = models.PositiveIntegerField(default=0, editable=False)
    # What the person who decided wrote down; blanked with the values.
    comment = EncryptedTextField(_("comment"), blank=True)
    # The audit entry of the decision: that of a choice for many has all of its differences.
    decided_in = models.ForeignKey(AuditEntry, models.SET_NULL, null=True, blank=True, related_name="differences")
    # In a run that undoes: the Change that is undone.
    undoes = models.ForeignKey(
        "Change", models.SET_NULL, verbose_name=_("undoes"), null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        constraints = [models.UniqueConstraint(fields=["run", "link", "field"], name="one_conflict_a_field")]
        indexes = [
            # With these, Review finds its rows, and counts those under each filter, without reading the rows.
            models.Index(fields=["run", "standing", "decision", "link"], name="conflict_open"),
            models.Index(fields=["run", *FILTERED_BY], name="conflict_filter"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def target(self) -> Side | None:
        """The side to which the decision writes; ``None`` if it writes nothing.

        A choice of one side's value writes to the other. What is put back goes to the side that was written before.
        """
        if self.decision == self.Decision.UNDO:
            return Side(self.undoes.side) if self.undoes else None
        return Side(self.decision).other if self.decision in BULK_CHOICES else None

    def forbids(self, decision: str) -> str:
        """Why a decision isn't possible, as a code of ``sync.core.reasons``; "" if it is."""
        if decision == self.Decision.HUMA:
            return self.blocked_to_visma
        return self.blocked_to_huma if decision == self.Decision.VISMA else ""

    def empties(self, decision: str) -> bool:
        """Whether a decision would empty the field on the other side."""
        if decision == self.Decision.HUMA:
            return self.empties_visma
        return self.empties_huma if decision == self.Decision.VISMA else False


class Write(models.Model):
    """The Changes of one document that go out in one request."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CLAIMED = "claimed", _("Claimed")
        SENDING = "sending", _("Sending")
        ACCEPTED = "accepted", _("Accepted")
        SETTLED = "settled", _("Finished")

    class Document(models.TextChoices):
        USER = "user", _("Huma user")
        HUMA_POSITION = "huma_position", _("Huma position")
        NEW_USER = "new_user", _("new Huma user")
        EMPLOYEE = "employee", _("Visma employee")
        VISMA_POSITION = "visma_position", _("Visma position")
        NEW_EMPLOYEE = "new_employee", _("new Visma employee")

    run = models.ForeignKey(SyncRun, models.CASCADE, verbose_name=_("sync"), related_name="writes")
    link = models.ForeignKey(
        EmployeeLink, models.SET_NULL, verbose_name=_("linked person"), null=True, blank=True, related_name="+"
    )
    snapshot = models.ForeignKey(
        EmployeeSnapshot, models.SET_NULL, verbose_name=_("fetched person"), null=True, blank=True, related_name="+"
    )
    person_key = models.CharField(
        _("person"), max_length=90
    )  # people are processed in parallel, the Writes of one person in order
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    side = models.CharField(_("sent to"), max_length=5)
    document = models.CharField(_("what is sent"), max_length=15, choices=Document)
    owner_id = models.CharField(
        _("ID in that system"), max_length=64, blank=True
    )  # the user's / employee's id on the side
    document_id = models.CharField(
        _("id of the position"), max_length=64, blank=True
    )  # the position's id where it is one
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    etag = models.CharField(_("version (ETag)"), max_length=200, blank=True)
    job_address = models.CharField(_("address of the job"), max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    trouble_since = models.DateTimeField(_("trouble since"), null=True, blank=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    lease_holder = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(_("handled until"), null=True, blank=True)

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        indexes = [models.Index(fields=["run", "state", "person_key", "order"], name="write_work")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Changes(models.QuerySet["Change"]):
    """Changes, to be looked for."""

    def waiting(self) -> "Changes":
        """What is held and has no answer from an owner yet."""
        return self.filter(state=Change.State.HELD, answer=Change.Answer.WAITS)

    def answer(self, answer: str, **more: Any) -> None:
        """Store the answer about these held Changes; their runs are entered into the history again."""
        self.enter_again()
        if answer == Change.Answer.WAITS:
            self.update(answer=answer, answered_by="", answered_at=None, comment="")
        else:
            self.update(answer=answer, answered_at=timezone.now(), **more)

    def enter_again(self) -> None:
        """Let the runs of these Changes be entered into the history again, because something about them has changed."""
        SyncRun.objects.filter(pk__in=self.order_by().values("run")).update(history_at=None)


class Change(models.Model):
    """One field of one employee to be written to one side, or one creation. What every total counts."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DONE = "done", _("Updated")
        NOTHING = "nothing", _("Already right")
        MOVED = "moved", _("Changed meanwhile")
        FAILED = "failed", _("Not done")
        UNKNOWN = "unknown", _("Not certain")
        STOPPED = "stopped", _("Stopped")
        HELD = "held", _("Waiting for approval")

    class Answer(models.TextChoices):
        WAITS = "", _("Waiting for approval")
        APPROVED = "released", _("Approved")
        REJECTED = "dropped", _("Rejected")
        OVERTAKEN = "overtaken", _("Replaced by a newer value")

    run = models.ForeignKey(SyncRun, models.CASCADE, verbose_name=_("sync"), related_name="changes")
    write = models.ForeignKey(
        Write, models.CASCADE, verbose_name=_("request"), null=True, blank=True, related_name="changes"
    )
    link = models.ForeignKey(
        EmployeeLink, models.SET_NULL, verbose_name=_("linked person"), null=True, blank=True, related_name="changes"
    )
    conflict = models.ForeignKey(
        Conflict, models.SET_NULL, verbose_name=_("difference"), null=True, blank=True, related_name="changes"
    )
    snapshot = models.ForeignKey(
        EmployeeSnapshot, models.SET_NULL, verbose_name=_("fetched person"), null=True, blank=True, related_name="+"
    )
    side = models.CharField(_("sent to"), max_length=5)
    action = models.CharField(_("action"), max_length=10, default="field")  # field | create
    field = models.CharField(_("field"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    number = models.CharField(_("Employment ID"), max_length=64, blank=True)
    before = EncryptedJSONField(null=True, blank=True)
    after = EncryptedJSONField(null=True, blank=True)
    # Fingerprints of the target's value when the admin saw it (pin), of its new value, and of the source's value.
    pin = models.CharField(max_length=80, blank=True)
    becomes = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=80, blank=True)
    look_twice = models.CharField(_("look twice because"), max_length=60, blank=True)
    # What writing it did to a timeline in Visma (sync.core.fields.base.Trace), so that it can be undone exactly; null:
    # it did nothing, or a version without undo wrote it.
    trace = models.JSONField(null=True, blank=True, editable=False)
    state = models.CharField(_("outcome"), max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(_("why"), max_length=60, blank=True)  # code of sync.core.reasons
    vendor_words = EncryptedTextField(blank=True)
    # The owner's answer about a held Change, or that a newer one overtook it; "" while it waits.
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, default="")
    answered_by = models.CharField(_("answered by"), max_length=150, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    comment = EncryptedTextField(_("comment"), blank=True)  # of the answer; blanked with the values
    # The newest run that an owner's approval began for it.
    approval_run = models.ForeignKey(
        SyncRun,
        models.SET_NULL,
        verbose_name=_("approved in the sync"),
        null=True,
        blank=True,
        related_name="approved_changes",
        db_column="release_id",
    )
    approved_as = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name=_("approved as"),
        null=True,
        blank=True,
        related_name="held",
        db_column="released_as_id",
    )
    settled_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = Changes.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["pk"]
        indexes = [models.Index(fields=["run", "state"], name="change_totals")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
