"""What is stored about connections, for the rules of readiness: in a fixed number of statements, without any vendor."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Max, QuerySet, Value

from connections.models import Connection, PayrollRecipient
from connections.owner_settings.recipients import same
from connections.pauses.pausing import application_refused, is_refused
from connections.pauses.refusal_codes import refused_side
from sync.analysis import two_writers
from sync.core.fields import FIELDS
from sync.models import HumaEvent, Letter, MailCheck, RefusedEvent, SyncRun
from sync.models.groups import BY_HAND, PART
from sync.readiness.items import Seen
from sync.readiness.mail_check import letter_key


def seen(connections: Collection[Connection]) -> dict[int, Seen]:
    """What is known of each connection."""
    pks = [row.pk for row in connections]
    figures, mails, numbers = _figures(pks), _mails(pks), _numbers(pks)
    confirmed: dict[int, set[str]] = {pk: set() for pk in pks}
    rows = PayrollRecipient.objects.filter(connection__in=pks).exclude(confirmed_at=None)
    for pk, address in rows.values_list("connection", "address"):
        confirmed[pk].add(address)
    refused = application_refused()
    found = {}
    for row in connections:
        recipients = {same(one) for one in row.payroll_contacts if same(one)}
        hidden, hidden_for_some = _hidden(figures.get(row.pk, {}), row.fields_off)
        mail, mail_to = mails.get(row.pk, ("none", ""))
        found[row.pk] = Seen(
            refused=_who_refuses(row, refused),
            fetched=row.pk in figures,
            first_sync=("synced", row.pk) in numbers,
            hidden=hidden,
            hidden_for_some=hidden_for_some,
            end_reason=bool(row.default_end_reason),
            ends_switched_off="last_workday" in row.fields_off,
            recipients=len(recipients),
            confirmed=len(recipients & confirmed[row.pk]),
            mail=mail,
            mail_to=mail_to,
            pay_day=bool(row.pay_day and row.cutoff_day),
            heard=("heard", row.pk) in numbers,
            misheard=("refused", row.pk) in numbers,
            pilot=_pilot(row, ("synced", row.pk) in numbers),
            automatic=row.automatic,
            scheduled=row.schedule != Connection.Schedule.OFF,
            automatic_answered=row.automatic_asked,
            other_writer=row.other_writer if two_writers.rests(row) else "",
        )
    return found


def _who_refuses(connection: Connection, application: bool) -> str:
    if application:
        return "application"
    return refused_side(connection.pause_reason) if is_refused(connection) else ""


def _pilot(connection: Connection, synced: bool) -> str:
    """For whom the connection works, as far as somebody chose it. Who synced without a group chose everyone."""
    if connection.pilot:
        return "group"
    return "everyone" if connection.pilot_version or synced else ""


def _figures(pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    """By connection, the figures of the newest run that read both sides completely."""
    reads = SyncRun.objects.filter(connection__in=pks, dry=False).exclude(read_at=None).exclude(trigger__in=PART)
    newest = reads.order_by().values("connection").annotate(newest=Max("pk")).values("newest")
    return dict(SyncRun.objects.filter(pk__in=newest).values_list("connection", "figures"))


def _hidden(figures: dict[str, Any], off: Collection[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """The fields, in the registry's order, that could be read of none of the linked people; and of how many people each
    other field couldn't be read, if of any."""
    linked, unreadable = figures.get("linked") or 0, figures.get("unreadable") or {}
    counts = {one.name: unreadable[one.name] for one in FIELDS if one.name not in off and unreadable.get(one.name)}
    nobody = tuple(name for name, count in counts.items() if linked and count >= linked)
    return nobody, {name: count for name, count in counts.items() if name not in nobody}


def _mails(pks: Iterable[int]) -> dict[int, tuple[str, str]]:
    """By connection, how far its newest test email is, and to whom it went."""
    rows = list(MailCheck.objects.filter(connection__in=pks))
    states = dict(Letter.objects.filter(key__in=map(letter_key, rows)).values_list("key", "state"))
    return {row.connection_id: (_how_far(row, states.get(letter_key(row), "")), row.address) for row in rows}


def _how_far(row: MailCheck, letter: str) -> str:
    if row.arrived_at:
        return "arrived"
    return {Letter.State.WAITING: "waiting", Letter.State.FAILED: "failed"}.get(Letter.State(letter or "sent"), "sent")


def _numbers(pks: Collection[int]) -> set[tuple[str, int]]:
    """Of which connections there is an event from Huma, a refused request, and a finished sync by a person."""
    rows: dict[str, QuerySet[Any]] = {
        "heard": HumaEvent.objects.filter(connection__in=pks),
        "refused": RefusedEvent.objects.filter(connection__in=pks),
        "synced": SyncRun.objects.filter(
            connection__in=pks, trigger__in=BY_HAND, state=SyncRun.State.FINISHED, dry=False
        ),
    }
    there = [
        found.order_by().annotate(code=Value(code)).values_list("code", "connection").distinct()
        for code, found in rows.items()
    ]
    return set(there[0].union(*there[1:], all=True)) if pks else set()
