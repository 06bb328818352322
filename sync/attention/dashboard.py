"""The start page's list: the state of each connection, those that need attention first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import Connection
from connections.pages.request_params import number
from sync.models import Change, SyncRun
from sync.models.groups import BY_ITSELF, UNSURE
from sync.pages.paging import Key
from sync.payroll_ready.verdicts import Ready, span
from sync.situation.what_waits import Situation, situation
from sync.wording.pause import pause_of
from sync.wording.payroll_ready import line as payroll_line
from sync.wording.payroll_ready import reason

State = SyncRun.State


@dataclass(frozen=True)
class Payroll:
    """Whether payroll can be run: the line, whether it can, why not, how many things wait, the next pay day, and when
    both systems were last fully read."""

    line: str
    is_ready: bool
    reason: str
    things: int
    pay: date | None
    checked_at: datetime | None
    url: str


@dataclass(frozen=True)
class Entry:
    """One connection on the start page; the smaller its ``rank``, the more it needs attention.

    ``right``: whether it is all right, in short. ``ready``: how much is left to set up, "" for nothing. ``payroll``:
    whether payroll can be run; ``None`` where nothing is compared.
    """

    name: str
    url: str
    line: str
    badge: str
    tone: str
    waiting: int
    action_label: str
    action_url: str
    rank: int
    pk: int = 0
    right: str = ""
    ready: str = ""
    ready_url: str = ""
    payroll: Payroll | None = None

    @property
    def order(self) -> Key:
        """The key by which the list is ordered; no two connections have the same."""
        return (self.rank, self.name.casefold(), self.pk)

    @property
    def mark(self) -> str:
        """The entry's mark: its rank when it was shown, and its key. After somebody deals with it, it moves down."""
        return f"{self.rank}-{self.pk}"


def order_of(mark: str, connections: Iterable[Connection]) -> Key | None:
    """The key of a connection that was shown with this mark."""
    rank, _, pk = mark.partition("-")
    names = [row.name.casefold() for row in connections if row.pk == number(pk)]
    return (number(rank), names[0], number(pk)) if names else None


def by_pay_day(connections: Iterable[Connection], now: datetime) -> dict[int, Key]:
    """The keys by which a list of many connections is ordered: the next pay day first, those without one last."""
    keys: dict[int, Key] = {}
    for row in connections:
        pay = span(row, now)[1]
        keys[row.pk] = (pay.pay.toordinal() if pay else date.max.toordinal(), row.name.casefold(), row.pk)
    return keys


def payroll(ready: Ready) -> Payroll | None:
    """Whether payroll can be run, for the start page."""
    connection, verdict = ready.connection, ready.verdict
    if connection.state in (Connection.State.DISCONNECTED, Connection.State.WAITING):
        return None
    return Payroll(
        line=payroll_line(verdict, ready.day),
        is_ready=verdict.is_ready,
        reason=reason(verdict),
        things=verdict.things,
        pay=ready.day,
        checked_at=ready.checked_at,
        url=reverse("admin:payroll_ready", args=[connection.code]),
    )


def entries(here: Situation, connections: Iterable[Connection]) -> list[Entry]:
    """The entries of the connections, those that need attention first, then by name. ``here``: their situation."""
    not_done, today = _not_done(here), written_today(here.connections)
    found = [
        _entry(row, here.shown(row.pk), not_done.get(here.shown_run(row.pk), 0), here.differences.get(row.pk, 0), today)
        for row in connections
    ]
    return sorted(found, key=lambda entry: entry.order)


def entry_for(connection: Connection) -> Entry:
    """The entry of one connection."""
    return entries(situation([connection]), [connection])[0]


def _not_done(here: Situation) -> dict[int, int]:
    """By run, how many Changes have failed or are unknown."""
    shown = list(here.runs)
    rows = Change.objects.filter(run__in=shown, state__in=UNSURE)
    return dict(rows.values_list("run").annotate(n=Count("pk")).order_by())


def written_today(connections: Iterable[int]) -> dict[int, int]:
    """By connection, how many changes from Huma were written automatically since midnight in Oslo."""
    midnight = localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Change.objects.filter(run__connection__in=list(connections), run__trigger__in=BY_ITSELF)
    rows = rows.filter(state=Change.State.DONE, settled_at__gte=midnight)
    return dict(rows.values_list("run__connection").annotate(n=Count("pk")).order_by())


def _entry(connection: Connection, run: SyncRun | None, not_done: int, waiting: int, today: Mapping[int, int]) -> Entry:
    """The entry of a connection, by its own state, then by its newest run over both sides."""
    label, name = _("Synchronize users"), "sync_users"
    args: list[str | int] = [connection.code]
    badge, tone, rank = "", "", 5
    line = " ".join(filter(None, (_line(run, not_done), _by_itself(today.get(connection.pk, 0)))))
    if connection.state == Connection.State.DISCONNECTED:
        badge, rank, waiting = _("Disconnected"), 9, 0
        label, name = _("Connect again"), "connection_credentials"
    elif connection.state == Connection.State.WAITING:
        badge, tone, rank, waiting = _("Waiting for approval"), "warning", 3, 0
        line = _("An administrator has to approve it before anything from Visma is shown.")
        label, name = _("Look at it"), "connection"
    elif connection.state == Connection.State.PAUSED:
        badge, tone, rank = _("Paused"), "danger", 0
        pause = pause_of(connection)
        line = pause.title if pause else line
        label, name = _("Look at it"), "connection"
    elif run is None:
        badge, tone, rank = _("New"), "accent", 3
    elif run.state == State.FAILED:
        badge, tone, rank = _("Stopped while fetching"), "danger", 1
        label = _("Look at it")
    elif run.state == State.FETCHING:
        badge, tone, rank, label = _("Fetching"), "accent", 3, _("Follow")
    elif run.state == State.APPLYING:
        badge, tone, rank, label, name = _("Sending"), "accent", 2, _("Follow"), "run"
        args = [connection.code, run.pk]
    elif run.is_open:
        badge, tone, rank, label = _("Waiting for you"), "warning", 2, _("Continue")
        name = {State.REVIEW: "overview"}.get(State(run.state), run.state)
    elif not_done:
        badge, tone, rank, label, name = _("Not all done"), "warning", 1, _("See the result"), "result"
        args = [connection.code, run.pk]
    elif connection.automatic and connection.other_writer:
        badge, tone, rank = _("Automatic, on hold"), "warning", 2
        label, name = _("Look at it"), "automatic"
    elif connection.automatic:
        badge, tone, rank = _("Automatic"), "success", 4 if waiting else 6
    elif run.state == State.FINISHED:
        badge, tone, rank = _("Active"), "success", 4 if waiting else 6
    return Entry(
        name=connection.name,
        url=reverse("admin:connection", args=[connection.code]),
        line=line,
        badge=badge,
        tone=tone,
        waiting=waiting,
        action_label=label,
        action_url=reverse(f"admin:{name}", args=args),
        rank=rank,
        pk=connection.pk,
    )


def _by_itself(count: int) -> str:
    """The sentence about what automatic updates have written today."""
    text = ngettext("%(n)d change from Huma sent today.", "%(n)d changes from Huma sent today.", count)
    return text % {"n": count} if count else ""


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
        State.FETCHING: _("Fetching from both systems. Started %(at)s."),
        State.APPLYING: _("Sending your choices. Started %(at)s."),
        State.FINISHED: _("Synchronized %(at)s."),
        State.STOPPED: _("Stopped %(at)s before everything was sent."),
        State.CANCELLED: _("Cancelled %(at)s. Nothing was sent."),
        State.FAILED: _("Stopped %(at)s while fetching from both systems. Nothing was sent."),
    }
    text = texts.get(State(run.state), _("Fetched %(at)s. Nothing has been sent yet."))
    return text % {"at": at}
