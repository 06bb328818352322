"""Runs: one pass over both sides, and what it read."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connections.fields import EncryptedJSONField
from connections.models import Connection
from sync.models.links import EmployeeLink


class SyncRun(models.Model):
    """One pass: fetching → review → create → confirm → applying → finished, or failed / cancelled / stopped."""

    class State(models.TextChoices):
        FETCHING = "fetching", _("Fetching")
        REVIEW = "review", _("Review")
        CREATE = "create", _("Create")
        CONFIRM = "confirm", _("Confirm")
        APPLYING = "applying", _("Sending")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        STOPPED = "stopped", _("Stopped")

    class Trigger(models.TextChoices):
        MANUAL = "manual", _("Manual")
        COMMAND = "command", _("Command")
        RETRY = "retry", _("Retry")
        UNDO = "undo", _("Undo sync")
        SCHEDULED = "scheduled", _("Schedule")
        REAL_TIME = "real-time", _("Change in Huma")
        APPROVED = "release", _("Approved")

    connection = models.ForeignKey(Connection, models.CASCADE, verbose_name=_("connection"), related_name="runs")
    trigger = models.CharField(_("started by"), max_length=10, choices=Trigger, default=Trigger.MANUAL)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.FETCHING)
    started_by = models.CharField(_("by whom"), max_length=150, blank=True)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)
    read_at = models.DateTimeField(_("fetched from both systems"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    stop_requested_by = models.CharField(_("stopped by"), max_length=150, blank=True)
    continues = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("continues the sync"), null=True, blank=True, related_name="+"
    )
    retry_of = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("retries the sync"), null=True, blank=True, related_name="retries"
    )
    # A dry run of the command: only the process that started it works on it, and deletes it at the end.
    dry = models.BooleanField(_("dry run"), default=False)
    # Why it failed, as a code of sync.core.reasons with its parameters (never a value).
    failure = models.CharField(_("why it failed"), max_length=60, blank=True)
    failure_params = models.JSONField(default=dict, blank=True)
    # The checks that stopped the run and that somebody has passed, e.g. "visma_empty", "same_company".
    passed_checks = models.JSONField(_("checks that somebody went past"), default=list, blank=True)
    reading_began_at = models.DateTimeField(_("fetching began"), null=True, blank=True)
    # How far reading is, so that another process can go on with it; nothing else.
    # Of both sides: "huma" and "visma" (each list's stage and what it has so far: HumaList, VismaList), "asked" (what
    # asking singly found, by side and id), "silent" (since when a side hasn't answered), "trouble" (these sides, for
    # the page), "read_at" (when both sides were complete).
    # Of single people: "gone" (by Huma id, from which side), "outside", "passed" (by Huma id, what is known of who is
    # passed over), "waits" (since when an answer about a person is waited for), "silent", "trouble", "rehires_since".
    progress = models.JSONField(_("how much is fetched"), default=dict, blank=True)
    # The sides that haven't answered for some seconds, with when they were asked (seconds since 1970).
    silent = models.JSONField(default=dict, blank=True, editable=False)
    # The figures of the overview: counts only.
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    # What was chosen on Create. Null: the connection's groups, because nobody has chosen others.
    new_user_groups = models.JSONField(_("groups of new Huma users"), null=True, blank=True)
    invites = models.BooleanField(_("new Huma users are invited"), default=False)
    assigns_numbers = models.BooleanField(_("Visma assigns missing Employment IDs"), default=False)
    plan_fingerprint = models.CharField(max_length=64, blank=True)
    # Of an automatic run: the Huma users whose events it answers (real time), and the rule in whose name it writes.
    people = models.JSONField(_("people in notices from Huma"), default=list, blank=True)
    rule_by = models.CharField(_("automatic updates turned on by"), max_length=150, blank=True)
    rule_at = models.DateTimeField(_("automatic updates turned on"), null=True, blank=True)

    values_blanked_at = models.DateTimeField(_("values blanked"), null=True, blank=True)
    # When the ended run was entered into the history; null: that is still to be done.
    history_at = models.DateTimeField(null=True, blank=True, editable=False)

    lease_holder = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(_("handled until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("sync")
        verbose_name_plural = _("syncs")
        ordering = ["-pk"]
        # Changes in Huma make many runs; the index finds the others without reading all of them.
        indexes = [
            models.Index(fields=["connection", "trigger", "state"], name="run_newest"),
            models.Index(fields=["id"], condition=Q(history_at=None), name="run_not_in_history"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(state__in=["fetching", "review", "create", "confirm", "applying"])
                & Q(trigger__in=["manual", "retry", "undo"]),
                name="one_open_manual_run",
            ),
            models.UniqueConstraint(fields=["connection"], condition=Q(state="applying"), name="one_applying_run"),
            models.UniqueConstraint(
                fields=["connection", "trigger"],
                condition=Q(state__in=["fetching", "review", "applying"], trigger__in=["scheduled", "real-time"]),
                name="one_open_automatic_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether the run hasn't ended."""
        return self.state in OPEN_STATES

    @property
    def is_automatic(self) -> bool:
        """Whether the run was started by a rule, and not by a person."""
        return self.trigger in AUTOMATIC

    @property
    def is_undo(self) -> bool:
        """Whether the run puts back what other runs wrote."""
        return self.trigger == self.Trigger.UNDO

    @property
    def is_before_writing(self) -> bool:
        """Whether the run is in a state before writing."""
        return self.state in BEFORE_WRITING

    @property
    def groups(self) -> list[str]:
        """The ids of the groups that new Huma users join."""
        chosen = self.connection.huma_groups if self.new_user_groups is None else self.new_user_groups
        return [str(group) for group in chosen]


AUTOMATIC = (SyncRun.Trigger.SCHEDULED, SyncRun.Trigger.REAL_TIME)
"""Runs that a rule started."""
STEPS = (SyncRun.State.REVIEW, SyncRun.State.CREATE, SyncRun.State.CONFIRM)
"""The states in which a run waits for a person."""
BEFORE_WRITING = (SyncRun.State.FETCHING, *STEPS)
"""The states in which nothing was written yet, so a run can be cancelled."""
OPEN_STATES = (*BEFORE_WRITING, SyncRun.State.APPLYING)
"""The states of a run that hasn't ended."""


class RunPerson(models.Model):
    """One person whom a run over single people compared or passed over, or about whom it brought something new."""

    run = models.ForeignKey(SyncRun, models.CASCADE, verbose_name=_("sync"), related_name="single_people")
    huma_id = models.CharField(_("ID in Huma"), max_length=64)
    link = models.ForeignKey(
        EmployeeLink, models.CASCADE, verbose_name=_("linked person"), null=True, blank=True, related_name="+"
    )
    compared = models.BooleanField(_("compared"), default=False)
    passed = models.BooleanField(_("skipped"), default=False)
    has_news = models.BooleanField(_("something is new"), default=False)

    class Meta:
        verbose_name = _("person of a sync")
        verbose_name_plural = _("people of a sync")
        constraints = [models.UniqueConstraint(fields=["run", "huma_id"], name="one_row_a_single_person")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class EmployeeSnapshot(models.Model):
    """What one side said about one employee in one run."""

    run = models.ForeignKey(SyncRun, models.CASCADE, verbose_name=_("sync"), related_name="snapshots")
    side = models.CharField(_("system"), max_length=5)
    vendor_id = models.CharField(_("ID in that system"), max_length=64)
    complete = models.BooleanField(
        _("fetched completely"), default=True
    )  # False: the list has the person, and the details haven't been read
    name = models.CharField(_("name"), max_length=255, blank=True)
    number = models.CharField(_("Employment ID"), max_length=64, blank=True)
    standing = models.CharField(_("employment"), max_length=10, blank=True)  # current, upcoming, former, none
    active = models.BooleanField(_("active"), default=True)
    draft = models.BooleanField(_("draft"), default=False)
    # What is worth knowing by this record alone: codes of sync.core.records.worth_knowing, with spaces between them.
    worth_knowing = models.CharField(max_length=80, blank=True, default="", editable=False)
    # The fields that this side doesn't show of the person: names of sync.core.fields, with spaces between them.
    hidden = models.CharField(max_length=500, blank=True, default="", editable=False)
    # Why the person was passed over (a code of sync.core.reasons), and the property that can't be understood.
    passed = models.CharField(_("skipped because"), max_length=60, blank=True, default="")
    passed_prop = models.CharField(max_length=80, blank=True, default="")
    # sync.core.records.employee.Employee as JSON, while the run needs it; of who is passed over, what is known.
    payload = EncryptedJSONField(null=True, blank=True)
    link = models.ForeignKey(
        EmployeeLink, models.SET_NULL, verbose_name=_("linked person"), null=True, blank=True, related_name="+"
    )
    # create_blocked: why the person can't be created on the other side (code of sync.core.reasons); "" if they can.
    # Linked people have the group "". Groups: main, former, not_employee, draft, no_position, returned, not_a_person
    create_group = models.CharField(_("list to create"), max_length=15, blank=True)
    create_blocked = models.CharField(_("why they can't be created"), max_length=60, blank=True)
    create_chosen = models.BooleanField(_("chosen to be created"), default=False)
    create_chosen_by = models.CharField(_("chosen by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("fetched person")
        verbose_name_plural = _("fetched people")
        constraints = [models.UniqueConstraint(fields=["run", "side", "vendor_id"], name="one_snapshot_a_person")]
        indexes = [models.Index(fields=["run", "side", "create_group", "name"], name="snapshot_create_list")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class PossibleMatches(models.QuerySet["PossibleMatch"]):
    """Queries for possible matches."""

    def open_in(self, run: SyncRun) -> "PossibleMatches":
        """The possible matches of a run that wait for an answer: not decided, and neither person is linked by now."""
        return self.filter(run=run, decision="", huma__link=None, visma__link=None)


class PossibleMatch(models.Model):
    """Two people who may be one, for a person to link or to call different."""

    run = models.ForeignKey(SyncRun, models.CASCADE, verbose_name=_("sync"), related_name="possible_matches")
    huma = models.ForeignKey(EmployeeSnapshot, models.CASCADE, verbose_name=_("in Huma"), related_name="+")
    visma = models.ForeignKey(EmployeeSnapshot, models.CASCADE, verbose_name=_("in Visma"), related_name="+")
    # Codes of sync.core.matching.evidence, e.g. ["number", "email"].
    agrees = models.JSONField(_("what agrees"), default=list)
    differs = models.JSONField(_("what differs"), default=list)
    against = models.JSONField(_("what speaks against it"), default=list)
    # Possible matches with the same evidence have the same group; where ``at_once``, they may be answered together.
    group = models.CharField(_("group"), max_length=250, blank=True)
    at_once = models.BooleanField(_("may be answered together"), default=False)
    place = models.PositiveIntegerField(_("place"), default=0)  # the strongest first
    decided_together = models.BooleanField(_("answered together"), default=False)
    why = models.CharField(_("why"), max_length=60)  # code of sync.core.reasons
    decision = models.CharField(_("decision"), max_length=10, blank=True)  # "", linked, different
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = PossibleMatches.as_manager()

    class Meta:
        verbose_name = _("possible match")
        verbose_name_plural = _("possible matches")
        constraints = [models.UniqueConstraint(fields=["run", "huma", "visma"], name="one_possible_match_a_pair")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
