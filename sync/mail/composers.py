"""What the letters say: that a connection is paused or works again, and what waits for somebody. Never a value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import PROGRAM, AuditEntry, Connection
from connections.pausing import BY_HAND
from sync.mail.message import absolute, message
from sync.models import Letter
from sync.wording.sentences import nice_date, sentence

Composer = Callable[[Letter], EmailMultiAlternatives | None]
"""Makes the email of a letter when it is sent; ``None`` when nobody needs it any more."""


@dataclass(frozen=True)
class Words:
    """One letter in words. ``subject`` comes after the name; ``label`` is the link's."""

    subject: str
    headline: str
    lines: Sequence[str]
    label: str
    url: str


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The email of a letter, in the installation's language. Raises ``KeyError`` for a kind that nobody makes."""
    with translation.override(settings.LANGUAGE_CODE):
        return COMPOSERS[letter.kind](letter)


def _paused(letter: Letter) -> EmailMultiAlternatives | None:
    entry = _entry(letter)
    until = nice_date(str(entry.detail.get("until", "")))
    lines = []
    if entry.detail.get("reason") == BY_HAND:
        subject = _("paused until and including %(day)s") % {"day": until} if until else _("paused")
        headline = _("The connection is paused.")
        words = {"who": entry.who, "at": _when(entry), "day": until}
        if until:
            text = _("%(who)s paused it on %(at)s, until and including %(day)s. It goes on by itself the day after.")
        else:
            text = _("%(who)s paused it on %(at)s. It goes on when an owner resumes it.")
        lines.append(text % words)
    else:
        subject = _("paused, because the access is refused")
        headline = _("The access is refused, so the connection is paused.")
        lines.append(sentence(str(entry.detail.get("reason", ""))))
        lines.append(_("The access is tried again by itself, with growing pauses, and then the connection goes on."))
    lines.append(_("While it is paused nothing is written, neither by itself nor by a run that somebody starts."))
    if _connection(letter).automatic:
        lines.append(_("What changes in Huma meanwhile waits, and is caught up afterwards."))
    return _letter(letter, Words(subject, headline, lines, _("Open the connection"), _page(letter, "connection")))


def _resumed(letter: Letter) -> EmailMultiAlternatives | None:
    entry, lines = _entry(letter), []
    if entry.action == "connection.resumed" and entry.who == PROGRAM:
        lines.append(_("The last day of the pause is over."))
    elif entry.action == "connection.resumed":
        lines.append(_("%(who)s resumed it on %(at)s.") % {"who": entry.who, "at": _when(entry)})
    else:
        lines.append(_("The access is accepted again."))
    if _connection(letter).automatic:
        lines.append(_("What changed in Huma during the pause is being caught up."))
    page = _page(letter, "connection")
    return _letter(letter, Words(_("works again"), _("The connection works again."), lines, _("See it"), page))


def _application_refused(letter: Letter) -> EmailMultiAlternatives | None:
    lines = [
        _("Nothing can be read from or written to Visma.net Payroll, whatever the connection. None of them is paused."),
        _("Check VISMA_CLIENT_ID and VISMA_CLIENT_SECRET, then start humavisma again: they are tried at once."),
        _("They are also tried again by themselves, with growing pauses. What waits is caught up then."),
    ]
    headline = _("Visma.net doesn't accept this installation's own credentials.")
    return _of_all(letter, _("Visma.net refuses the installation's credentials"), headline, lines)


def _application_works(letter: Letter) -> EmailMultiAlternatives | None:
    lines = [_("What waited meanwhile is being caught up.")]
    headline = _("Visma.net accepts this installation's credentials again.")
    return _of_all(letter, _("Visma.net accepts the installation's credentials again"), headline, lines)


COMPOSERS: dict[str, Composer] = {
    Letter.Kind.PAUSED: _paused,
    Letter.Kind.RESUMED: _resumed,
    Letter.Kind.APPLICATION_REFUSED: _application_refused,
    Letter.Kind.APPLICATION_WORKS: _application_works,
}
"""By kind, who makes the email."""


def register(emails: Mapping[str, Composer]) -> None:
    """Let a capability make the emails of its own kinds; called once, when Django starts."""
    COMPOSERS.update(emails)


def _letter(letter: Letter, words: Words) -> EmailMultiAlternatives:
    context = {"connection": _connection(letter).name, "words": words}
    return message("letter", context, letter.to, letter.message_id)


def _of_all(letter: Letter, subject: str, headline: str, lines: list[str]) -> EmailMultiAlternatives:
    """A letter about the installation: its subject begins with how many connections it is about."""
    count = Connection.objects.exclude(state=Connection.State.DISCONNECTED).count()
    name = ngettext("%(n)d connection", "%(n)d connections", count) % {"n": count}
    words = Words(subject, headline, lines, _("Open humavisma"), absolute(reverse("admin:index")))
    return message("letter", {"connection": name, "words": words}, letter.to, letter.message_id)


def _connection(letter: Letter) -> Connection:
    assert letter.connection is not None
    return letter.connection


def _page(letter: Letter, name: str) -> str:
    return absolute(reverse(f"admin:{name}", args=[_connection(letter).code]))


def _entry(letter: Letter) -> AuditEntry:
    """What was done: the letter itself holds its primary key only."""
    return AuditEntry.objects.get(pk=letter.params["entry"])


def _when(entry: AuditEntry) -> str:
    return date_format(localtime(entry.at), "SHORT_DATETIME_FORMAT")
