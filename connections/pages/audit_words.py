"""What was done with a connection, in people's words: its audit entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from connections.models import PROGRAM, AuditEntry, Connection
from connections.supported import end_reasons, supported_fields

ENTRIES_SHOWN = 50
NOBODY = ("automatic", PROGRAM)
"""The names in the audit trail that stand for no person."""

_ACTIONS = {
    "connection.made": _("Connected"),
    "connection.reconnected": _("Connected again"),
    "connection.released": _("Approved the connection"),
    "connection.not_released": _("Rejected the connection"),
    "pairing.as_expected": _("Connected as an administrator had entered beforehand"),
    "pairing.expected": _("Entered who will connect a company"),
    "pairing.not_expected": _("Removed who was to connect a company"),
    "tenant.freed": _("Freed the Tenant ID for other Huma organisations"),
    "connection.disconnected": _("Disconnected: the API key was deleted"),
    "connection.works_again": _("The connection works again"),
    "connection.paused": _("Paused"),
    "connection.paused_until": _("Paused until and including %(until)s"),
    "connection.resumed": _("Resumed"),
    "connection.refused": _("Paused, because the access was refused"),
    "application.refused": _("Visma refused the installation's Visma key"),
    "application.works": _("Visma accepts the installation's Visma key again"),
    "credentials.renewed": _("Renewed the API key"),
    "variants.changed": _("Adapted to how Visma answers (see “Check this connection”)"),
    "settings.changed": _("Changed the settings"),
    "automatic.on": _("Turned on automatic updates"),
    "automatic.off": _("Turned off automatic updates"),
    "automatic.not_yet": _("Kept automatic updates off for now"),
    "two_writers.seen": _("Huma's own integration with Visma was found: automatic updates are on hold"),
    "two_writers.gone": _("Huma's own integration with Visma is gone: automatic updates resume"),
    "two_writers.stale": _("Said that “%(name)s” in Huma is out of date"),
    "two_writers.not_stale": _("Took back that “%(name)s” in Huma is out of date"),
    "webhook.rotated": _("Replaced the webhook's signing key"),
    "webhook.old_ended": _("Ended the webhook's old signing key"),
    "webhook.token_set": _("Set the webhook's access token"),
    "webhook.token_cleared": _("Removed the webhook's access token"),
    "accounts.chosen": _("Chose what happens to changed bank accounts"),
    "recipient.asked": _("Asked a recipient of payroll notices to confirm their address"),
    "recipient.confirmed": _("Confirmed the address of a recipient of payroll notices"),
    "mail.sent": _("Sent a test email"),
    "mail.arrived": _("Clicked the link in the test email"),
    "owner.added": _("Added the owner %(owner)s"),
    "owner.removed": _("Removed the owner %(owner)s"),
    "run.started": _("Started a sync"),
    "run.confirmed": _("Confirmed a sync"),
    "run.cancelled": _("Cancelled a sync"),
    "run.stop_requested": _("Stopped a sync"),
    "run.check_passed": _("Went on although a check had stopped the sync"),
    "run.retried": _("Retried what was not done"),
    "run.undo": _("Began to undo earlier changes"),
    "run.finished": _("A sync ended"),
    "run.failed": _("A sync stopped while it fetched from both systems"),
    "held.released": _("Approved changes that were waiting"),
    "held.dropped": _("Rejected changes that were waiting"),
    "held.back": _("Approved changes couldn't be sent: they are waiting again"),
    "differences.decided": _("Decided differences"),
    "create.chosen": _("Chose people to create"),
    "create.unchosen": _("Took people off the list to create"),
    "create.options": _("Chose how new Huma users are created"),
    "create.numbering": _("Chose whether Visma assigns employee numbers"),
    "people.linked": _("Linked two people"),
    "people.linked_together": _("Linked a group of people"),
    "people.paired": _("Linked people by a pairs file"),
    "pairs.template": _("Downloaded whom nobody is linked with, as a pairs file"),
    "history.exported": _("Downloaded the history (%(rows)s entries)"),
    "to_fix.exported": _("Downloaded what has to be fixed in Huma and Visma"),
    "payroll_ready.exported": _("Downloaded what is ready for payroll"),
    "people.unlinked": _("Unlinked two people"),
    "people.unlinked_together": _("Unlinked a group of people again"),
    "people.still_right": _("Confirmed linked people"),
    "people.different": _("Marked two people as different"),
    "people.reopened": _("Opened a possible match again"),
    "person.left_out": _("Left a person out"),
    "person.taken_back": _("Included a person again"),
    "field.left_out": _("Left a field of a person out"),
    "field.taken_back": _("Included a field of a person again"),
    "pilot.begun": _("Chose a pilot group"),
    "pilot.added": _("Added people to the pilot group"),
    "pilot.removed": _("Took people out of the pilot group"),
    "pilot.everyone": _("Ended the pilot group: the connection works for everyone"),
    "value.asked": _("Asked whether a field had a typed value"),
    "notices.closed": _("Closed notices under “Needs your attention”"),
}


@dataclass(frozen=True)
class SettingChange:
    """A setting with its old and new value, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One thing that was done with the connection."""

    at: datetime
    who: str
    what: str
    changes: list[SettingChange]


def history(connection: Connection, most: int = ENTRIES_SHOWN) -> list[Entry]:
    """The latest entries, newest first, without those about runs that nobody started: the list of runs has them."""
    return [
        Entry(entry.at, entry.who, action_words(entry), list(_changes(entry)))
        for entry in connection.audit.exclude(who__in=NOBODY, action__startswith="run.")[:most]
    ]


def action_words(entry: AuditEntry) -> str:
    """What was done, in a few words; an unknown action is returned as its code."""
    text = _ACTIONS.get(entry.action)
    return gettext(text) % _Known(_nice(entry.detail)) if text else entry.action


def action_label(action: str) -> str:
    """What was done, without the details."""
    return gettext(_ACTIONS[action]) % _Known() if action in _ACTIONS else action


def _nice(detail: dict[str, Any]) -> dict[str, Any]:
    """The last day of a pause as people write it."""
    until = detail.get("until")
    return {**detail, "until": date_format(date.fromisoformat(until), "SHORT_DATE_FORMAT")} if until else detail


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _changes(entry: AuditEntry) -> Iterator[SettingChange]:
    if entry.action != "settings.changed":
        return
    choices = {field.name: dict(field.flatchoices) for field in Connection._meta.concrete_fields}
    labels = {field.name: str(field.verbose_name) for field in Connection._meta.concrete_fields}
    words = dict(end_reasons()) | {field.name: field.label for field in supported_fields()}
    for name, pair in entry.detail.items():
        if isinstance(pair, list) and len(pair) == 2:
            label = labels.get(name, name)
            own = words | choices.get(name, {})
            yield SettingChange(label[:1].upper() + label[1:], *(_value(name, value, own) for value in pair))


def _value(name: str, value: Any, words: dict[str, str]) -> str:
    """A value in words; a list of Huma's groups by its length, because only the ids are stored."""
    if isinstance(value, list) and name.startswith("huma_"):
        count = len(value)
        return ngettext("%(n)d chosen", "%(n)d chosen", count) % {"n": count} if count else ""
    if isinstance(value, list):
        return ", ".join(words.get(str(one), str(one)) for one in value)
    if isinstance(value, str) and name.endswith("_by_hand") and value.count("-") == 2:
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return "" if value is None else words.get(str(value), str(value))
