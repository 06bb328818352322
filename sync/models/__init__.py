"""The tables of the sync, named by the design's words."""

from sync.models.heartbeat import Heartbeat
from sync.models.links import EmployeeLink, LeftOut
from sync.models.runs import OPEN_STATES, EmployeeSnapshot, PossibleMatch, SyncRun
from sync.models.writes import Change, Conflict, Write

__all__ = [
    "OPEN_STATES",
    "Change",
    "Conflict",
    "EmployeeLink",
    "EmployeeSnapshot",
    "Heartbeat",
    "LeftOut",
    "PossibleMatch",
    "SyncRun",
    "Write",
]
