"""Who we talk to, which of them belong together, and what was done with them."""

from connections.models.audit_trail import PROGRAM, AppendOnlyRow, AuditEntry, OnlyAppended, audit, name_of
from connections.models.connection import (
    CUTOFF_AT,
    LIMITS,
    Connection,
    new_code,
    new_fingerprint_key,
    new_webhook_secret,
)
from connections.models.diagnosis import Diagnosis, Lesson
from connections.models.installation import Installation
from connections.models.pairing import AUTO, NEVER, RELEASE_MODES, ExpectedPairing, Pairing, ReleaseRequest
from connections.models.recipient import PayrollRecipient, new_link_key

__all__ = [
    "AUTO",
    "CUTOFF_AT",
    "LIMITS",
    "NEVER",
    "PROGRAM",
    "RELEASE_MODES",
    "AppendOnlyRow",
    "AuditEntry",
    "Connection",
    "Diagnosis",
    "ExpectedPairing",
    "Installation",
    "Lesson",
    "OnlyAppended",
    "Pairing",
    "PayrollRecipient",
    "ReleaseRequest",
    "audit",
    "name_of",
    "new_code",
    "new_fingerprint_key",
    "new_link_key",
    "new_webhook_secret",
]
