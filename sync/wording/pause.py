"""A pause in people's words: why, since when, by whom, and how it ends. For pages; the emails have their own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from connections.models import Connection
from connections.pauses.pausing import BY_HAND
from sync.wording.sentences import nice_date, sentence


@dataclass(frozen=True)
class Pause:
    """A pause. ``by_hand``: an owner ends it; else it ends when credentials are renewed, or accepted again."""

    by_hand: bool
    title: str
    text: str


def pause_of(connection: Connection) -> Pause | None:
    """The current pause of a connection; ``None`` if there is none."""
    if connection.state != Connection.State.PAUSED:
        return None
    by_hand = connection.pause_reason in ("", BY_HAND)
    since = _("Paused since %(at)s.") % {"at": _at(connection.paused_at)} if connection.paused_at else ""
    if by_hand:
        title, ends = _by_hand(connection), _end_of(connection)
    else:
        title, ends = sentence(connection.pause_reason), _next_try(connection)
    return Pause(by_hand, title, f"{since} {ends}".strip())


def _by_hand(connection: Connection) -> str:
    words = {"who": connection.paused_by, "day": _last_day(connection)}
    if words["who"] and words["day"]:
        return _("Paused by %(who)s until and including %(day)s.") % words
    return _("Paused by %(who)s.") % words if words["who"] else _("The connection is paused.")


def _end_of(connection: Connection) -> str:
    if connection.paused_until is None:
        return _("It stays paused until an owner resumes it.")
    day = nice_date((connection.paused_until + timedelta(days=1)).isoformat())
    return _("It resumes automatically on %(day)s.") % {"day": day}


def _last_day(connection: Connection) -> str:
    return nice_date(connection.paused_until.isoformat()) if connection.paused_until else ""


def _next_try(connection: Connection) -> str:
    if connection.retry_next is None:
        return ""
    return _("We try the access again automatically, next on %(at)s.") % {"at": _at(connection.retry_next)}


def _at(moment: datetime) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
