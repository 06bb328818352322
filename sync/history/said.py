"""The filter of the history in words: its choices, and what is active."""

from typing import Any

from django.utils.translation import gettext as _

from connections.models import Connection
from sync.core.fields import FIELDS
from sync.history.filters import ANSWERED, DECISIONS, NOT_SENT, SENT, UNDECIDED, WAITS, HistoryFilter
from sync.history.lines import by_words
from sync.models import HistoryEntry, SyncRun
from sync.wording.sentences import decision_label, field_label, nice_date


def decisions() -> dict[str, str]:
    """The decisions to choose from."""
    return {name: decision_label("" if name == UNDECIDED else name) for name in DECISIONS}


def outcomes() -> dict[str, str]:
    """The outcomes to choose from."""
    return {
        **{value: str(label) for value, label in HistoryEntry.Outcome.choices if value in (*SENT, WAITS, *ANSWERED)},
        NOT_SENT: _("Not sent"),
    }


def triggers() -> dict[str, str]:
    """What may have started the sync."""
    return {value: str(label) for value, label in SyncRun.Trigger.choices}


def times() -> dict[str, str]:
    """The times that have a name."""
    return {"today": _("Today"), "week": _("Last 7 days"), "month": _("Last 30 days")}


def field_names() -> dict[str, str]:
    """The fields to choose from."""
    return {spec.name: field_label(spec.name) for spec in FIELDS}


def part_words(name: str, value: Any) -> str:
    """One part of the filter in words."""
    words = {"decision": decisions, "outcome": outcomes, "trigger": triggers, "time": times, "field": field_names}
    if name in words:
        return words[name]()[value]
    if name == "by":
        return _("by %(who)s") % {"who": by_words(value)}
    if name == "connection":
        return str(Connection.objects.filter(code=value).values_list("name", flat=True).first() or value)
    if name == "since":
        return _("from %(date)s") % {"date": nice_date(value.isoformat())}
    if name == "until":
        return _("to %(date)s") % {"date": nice_date(value.isoformat())}
    if name == "run":
        return _("Sync %(number)s") % {"number": value}
    if name == "link":
        return _("one person")
    return _("found by name or number")


def filter_words(wanted: HistoryFilter) -> str:
    """The whole filter in words, without what was searched for; "" without a filter."""
    return " · ".join(part_words(name, getattr(wanted, name)) for name in wanted.active)
