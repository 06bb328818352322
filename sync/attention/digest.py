"""The digest: one email for each person and working day about all their connections, if there is something to say.

Owners are told what waits: when something is new since the last digest, and else once a week as long as anything waits.
Payroll contacts are told whose account, last workday or name was changed automatically since then. What another email
has told already (a pause, a first held change) doesn't count as new.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from connections.claims import as_seen, claim_row
from connections.models import Connection, Installation
from sync.analysis import notices
from sync.core.batches import batches
from sync.core.calendar.workdays import is_working_day
from sync.core.codes import Action
from sync.core.records.employee import Side
from sync.mail import letters
from sync.mail.outbox import each_once, hashed
from sync.mail.payroll_letters import runs_told_of
from sync.models import Change, Conflict, Letter, SyncRun
from sync.models.groups import AUTOMATIC, BY_ITSELF
from sync.runs.open_differences import RUNS_AT_ONCE, asking
from sync.situation.what_waits import Kind, Situation, attention, situation

TOLD = ("bank_account", "last_workday", "given_name", "family_name")
"""The fields of which payroll contacts are told; bank accounts only if no email has told of them at once."""
NOT_TOLD = (Kind.APPLICATION, Kind.PAUSED_BY_HAND)
"""What owners aren't reminded of: it doesn't concern them, or they chose it."""
REMINDER = timedelta(days=7)
FIRST = timedelta(days=7)
"""How far back the first digest of an installation looks."""
SETTLING = timedelta(minutes=1)
"""Changes written within this time may not be stored yet, so they are for the next digest."""


@dataclass
class Digest:
    """The digest of one person. ``waits``: counts by connection and kind; ``changed``: Changes by connection."""

    address: str
    waits: dict[int, dict[str, int]] = field(default_factory=dict)
    changed: dict[int, list[int]] = field(default_factory=dict)
    is_new: bool = False


def write_due(now: datetime | None = None) -> int:
    """Write the day's digests, if it is time and they aren't written yet; returns how many. May be repeated.

    Of two callers at the same time, one writes. After a day without a worker, the next digest covers that day, too.
    """
    now = now or timezone.now()
    here = timezone.localtime(now)
    if not is_working_day(here.date()) or here.time() < settings.DIGEST_TIME:
        return 0
    row, _made = Installation.objects.get_or_create(pk=1)
    if row.digest_at and timezone.localdate(row.digest_at) >= here.date():
        return 0
    found = digests((row.digest_at or now - FIRST) - SETTLING, now - SETTLING, here.date())
    with transaction.atomic():
        if not claim_row(Installation, row.pk, as_seen(row, "digest_at"), digest_at=now):
            return 0
        return sum(_write(digest, here.date()) for digest in found)


def _write(digest: Digest, day: date) -> bool:
    told = {*digest.waits, *digest.changed}
    only = Connection.objects.filter(pk__in=told).first() if len(told) == 1 else None
    return letters.write(
        Letter.Kind.DIGEST,
        f"digest:{day.isoformat()}:{hashed(digest.address)}",
        [digest.address],
        only,
        waits={str(pk): counts for pk, counts in digest.waits.items()},
        changed={str(pk): changes for pk, changes in digest.changed.items()},
    )


def digests(since: datetime, until: datetime, day: date) -> list[Digest]:
    """The digests. ``since``, ``until``: automatic changes between them are told.

    Owners are reminded of connections with automatic updates; payroll is told of what was written in any case.
    """
    rows = Connection.objects.exclude(state=Connection.State.DISCONNECTED)
    connections = list(rows.prefetch_related("owners").order_by("name"))
    here = situation([connection for connection in connections if connection.automatic])
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for one in attention(here, named=1):
        if one.connection and one.kind not in NOT_TOLD:
            counts[one.connection.pk][one.kind] = one.count
    new = _new_since(here, since) & counts.keys()
    changed = _changed_by_itself(connections, since, until)
    found: dict[str, Digest] = {}
    for connection in connections:
        for address in _owners(connection) if connection.pk in counts else ():
            digest = found.setdefault(address.lower(), Digest(address))
            digest.waits[connection.pk] = counts[connection.pk]
            digest.is_new = digest.is_new or connection.pk in new
        for address in each_once(connection.payroll_contacts) if connection.pk in changed else ():
            digest = found.setdefault(address.lower(), Digest(address))
            digest.changed[connection.pk] = changed[connection.pk]
    told = _told_lately(day)
    return [one for one in found.values() if one.changed or one.is_new or hashed(one.address) not in told]


def _owners(connection: Connection) -> list[str]:
    return each_once([user.email for user in connection.owners.all() if user.is_active])


def _told_lately(day: date) -> set[str]:
    """The addresses, as hashes, that got a digest about what waits within a week."""
    rows = Letter.objects.filter(kind=Letter.Kind.DIGEST, made_at__gte=timezone.now() - 2 * REMINDER)
    told = set()
    for key, params in rows.values_list("key", "params"):
        _digest, written, hashed = key.split(":")
        if params.get("waits") and date.fromisoformat(written) > day - REMINDER:
            told.add(hashed)
    return told


def _changed_by_itself(connections: Iterable[Connection], since: datetime, until: datetime) -> dict[int, list[int]]:
    rows = Change.objects.filter(
        run__connection__in=[one.pk for one in connections if one.payroll_contacts],
        run__trigger__in=BY_ITSELF,
        state=Change.State.DONE,
        side=Side.VISMA,
        action=Action.FIELD,
        field__in=TOLD,
        settled_at__gt=since,
        settled_at__lte=until,
    )
    facts = list(rows.order_by("name", "pk").values_list("pk", "run__connection", "run", "field"))
    told = runs_told_of(run for _pk, _connection, run, name in facts if name == "bank_account")
    found: dict[int, list[int]] = defaultdict(list)
    for pk, connection, run, name in facts:
        if name != "bank_account" or run not in told:
            found[connection].append(pk)
    return dict(found)


def _new_since(here: Situation, since: datetime) -> set[int]:
    """The connections in which something waits that didn't wait at ``since``."""
    told = Letter.objects.filter(kind=Letter.Kind.HELD, made_at__gt=since).values_list("params", flat=True)
    changes = Change.objects.filter(run__connection__in=here.connections, settled_at__gt=since)
    said_of = {pk for params in told for pk in (params.get("run", 0), *params.get("runs", ()))}
    held = changes.waiting().exclude(run__in=said_of)
    unknown = changes.filter(state=Change.State.UNKNOWN, run__trigger__in=BY_ITSELF)
    failed = SyncRun.objects.filter(state=SyncRun.State.FAILED, trigger__in=AUTOMATIC, finished_at__gt=since)
    said = notices.waiting(*here.connections.values()).filter(made_at__gt=since)
    before = Conflict.objects.filter(
        *(Q(**{name: OuterRef(name)}) for name in ("link", "field", "huma_fingerprint", "visma_fingerprint")),
        run__read_at__lte=since,
        pk__lt=OuterRef("pk"),
    )
    asks = [
        asking(some).filter(run__read_at__gt=since).exclude(Exists(before)).values_list("run__connection", flat=True)
        for some in batches(sorted(here.looks.runs), RUNS_AT_ONCE)
    ]
    return {
        *held.values_list("run__connection", flat=True),
        *unknown.values_list("run__connection", flat=True),
        *failed.filter(connection__in=here.connections).values_list("connection", flat=True),
        *said.values_list("connection", flat=True),
        *(connection for found in asks for connection in found),
    }
