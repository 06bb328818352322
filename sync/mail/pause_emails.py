"""Composes the emails about pauses of a connection and of the installation. An email holds no value."""

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import PROGRAM, AuditEntry, Connection
from connections.pauses.pausing import BY_HAND
from sync.mail.composing import Composer, Words
from sync.mail.message import absolute, message
from sync.models import Letter
from sync.wording.sentences import nice_date, sentence


def _paused(letter: Letter) -> EmailMultiAlternatives | None:
    entry = _entry(letter)
    until = nice_date(str(entry.detail.get("until", "")))
    lines = []
    if entry.detail.get("reason") == BY_HAND:
        subject = _("paused until and including %(day)s") % {"day": until} if until else _("paused")
        headline = _("The connection is paused.")
        words = {"who": entry.who, "at": _when(entry), "day": until}
        if until:
            text = _(
                "%(who)s paused it on %(at)s, until and including %(day)s. It resumes automatically the day after."
            )
        else:
            text = _("%(who)s paused it on %(at)s. It stays paused until an owner resumes it.")
        lines.append(text % words)
    else:
        subject = _("paused, because the access is refused")
        headline = _("The access is refused, so the connection is paused.")
        lines.append(sentence(str(entry.detail.get("reason", ""))))
        lines.append(
            _(
                "We try the access again automatically, with longer and longer pauses. When it works, the connection "
                "resumes."
            )
        )
    lines.append(
        _("While the connection is paused nothing is sent, neither automatically nor by a sync that somebody starts.")
    )
    if _connection(letter).automatic:
        lines.append(_("What changes in Huma meanwhile waits, and is fetched afterwards."))
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
        lines.append(_("What changed in Huma during the pause is being fetched now."))
    page = _page(letter, "connection")
    return _letter(letter, Words(_("works again"), _("The connection works again."), lines, _("See it"), page))


def _application_refused(letter: Letter) -> EmailMultiAlternatives | None:
    lines = [
        _("Nothing can be fetched from or sent to Visma.net Payroll, for any connection. None of them is paused."),
        _("Check VISMA_CLIENT_ID and VISMA_CLIENT_SECRET, then start humavisma again: they are tried at once."),
        _("We also try them again automatically, with longer and longer pauses. What is waiting is fetched then."),
    ]
    headline = _("Visma.net doesn't accept the installation's Visma key.")
    return _of_all(letter, _("Visma.net refuses the installation's Visma key"), headline, lines)


def _application_works(letter: Letter) -> EmailMultiAlternatives | None:
    lines = [_("What was waiting is being fetched now.")]
    headline = _("Visma.net accepts the installation's Visma key again.")
    return _of_all(letter, _("Visma.net accepts the installation's Visma key again"), headline, lines)


def _letter(letter: Letter, words: Words) -> EmailMultiAlternatives:
    context = {"connection": _connection(letter).name, "words": words}
    return message("letter", context, letter.to, letter.message_id)


def _of_all(letter: Letter, subject: str, headline: str, lines: list[str]) -> EmailMultiAlternatives:
    """An email about the installation: its subject begins with the number of connections."""
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
    """The audit entry that the letter is about; the letter holds only its primary key."""
    return AuditEntry.objects.get(pk=letter.params["entry"])


def _when(entry: AuditEntry) -> str:
    return date_format(localtime(entry.at), "SHORT_DATETIME_FORMAT")


EMAILS: dict[str, Composer] = {
    Letter.Kind.PAUSED: _paused,
    Letter.Kind.RESUMED: _resumed,
    Letter.Kind.APPLICATION_REFUSED: _application_refused,
    Letter.Kind.APPLICATION_WORKS: _application_works,
}
