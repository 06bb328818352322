"""Reminds owners of held changes on two mornings before the cut-off. An email holds no value and no name.

Each person gets one email for all connections; the last reminder goes to superusers, too. Owners are also told at once
(``sync.planning.held_letters``). Recipients of payroll notices get another email instead of the last reminder
(``sync.payroll_ready.emails``).
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.models import Connection, Installation
from sync.core.calendar.payday import deadline, reminders
from sync.mail import letters
from sync.mail.outbox import each_once, hashed
from sync.models import Change, Letter
from sync.payroll_ready import emails as ready_emails
from sync.planning.payday import plan_of

LATELY = timedelta(days=10)
"""How far back written reminders are looked at: longer than one can be late."""


def write_due(now: datetime | None = None) -> int:
    """Write the reminders whose morning has come; returns how many. May be repeated, also by two callers at once.

    After a morning without a worker, reminders are still written until the cut-off.
    """
    now = now or timezone.now()
    due = _due(now)
    if not due:
        return 0
    with transaction.atomic():
        Installation.objects.get_or_create(pk=1)
        Installation.objects.select_for_update().get(pk=1)  # one at a time
        return _write(due)


def _due(now: datetime) -> dict[Connection, tuple[datetime, bool]]:
    """The connections in which something has waited since before a reminder's morning, with that morning, and whether
    it is the last one."""
    rows = Connection.objects.exclude(state=Connection.State.DISCONNECTED).exclude(pay_day=None)
    found: dict[Connection, tuple[datetime, bool]] = {}
    for connection in rows.exclude(cutoff_day=None).order_by("name").prefetch_related("owners"):
        plan = plan_of(connection)
        if plan is None:
            continue
        first, last = reminders(deadline(plan, now, now).next, settings.DIGEST_TIME)
        at = last if last <= now else first
        if at > now:
            continue
        held = Change.objects.filter(run__connection=connection).waiting()
        if held.filter(settled_at__lte=at).exists():
            found[connection] = at, at == last
    return found


def _write(due: dict[Connection, tuple[datetime, bool]]) -> int:
    known = _told()
    names: dict[str, str] = {}
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for connection, (at, is_last) in due.items():
        owners = [user.email for user in connection.owners.all() if user.is_active]
        for address in each_once([*owners, *(letters.superusers() if is_last else ())]):
            if is_last and ready_emails.goes_to(connection, address):
                continue
            key, moment = hashed(address), at.isoformat()
            if (key, str(connection.pk), moment) not in known:
                names.setdefault(key, address)
                told[key][str(connection.pk)] = moment
    return sum(_letter(key, names[key], connections) for key, connections in told.items())


def _letter(key: str, address: str, connections: dict[str, str]) -> bool:
    only = Connection.objects.filter(pk__in=connections).first() if len(connections) == 1 else None
    what = hashlib.sha256(repr(sorted(connections.items())).encode()).hexdigest()[:32]
    return letters.write(Letter.Kind.REMINDER, f"reminder:{key}:{what}", [address], only, of=connections)


def _told() -> Collection[tuple[str, str, str]]:
    """(address, connection, morning) of reminders that were written lately."""
    rows = Letter.objects.filter(kind=Letter.Kind.REMINDER, made_at__gte=timezone.now() - LATELY)
    return {
        (key.split(":")[1], connection, at)
        for key, params in rows.values_list("key", "params")
        for connection, at in params.get("of", {}).items()
    }
