"""The start page: how each connection is, what needs attention first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.access import connections_of
from connections.models import Connection
from sync.models import Change, Conflict, SyncRun
from sync.pause_words import pause_of

State = SyncRun.State


@dataclass(frozen=True)
class Entry:
    """One connection on the start page; ``rank``: the smaller, the more it needs attention."""

    name: str
    url: str
    line: str
    badge: str
    tone: str
    waiting: int
    action_label: str
    action_url: str
    rank: int


def entries(user: Any, search: str = "") -> list[Entry]:
    """All connections that the user may see, what needs attention first, then by name."""
    rows = connections_of(user)
    if search:
        rows = rows.filter(name__icontains=search)
    connections = list(rows.annotate(newest=Max("runs__pk")))
    runs = SyncRun.objects.in_bulk([row.newest for row in connections if row.newest])
    not_done, waiting = _not_done(runs), _waiting(runs)
    found = [
        _entry(row, runs.get(row.newest or 0), not_done.get(row.newest, 0), waiting.get(row.newest, 0))
        for row in connections
    ]
    return sorted(found, key=lambda entry: (entry.rank, entry.name.casefold()))


def entry_for(connection: Connection) -> Entry:
    """The same for one connection."""
    run = connection.runs.first()
    pks = [run.pk] if run else []
    return _entry(connection, run, sum(_not_done(pks).values()), sum(_waiting(pks).values()))


def _not_done(runs: Iterable[int]) -> dict[int, int]:
    """By run, how many Changes were not done, or it isn't certain."""
    rows = Change.objects.filter(run__in=list(runs), state__in=(Change.State.FAILED, Change.State.UNKNOWN))
    return dict(rows.values_list("run").annotate(n=Count("pk")).order_by())


def _waiting(runs: Iterable[int]) -> dict[int, int]:
    """By run, how many Differences still wait for a decision, or were changed meanwhile and are open again."""
    rows = Conflict.objects.filter(run__in=list(runs), standing="asks")
    rows = rows.filter(Q(decision="") | Q(outcome="moved"))
    return dict(rows.values_list("run").annotate(n=Count("pk")).order_by())


def _entry(connection: Connection, run: SyncRun | None, not_done: int, waiting: int) -> Entry:
    """How it is: its own state first, then its newest run's."""
    label, name = _("Synchronize users"), "sync_users"
    args: list[str | int] = [connection.code]
    badge, tone, rank = "", "", 5
    line = _line(run, not_done)
    if connection.state == Connection.State.DISCONNECTED:
        badge, rank, waiting = _("Disconnected"), 9, 0
        label, name = _("Connect again"), "connection_credentials"
    elif connection.state == Connection.State.PAUSED:
        badge, tone, rank = _("Paused"), "danger", 0
        pause = pause_of(connection)
        line = pause.title if pause else line
        label, name = _("Look at it"), "connection"
    elif run is None:
        badge, tone, rank = _("New"), "accent", 3
    elif run.state == State.FAILED:
        badge, tone, rank = _("Stopped while reading"), "danger", 1
        label = _("Look at it")
    elif run.state == State.FETCHING:
        badge, tone, rank, label = _("Reading"), "accent", 3, _("Watch")
    elif run.state == State.APPLYING:
        badge, tone, rank, label, name = _("Writing"), "accent", 2, _("Watch"), "run"
        args = [connection.code, run.pk]
    elif run.is_open:
        badge, tone, rank, label = _("Waits for you"), "warning", 2, _("Continue")
        name = {State.REVIEW: "overview"}.get(State(run.state), run.state)
    elif not_done:
        badge, tone, rank, label, name = _("Not all done"), "warning", 1, _("See the result"), "result"
        args = [connection.code, run.pk]
    elif run.state == State.FINISHED:
        badge, tone, rank = _("Active"), "success", 4 if waiting else 6
    return Entry(
        name=connection.name,
        url=reverse("admin:connection", args=[connection.code]),
        line=line,
        badge=badge,
        tone=tone,
        waiting=waiting if run and run.state not in (State.CANCELLED, State.FAILED) else 0,
        action_label=label,
        action_url=reverse(f"admin:{name}", args=args),
        rank=rank,
    )


def _line(run: SyncRun | None, not_done: int) -> str:
    """What happened last, in a sentence."""
    if run is None:
        return _("Not synchronized yet.")
    at = date_format(localtime(run.finished_at or run.confirmed_at or run.started_at), "SHORT_DATETIME_FORMAT")
    if run.state == State.FINISHED and not_done:
        text = ngettext(
            "Synchronized %(at)s. %(n)d change was not done.",
            "Synchronized %(at)s. %(n)d changes were not done.",
            not_done,
        )
        return text % {"at": at, "n": not_done}
    texts = {
        State.FETCHING: _("Both sides are being read since %(at)s."),
        State.APPLYING: _("Your choices are being written since %(at)s."),
        State.FINISHED: _("Synchronized %(at)s."),
        State.STOPPED: _("Stopped %(at)s before everything was written."),
        State.CANCELLED: _("Cancelled %(at)s. Nothing was written."),
        State.FAILED: _("Stopped %(at)s while both sides were read. Nothing was written."),
    }
    text = texts.get(State(run.state), _("Read %(at)s. Nothing has been written yet."))
    return text % {"at": at}
