"""Turns automatic updates on and off, and changes their settings. Each makes an audit entry, old → new."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import Connection, audit, name_of
from connections.owner_settings import recipients
from connections.owner_settings.changing import plain
from sync.analysis import two_writers
from sync.automation.schedule import upcoming
from sync.models import HumaEvent, SyncRun
from sync.models.groups import AUTOMATIC, BY_HAND, OPEN_STATES
from sync.runs import second_reads
from sync.runs.lifecycle import NotAllowed, cancel, stop
from sync.wording.sentences import sentence

SETTINGS = ("both_moved", "accounts", "schedule", "schedule_hours", "schedule_time")
"""The settings of automatic updates that an owner may change, by the names of the model's fields."""


def has_run(connection: Connection) -> bool:
    """Whether a run that a person started has finished; nothing runs automatically before that."""
    return connection.runs.filter(trigger__in=BY_HAND, state=SyncRun.State.FINISHED, dry=False).exists()


def refusal(connection: Connection) -> str:
    """Why automatic updates can't be turned on now, in a sentence; "" if they can."""
    return _not_ready(connection) or ("" if recipients.somebody_hears(connection) else nobody_hears())


def nobody_hears() -> str:
    """The sentence that nobody would be told of automatic changes, and what to do."""
    return _(
        "Automatic updates need a payroll clerk who is told about changed bank accounts. Add a recipient of "
        "payroll notices under Settings. They confirm the address with the link in an email."
    )


def _not_ready(connection: Connection) -> str:
    if connection.state == Connection.State.DISCONNECTED:
        return _("The connection is disconnected. Connect it again first.")
    if connection.state == Connection.State.WAITING:
        return sentence("waits_for_release")
    if connection.state == Connection.State.PAUSED:
        return _("The connection is paused. Automatic updates can be turned on once it works again.")
    if not has_run(connection):
        return _("Automatic updates can be turned on once you have synchronized users for the first time.")
    if two_writers.rests(connection):
        cannot = _("Until then automatic updates can't be turned on.")
        return f"{two_writers.why(connection)} {cannot}"
    return ""


def is_offered(connection: Connection) -> bool:
    """Whether to ask about automatic updates: nobody has answered yet, and they can be turned on.

    It also asks if only a recipient of payroll notices is missing; the answer says so then.
    """
    return not (connection.automatic or connection.automatic_asked or _not_ready(connection))


def turn_on(connection: Connection, user: Any) -> None:
    """Turn automatic updates on, in the name of the user who does it first.

    Raises ``NotAllowed``: "inactive", "first_run" before a first run has finished, "two_writers" while another
    integration writes to Visma, and "nobody_hears" without a recipient of payroll notices with a confirmed address.
    """
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.state != Connection.State.ACTIVE:
            raise NotAllowed("inactive")
        if not has_run(row):
            raise NotAllowed("first_run")
        if two_writers.rests(row) and not row.automatic:
            raise NotAllowed("two_writers")
        if not row.automatic:
            if not recipients.somebody_hears(row):
                raise NotAllowed("nobody_hears")
            row.automatic = row.automatic_asked = True
            row.automatic_by, row.automatic_at = name_of(user), timezone.now()
            row.schedule_next = upcoming(row)
            row.save(
                update_fields=["automatic", "automatic_asked", "automatic_by", "automatic_at", "schedule_next"],
            )
            audit(user, "automatic.on", row)
    connection.refresh_from_db()


def turn_off(connection: Connection, user: Any) -> None:
    """Turn automatic updates off: what hasn't been sent isn't sent, and events from Huma are only noted."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.automatic:
            row.automatic, row.automatic_asked, row.schedule_next = False, True, None
            row.save(update_fields=["automatic", "automatic_asked", "schedule_next"])
            audit(user, "automatic.off", row)
            end_automatic(row, user)
    connection.refresh_from_db()


def end_automatic(connection: Connection, user: Any) -> None:
    """Cancel the automatic runs that haven't written, stop those that write, and mark waiting events as noted."""
    for run in SyncRun.objects.filter(connection=connection, trigger__in=AUTOMATIC, state__in=OPEN_STATES):
        if not cancel(run, user):
            stop(run, user)
    note_events(connection)


def note_events(connection: Connection) -> None:
    """Mark the events that no run will answer as noted, without those of a run that is still writing."""
    waiting = HumaEvent.objects.filter(connection=connection, state=HumaEvent.State.WAITING)
    taken = HumaEvent.objects.filter(connection=connection, state=HumaEvent.State.TAKEN)
    for rows in (waiting, taken.exclude(run__state=SyncRun.State.APPLYING)):
        rows.update(state=HumaEvent.State.NOTED, handled_at=timezone.now())
    second_reads.give_up(connection)


def not_yet(connection: Connection, user: Any) -> None:
    """Store that somebody answered "Not yet", so nobody is asked again."""
    if Connection.objects.filter(pk=connection.pk, automatic_asked=False).update(automatic_asked=True):
        audit(user, "automatic.not_yet", connection)
    connection.refresh_from_db()


def change(connection: Connection, user: Any, chosen: Mapping[str, Any]) -> list[str]:
    """Store the settings that differ and return their names; the audit entry holds old → new.

    ``chosen``: some of ``SETTINGS``. A changed schedule counts from now on. With ``accounts`` among them, the question
    whether changed accounts are still written at once is answered.
    """
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        changed = {name: [getattr(row, name), chosen[name]] for name in SETTINGS if name in chosen}
        changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
        for name, (_old, new) in changed.items():
            setattr(row, name, new)
        if any(name.startswith("schedule") for name in changed):
            row.schedule_next = upcoming(row)
        if "accounts" in chosen and row.accounts_asks:
            Connection.objects.filter(pk=row.pk).update(accounts_asks=False)
            if "accounts" not in changed:
                audit(user, "accounts.chosen", row, accounts=row.accounts)
        if changed:
            row.save(update_fields=[*changed, "schedule_next"])
            audit(user, "settings.changed", row, **{name: [*map(plain, pair)] for name, pair in changed.items()})
    connection.refresh_from_db()
    return list(changed)
