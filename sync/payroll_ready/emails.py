"""The email on the morning of the cut-off: can payroll be run? To recipients of payroll notices, in place of that
morning's reminder to them; one for each pay day. It has names and field labels, never a value."""

from collections.abc import Collection
from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from connections.owner_settings.recipients import is_recipient
from sync.core.calendar.payday import deadline, reminders
from sync.mail import letters
from sync.mail.composing import Composer
from sync.mail.message import absolute, message
from sync.mail.outbox import each_once, hashed
from sync.mail.payroll_letters import counts_only
from sync.models import Letter
from sync.payroll_ready.changes import Changed, grouped
from sync.payroll_ready.report import report
from sync.planning.payday import plan_of
from sync.runs.result_email import MOST_PROBLEMS as MOST_NAMED

SILENT = (Connection.State.DISCONNECTED, Connection.State.WAITING)
"""The states of connections from which nothing comes, so payroll isn't told."""


def write_due(now: datetime | None = None) -> int:
    """Write the emails whose morning has come; returns how many. May be repeated, also by two callers at once.

    After a morning without a worker, they are still written until the cut-off.
    """
    now = now or timezone.now()
    due: dict[str, tuple[Connection, str, date]] = {}
    rows = Connection.objects.exclude(state__in=SILENT).exclude(pay_day=None).exclude(cutoff_day=None)
    for connection in rows.order_by("name"):
        plan = plan_of(connection)
        period = deadline(plan, now, now).next if plan else None
        if period and reminders(period, settings.DIGEST_TIME)[1] <= now:
            for address in each_once(connection.payroll_contacts):
                key = f"ready:{connection.pk}:{period.pay.isoformat()}:{hashed(address)}"
                due[key] = connection, address, period.pay
    written = set(Letter.objects.filter(key__in=list(due)).values_list("key", flat=True)) if due else set()
    return sum(
        letters.write(Letter.Kind.READY, key, [address], connection, pay=pay.isoformat())
        for key, (connection, address, pay) in due.items()
        if key not in written
    )


def goes_to(connection: Connection, address: str) -> bool:
    """Whether this address gets the email on the morning of the cut-off, so that it needs no reminder besides it."""
    return connection.state not in SILENT and is_recipient(connection, address)


def _ready(letter: Letter) -> EmailMultiAlternatives | None:
    """``None`` after the pay day, and for an address that isn't a recipient any more."""
    connection = letter.connection
    if (
        connection is None
        or connection.state in SILENT
        or date.fromisoformat(letter.params["pay"]) < timezone.localdate()
    ):
        return None
    to = [address for address in letter.to if is_recipient(connection, address)]
    if not to:
        return None
    found = report(connection)
    named = not any(counts_only(connection, address) for address in to)
    context = {
        "connection": connection.name,
        "report": found,
        "subject": found.line,
        "named": named,
        "waits": [(one, one.people[:MOST_NAMED] if named else (), _rest(one.count, one.people)) for one in found.waits],
        "groups": [(label, _people(some) if named else [], len(some)) for label, some in grouped(found.changes)],
        "owners": _owners(connection),
        "url": absolute(reverse("admin:payroll_ready", args=[connection.code])),
    }
    return message("payroll_ready", context, to, letter.message_id)


def _rest(count: int, people: Collection[object]) -> int:
    """How many people aren't named, if some are."""
    return count - min(len(people), MOST_NAMED) if people else 0


def _people(changes: list[Changed]) -> list[tuple[str, str]]:
    """The people of some changes, each with the labels of what changed."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in changes:
        labels = found.setdefault((one.name, one.side, one.vendor_id), [])
        if one.what not in labels:
            labels.append(one.what)
    return [(name or "–", ", ".join(labels)) for (name, _side, _id), labels in found.items()]


def _owners(connection: Connection) -> list[str]:
    """Whom to ask: the owners' names and addresses."""
    people = connection.owners.filter(is_active=True).order_by("pk")
    return [f"{user.get_full_name() or user.get_username()} ({user.email})" for user in people if user.email]


EMAILS: dict[str, Composer] = {Letter.Kind.READY: _ready}
