"""The pay day and cut-off of a connection, for what waits in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from connections.models import Connection
from sync.core.calendar.payday import Deadline, PayPlan, deadline, is_paid
from sync.core.records.employee import Own, Side
from sync.models import Change
from sync.wording import payday
from sync.wording.display import Display, last_digits

DATES = ("first_workday", "last_workday")


def plan_of(connection: Connection) -> PayPlan | None:
    """The connection's pay days and cut-offs; ``None`` if they aren't set."""
    if connection.pay_day is None or connection.cutoff_day is None:
        return None
    by_hand = {}
    if connection.month_by_hand and connection.pay_by_hand and connection.cutoff_by_hand:
        year, month = connection.month_by_hand.split("-")
        by_hand[int(year), int(month)] = connection.pay_by_hand, connection.cutoff_by_hand
    return PayPlan(connection.pay_day, connection.cutoff_day, connection.cutoff_at, by_hand)


def deadline_of(connection: Connection, since: datetime, now: datetime | None = None) -> Deadline | None:
    """Until when what has waited since ``since`` has to be approved; ``None`` if the pay day isn't set."""
    plan = plan_of(connection)
    return deadline(plan, since, now or timezone.now()) if plan else None


def waits_since(held: Iterable[Change]) -> datetime:
    """When the oldest of these began to wait; the oldest account, if there are accounts among them."""
    rows = [(one.field != "bank_account", one.settled_at) for one in held if one.settled_at]
    return min(rows)[1] if rows else timezone.now()


def lies_in_paid(plan: PayPlan | None, field: str, before: Own, after: Own) -> bool:
    """Whether this writes or removes a first or last workday within a period that has been paid already.

    ``before``, ``after``: in a side's own form.
    """
    if plan is None or field not in DATES:
        return False
    now = timezone.now()
    return any(day and is_paid(plan, day, now) for day in (_day(before), _day(after)))


def marked(shown: Display, plan: PayPlan | None, field: str, before: Own, after: Own) -> Display:
    """A value for a page, with a sentence beside it if it lies in a period that has been paid already."""
    if not lies_in_paid(plan, field, before, after):
        return shown
    return replace(shown, hint=" ".join(filter(None, (shown.hint, payday.in_paid_period()))))


def next_cutoff(connection: Connection, held: QuerySet[Change]) -> str:
    """The next cut-off for what waits, as a sentence; "" if it isn't known. A missed one stands beside each change."""
    now = timezone.now()
    found = deadline_of(connection, now, now)
    if found is None:
        return ""
    return payday.sentences(Deadline(found.next), held.filter(field="bank_account").exists())[0]


def notes(connection: Connection, held: Change) -> Iterator[str]:
    """What a held Change means for pay: a missed pay, the account that salary goes to until then, a paid date."""
    blanked = held.run.values_blanked_at is not None
    account = held.field == "bank_account" and held.side == Side.VISMA and not blanked
    old = last_digits(held.before) if account else ""
    found = deadline_of(connection, waits_since([held]))
    if found and found.missed:
        yield payday.missed(found.missed, bool(old))
    if account:
        yield payday.old_account(old)
    if lies_in_paid(plan_of(connection), held.field, held.before, held.after):
        yield payday.in_paid_period()


def _day(own: Own) -> date | None:
    """The day of a workday in a side's own form."""
    text = own.get("date") if isinstance(own, dict) else own
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
