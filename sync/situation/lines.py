"""Puts what waits into one line, with a link to where it is solved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import Connection
from connections.pauses.refusal_codes import REFUSED_CREDENTIALS
from sync.analysis import two_writers
from sync.core.records.employee import Side
from sync.models import Notice, PassedPerson, SyncRun
from sync.models.groups import AUTOMATIC
from sync.pages.steps import continue_url
from sync.planning.payday import deadline_of
from sync.situation.what_waits import Kind, Waits
from sync.wording import payday
from sync.wording.pause import pause_of
from sync.wording.sentences import nice_dates, sentence, side_name
from sync.wording.skipped_people import why_skipped

DANGER = (Kind.APPLICATION, Kind.PAUSED, Kind.FAILED)
QUIET = (Kind.NEW_PERSON, Kind.DRAFTS, Kind.PAUSED_BY_HAND)


@dataclass(frozen=True)
class Named:
    """One person of an item. ``notice``: the primary key of the notice that can be closed, 0 if there is none.

    ``places``: the sides on which one may have to act, each with the person's id there.
    """

    name: str
    number: str = ""
    url: str = ""
    notes: tuple[str, ...] = ()
    notice: int = 0
    since: datetime | None = None
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Item:
    """One line of the inbox. ``url`` and ``label``: the link to where it is solved; ``more``: people not named."""

    waits: Waits
    line: str
    url: str
    label: str
    tone: str
    named: tuple[Named, ...] = ()
    more_url: str = ""

    @property
    def code(self) -> str:
        """The connection's code, "" for the whole installation."""
        return self.waits.connection.code if self.waits.connection else ""


def item(waits: Waits) -> Item:
    """The line of a thing that waits."""
    url, label = _solved_at(waits)
    connection = waits.connection
    named: list[Named] = []
    more_url = ""
    if connection:
        named = [of_notice(connection, notice) for notice in waits.notices]
        named += [_of_draft(connection, name, id_) for name, id_ in waits.people]
        named += [_of_passed(connection, one) for one in waits.passed]
        more_url = _all_of(waits, connection)
        if url == more_url and waits.notices and not waits.more:
            url = ""  # all people are named here
    tone = "danger" if waits.kind in DANGER else "" if waits.kind in QUIET else "warning"
    return Item(waits, line(waits), url, label, tone, tuple(named), more_url)


def of_notice(connection: Connection, notice: Notice) -> Named:
    """The person of a notice, with a link to their page, and their positions if the position has changed."""
    link = notice.link
    url = ""
    if link:
        side = Side.VISMA if link.gone_from == Side.HUMA else Side.HUMA
        url = _person(connection, side, link.visma_id if side == Side.VISMA else link.huma_id)
    notes = _positions(notice.params or {}) if notice.kind == Notice.Kind.POSITION else ()
    ids = ((Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id)) if link else ()
    places = tuple((side.value, id_) for side, id_ in ids if link and side != link.gone_from)
    return Named(notice.name, notice.number, url, notes, notice.pk, notice.made_at, places)


def _of_draft(connection: Connection, name: str, visma_id: str) -> Named:
    """A person who is still a draft in Visma."""
    return Named(name, url=_person(connection, Side.VISMA, visma_id), places=((Side.VISMA, visma_id),))


def _of_passed(connection: Connection, one: PassedPerson) -> Named:
    """A person who couldn't be read, with the reason."""
    url = _person(connection, one.side, one.vendor_id)
    return Named(
        one.name or _("Somebody without a name"),
        one.number,
        url,
        (why_skipped(one),),
        since=one.since,
        places=((one.side, one.vendor_id),),
    )


def _positions(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The positions of both sides, as the daily look found them: their periods before and now."""
    return tuple(filter(None, (_of_side(side, params.get(side) or {}) for side in Side)))


def _of_side(side: str, told: Mapping[str, str]) -> str:
    if not told.get("now"):
        return _("%(side)s: no position.") % {"side": side_name(side)} if told.get("before") else ""
    words = {"side": side_name(side), "now": nice_dates(told["now"]), "before": nice_dates(told.get("before") or "–")}
    if told.get("what") == "another":
        return _("%(side)s: now %(now)s, before that %(before)s.") % words
    if told.get("what") == "ended":
        return _("%(side)s: %(now)s, which has ended.") % words
    return _("%(side)s: still %(now)s.") % words


def line(waits: Waits) -> str:
    """What waits, in a sentence that is complete together with the connection's name."""
    match waits.kind:
        case Kind.APPLICATION:
            return _("Visma.net refuses the installation's Visma key. Nothing can be fetched from or sent to Visma.")
        case Kind.PAUSED | Kind.PAUSED_BY_HAND:
            pause = pause_of(waits.connection) if waits.connection else None
            return pause.title if pause else ""
        case Kind.RELEASE:
            return _("The connection is waiting for your approval.")
        case Kind.FAILED:
            return _failure(waits.run) if waits.run else ""
        case Kind.TWO_WRITERS:
            return _two_writers(waits.connection) if waits.connection else ""
        case Kind.HELD if waits.connection and waits.since:
            until = deadline_of(waits.connection, waits.since)
            return " ".join([counted(waits.kind, waits.count), *payday.sentences(until, waits.account)])
        case Kind.NOBODY_HEARS:
            return _("Automatic updates are on, but nobody in payroll is told: no address is confirmed.")
        case Kind.ACCOUNTS:
            return _("Changed bank accounts are sent at once. Keep that, or let them wait for approval.")
    return counted(waits.kind, waits.count)


def _two_writers(connection: Connection) -> str:
    rest = _("Automatic updates are on hold.") if connection.automatic else _("Automatic updates can't be turned on.")
    return f"{rest} {two_writers.why(connection)}"


def _failure(run: SyncRun) -> str:
    at = date_format(localtime(run.finished_at or run.started_at), "SHORT_DATETIME_FORMAT")
    if run.is_automatic:
        text = _("The automatic sync of %(at)s failed: %(why)s")
    else:
        text = _("The sync of %(at)s failed: %(why)s")
    return text % {"at": at, "why": sentence(run.failure or "bug", run.failure_params)}


def counted(kind: Kind, n: int) -> str:
    """A sentence about how many of a kind wait."""
    text = {
        Kind.HELD: ngettext(
            "%(n)d change is waiting for approval.",
            "%(n)d changes are waiting for approval.",
            n,
        ),
        Kind.TWO_WRITERS: _("Huma's own integration changes Visma too, so nothing is sent automatically."),
        Kind.UNKNOWN: ngettext(
            "%(n)d change isn't certain: we don't know whether it was stored.",
            "%(n)d changes aren't certain: we don't know whether they were stored.",
            n,
        ),
        Kind.UNREAD: ngettext(
            "%(n)d person couldn't be fetched, and is skipped: nothing about them is compared or sent.",
            "%(n)d people couldn't be fetched, and are skipped: nothing about them is compared or sent.",
            n,
        ),
        Kind.LINKS: ngettext(
            "%(n)d linked person to check: are they still the same person?",
            "%(n)d linked people to check: are they still the same people?",
            n,
        ),
        Kind.DEACTIVATED: ngettext(
            "%(n)d person is deactivated in Huma and still employed in Visma.",
            "%(n)d people are deactivated in Huma and still employed in Visma.",
            n,
        ),
        Kind.DELETED: ngettext(
            "%(n)d person was deleted in Huma. Nothing is changed in Visma.",
            "%(n)d people were deleted in Huma. Nothing is changed in Visma.",
            n,
        ),
        Kind.GONE: ngettext(
            "%(n)d person is no longer in Visma. Nothing is changed in Huma.",
            "%(n)d people are no longer in Visma. Nothing is changed in Huma.",
            n,
        ),
        Kind.POSITION: ngettext(
            "%(n)d person has another position now, or the position has ended. Nothing was sent.",
            "%(n)d people have another position now, or the position has ended. Nothing was sent.",
            n,
        ),
        Kind.DIFFERENCES: ngettext("%(n)d difference is waiting for you.", "%(n)d differences are waiting for you.", n),
        Kind.NOT_ADDED: ngettext("%(n)d person couldn't be added.", "%(n)d people couldn't be added.", n),
        Kind.NEW_PERSON: ngettext("%(n)d person is new in Huma.", "%(n)d people are new in Huma.", n),
        Kind.DRAFTS: ngettext(
            "%(n)d person who was added to Visma is still a draft there.",
            "%(n)d people who were added to Visma are still drafts there.",
            n,
        ),
    }[kind]
    return text % {"n": n}


def _solved_at(waits: Waits) -> tuple[str, str]:
    """The address of the page where it is solved, and the text of the link."""
    connection = waits.connection
    if connection is None:
        return "", ""
    match waits.kind:
        case Kind.PAUSED if connection.pause_reason == f"{REFUSED_CREDENTIALS}huma":
            return _page(connection, "connection_credentials"), _("Renew the API key")
        case Kind.PAUSED | Kind.PAUSED_BY_HAND:
            return _page(connection, "connection"), _("Look at it")
        case Kind.RELEASE:
            return _page(connection, "connection_release"), _("Look at it")
        case Kind.FAILED:
            by_itself = waits.run is not None and waits.run.trigger in AUTOMATIC
            return (_page(connection, "history"), _("See the syncs")) if by_itself else _again(connection)
        case Kind.TWO_WRITERS:
            return _page(connection, "automatic"), _("Look at it")
        case Kind.HELD:
            return _page(connection, "held"), _("Look at them")
        case Kind.LINKS:
            return _page(connection, "links"), _("Look at them")
        case Kind.NOBODY_HEARS:
            if connection.payroll_contacts:
                return f"{_page(connection, 'connection')}#payroll", _("See who is to confirm")
            return f"{_page(connection, 'connection_settings')}#payroll", _("Add a recipient")
        case Kind.ACCOUNTS:
            return f"{_page(connection, 'automatic')}#accounts", _("Choose")
        case Kind.UNKNOWN | Kind.NOT_ADDED:
            return reverse("admin:result", args=[connection.code, waits.result]), _("See the result")
        case Kind.DIFFERENCES:
            return _open(connection, waits.run, "") or _again(connection)
        case Kind.NEW_PERSON:
            return _open(connection, waits.run, "create") or _again(connection)
    return _all_of(waits, connection), _("See them")


def _open(connection: Connection, run: SyncRun | None, step: str) -> tuple[str, str] | None:
    """The link to a step of the open run, or to where a person goes on with it."""
    if run is None:
        return None
    return _page(connection, step) if step else continue_url(connection, run), _("Continue")


def _again(connection: Connection) -> tuple[str, str]:
    return _page(connection, "sync_users"), _("Synchronize users")


def _all_of(waits: Waits, connection: Connection) -> str:
    if shown := {Kind.DRAFTS: "draft", Kind.UNREAD: "unread"}.get(waits.kind):
        return f"{_page(connection, 'people')}?show={shown}"
    return f"{_page(connection, 'attention')}?kind={waits.kind}"


def _page(connection: Connection, name: str) -> str:
    return reverse(f"admin:{name}", args=[connection.code])


def _person(connection: Connection, side: str, vendor_id: str) -> str:
    return reverse("admin:person", args=[connection.code, side, vendor_id])
