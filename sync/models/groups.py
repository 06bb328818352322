"""Groups of triggers and states that rules use; two that the table itself needs are in ``models.runs``."""

from django.db.models import Q

from sync.core.codes import Standing
from sync.models.runs import AUTOMATIC, OPEN_STATES, SyncRun
from sync.models.writes import Change, Conflict

_State, _Trigger = SyncRun.State, SyncRun.Trigger

MANUAL = (_Trigger.MANUAL, _Trigger.RETRY, _Trigger.UNDO)
"""Runs of the wizard; a connection has at most one open one."""
BY_HAND = (*MANUAL, _Trigger.COMMAND)
"""Runs that a person started."""
BY_ITSELF = (*AUTOMATIC, _Trigger.RELEASE)
"""Runs that go on from review without a person, in the name of a rule or of the owner who released something."""
SINGLE = (_Trigger.REAL_TIME, _Trigger.RELEASE)
"""Runs over single people: those of whom Huma told, or whose held changes an owner released."""
SHOWN_TO_A_PERSON = (_Trigger.MANUAL, _Trigger.COMMAND)
"""Runs that read both sides and showed them to a person; a retry shows only what failed before."""
WHOLE = (*SHOWN_TO_A_PERSON, _Trigger.SCHEDULED)
"""Runs that read both sides completely."""
PART = (*SINGLE, _Trigger.RETRY, _Trigger.UNDO)
"""Runs over some people only."""

STEPS = (_State.REVIEW, _State.CREATE, _State.CONFIRM)
"""The states in which a run waits for a person."""
WORKING = (_State.FETCHING, _State.APPLYING)
"""The states in which a worker has something to do."""
COMPARED = (*STEPS, _State.APPLYING, _State.FINISHED, _State.STOPPED)
"""The states of runs whose differences count. Those of a failed or cancelled run don't."""

WITHOUT_DIFFERENCES = (_State.FETCHING, _State.FAILED, _State.CANCELLED)
"""The states of runs without differences, or whose differences don't count any more."""

ONE_SIDE_EMPTY = (Conflict.Kind.HUMA_EMPTY, Conflict.Kind.VISMA_EMPTY)
"""The kinds of differences in which one side has no value."""

SETTLED = (Change.State.DONE, Change.State.NOTHING)
"""The outcomes after which the target has the value."""

NOT_WRITTEN = (Change.State.MOVED, Change.State.FAILED, Change.State.UNKNOWN, Change.State.STOPPED)
"""The outcomes after which the target doesn't have the decided value."""

WAITS = Q(standing=Standing.ASKS) & (Q(decision="", outcome="") | Q(outcome__in=NOT_WRITTEN))
"""Differences that nobody has decided, or that were decided and not written; held ones have their own page."""

__all__ = [
    "AUTOMATIC",
    "BY_HAND",
    "BY_ITSELF",
    "COMPARED",
    "MANUAL",
    "NOT_WRITTEN",
    "ONE_SIDE_EMPTY",
    "OPEN_STATES",
    "PART",
    "SETTLED",
    "SHOWN_TO_A_PERSON",
    "SINGLE",
    "STEPS",
    "WAITS",
    "WHOLE",
    "WITHOUT_DIFFERENCES",
    "WORKING",
]
