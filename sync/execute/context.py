"""What all steps of a slice share."""

import threading
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.utils import timezone

from connections.clients import Clients, clients_for
from sync.core.employee import Canonical, Value
from sync.core.fields import Field
from sync.core.fields import field as field_named
from sync.core.fingerprint import Fingerprinter
from sync.core.plan import settle as verdict
from sync.core.shape import Doc
from sync.lease import Lease
from sync.models import Change, SyncRun
from sync.services.reading import fingerprinter

_usual_job_seconds: dict[int, float] = {}


@dataclass
class Context:
    """One slice of one run. ``singly``: Writes whose fields go out one by one, because the vendor refused them all
    without saying which."""

    run: SyncRun
    lease: Lease
    clients: Clients
    fingerprint: Fingerprinter
    stopping: bool = False
    singly: set[int] = field(default_factory=set)
    puzzled: set[int] = field(default_factory=set)
    looks: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, run: SyncRun, lease: Lease) -> "Context":
        """The context of a slice that begins now."""
        return cls(run, lease, clients_for(run.connection), fingerprinter(run.connection))

    @property
    def today(self) -> date:
        """Today in Europe/Oslo."""
        return timezone.localdate()

    def verdict(self, change: Change, now: Canonical) -> str:
        """nothing, moved or write: what to do about a Change now that the target was read again."""
        return verdict(change.field, now, change.pin, change.becomes, self.fingerprint)

    def is_there(self, change: Change, now: Canonical) -> bool:
        """Whether the target says what it was to become."""
        spec = field_named(change.field)
        return self.fingerprint(spec.name, spec.version, now) == change.becomes

    def first_look(self) -> float:
        """Seconds until a job is worth a first look: what this connection's last jobs took."""
        usual = _usual_job_seconds.get(self.run.connection_id)
        return settings.JOB_WAIT_FIRST_SECONDS if usual is None else usual

    def job_took(self, seconds: float) -> None:
        """Learn from a finished job; slow ones count more, since a look too early costs a request."""
        usual = self.first_look()
        share = 0.5 if seconds > usual else 0.1
        _usual_job_seconds[self.run.connection_id] = usual + share * (min(seconds, 30.0) - usual)


def now_in_visma(spec: Field, document: Doc, today: date) -> Value:
    """What a Visma document (an employee's or a position's) says of a field."""
    return spec.read_visma({}, document, today) if spec.on_position else spec.read_visma(document, None, today)


def now_in_huma(spec: Field, document: Doc) -> Value:
    """What a Huma document (a user's details or a position) says of a field."""
    return spec.read_huma({}, document) if spec.on_position else spec.read_huma(document, None)
