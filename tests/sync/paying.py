"""Held changes before a pay day, whatever day it is, and the emails about them."""

from datetime import datetime, time, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from connections.models import Connection
from sync.core.calendar.payday import Period, reminders
from sync.models import Change, EmployeeLink, SyncRun
from sync.planning.payday import deadline_of

OSLO = ZoneInfo("Europe/Oslo")
SEVEN = time(7)


def paid(connection: Connection) -> Period:
    """Give the connection a pay day whose reminders are all still to come; returns the next pay."""
    day = (timezone.localdate() + timedelta(days=14)).day
    connection.pay_day, connection.cutoff_day = day, day
    connection.save()
    period = following(connection, timezone.now())
    assert reminders(period, SEVEN)[0] > timezone.now()
    return period


def following(connection: Connection, now: datetime) -> Period:
    """The pay whose cut-off comes next."""
    found = deadline_of(connection, now, now)
    assert found
    return found.next


def a_run(connection: Connection, **more: Any) -> SyncRun:
    """An automatic run that has ended."""
    return SyncRun.objects.create(connection=connection, trigger="real-time", state="finished", **more)


def holds(
    connection: Connection, field: str = "bank_account", at: datetime | None = None, reason: str = "held_account"
) -> Change:
    """A held Change of a person, which waits since ``at``."""
    number = EmployeeLink.objects.count()
    link = EmployeeLink.objects.create(
        connection=connection, huma_id=f"h{number}", visma_id=f"v{number}", linked_by="number", name="Frode Før"
    )
    return Change.objects.create(
        run=a_run(connection), link=link, name="Frode Før", field=field, side="visma", state="held", reason=reason,
        settled_at=at or timezone.now(), before={"localBankAccount": "86011117947"}, after=None,
    )  # fmt: skip


def said(message: EmailMessage) -> str:
    """An email's text."""
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")
