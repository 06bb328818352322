"""The tables of the sync, named by the design's words."""

from sync.models.date_roll import DateRoll
from sync.models.events import HumaEvent, RefusedEvent
from sync.models.heartbeat import Heartbeat
from sync.models.history import AuditedPerson, HistoryEntry, audit_people
from sync.models.integrations import SeenIntegration
from sync.models.links import AskedPair, EmployeeLink, LeftOut, PairsUpload
from sync.models.mail_checks import MailCheck
from sync.models.notices import Letter, Notice
from sync.models.pilot import PilotMember
from sync.models.runs import EmployeeSnapshot, PossibleMatch, RunPerson, SyncRun
from sync.models.skipped import PassedPerson
from sync.models.writes import Change, Conflict, Write

__all__ = [
    "AskedPair",
    "AuditedPerson",
    "Change",
    "Conflict",
    "DateRoll",
    "EmployeeLink",
    "EmployeeSnapshot",
    "Heartbeat",
    "HistoryEntry",
    "HumaEvent",
    "LeftOut",
    "Letter",
    "MailCheck",
    "Notice",
    "PairsUpload",
    "PassedPerson",
    "PilotMember",
    "PossibleMatch",
    "RefusedEvent",
    "RunPerson",
    "SeenIntegration",
    "SyncRun",
    "Write",
    "audit_people",
]
