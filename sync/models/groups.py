"""Groups of triggers, states and checks that rules use. Everybody takes them from here.

Those that a run's own properties need are written in ``models.runs``.
"""

from django.db.models import F, Q

from sync.core.codes import Standing
from sync.models.runs import AUTOMATIC, BEFORE_WRITING, OPEN_STATES, STEPS, SyncRun
from sync.models.writes import Change, Conflict

_State, _Trigger = SyncRun.State, SyncRun.Trigger

MANUAL = (_Trigger.MANUAL, _Trigger.RETRY, _Trigger.UNDO)
"""Runs of the wizard; a connection has at most one open one."""
BY_HAND = (*MANUAL, _Trigger.COMMAND)
"""Runs that a person started."""
BY_ITSELF = (*AUTOMATIC, _Trigger.APPROVED)
"""Runs that go on from review without a person, in the name of a rule or of the owner who approved something."""
SINGLE = (_Trigger.REAL_TIME, _Trigger.APPROVED)
"""Runs over single people: those of whom Huma told, or whose held changes an owner approved."""
SHOWN_TO_A_PERSON = (_Trigger.MANUAL, _Trigger.COMMAND)
"""Runs that read both sides and showed them to a person; a retry shows only what failed before."""
WHOLE = (*SHOWN_TO_A_PERSON, _Trigger.SCHEDULED)
"""Runs that read both sides completely."""
FOLLOWING = (_Trigger.RETRY, _Trigger.UNDO)
"""Runs that follow an earlier one and use what it read; its figures are theirs, too."""
PART = (*SINGLE, *FOLLOWING)
"""Runs over some people only."""

UNATTENDED = (_State.FETCHING, _State.REVIEW)
"""The states that a run which goes on by itself has before it writes."""
WORKING = (_State.FETCHING, _State.APPLYING)
"""The states in which a worker has something to do."""
CARRIED_OUT = (_State.FINISHED, _State.STOPPED)
"""The states of runs that wrote what they could; each of their Changes has an outcome."""
CAME_TO_NOTHING = (_State.FAILED, _State.CANCELLED)
"""The states of runs that ended before they wrote anything."""
WITH_RESULT = (*CARRIED_OUT, _State.FAILED)
"""The states of runs whose result has a page."""
COMPARED = (*STEPS, _State.APPLYING, *CARRIED_OUT)
"""The states of runs whose differences count. Those of a failed or cancelled run don't."""

WITHOUT_DIFFERENCES = (_State.FETCHING, *CAME_TO_NOTHING)
"""The states of runs without differences, or whose differences don't count any more."""

ONE_SIDE_EMPTY = (Conflict.Kind.HUMA_EMPTY, Conflict.Kind.VISMA_EMPTY)
"""The kinds of differences in which one side has no value."""
TYPED_CHECKS = ("visma_empty", "huma_lost", "visma_lost")
"""The checks of what was read that a person passes by typing a number. They are codes of ``SyncRun.failure``."""
CHECKS = (*TYPED_CHECKS, "same_company")
"""All checks of what was read that somebody may pass; the last one only a superuser."""

SETTLED = (Change.State.DONE, Change.State.NOTHING)
"""The outcomes after which the target has the value."""

NOT_WRITTEN = (Change.State.MOVED, Change.State.FAILED, Change.State.UNKNOWN, Change.State.STOPPED)
"""The outcomes after which the target doesn't have the decided value."""

UNSURE = (Change.State.FAILED, Change.State.UNKNOWN)
"""The outcomes that somebody has to follow up."""
PROBLEMS = (*UNSURE, Change.State.MOVED)
"""The outcomes that an email about a result names."""

WAITS = Q(standing=Standing.ASKS) & (Q(decision="", outcome="") | Q(outcome__in=NOT_WRITTEN))
"""Differences that nobody has decided, or that were decided and not written; held ones have their own page."""
_PUT_BACK = Q(decision=Conflict.Decision.UNDO)
_AGREED_BEFORE = Q(huma_fingerprint=F("visma_fingerprint"))
UNSETTLED = (~_PUT_BACK & ~Q(outcome__in=SETTLED)) | (
    _PUT_BACK
    & ((_AGREED_BEFORE & Q(outcome__in=(*SETTLED, Change.State.MOVED))) | (~_AGREED_BEFORE & ~Q(outcome__in=SETTLED)))
)
"""Differences in which the two sides still differ, whether or not anybody is asked.

Where the two agreed and one was put back, they differ afterwards.
"""

__all__ = [
    "AUTOMATIC",
    "BEFORE_WRITING",
    "BY_HAND",
    "BY_ITSELF",
    "CAME_TO_NOTHING",
    "CARRIED_OUT",
    "CHECKS",
    "COMPARED",
    "FOLLOWING",
    "MANUAL",
    "NOT_WRITTEN",
    "ONE_SIDE_EMPTY",
    "OPEN_STATES",
    "PART",
    "PROBLEMS",
    "SETTLED",
    "SHOWN_TO_A_PERSON",
    "SINGLE",
    "STEPS",
    "TYPED_CHECKS",
    "UNATTENDED",
    "UNSETTLED",
    "UNSURE",
    "WAITS",
    "WHOLE",
    "WITHOUT_DIFFERENCES",
    "WITH_RESULT",
    "WORKING",
]
