"""Automatic updates: turned on and off, and what they are allowed. Each leaves an audit entry, old → new."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import recipients
from connections.models import Connection, audit, name_of
from connections.services import plain
from sync.analysis import two_writers
from sync.automation.schedule import upcoming
from sync.models import AUTOMATIC, OPEN_STATES, HumaEvent, SyncRun
from sync.models.groups import BY_HAND
from sync.runs import second_reads
from sync.runs.lifecycle import NotAllowed, cancel, stop
from sync.wording.sentences import sentence

SETTINGS = ("both_moved", "accounts", "schedule", "schedule_hours", "schedule_time")
"""What an owner may change about automatic updates, by the names of the model's fields."""


def has_run(connection: Connection) -> bool:
    """Whether a run that a person started has finished: nothing runs by itself before that."""
    return connection.runs.filter(trigger__in=BY_HAND, state=SyncRun.State.FINISHED, dry=False).exists()


def refusal(connection: Connection) -> str:
    """Why automatic updates can't be turned on now, in a sentence; "" when they can."""
    return _not_ready(connection) or ("" if recipients.somebody_hears(connection) else nobody_hears())


def nobody_hears() -> str:
    """What is missing where nobody would be told of what is written by itself."""
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
    """Whether to ask about automatic updates: until somebody has answered, and where they can be turned on.

    Where only somebody who hears of it is missing, the answer says so.
    """
    return not (connection.automatic or connection.automatic_asked or _not_ready(connection))


def turn_on(connection: Connection, user: Any) -> None:
    """From now on what only Huma changes is written by itself, in the name of whoever turned it on first.

    Raises ``NotAllowed``: "inactive", "first_run" before a first run has finished, "two_writers" while another
    integration writes to Visma, and "nobody_hears" without a recipient of payroll notices whose address was confirmed.
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
    """Nothing is written by itself any more: what hasn't been sent isn't, and what Huma told of is noted only."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.automatic:
            row.automatic, row.automatic_asked, row.schedule_next = False, True, None
            row.save(update_fields=["automatic", "automatic_asked", "schedule_next"])
            audit(user, "automatic.off", row)
            end_automatic(row, user)
    connection.refresh_from_db()


def end_automatic(connection: Connection, user: Any) -> None:
    """Give up the automatic runs that haven't written, stop those that write, and note the events that wait."""
    for run in SyncRun.objects.filter(connection=connection, trigger__in=AUTOMATIC, state__in=OPEN_STATES):
        if not cancel(run, user):
            stop(run, user)
    note_events(connection)


def note_events(connection: Connection) -> None:
    """The events that nothing will answer, but for those of a run that is still writing."""
    waiting = HumaEvent.objects.filter(connection=connection, state=HumaEvent.State.WAITING)
    taken = HumaEvent.objects.filter(connection=connection, state=HumaEvent.State.TAKEN)
    for rows in (waiting, taken.exclude(run__state=SyncRun.State.APPLYING)):
        rows.update(state=HumaEvent.State.NOTED, handled_at=timezone.now())
    second_reads.give_up(connection)


def not_yet(connection: Connection, user: Any) -> None:
    """Somebody was asked, and said that it is too early: she isn't asked again."""
    if Connection.objects.filter(pk=connection.pk, automatic_asked=False).update(automatic_asked=True):
        audit(user, "automatic.not_yet", connection)
    connection.refresh_from_db()


def change(connection: Connection, user: Any, chosen: Mapping[str, Any]) -> list[str]:
    """Store what differs and say which; the audit entry holds old → new. ``chosen``: some of ``SETTINGS``.

    A schedule that was changed counts from now on. Whoever names ``accounts`` has answered whether changed ones are
    still to be written at once, where that is asked.
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
