"""What the steps of a slice share: clients, lease, fingerprints, and how a request is sent safely."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.utils import timezone

from connections.api.api_client import before_each_write
from connections.api.errors import VendorError
from connections.doctor.learning import learned
from connections.vendors.clients import Clients, clients_for
from sync.core.deciding.plan import last_look
from sync.core.fields import Field
from sync.core.fields import field as field_named
from sync.core.records.document import Doc
from sync.core.records.employee import Canonical, Side, Value
from sync.core.values.fingerprint import Fingerprinter
from sync.core.values.spelling import mark, only_spelling
from sync.models import Change, EmployeeLink, SyncRun, Write
from sync.reading.one_person import Witness
from sync.reading.reader import fingerprinter, witness_of
from sync.worker.lease import Lease
from sync.writing import write_state

_usual_job_seconds: dict[int, float] = {}


class LeaseTooShort(Exception):
    """The lease might end before the request does, so nothing is sent now."""


@dataclass
class Context:
    """One slice of one run. ``puzzled``: Writes whose answer we couldn't understand; they aren't sent again.

    ``refused``: by side, the people whom we may not change. ``sent``: by Write, the names of the properties that a
    document of Visma was sent with. ``learned``: what this slice has noted already.
    """

    run: SyncRun
    lease: Lease
    clients: Clients
    fingerprint: Fingerprinter
    witness: Witness
    stopping: bool = False
    puzzled: set[int] = field(default_factory=set)
    refused: dict[str, set[str]] = field(default_factory=dict)
    sent: dict[int, frozenset[str]] = field(default_factory=dict)
    learned: set[tuple[str, str]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, run: SyncRun, lease: Lease) -> "Context":
        """The context for a slice that begins now."""
        clients = clients_for(run.connection)
        return cls(run, lease, clients, fingerprinter(run.connection), witness_of(run.connection, clients))

    @property
    def today(self) -> date:
        """Today in Europe/Oslo."""
        return timezone.localdate()

    def learn(self, assumption: str, outcome: str) -> None:
        """Note what a write showed of an assumption (docs/vendors/), once in a slice."""
        with self.lock:
            if (assumption, outcome) in self.learned:
                return
            self.learned.add((assumption, outcome))
        learned(self.run.connection_id, assumption, outcome)

    @contextmanager
    def request(self, write: Write, etag: str = "") -> Iterator[None]:
        """Around each request that writes: stores *sending* before it, and takes that back if it surely had no effect.

        Raises ``LeaseTooShort`` instead of sending something that another worker might send as well. That is checked
        again before a request is repeated with a new token; the refused one had no effect.
        """
        self._outlasts_a_request()
        write_state.sending(write, etag)
        try:
            with before_each_write(self._outlasts_a_request):
                yield
        except LeaseTooShort:
            write_state.not_sent(write, without_effect=True)
            raise
        except VendorError as error:
            if not getattr(error, "may_have_taken_effect", False):
                write_state.not_sent(write, without_effect=True)
            raise

    def _outlasts_a_request(self) -> None:
        if not self.lease.lasts(settings.HTTP_CONNECT_TIMEOUT + settings.HTTP_READ_TIMEOUT):
            raise LeaseTooShort

    def send_again(self, write: Write) -> bool:
        """Let a Write be sent again, because no effect of it was found. False if that is no use: then it has failed.

        The pauses between the sends grow, and it fails when the patience is over.
        """
        with self.lock:
            puzzled = write.pk in self.puzzled
        if puzzled or (write.trouble_since and write_state.patience_is_over(write)):
            write_state.end(write, Change.State.FAILED, "broken_contract" if puzzled else "unavailable")
            return False
        write_state.not_sent(write)
        return True

    def last_look(self, change: Change, now: Canonical) -> str:
        """What to do about a Change now that the target was read again: nothing, moved or write.

        What an undo takes back may stand there in the target's own spelling, if nobody has read it since.
        """
        found = last_look(change.field, now, change.pin, change.becomes, self.fingerprint)
        return "write" if found == "moved" and self._is_ours_respelt(change, now) else found

    def _is_ours_respelt(self, change: Change, now: Canonical) -> bool:
        """Whether the target has what the undone Change wrote, as the last write of this field, spelt otherwise."""
        if change.link_id is None or change.conflict is None or change.conflict.undoes is None:
            return False
        if change.pin != change.conflict.undoes.becomes:  # a read has seen the side's spelling: another one is an edit
            return False
        spec, side = field_named(change.field), Side(change.side)
        written = EmployeeLink.objects.only("written").get(pk=change.link_id).written.get(change.field)
        return written is not None and list(written) == mark(spec, side, now, self.fingerprint)

    def is_there(self, change: Change, now: Canonical) -> bool:
        """Whether the target has the new value, or the new value in its own spelling and not the old value.

        Source: design, The vendor's spelling.
        """
        spec = field_named(change.field)
        print_now = self.fingerprint(spec.name, spec.version, now)
        return print_now == change.becomes or (print_now != change.pin and self.is_respelt(change, now))

    def is_respelt(self, change: Change, now: Canonical) -> bool:
        """Whether the target's value differs from the written one only in spelling."""
        return only_spelling(now, field_named(change.field).canonical(Side(change.side), change.after))

    def first_look(self) -> float:
        """Seconds until the first look at a job: how long this connection's last jobs took."""
        usual = _usual_job_seconds.get(self.run.connection_id)
        return settings.JOB_WAIT_FIRST_SECONDS if usual is None else usual

    def job_took(self, write: Write) -> None:
        """Learn how long a finished job took; slow jobs count more, because a look too early costs a request."""
        seconds, usual = write_state.seconds_since(write.accepted_at), self.first_look()
        if seconds <= 3 * max(usual, settings.JOB_WAIT_FIRST_SECONDS):  # else we looked late
            share = 0.5 if seconds > usual else 0.1
            _usual_job_seconds[self.run.connection_id] = usual + share * (seconds - usual)


def now_in_visma(spec: Field, document: Doc, today: date) -> Value:
    """The value of a field in a Visma document (an employee's or a position's)."""
    return spec.read_visma({}, document, today) if spec.on_position else spec.read_visma(document, None, today)


def now_in_huma(spec: Field, document: Doc) -> Value:
    """The value of a field in a Huma document (a user's details or a position)."""
    return spec.read_huma({}, document) if spec.on_position else spec.read_huma(document, None)
